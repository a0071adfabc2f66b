package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// size is how large the binary is that a release would ship.
func (b *bench) size() error {
	info, err := os.Stat(b.luneo)
	if err != nil {
		return err
	}
	atMost("MB of binary, stripped", float64(info.Size())/1e6, 60)
	return nil
}

// settle is how long an idle process is left alone before its memory is read.
const settle = 30 * time.Second

// peer is a program whose memory is read beside Luneo's.
type peer struct {
	name, path string
	args       []string
}

// peers are Debian's programs that together do what one Luneo does.
func (b *bench) peers() []peer {
	return []peer{
		{"prometheus", "/-/ready", []string{"--web.listen-address=ADDR", "--storage.tsdb.path=" + b.fresh(), "--config.file=monitoring/prometheus/prometheus.yml", "--log.level=error"}},
		{"prometheus-alertmanager", "/-/ready", []string{"--web.listen-address=ADDR", "--storage.path=" + b.fresh(), "--cluster.listen-address=", "--config.file=" + filepath.Join(b.dir, "alertmanager.yml"), "--log.level=error"}},
		{"prometheus-pushgateway", "/-/ready", []string{"--web.listen-address=ADDR"}},
		{"prometheus-statsd-exporter", "/metrics", []string{"--web.listen-address=ADDR", "--statsd.listen-udp=", "--statsd.listen-tcp="}},
	}
}

// idle compares the memory of an idle Luneo, which scrapes and judges itself,
// with the sum of its peers idle side by side.
func (b *bench) idle() error {
	if err := os.WriteFile(filepath.Join(b.dir, "alertmanager.yml"), []byte("route: {receiver: none}\nreceivers: [{name: none}]\n"), 0o600); err != nil {
		return err
	}
	luneo, err := b.serveLuneo()
	if err != nil {
		return err
	}
	defer luneo.stop()
	var running []*server
	var names []string
	for _, p := range b.peers() {
		s, err := b.listening(p.path, p.name, p.args...)
		if err != nil {
			fmt.Printf("  %s is left out: %v\n", p.name, err)
			continue
		}
		defer s.stop()
		running, names = append(running, s), append(names, p.name)
	}
	time.Sleep(settle)
	sum := 0.0
	for i, s := range running {
		fmt.Printf("  %-28s %5.0f MB\n", names[i], s.memory())
		sum += s.memory()
	}
	fmt.Printf("  %-28s %5.0f MB\n  %-28s %5.0f MB\n", "together", sum, "luneo", luneo.memory())
	atMost("of the memory of those peers that are here, idle", luneo.memory()/sum, 0.7)
	atMost("MB resident when idle", luneo.memory(), 100)
	return nil
}

// ready starts with 10,000 series of history, after an orderly stop and after
// a kill, beside Debian's Prometheus that has scraped the same series.
func (b *bench) ready() error {
	dir, promDir := b.fresh(), b.fresh()
	serve := []string{"serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--data-dir", dir, "--prometheus-scrape-interval", "1s"}
	luneo, err := b.announced(b.luneo, serve...)
	if err != nil {
		return err
	}
	if err := b.tenThousand(luneo); err != nil {
		return err
	}
	conf := filepath.Join(b.dir, "scrape.yml")
	if err := os.WriteFile(conf, fmt.Appendf(nil, "scrape_configs: [{job_name: luneo, scrape_interval: 1s, static_configs: [{targets: [%q]}]}]\n", strings.TrimPrefix(luneo.url, "http://")), 0o600); err != nil {
		return err
	}
	prometheus := []string{"--web.listen-address=ADDR", "--storage.tsdb.path=" + promDir, "--config.file=" + conf, "--log.level=error"}
	other, err := b.listening("/-/ready", "prometheus", prometheus...)
	if err != nil {
		return err
	}
	time.Sleep(2 * settle)
	fmt.Printf("  resident with 10,000 series: luneo %.0f MB, prometheus %.0f MB\n", luneo.memory(), other.memory())
	atMost("MB resident with 10,000 series", luneo.memory(), 130)
	luneo.stop()
	other.stop()

	f := figures{}
	ended := "an orderly stop"
	for i := range 2 * b.rounds {
		ending, name := syscall.SIGKILL, "a kill"
		if i%2 == 1 {
			ending, name = syscall.SIGTERM, "an orderly stop"
		}
		if err := b.restart(serve, prometheus, ending, func(side string, took float64) { f.add(side+" after "+ended, took) }); err != nil {
			return err
		}
		ended = name
	}
	for _, name := range []string{"luneo after an orderly stop", "luneo after a kill", "prometheus after an orderly stop", "prometheus after a kill"} {
		fmt.Printf("  %-34s %6.3f s\n", name, f.median(name))
	}
	atMost("s from start to ready with 10,000 series of history", f.median("luneo after an orderly stop"), 0.5)
	return nil
}

// restart starts both sides, says how long each took to be ready, and ends
// them with a signal.
func (b *bench) restart(serve, prometheus []string, ending syscall.Signal, took func(side string, seconds float64)) error {
	begin := time.Now()
	luneo, err := b.announced(b.luneo, serve...)
	if err != nil {
		return err
	}
	took("luneo", time.Since(begin).Seconds()) // it announces itself when it is ready
	begin = time.Now()
	other, err := b.listening("/-/ready", "prometheus", append([]string{"--web.listen-address=ADDR"}, prometheus[1:]...)...)
	if err != nil {
		return err
	}
	took("prometheus", time.Since(begin).Seconds())
	time.Sleep(3 * time.Second) // some scrapes
	for _, s := range []*server{luneo, other} {
		_ = s.cmd.Process.Signal(ending) // how it ends decides the next start
		_ = s.cmd.Wait()
	}
	return nil
}

// detect is the time from the first failed event of a kind never seen before
// to its alert firing at the API; each round is a server of its own.
func (b *bench) detect() error {
	for _, c := range []struct {
		name, interval string
		goal           float64
	}{{"intervals of 1 s", "1s", 2}, {"the defaults", "5s", 12}} {
		f := figures{}
		worst := 0.0
		for range 2 * b.rounds {
			took, err := b.detectOnce(c.interval)
			if err != nil {
				return err
			}
			f.add("s", took.Seconds())
			worst = max(worst, took.Seconds())
		}
		fmt.Printf("  %-18s median %.2f s, worst %.2f s\n", c.name, f.median("s"), worst)
		atMost("s from event to firing alert, worst of the rounds, with "+c.name, worst, c.goal)
		took, err := b.detectElsewhere(c.interval)
		if err != nil {
			return err
		}
		fmt.Printf("  Debian's prometheus with the same rules and intervals: %s\n", took)
	}
	return nil
}

// detectElsewhere asks the same of Debian's Prometheus, which scrapes a Luneo
// and evaluates the same rules. It knows no start timestamps, so that the first
// failure of a kind is no increase for it; the second is.
func (b *bench) detectElsewhere(interval string) (string, error) {
	luneo, err := b.announced(b.luneo, "serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--data-dir", b.fresh(), "--alerts-min-errors", "1")
	if err != nil {
		return "", err
	}
	defer luneo.stop()
	dir := b.fresh()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	rules, err := filepath.Abs("monitoring/prometheus/alerts.yml")
	if err != nil {
		return "", err
	}
	conf := fmt.Appendf(nil, "global: {scrape_interval: %s, scrape_timeout: %s, evaluation_interval: %s}\nrule_files: [%q]\nscrape_configs: [{job_name: luneo, static_configs: [{targets: [%q]}]}]\n",
		interval, interval, interval, rules, strings.TrimPrefix(luneo.url, "http://"))
	if err := os.WriteFile(filepath.Join(dir, "prometheus.yml"), conf, 0o600); err != nil {
		return "", err
	}
	p, err := b.listening("/-/ready", "prometheus", "--web.listen-address=ADDR", "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--config.file="+filepath.Join(dir, "prometheus.yml"), "--log.level=error")
	if err != nil {
		return "", err
	}
	defer p.stop()
	length, err := time.ParseDuration(interval)
	if err != nil {
		return "", err
	}
	time.Sleep(3 * length)
	failed := []byte(`{"type":"render","renderType":"new","quality":"high","durationSeconds":1,"errorType":"never_seen"}`)
	for n, name := range []string{"first", "second"} {
		begin := time.Now()
		if err := post(http.DefaultClient, luneo.url+"/api/metrics/batch", failed); err != nil {
			return "", err
		}
		for time.Since(begin) < 4*length+2*time.Second {
			if firing(p, "ErrorRateHigh") {
				return fmt.Sprintf("%.2f s after the %s failure", time.Since(begin).Seconds(), name), nil
			}
			time.Sleep(5 * time.Millisecond)
		}
		if n == 1 {
			break
		}
	}
	return "not after the second failure", nil
}

func (b *bench) detectOnce(interval string) (time.Duration, error) {
	s, err := b.announced(b.luneo, "serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--data-dir", b.fresh(),
		"--prometheus-scrape-interval", interval, "--prometheus-evaluation-interval", interval, "--alerts-min-errors", "1")
	if err != nil {
		return 0, err
	}
	defer s.stop()
	length, err := time.ParseDuration(interval)
	if err != nil {
		return 0, err
	}
	b.n++
	time.Sleep(2*length + time.Duration(b.n%10)*length/10) // at another point between two scrapes each time
	begin := time.Now()
	if err := post(http.DefaultClient, s.url+"/api/metrics/batch", []byte(`{"type":"render","renderType":"new","quality":"high","durationSeconds":1,"errorType":"never_seen"}`)); err != nil {
		return 0, err
	}
	for time.Since(begin) < time.Minute {
		if firing(s, "ErrorRateHigh") {
			return time.Since(begin), nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return 0, fmt.Errorf("no alert within a minute")
}

// firing reports whether the alert fires at the API.
func firing(s *server, alert string) bool {
	resp, err := http.Get(s.url + "/api/v1/alerts")
	if err != nil {
		return false
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	var answer struct {
		Data struct {
			Alerts []struct {
				State  string
				Labels map[string]string
			}
		}
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || json.Unmarshal(body, &answer) != nil {
		return false
	}
	for _, a := range answer.Data.Alerts {
		if a.State == "firing" && a.Labels["alertname"] == alert {
			return true
		}
	}
	return false
}
