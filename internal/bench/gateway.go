package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// passage is one way from the client to the upstream.
type passage struct {
	name    string
	start   func(b *bench, to string) (*server, error)
	path    string
	headers func(to string) map[string]string
	figs    map[int]figures // by connections
	memory  float64
	broken  int // streams
}

func passages() []*passage {
	return []*passage{
		{name: "direct", path: "/v1/chat/completions"},
		{name: "luneo", path: "/openai/v1/chat/completions", start: (*bench).luneoBefore},
		{name: "nginx", path: "/v1/chat/completions", start: (*bench).nginxBefore},
		{name: "bare ReverseProxy", path: "/v1/chat/completions", start: func(b *bench, to string) (*server, error) {
			return b.announced(b.self, "-be", "reverseproxy", "-to", to)
		}},
	}
}

func portkey() *passage {
	return &passage{
		name: "portkey", path: "/v1/chat/completions", start: (*bench).portkeyBefore,
		headers: func(to string) map[string]string {
			return map[string]string{"x-portkey-provider": "openai", "x-portkey-custom-host": to + "/v1", "Authorization": "Bearer sk-bench"}
		},
	}
}

// luneoBefore starts Luneo with its gateway before an upstream.
func (b *bench) luneoBefore(to string) (*server, error) {
	file := filepath.Join(b.dir, "gateway.yml")
	if err := os.WriteFile(file, []byte("redis: none\nopenai: {upstreams: {openai: {base_url: '"+to+"/v1'}}}\n"), 0o600); err != nil {
		return nil, err
	}
	return b.announced(b.luneo, "serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--data-dir", b.fresh(), "--config", file)
}

func (b *bench) nginxBefore(to string) (*server, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	dir := b.fresh()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(nginxConfig(addr, to, dir)), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(b.ctx, "nginx", "-e", "/dev/null", "-p", dir, "-c", filepath.Join(dir, "nginx.conf"))
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return awaitPort(&server{url: "http://" + addr, cmd: cmd}, addr)
}

func (b *bench) portkeyBefore(string) (*server, error) {
	home := filepath.Join(b.dir, "portkey")
	if _, err := os.Stat(filepath.Join(home, "node_modules")); err != nil {
		if err := os.CopyFS(home, os.DirFS(filepath.Join("internal", "bench", "portkey"))); err != nil {
			return nil, err
		}
		cmd := exec.CommandContext(b.ctx, "npm", "ci", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error")
		cmd.Dir = home
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("installing Portkey's gateway: %w\n%s", err, out)
		}
	}
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	cmd := exec.CommandContext(b.ctx, "node", filepath.Join(home, "node_modules", "@portkey-ai", "gateway", "build", "start-server.js"), "--port="+port, "--headless")
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return awaitPort(&server{url: "http://" + addr, cmd: cmd}, addr)
}

// awaitPort waits until a server takes connections.
func awaitPort(s *server, addr string) (*server, error) {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", addr); err == nil {
			_ = conn.Close() // only whether it listens
			return s, nil
		}
	}
	s.stop()
	return nil, fmt.Errorf("nobody listens on %s", addr)
}

// through starts a passage before the upstream; the upstream itself for the
// direct one.
func (b *bench) through(p *passage, up *server) (s *server, stop func(), err error) {
	if p.start == nil {
		return up, func() {}, nil
	}
	s, err = p.start(b, up.url)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", p.name, err)
	}
	return s, s.stop, nil
}

// gateway measures calls whose answer comes whole.
func (b *bench) gateway() error {
	up, err := b.announced(b.self, "-be", "upstream")
	if err != nil {
		return err
	}
	defer up.stop()
	all := append(passages(), portkey())
	for range b.rounds {
		for _, p := range all {
			if err := b.calls(p, up); err != nil {
				return err
			}
		}
	}
	for _, p := range all {
		one, many := p.figs[1], p.figs[64]
		fmt.Printf("  %-18s 1 connection: p50 %6.3f ms p99 %6.3f ms; 64: %7.0f req/s p50 %6.2f ms p99 %6.2f ms, %6.1f µs CPU a call, %4.0f MB\n",
			p.name, one.median("p50 ms"), one.median("p99 ms"), many.median("req/s"), many.median("p50 ms"), many.median("p99 ms"), many.median("CPU µs/event"), p.memory)
	}
	direct, luneo, nginx, reverse, other := all[0], all[1], all[2], all[3], all[4]
	for _, p := range all[1:] {
		fmt.Printf("  %-18s adds at 1 connection p50 %.3f ms p99 %.3f ms\n", p.name, added(p, direct, "p50 ms"), added(p, direct, "p99 ms"))
	}
	atMost("times what nginx adds, p50 at 1 connection", added(luneo, direct, "p50 ms")/added(nginx, direct, "p50 ms"), 1.2)
	atMost("times what a bare ReverseProxy adds, p50 at 1 connection (a floor)", added(luneo, direct, "p50 ms")/added(reverse, direct, "p50 ms"), 0.7)
	atLeast("of nginx's requests a second at 64 connections", ratio(luneo.figs[64], nginx.figs[64], "req/s"), 0.65)
	atLeast("times a bare ReverseProxy's at 64 connections (floor 1.4)", ratio(luneo.figs[64], reverse.figs[64], "req/s"), 2.5)
	atLeast("times Portkey's at 64 connections", ratio(luneo.figs[64], other.figs[64], "req/s"), 30)
	return nil
}

// calls drives one passage with 1 and with 64 connections.
func (b *bench) calls(p *passage, up *server) error {
	s, stop, err := b.through(p, up)
	if err != nil {
		return err
	}
	defer stop()
	if p.figs == nil {
		p.figs = map[int]figures{1: {}, 64: {}}
	}
	call := httpCall{path: p.path, body: plainCall}
	if p.headers != nil {
		call.headers = p.headers(up.url)
	}
	for _, conns := range []int{1, 64} {
		call.conns = conns
		if err := b.drive(s, call, p.figs[conns]); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	p.memory = s.memory()
	return nil
}

// added is what a passage adds to a figure of the direct way.
func added(p, direct *passage, figure string) float64 {
	return p.figs[1].median(figure) - direct.figs[1].median(figure)
}

// headerLines are headers in wrk's script.
func headerLines(headers map[string]string) string {
	var b strings.Builder
	for name, value := range headers {
		fmt.Fprintf(&b, "wrk.headers[%q] = %q\n", name, value)
	}
	return b.String()
}
