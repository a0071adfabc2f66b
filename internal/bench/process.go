package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// build compiles luneo as a release would, and finds this program.
func (b *bench) build() error {
	b.luneo = filepath.Join(b.dir, "luneo")
	cmd := exec.CommandContext(b.ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.luneo, "./cmd/luneo")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building luneo: %w\n%s", err, out)
	}
	var err error
	b.self, err = os.Executable()
	return err
}

// server is a process under measurement.
type server struct {
	url string
	cmd *exec.Cmd
}

var urlPattern = regexp.MustCompile(`http://[^\s"/]+`)

// announced starts a program that prints its URL.
func (b *bench) announced(name string, args ...string) (*server, error) {
	cmd := exec.CommandContext(b.ctx, name, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if u := urlPattern.FindString(lines.Text()); u != "" {
			return &server{url: u, cmd: cmd}, nil // it prints nothing more
		}
	}
	return nil, fmt.Errorf("%s did not say where it is", name)
}

func (b *bench) serveLuneo() (*server, error) {
	return b.announced(b.luneo, "serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--data-dir", b.fresh())
}

// freeAddress is one of this machine on which nobody listens.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// listening starts a program on a free port and waits until path answers.
func (b *bench) listening(path, name string, args ...string) (*server, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "ADDR", addr)
	}
	cmd := exec.CommandContext(b.ctx, name, args...)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{url: "http://" + addr, cmd: cmd}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if resp, err := http.Get(s.url + path); err == nil {
			_ = resp.Body.Close() // only whether it answers
			return s, nil
		}
	}
	s.stop()
	return nil, fmt.Errorf("%s does not answer", name)
}

// stop ends the process and waits for it.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	_ = s.cmd.Wait()
}

// family is the process with its children, as nginx has them.
func (s *server) family() []int {
	pids := []int{s.cmd.Process.Pid}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.cmd.Process.Pid))
	if err != nil {
		return pids
	}
	for _, task := range tasks {
		text, _ := os.ReadFile(task) // it may have ended
		for _, field := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(field); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// cpu is the processor time that the process and its children have used.
func (s *server) cpu() (total time.Duration) {
	for _, pid := range s.family() {
		total += cpuOf(pid)
	}
	return total
}

func cpuOf(pid int) time.Duration {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
	var ticks int64
	for _, f := range fields[11:13] { // utime and stime, see proc(5)
		n, _ := strconv.ParseInt(f, 10, 64)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// memory is the resident memory of the process and its children in MB.
func (s *server) memory() (total float64) {
	for _, pid := range s.family() {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(data), "VmRSS:")
		kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
		total += kb / 1000
	}
	return total
}

// httpCall is what wrk sends again and again.
type httpCall struct {
	path, body string
	conns      int
	headers    map[string]string
}

// wrk drives a URL with one body and adds what it measured to f.
func (b *bench) wrk(s *server, path string, conns int, body string, f figures) error {
	return b.drive(s, httpCall{path: path, conns: conns, body: body}, f)
}

// drive runs wrk and adds what it measured to f.
func (b *bench) drive(s *server, c httpCall, f figures) error {
	script := filepath.Join(b.dir, "post.lua")
	lua := fmt.Sprintf("wrk.method = 'POST'\nwrk.body = %q\nwrk.headers['Content-Type'] = 'application/json'\n", c.body) + headerLines(c.headers)
	if strings.HasPrefix(c.body, "#") {
		lua = strings.ReplaceAll(lua, "application/json", "text/plain")
	}
	if err := os.WriteFile(script, []byte(lua), 0o600); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(b.ctx, b.run+30*time.Second)
	defer cancel()
	before := s.cpu()
	out, err := exec.CommandContext(ctx, "wrk", "-t1", fmt.Sprint("-c", c.conns), fmt.Sprintf("-d%ds", int(b.run.Seconds())), "--latency", "-s", script, s.url+c.path).CombinedOutput()
	if err != nil {
		return fmt.Errorf("wrk: %w\n%s", err, out)
	}
	text := string(out)
	if strings.Contains(text, "Non-2xx") {
		return fmt.Errorf("wrk got errors:\n%s", text)
	}
	rate := number(text, `Requests/sec:\s+([\d.]+)`)
	f.add("req/s", rate)
	f.add("p50 ms", millis(text, `50%\s+([\d.]+)(us|ms|s)`))
	f.add("p99 ms", millis(text, `99%\s+([\d.]+)(us|ms|s)`))
	f.add("CPU µs/event", float64((s.cpu()-before).Microseconds())/(rate*b.run.Seconds()))
	return nil
}

func number(text, pattern string) float64 {
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	v, _ := strconv.ParseFloat(m[1], 64)
	return v
}

func millis(text, pattern string) float64 {
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	v, _ := strconv.ParseFloat(m[1], 64)
	return v * map[string]float64{"us": 0.001, "ms": 1, "s": 1000}[m[2]]
}
