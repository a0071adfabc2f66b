package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// toldRounds is how many alerts each side tells of in a round. Each has a rule
// of its own: the first message of a group does not wait for the one before.
const toldRounds = 10

// told measures from the moment an alert begins to fire to the request at the
// receiver, with group_wait 0s: Luneo beside Debian's Prometheus and Alertmanager,
// of the same events, with the same rules and intervals.
func (b *bench) told() error {
	receiver := newArrivals()
	defer receiver.server.Close()
	n := toldRounds * b.rounds
	luneo, elsewhere, err := b.tellers(receiver.server.URL, n)
	if err != nil {
		return err
	}
	defer luneo.stop()
	for _, s := range elsewhere {
		defer s.stop()
	}
	time.Sleep(10 * time.Second) // Prometheus finds its Alertmanager within 5 s
	for i := range n {
		event := fmt.Appendf(nil, `{"type":"queue-wait","queueName":"q%d","oldestWaitingSeconds":120}`, i)
		if err := post(http.DefaultClient, luneo.url+"/api/metrics/batch", event); err != nil {
			return err
		}
		time.Sleep(300 * time.Millisecond)
	}
	time.Sleep(5 * time.Second)
	for _, side := range []string{"luneo", "debian"} {
		f := receiver.figures(side)
		fmt.Printf("  %-8s median %.3f s, worst %.3f s from firing to the request (%d of %d)\n", side, f.median("s"), f.worst("s"), len(f["s"]), n)
	}
	atMost("s from firing to the request, median, group_wait 0s", receiver.figures("luneo").median("s"), 0.5)
	return nil
}

// tellers starts both sides.
func (b *bench) tellers(receiver string, n int) (luneo *server, elsewhere []*server, err error) {
	dir := b.fresh()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, err
	}
	var rules strings.Builder
	rules.WriteString("groups:\n- name: told\n  rules:\n")
	for i := range n {
		fmt.Fprintf(&rules, "  - {alert: Told%d, expr: 'luneo_worker_queue_wait_time_current_seconds{queue_name=\"q%d\"} > 60', labels: {severity: critical}}\n", i, i)
	}
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if werr := os.WriteFile(file, []byte(text), 0o600); werr != nil {
			err = werr
		}
		return file
	}
	rulesFile := write("rules.yml", rules.String())
	conf := write("luneo.yml", fmt.Sprintf("prometheus: {scrape_interval: 1s, evaluation_interval: 1s, builtin_rules: false, rule_files: [%q]}\nnotifications: {group_wait: 0s, webhook: {url: %q}}\n", rulesFile, receiver+"/luneo"))
	amConf := write("alertmanager.yml", fmt.Sprintf("route: {receiver: hook, group_by: [alertname], group_wait: 0s}\nreceivers: [{name: hook, webhook_configs: [{url: %q}]}]\n", receiver+"/debian"))
	if err != nil {
		return nil, nil, err
	}
	luneo, err = b.announced(b.luneo, "serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--data-dir", b.fresh(), "--config", conf)
	if err != nil {
		return nil, nil, err
	}
	am, err := b.listening("/-/ready", "prometheus-alertmanager", "--web.listen-address=ADDR", "--storage.path="+b.fresh(), "--cluster.listen-address=", "--config.file="+amConf, "--log.level=error")
	if err != nil {
		return luneo, nil, err
	}
	promConf := write("prometheus.yml", fmt.Sprintf("global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\nrule_files: [%q]\nscrape_configs: [{job_name: luneo, static_configs: [{targets: [%q]}]}]\nalerting: {alertmanagers: [{static_configs: [{targets: [%q]}]}]}\n",
		rulesFile, strings.TrimPrefix(luneo.url, "http://"), strings.TrimPrefix(am.url, "http://")))
	prom, err := b.listening("/-/ready", "prometheus", "--web.listen-address=ADDR", "--storage.tsdb.path="+b.fresh(), "--config.file="+promConf, "--log.level=error")
	return luneo, []*server{am, prom}, err
}

// arrivals is a receiver that notes how long after its alert began to fire each
// message came.
type arrivals struct {
	server *httptest.Server
	mu     sync.Mutex
	took   map[string]map[string]float64 // by path and alert, of the first message
}

func newArrivals() *arrivals {
	a := &arrivals{took: map[string]map[string]float64{"luneo": {}, "debian": {}}}
	a.server = httptest.NewServer(http.HandlerFunc(a.take))
	return a
}

func (a *arrivals) take(_ http.ResponseWriter, r *http.Request) {
	now := time.Now()
	var m struct {
		Alerts []struct {
			Labels   map[string]string
			StartsAt time.Time
		}
	}
	if json.NewDecoder(r.Body).Decode(&m) != nil || len(m.Alerts) == 0 {
		return
	}
	side, name := strings.Trim(r.URL.Path, "/"), m.Alerts[0].Labels["alertname"]
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, known := a.took[side][name]; !known && a.took[side] != nil {
		a.took[side][name] = now.Sub(m.Alerts[0].StartsAt).Seconds()
	}
}

func (a *arrivals) figures(side string) figures {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := figures{}
	for _, s := range a.took[side] {
		f.add("s", s)
	}
	return f
}
