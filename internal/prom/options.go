package prom

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Options configure a Prom. All are needed unless they say otherwise.
type Options struct {
	// Dir holds blocks and write-ahead log; it is made when it is missing.
	Dir string
	// Instance is the label of Luneo's own series.
	Instance string
	// Metrics answers the in-process scrapes of Luneo itself.
	Metrics http.Handler
	// ExternalURL is where people reach Luneo; asked when Run begins.
	ExternalURL func() *url.URL
	// Tell is told of alerts that fire and of those that have ended, by the
	// goroutine that evaluates their rules: it must not wait. Nil: nobody is.
	Tell func(context.Context, []kpi.Alert)

	ScrapeInterval     time.Duration
	EvaluationInterval time.Duration
	// Retention is how long blocks are kept, RetentionBytes how large they
	// may grow together; 0 bytes are unlimited.
	Retention        time.Duration
	RetentionBytes   int64
	OutOfOrderWindow time.Duration

	QueryTimeout     time.Duration
	QueryMaxSamples  int
	QueryConcurrency int

	Settings Settings

	Registerer prometheus.Registerer
	Gatherer   prometheus.Gatherer
	Logger     *slog.Logger
}

// Settings are what a reload can change.
type Settings struct {
	// BuiltinRules is a rule file's content; nil for none.
	BuiltinRules []byte
	// RuleFiles and ScrapeConfigFiles may be patterns (filepath.Match); one
	// that matches nothing is an error.
	RuleFiles         []string
	ScrapeConfigFiles []string
	// Alertmanagers are base URLs of those that get the alerts (API v2).
	Alertmanagers []string
	// RemoteWrite is a list in Prometheus' own schema, as YAML; empty for none.
	RemoteWrite string
	// RemoteWritePlace is where the list was written, for errors.
	RemoteWritePlace string
}
