// Package uitest_test tests the web UI: its modules in Node, and its pages in a
// real Chromium, against the real binary with two days of modelled history.
package uitest_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// readied is what readying the tools came to; it is done once.
var readied = sync.OnceValue(func() outcome {
	cmd := exec.Command("../../tools/uitest")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	return outcome{cmd.Run(), said.String()}
})

type outcome struct {
	err  error
	said string
}

// tools makes sure that the UI is built and that its tests' packages are there.
func tools(t *testing.T) {
	t.Helper()
	o := readied()
	var exit *exec.ExitError
	switch {
	case o.err == nil:
	case errors.As(o.err, &exit) && exit.ExitCode() == 3: // tools/uitest has it
		testkit.Missing(t, o.said)
	default:
		t.Fatalf("tools/uitest: %v\n%s", o.err, o.said)
	}
}

// hang is when a file of tests is given up: what keeps Node's loop alive would
// keep it for ever.
const hang = 2 * time.Minute

// TestModulesInNode runs every *.test.mjs of this folder.
func TestModulesInNode(t *testing.T) {
	t.Parallel()
	tools(t)
	files, err := filepath.Glob("*.test.mjs")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests: %v", err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), hang)
			defer cancel()
			cmd := exec.CommandContext(ctx, testkit.Command(t, "node"), "--test-reporter=spec", "--test", file)
			cmd.Env = append(os.Environ(), "NO_COLOR=1", "TZ=Europe/Berlin")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
