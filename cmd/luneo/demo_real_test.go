package main

import (
	"bytes"
	"context"
	"regexp"
	"sync"
	"testing"
)

// screen is an output that says when something is on it.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
	want *regexp.Regexp
	seen context.CancelFunc
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(p)
	if s.want.Match(s.text.Bytes()) {
		s.seen()
	}
	return len(p), nil
}

// TestDemoShowsNumbers runs the whole demo until its table has numbers of every
// section.
func TestDemoShowsNumbers(t *testing.T) {
	t.Parallel()
	ctx, seen := context.WithCancel(t.Context())
	out := &screen{seen: seen, want: regexp.MustCompile(`(?s)render-3d +\S+ (?:s|min) +\d+ .*` +
		`gpt-4o chat +\d+ .* \$\d+\.\d\d\n.*2d preview +\d+ .*all shops +[\d,]+ .*glb_to_usdz +\d+ .*last 1h +\$[1-9]`)}
	if err := demo(ctx, demoOptions{listen: "127.0.0.1:0", seed: 1}, startDemoServer, out); err != nil {
		t.Fatal(err)
	}
	if ctx.Err() == nil {
		t.Errorf("it ended with\n%s", out.text.String())
	}
}
