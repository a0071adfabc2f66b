package prom

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	_ "github.com/prometheus/prometheus/discovery/dns"  // dns_sd_configs
	_ "github.com/prometheus/prometheus/discovery/file" // file_sd_configs
	_ "github.com/prometheus/prometheus/discovery/http" // http_sd_configs
	"go.yaml.in/yaml/v3"
)

// The scrape of Luneo itself: its job, and an address that no resolver knows
// (RFC 2606) and that the in-process connection answers.
const (
	selfJob     = "luneo"
	selfAddress = "luneo.invalid:80"
)

// userScrapeInterval holds for targets of the user's that say none.
const userScrapeInterval = 15 * time.Second

// maxExemplars bounds the exemplars in memory, about 100 bytes each.
const maxExemplars = 10_000

// Plan is settings that were read and found good.
type Plan struct {
	config *config.Config
	rules  ruleFiles
}

// Prepare reads everything that settings name and finds what is wrong with it:
// the error names file, line and rule. It changes nothing.
func (o *Options) Prepare(s Settings) (*Plan, error) {
	conf, confErr := o.configOf(s)
	files, rulesErr := readRules(s)
	if err := errors.Join(confErr, rulesErr); err != nil {
		return nil, err
	}
	return &Plan{config: conf, rules: files}, nil
}

// configOf builds Prometheus' configuration. The parts that the user wrote are
// read one by one first, so that each error can say where it belongs.
func (o *Options) configOf(s Settings) (*config.Config, error) {
	remoteWrite, writeErr := readRemoteWrite(s)
	files, filesErr := matches(s.ScrapeConfigFiles, "scrape_config_files")
	alertmanagers, alertErr := alertmanagerConfigs(s.Alertmanagers)
	whole := document{
		"global": document{
			"scrape_interval": duration(userScrapeInterval), "evaluation_interval": duration(o.EvaluationInterval),
			"scrape_native_histograms": true,
		},
		"storage": document{
			"tsdb":      document{"out_of_order_time_window": duration(o.OutOfOrderWindow)},
			"exemplars": document{"max_exemplars": maxExemplars},
		},
		"scrape_configs":      []document{o.selfScrape()},
		"scrape_config_files": files,
		"remote_write":        remoteWrite,
		"alerting":            document{"alertmanagers": alertmanagers},
	}
	conf, err := load(whole)
	if err == nil {
		hidePasswords(conf.RemoteWriteConfigs)
		if _, err = conf.GetScrapeConfigs(); err != nil {
			err = fmt.Errorf("prometheus.scrape_config_files: %w", atJob(err, whole, files))
		}
	}
	return conf, errors.Join(writeErr, filesErr, alertErr, err)
}

// document is a mapping of YAML.
type document map[string]any

func duration(d time.Duration) string { return model.Duration(d).String() }

// selfScrape is the job that scrapes Luneo itself.
func (o *Options) selfScrape() document {
	return document{
		"job_name":        selfJob,
		"scrape_interval": duration(o.ScrapeInterval), "scrape_timeout": duration(o.ScrapeInterval),
		"scrape_protocols": []string{string(config.PrometheusProto)},
		"static_configs": []document{{
			"targets": []string{selfAddress}, "labels": document{model.InstanceLabel: o.Instance},
		}},
	}
}

func load(d document) (*config.Config, error) {
	text, err := yaml.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("write the configuration of the embedded Prometheus: %w", err)
	}
	return config.Load(string(text), slog.New(slog.DiscardHandler))
}

// matches lists the files of patterns; a pattern without any is an error, not
// silence.
func matches(patterns []string, key string) (files []string, err error) {
	for _, pattern := range patterns {
		found, globErr := filepath.Glob(pattern)
		switch {
		case globErr != nil:
			err = errors.Join(err, fmt.Errorf("prometheus.%s: %q is no pattern: %w", key, pattern, globErr))
		case len(found) == 0:
			err = errors.Join(err, fmt.Errorf("prometheus.%s: %q: there is no such file", key, pattern))
		}
		files = append(files, found...)
	}
	return files, err
}
