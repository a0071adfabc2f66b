package prom_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/luneo-platform/luneo/internal/prom"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// options are those of a fast Prometheus that scrapes the registry as itself.
func options(t *testing.T, own *prometheus.Registry) prom.Options {
	t.Helper()
	reg := prometheus.NewRegistry()
	return prom.Options{
		Dir: t.TempDir(), Instance: "test-1",
		Metrics:        promhttp.HandlerFor(own, promhttp.HandlerOpts{}),
		ExternalURL:    func() *url.URL { return &url.URL{Scheme: "http", Host: "luneo.example"} },
		ScrapeInterval: 100 * time.Millisecond, EvaluationInterval: 100 * time.Millisecond,
		Retention: 24 * time.Hour, OutOfOrderWindow: 10 * time.Minute,
		QueryTimeout: 10 * time.Second, QueryMaxSamples: 100_000, QueryConcurrency: 4,
		Registerer: reg, Gatherer: reg, Logger: slog.New(slog.DiscardHandler),
	}
}

// run starts a Prom and returns it with what stops it and waits.
func run(t *testing.T, o prom.Options) (p *prom.Prom, stop func()) {
	t.Helper()
	p, err := prom.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return p, stop
}

// result is one series of an instant query.
type result struct {
	Metric map[string]string
	Value  [2]any
}

// call asks the HTTP API and returns the status and the data.
func call(t *testing.T, h http.Handler, path string) (int, json.RawMessage) {
	t.Helper()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
	var body struct {
		Data  json.RawMessage
		Error string
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil {
		t.Fatalf("%s: %v: %s", path, err, rec.Body)
	}
	if body.Error != "" {
		return rec.Code, json.RawMessage(body.Error)
	}
	return rec.Code, body.Data
}

func query(t *testing.T, h http.Handler, q string) []result {
	t.Helper()
	code, data := call(t, h, "/api/v1/query?query="+url.QueryEscape(q))
	var vector struct{ Result []result }
	if err := json.Unmarshal(data, &vector); err != nil {
		t.Fatalf("%s: %d %s", q, code, data)
	}
	return vector.Result
}

// await polls a query until it has a result.
func await(t *testing.T, h http.Handler, q string) []result {
	t.Helper()
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		if r := query(t, h, q); len(r) > 0 {
			return r
		}
	}
	t.Fatalf("%s has no result", q)
	return nil
}

// file writes a file into a new directory.
func file(t *testing.T, name, format string, args ...any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, fmt.Appendf(nil, format, args...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
