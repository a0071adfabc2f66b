package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// demoServer is a startServer that writes down what happens to it.
type demoServer struct {
	ledger
	url  string
	mu   sync.Mutex
	log  []string
	dir  string
	fail error // of the first start
	end  error // of the server
}

func (d *demoServer) note(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = append(d.log, what)
}

func (d *demoServer) start(ctx context.Context, s serving) (string, func() error, error) {
	d.note("start " + s.listen)
	if err := d.fail; err != nil {
		d.fail = nil
		return "", nil, err
	}
	d.dir = s.dataDir
	return d.url, func() error {
		if d.end != nil {
			return d.end
		}
		<-ctx.Done()
		if _, err := os.Stat(s.dataDir); err != nil {
			d.note("the directory is gone before the server")
		}
		d.note("stopped")
		return nil
	}, nil
}

func TestDemoFeedsItsServerAndCleansUp(t *testing.T) {
	t.Parallel()
	d := &demoServer{fail: fmt.Errorf("listen: %w", syscall.EADDRINUSE)}
	ctx, interrupt := context.WithCancel(t.Context())
	d.afterBatch = func(total int) {
		if total > 3000 { // of the ten minutes of history
			d.note("enough")
			d.afterBatch = nil
			interrupt()
		}
	}
	d.url = d.ledger.start(t)
	var out bytes.Buffer
	if err := demo(ctx, demoOptions{listen: "127.0.0.1:4000", seed: 1}, d.start, &out); err != nil {
		t.Fatal(err)
	}
	if want := []string{"start 127.0.0.1:4000", "start 127.0.0.1:0", "enough", "stopped"}; !slices.Equal(d.log, want) {
		t.Errorf("got %q, want %q", d.log, want)
	}
	if _, err := os.Stat(d.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the temporary directory is left behind: %v", err)
	}
	if !strings.HasPrefix(out.String(), "127.0.0.1:4000 is in use: taking a free port.\n") {
		t.Errorf("it said %q", out.String())
	}
}

func TestDemoKeepsAGivenDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "kept")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	d := &demoServer{}
	ctx, interrupt := context.WithCancel(t.Context())
	d.afterBatch = func(int) { interrupt() }
	d.url = d.ledger.start(t)
	if err := demo(ctx, demoOptions{listen: "127.0.0.1:0", dataDir: dir, seed: 1}, d.start, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil || d.dir != dir {
		t.Errorf("the server had %s, which is %v", d.dir, err)
	}
}

func TestDemoEndsWithItsServer(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is full")
	d := &demoServer{end: broken}
	d.url = d.ledger.start(t)
	if err := demo(t.Context(), demoOptions{listen: "127.0.0.1:0", seed: 1}, d.start, &bytes.Buffer{}); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if _, err := os.Stat(d.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the temporary directory is left behind: %v", err)
	}
}

func TestDemoOfAServerThatDoesNotStart(t *testing.T) {
	t.Parallel()
	broken := errors.New("no")
	d := &demoServer{fail: broken}
	if err := demo(t.Context(), demoOptions{listen: "127.0.0.1:0"}, d.start, &bytes.Buffer{}); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if want := []string{"start 127.0.0.1:0"}; !slices.Equal(d.log, want) {
		t.Errorf("got %q, want %q", d.log, want)
	}
}
