package prom

import (
	"context"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/grafana/regexp"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/route"
	promconfig "github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/util/notifications"
	apiv1 "github.com/prometheus/prometheus/web/api/v1"
)

// Prefix is where Prometheus' HTTP API lives.
const Prefix = "/api/v1"

// Limits of the remote read endpoint: Prometheus' own defaults.
const (
	remoteReadSamples     = 5e7
	remoteReadConcurrency = 10
	remoteReadFrameBytes  = 1 << 20
	searchResults         = 1000
)

// ServeHTTP answers Prometheus' HTTP API at Prefix, errors included.
func (p *Prom) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.api.ServeHTTP(w, r) }

func (p *Prom) newAPI() http.Handler {
	version := moduleVersion()
	api := apiv1.NewAPI(
		p.engine, p.storage, nil, p.db,
		func(context.Context) apiv1.ScrapePoolsRetriever { return p.scrape },
		func(context.Context) apiv1.TargetRetriever { return p.scrape },
		func(context.Context) apiv1.AlertmanagerRetriever { return p.alertmanagers },
		func() promconfig.Config { return *p.current.Load() },
		map[string]string{},
		apiv1.GlobalURLOptions{},
		func(h http.HandlerFunc) http.HandlerFunc { return h },
		admin{p.db}, p.o.Dir,
		true,                 // enableAdmin: the route table asks for the scope admin
		false, searchResults, // enableSearch, maxSearchLimit
		p.o.Logger,
		func(context.Context) apiv1.RulesRetriever { return p.rules },
		remoteReadSamples, remoteReadConcurrency, remoteReadFrameBytes,
		false,                    // isAgent
		regexp.MustCompile("^$"), // corsOrigin: none
		p.runtimeInfo, version,
		func() []notifications.Notification { return []notifications.Notification{} },
		func() (<-chan notifications.Notification, func(), bool) { return nil, nil, false },
		p.o.Gatherer, p.o.Registerer,
		nil,        // statsRenderer
		false, nil, // no remote write receiver
		false, false, false, // no OTLP receiver
		0,            // lookbackDelta: the engine's
		false, false, // no type and unit labels, no metadata
		nil, nil, // no error codes and features of our own
		apiv1.OpenAPIOptions{Version: version.Version, MaxSearchLimit: searchResults},
		newParser(),
		false, p.o.QueryTimeout,
	)
	router := route.New()
	api.Register(router.WithPrefix(Prefix))
	return router
}

// admin gives the API what tsdb.DB names otherwise.
type admin struct{ *tsdb.DB }

// BlockMetas lists the blocks.
func (a admin) BlockMetas() ([]tsdb.BlockMeta, error) { return a.DB.BlockMetas(), nil }

// Stats describes the head.
func (a admin) Stats(label string, limit int) (*tsdb.Stats, error) {
	return a.Head().Stats(label, limit), nil
}

// WALReplayStatus is done: New returns after the replay.
func (a admin) WALReplayStatus() (tsdb.WALReplayStatus, error) { return tsdb.WALReplayStatus{}, nil }

func (p *Prom) runtimeInfo() (apiv1.RuntimeInfo, error) {
	host, err := os.Hostname()
	if err != nil {
		host = p.o.Instance
	}
	cwd, err := os.Getwd()
	return apiv1.RuntimeInfo{
		StartTime: p.began.UTC(), CWD: cwd, Hostname: host, ServerTime: time.Now().UTC(),
		ReloadConfigSuccess: true, LastConfigTime: time.Unix(0, p.applied.Load()).UTC(),
		GoroutineCount: runtime.NumGoroutine(), GOMAXPROCS: runtime.GOMAXPROCS(0),
		GOMEMLIMIT: debug.SetMemoryLimit(-1), GOGC: os.Getenv("GOGC"), GODEBUG: os.Getenv("GODEBUG"),
		StorageRetention: model.Duration(p.o.Retention).String(),
	}, err
}

// moduleVersion is Prometheus' version out of the binary: module v0.316.0 is
// release 3.16.0 (Prometheus' RELEASE.md).
func moduleVersion() *apiv1.PrometheusVersion {
	v := &apiv1.PrometheusVersion{Version: "unknown", GoVersion: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	for _, m := range info.Deps {
		minor, found := strings.CutPrefix(m.Version, "v0.3")
		if m.Path == "github.com/prometheus/prometheus" && found {
			v.Version = "3." + minor
		}
	}
	return v
}
