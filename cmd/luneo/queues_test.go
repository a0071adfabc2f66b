package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/queues"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// queuesPage is an answer of a server, with queues of all sorts.
func queuesPage(t *testing.T, name string) *queues.Page {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var p queues.Page
	if err := json.Unmarshal(content, &p); err != nil {
		t.Fatal(err)
	}
	return &p
}

func TestQueueTable(t *testing.T) {
	t.Parallel()
	full, empty := queuesPage(t, "queues.json"), queuesPage(t, "queues-empty.json")
	var all strings.Builder
	for _, c := range []struct {
		name  string
		page  *queues.Page
		style screenStyle
	}{
		{"to a file", full, screenStyle{}},
		{"200 columns", full, screenStyle{width: 200}},
		{"120 columns", full, screenStyle{width: 120}},
		{"80 columns", full, screenStyle{width: 80}},
		{"40 columns", full, screenStyle{width: 40}},
		{"20 columns", full, screenStyle{width: 20}},
		{"colours", full, screenStyle{width: 120, colour: true}},
		{"nothing yet", empty, screenStyle{width: 80}},
	} {
		table := queueTable(c.page, c.style)
		fmt.Fprintf(&all, "# %s\n%s\n", c.name, strings.ReplaceAll(table, "\x1b", "␛"))
		if c.style.width == 0 || c.style.colour {
			continue
		}
		for line := range strings.Lines(table) {
			if n := columns(strings.TrimSuffix(line, "\n")); n > max(c.style.width, 32) {
				t.Errorf("%s: a line has %d columns: %s", c.name, n, line)
			}
		}
		if strings.ContainsAny(table, "\x1b\x07\r") {
			t.Errorf("%s: a name steers the terminal", c.name)
		}
	}
	matchGolden(t, "queues.golden", all.String())
}

// runQueues runs the command as the shell does, with a standard output that is
// no terminal.
func runQueues(t *testing.T, args ...string) (stdout string, err error) {
	t.Helper()
	var out bytes.Buffer
	c := newQueuesCommand()
	c.SilenceUsage, c.SilenceErrors = true, true
	c.SetArgs(args)
	c.SetOut(&out)
	err = c.ExecuteContext(t.Context())
	return out.String(), err
}

// TestQueuesOfAServer asks a real one.
func TestQueuesOfAServer(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, "--data-dir", t.TempDir())
	out, err := runQueues(t, "--url", p.URL)
	if err != nil || !strings.Contains(out, "No queue is known yet.") {
		t.Errorf("%v %s", err, out)
	}
	resp, err := http.Post(p.URL+"/api/metrics/queue-wait", "", strings.NewReader(`{"queueName":"mail","waitSeconds":2,"oldestWaitingSeconds":75}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	out, err = runQueues(t, "--url", p.URL)
	if err != nil || !strings.Contains(out, "mail") || !strings.Contains(out, "1 m 15 s") {
		t.Errorf("%v %s", err, out)
	}
	out, err = runQueues(t, "--url", p.URL+"/", "--json")
	var page queues.Page
	if json.Unmarshal([]byte(out), &page) != nil || err != nil || len(page.Queues) != 1 {
		t.Errorf("%v %s", err, out)
	}
}

// TestQueuesRefused says what is wrong and what to do.
func TestQueuesRefused(t *testing.T) {
	t.Parallel()
	const token = "reader-secret-0123456789"
	answer := func(status int, body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "Bearer "+token && status == http.StatusUnauthorized {
				status, body = http.StatusOK, `{"queues":[]}`
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	secret := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(secret, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"nobody", []string{"--url", gone.URL}, "no Luneo answers at " + gone.URL + ": start it with luneo serve"},
		{"no credential", []string{"--url", answer(401, "")}, "--token-file or LUNEO_TOKEN"},
		{"a token", []string{"--url", answer(401, ""), "--token-file", secret}, ""},
		{"another scope", []string{"--url", answer(403, "")}, "needs the scope read"},
		{"another server", []string{"--url", answer(404, "")}, "this is no Luneo, or an older one"},
		{"a redirect", []string{"--url", answer(302, "")}, "answered 302 Found"},
		{"a problem", []string{"--url", answer(503, `{"detail":"Luneo is stopping."}`)}, "503 Service Unavailable: Luneo is stopping"},
		{"a page", []string{"--url", answer(200, "<html>")}, "is no Luneo"},
		{"other JSON", []string{"--url", answer(200, "{}")}, "is no Luneo"},
		{"an address", []string{"--url", "localhost:4000"}, "expected an address"},
		{"an interval", []string{"--interval", "1ms"}, "expected at least 500ms"},
		{"a token file", []string{"--token-file", secret + ".none"}, "no such file"},
	} {
		_, err := runQueues(t, c.args...)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) || err != nil && strings.Contains(err.Error(), token) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// TestQueuesStayInPlace draws until the context ends, and goes on while the
// server does not answer.
func TestQueuesStayInPlace(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked > 2 {
			cancel()
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer server.Close()
	var out bytes.Buffer
	live := liveQueues{out: &out, screen: -1, url: server.URL, page: queuesPage(t, "queues.json"), at: time.Now()}
	if err := followQueues(ctx, queuesOptions{url: server.URL, interval: time.Millisecond}, live); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if !strings.HasPrefix(text, clearScreen+home) || !strings.Contains(text, "No answer since") || strings.Count(text, home) < 3 || strings.Count(text, "render-3d") < 3 {
		t.Errorf("%q", text)
	}
}
