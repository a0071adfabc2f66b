package app

import (
	"bytes"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/prom"
	"github.com/luneo-platform/luneo/internal/reply"
	"github.com/luneo-platform/luneo/internal/web"
)

// settings is what this Luneo is set to, and how full it is.
type settings struct {
	Version   string    `json:"version"`
	GoVersion string    `json:"goVersion"`
	UI        uiBuild   `json:"ui"`
	Config    string    `json:"config"` // YAML, secrets redacted, as it is in use
	Files     []file    `json:"files"`
	Limits    []limit   `json:"limits"`
	Storage   []storage `json:"storage"`
	Disk      disk      `json:"disk"`
	// Reload is the last reading of the configuration, the start's included.
	Reload *reloadOutcome `json:"reload"`
}

type uiBuild struct {
	Built   bool   `json:"built"`
	Version string `json:"version"`
}

// file is one that the configuration names, or its own.
type file struct {
	Key  string `json:"key"`
	Path string `json:"path"`
}

// storage is one entry of the data directory.
type storage struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	// Since and Retention are the history's.
	Since     *time.Time `json:"since,omitempty"`
	Retention string     `json:"retention,omitempty"`
}

type disk struct {
	FreeBytes float64 `json:"freeBytes"`
	SizeBytes float64 `json:"sizeBytes"`
}

func (a *App) settingsRoutes() []web.Route {
	return []web.Route{{Method: http.MethodGet, Pattern: "/api/settings", Scope: web.Read, Handler: a.handleSettings}}
}

func (a *App) handleSettings(w http.ResponseWriter, _ *http.Request) error {
	cfg := *a.inUse.Load()
	shown, err := gathered(a.registry)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := cfg.WriteYAML(&text); err != nil {
		return err
	}
	kept, err := a.storage(cfg, shown)
	if err != nil {
		return err
	}
	return reply.Now(w, settings{
		Version: a.opts.Version, GoVersion: runtime.Version(), UI: uiBuild{a.ui.Built(), a.ui.Version()},
		Config: text.String(), Files: a.files(cfg), Limits: limits(cfg, shown), Storage: kept,
		Disk:   disk{shown.value("luneo_data_disk_free_bytes"), shown.value("luneo_data_disk_size_bytes")},
		Reload: a.reloads.last.Load(),
	})
}

// files are those that the configuration in use was made of.
func (a *App) files(cfg config.Config) []file {
	list := []file{}
	add := func(key string, paths ...config.Path) {
		for _, p := range paths {
			if p != "" {
				list = append(list, file{key, string(p)})
			}
		}
	}
	add("config", config.Path(a.opts.ConfigFile))
	add("web_config_file", cfg.WebConfigFile)
	add("openai.prices_file", cfg.OpenAI.PricesFile)
	add("prometheus.rule_files", cfg.Prometheus.RuleFiles...)
	add("prometheus.scrape_config_files", cfg.Prometheus.ScrapeConfigFiles...)
	return list
}

// storage are the entries of the data directory, the largest first.
func (a *App) storage(cfg config.Config, shown readings) ([]storage, error) {
	entries, err := os.ReadDir(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	list := []storage{}
	for _, e := range entries {
		path := filepath.Join(cfg.DataDir, e.Name())
		s := storage{Name: e.Name(), Bytes: sizeOf(path)}
		if path == filepath.Clean(prom.Dir(cfg.DataDir)) {
			s = history(s, cfg, shown)
		}
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(a, b storage) int { return int(max(-1, min(1, b.Bytes-a.Bytes))) })
	return list, nil
}

func history(s storage, cfg config.Config, shown readings) storage {
	s.Name = "history"
	if text, err := cfg.Prometheus.Retention.MarshalText(); err == nil {
		s.Retention = string(text)
	}
	if ms := shown.value("prometheus_tsdb_lowest_timestamp"); ms > 0 && ms < float64(time.Now().Add(time.Hour).UnixMilli()) { // an empty one has the largest there is
		since := time.UnixMilli(int64(ms)).UTC()
		s.Since = &since
	}
	return s
}

// sizeOf sums the lengths of the files at and below a path. What goes away
// meanwhile, as blocks and segments do, or can't be read, counts nothing.
func sizeOf(path string) (bytes int64) {
	_ = filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}
