package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.RemoveBinary()
	os.Exit(code)
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	good := filepath.Join(t.TempDir(), "luneo.yml")
	if err := os.WriteFile(good, []byte("log: {level: info}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("there is no device that is always full: %v", err)
	}
	defer func() { _ = full.Close() }()
	for _, tc := range []struct {
		name   string
		args   []string
		out    io.Writer
		code   int
		stderr string
	}{
		{"unknown command", []string{"frob"}, nil, exitUsage, "See luneo --help.\n"},
		{"unknown flag", []string{"--frob"}, nil, exitUsage, "See luneo --help.\n"},
		{"unknown flag of a command", []string{"version", "--frob"}, nil, exitUsage, "See luneo --help.\n"},
		{"no command", nil, nil, exitOK, ""},
		{"version", []string{"version"}, nil, exitOK, ""},
		{"version to a full disk", []string{"version"}, full, exitFailure, "no space left on device"},
		{"check", []string{"check-config", good}, nil, exitOK, ""},
		{"check to a full disk", []string{"check-config", good}, full, exitFailure, "no space left on device"},
		{"a file that is missing", []string{"check-config", good + ".missing"}, nil, exitFailure, "no such file"},
	} {
		var stderr bytes.Buffer
		cmd := exec.Command(testkit.Binary(t), tc.args...)
		cmd.Stdout, cmd.Stderr = tc.out, &stderr
		_ = cmd.Run() // its code says it
		if code := cmd.ProcessState.ExitCode(); code != tc.code || !strings.Contains(stderr.String(), tc.stderr) || (tc.stderr == "" && stderr.Len() > 0) {
			t.Errorf("%s: exit code %d, want %d: %s", tc.name, code, tc.code, stderr.String())
		}
	}
}

// TestHangupWhileTheServerIsBuilt hangs up while luneo serve is held by a file
// of prices that is a pipe. Before the pipe ends a file takes its place, for
// the reload.
func TestHangupWhileTheServerIsBuilt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	prices := filepath.Join(dir, "prices.yml")
	if err := syscall.Mkfifo(prices, 0o600); err != nil {
		t.Fatal(err)
	}
	p := startProcess(t, nil, "serve", "--listen", "127.0.0.1:0", "--data-dir", filepath.Join(dir, "data"), "--openai-prices-file", prices)
	pipe := openForReader(t, prices)
	p.signal(t, syscall.SIGHUP)
	file := filepath.Join(dir, "file.yml")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file, prices); err != nil {
		t.Fatal(err)
	}
	if err := pipe.Close(); err != nil {
		t.Fatal(err)
	}
	p.waitForLine(t, "configuration reloaded")
	p.signal(t, syscall.SIGTERM)
	if code := p.wait(t); code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

// openForReader opens a pipe to write as soon as somebody reads it.
func openForReader(t *testing.T, name string) *os.File {
	t.Helper()
	for deadline := time.Now().Add(testkit.HangGuard); ; {
		pipe, err := os.OpenFile(name, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		switch {
		case err == nil:
			return pipe
		case !errors.Is(err, syscall.ENXIO) || time.Now().After(deadline): // ENXIO: no reader yet
			t.Fatal(err)
		}
	}
}

func TestDemoCleansUpWhenTheTerminalIsClosed(t *testing.T) {
	t.Parallel()
	tmp := t.TempDir()
	p := startProcess(t, []string{"TMPDIR=" + tmp}, "demo", "--listen", "127.0.0.1:0")
	p.waitForLine(t, "Luneo demo")
	if entries, err := os.ReadDir(tmp); err != nil || len(entries) == 0 {
		t.Fatalf("the demo keeps nothing in %s: %v", tmp, err)
	}
	p.signal(t, syscall.SIGHUP)
	p.signal(t, syscall.SIGHUP) // the shell and the kernel may both say it
	if code := p.wait(t); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	if entries, err := os.ReadDir(tmp); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

// TestSecondSignalEndsAtOnce has a request that keeps the server from ending.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	p := startProcess(t, nil, "serve", "--listen", "127.0.0.1:0", "--data-dir", t.TempDir(), "--shutdown-timeout", "10m")
	address := strings.TrimPrefix(p.waitForLine(t, "Luneo listens on "), "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintf(conn, "POST /api/metrics/render HTTP/1.1\r\nHost: %s\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n", address); err != nil {
		t.Fatal(err)
	}
	if resp, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || resp.StatusCode != http.StatusContinue {
		t.Fatalf("the handler does not wait for the body: %v %v", resp, err)
	}
	p.signal(t, syscall.SIGTERM)
	waitUntilClosed(t, address)
	p.signal(t, syscall.SIGINT)
	if code := p.wait(t); code != exitFailure {
		t.Errorf("exit code %d, want %d", code, exitFailure)
	}
}

// process is a running luneo of which every line that it writes is seen.
type process struct {
	cmd    *exec.Cmd
	lines  chan string
	exited chan struct{}
}

// startProcess runs luneo until it ends, at the latest at the end of the test.
func startProcess(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(testkit.Binary(t), args...), lines: make(chan string, 10_000), exited: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = write, write
	p.cmd.Env = append(os.Environ(), env...)
	err = p.cmd.Start()
	_ = write.Close() // it is the child's now
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.exited)
		for text := bufio.NewScanner(read); text.Scan(); {
			p.lines <- text.Text()
		}
		_ = read.Close()
		_ = p.cmd.Wait() // its state says how it ended
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it may have ended
		<-p.exited
	})
	return p
}

func (p *process) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// waitForLine returns what follows the text in the first line that has it.
func (p *process) waitForLine(t *testing.T, text string) string {
	t.Helper()
	guard := time.After(testkit.HangGuard)
	for {
		select {
		case line := <-p.lines:
			if _, rest, ok := strings.Cut(line, text); ok {
				return rest
			}
		case <-p.exited:
			t.Fatalf("luneo ended without %q: %v", text, p.cmd.ProcessState)
		case <-guard:
			t.Fatalf("luneo did not say %q", text)
		}
	}
}

func (p *process) wait(t *testing.T) (code int) {
	t.Helper()
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(testkit.HangGuard):
		t.Fatal("luneo did not end")
		return 0
	}
}

// waitUntilClosed returns when nothing listens at the address any more.
func waitUntilClosed(t *testing.T, address string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testkit.HangGuard)
	defer cancel()
	for ctx.Err() == nil {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		_ = conn.Close()
	}
	t.Fatal("it still listens")
}
