package host

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// interval is the default of the scrape interval: numbers that are read
	// more often are shown to nobody.
	interval = 5 * time.Second
	// timeout is how long Run waits for one round of readings; there are two
	// in an interval.
	timeout = 2 * time.Second
	// maxAge is how old a number may be when it is shown.
	maxAge = 30 * time.Second
)

// errHangs is the failure of a reading that does not end.
var errHangs = errors.New("reading takes longer than 2 s")

// Options say what to show.
type Options struct {
	// Source is System(), or a test's.
	Source Source
	// DataDir lies on the file system that luneo_data_disk_* show.
	DataDir string
	Logger  *slog.Logger
}

// Host is a prometheus.Collector, safe for concurrent use.
type Host struct {
	source  Source
	dataDir string
	logger  *slog.Logger
	metrics metrics
	mounts  *probe
	fixed   []*probe

	mu          sync.Mutex
	filesystems map[mount]*probe
	failures    map[string]float64 // by part
}

// New makes a Host that has read nothing yet.
func New(opts Options) *Host {
	h := &Host{
		source: opts.Source, dataDir: opts.DataDir, logger: opts.Logger, metrics: newMetrics(),
		filesystems: map[mount]*probe{}, failures: map[string]float64{},
	}
	if h.logger == nil {
		h.logger = slog.New(slog.DiscardHandler)
	}
	h.mounts = &probe{part: partMounts, read: h.readMounts}
	h.fixed = []*probe{
		{part: partCPU, read: h.readCPU()},
		{part: partMemory, read: h.readMemory},
		{part: partSwap, read: h.readSwap},
		{part: partLoad, read: h.readLoad},
		// Where it is computed from the uptime it would jump to and fro.
		{part: partBootTime, read: h.readBootTime, once: true},
		{part: partDisks, read: h.readDisks},
		{part: partNetwork, read: h.readNetwork},
		{part: partDataDisk, name: h.dataDir, read: h.readDataDisk},
	}
	return h
}

// Run reads the host every 5 seconds until ctx ends. It returns within 4
// seconds; a reading that hangs in the system then stays behind, as nothing
// can end it.
func (h *Host) Run(ctx context.Context) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		h.round(ctx, []*probe{h.mounts})
		h.round(ctx, h.probes())
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// follow replaces the file systems that are measured and returns for how many
// there was no room. One that is gone and still hangs keeps its place, so that
// no more than maxDevices can hang.
func (h *Host) follow(mounts []mount) (leftOut int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for m, p := range h.filesystems {
		if !p.busy && !slices.Contains(mounts, m) {
			delete(h.filesystems, m)
		}
	}
	for _, m := range mounts {
		switch _, ok := h.filesystems[m]; {
		case ok:
		case len(h.filesystems) < maxDevices:
			h.filesystems[m] = &probe{part: partFilesystems, name: m.path, read: h.readFilesystem(m)}
		default:
			leftOut++
		}
	}
	return leftOut
}

// probes are all but the list of mounts.
func (h *Host) probes() []*probe {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append(slices.Clone(h.fixed), slices.Collect(maps.Values(h.filesystems))...)
}

// Describe sends every description.
func (h *Host) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range h.metrics.descs {
		ch <- d
	}
}

// Collect sends what was read last. It waits for nothing.
func (h *Host) Collect(ch chan<- prometheus.Metric) {
	for _, m := range h.shown(time.Now()) {
		ch <- m
	}
}

func (h *Host) shown(now time.Time) (list []prometheus.Metric) {
	probes := append(h.probes(), h.mounts)
	h.mu.Lock()
	defer h.mu.Unlock()
	missing := map[string]int{}
	for _, p := range probes {
		if p.fresh(now) {
			list = append(list, p.shown...)
		} else {
			missing[p.part]++
		}
	}
	for _, part := range parts() {
		list = append(list,
			h.metrics.of(readingsMissing, float64(missing[part]), part),
			h.metrics.of(readingFailures, h.failures[part], part))
	}
	return append(list, h.metrics.of(devicesLimit, maxDevices))
}
