package testkit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// HangGuard bounds waits for a process or a state that should come at once.
const HangGuard = 60 * time.Second

var builds = struct {
	sync.Mutex
	path string
	err  error
}{}

// Binary builds the real luneo once for the test process and returns its path.
func Binary(t testing.TB) string {
	t.Helper()
	builds.Lock()
	defer builds.Unlock()
	if builds.path == "" && builds.err == nil {
		builds.path, builds.err = build()
	}
	if builds.err != nil {
		t.Fatal(builds.err)
	}
	return builds.path
}

// root is the folder of the module.
func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// build leaves the binary in a directory that one name keeps from piling up.
func build() (string, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("luneo-test-%d", os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(dir, fmt.Sprintf("luneo-%d", os.Getpid()))
	cmd := exec.Command("go", "build", "-o", path, "./cmd/luneo")
	cmd.Dir = root()
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building luneo: %w\n%s", err, out)
	}
	return path, nil
}

// RemoveBinary deletes what Binary built. Call it at the end of TestMain.
func RemoveBinary() {
	builds.Lock()
	defer builds.Unlock()
	if builds.path != "" {
		_ = os.Remove(builds.path)
		builds.path = ""
	}
}

// Process is a running luneo.
type Process struct {
	URL string

	cmd    *exec.Cmd
	stderr Buffer
	exited chan struct{}
	err    error
}

var announced = regexp.MustCompile(`https?://\S+`)

// Start runs `luneo serve` on a free port with the further arguments and waits
// until it has said where it is. It is killed at the end of the test.
func Start(t testing.TB, args ...string) *Process {
	t.Helper()
	p, err := TryStart(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TryStart is Start for a luneo that may refuse.
func TryStart(t testing.TB, args ...string) (*Process, error) {
	t.Helper()
	p := &Process{exited: make(chan struct{})}
	p.cmd = exec.Command(Binary(t), append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	p.cmd.Stderr = &p.stderr
	// Whatever Redis this machine has is none of the test's.
	p.cmd.Env = append(os.Environ(), "NO_COLOR=1", "LUNEO_REDIS=none")
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	url := make(chan string, 1)
	go func() {
		defer close(p.exited)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if u := announced.FindString(lines.Text()); u != "" && len(url) == 0 {
				url <- u
			}
		}
		p.err = p.cmd.Wait()
	}()
	t.Cleanup(p.Kill)
	select {
	case p.URL = <-url:
		return p, nil
	case <-p.exited:
		return nil, fmt.Errorf("luneo ended: %w\n%s", errors.Join(p.err), p.stderr.String())
	case <-time.After(HangGuard):
		p.Kill()
		return nil, fmt.Errorf("luneo did not say where it is\n%s", p.stderr.String())
	}
}

// Kill ends the process with SIGKILL and waits until it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.exited
}

// Signal sends a signal.
func (p *Process) Signal(s syscall.Signal) error { return p.cmd.Process.Signal(s) }

// Stop asks the process to end and returns how it did.
func (p *Process) Stop() error {
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.Ended()
}

// Ended waits until the process has ended and returns how it did.
func (p *Process) Ended() error {
	ctx, cancel := context.WithTimeout(context.Background(), HangGuard)
	defer cancel()
	select {
	case <-p.exited:
		return p.err
	case <-ctx.Done():
		p.Kill()
		return errors.New("luneo did not end after SIGTERM")
	}
}

// Log is what the process has written to standard error.
func (p *Process) Log() string { return p.stderr.String() }

// Tool returns the path of a program that tools/go.mod pins; go builds it when
// its cache has none. Where it can't, the test is skipped or fails like Command's.
func Tool(t testing.TB, name string) string {
	t.Helper()
	cmd := exec.Command("go", "tool", "-modfile=tools/go.mod", "-n", name)
	cmd.Dir = root()
	out, err := cmd.Output()
	if err != nil {
		Missing(t, name+" can't be built: "+err.Error())
	}
	return strings.TrimSpace(string(out))
}

// Command returns the path of a program that the test needs. Without it the
// test is skipped, or fails where everything is required.
func Command(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, name+" is not installed")
	}
	return path
}
