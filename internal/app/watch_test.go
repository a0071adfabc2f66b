package app_test

import (
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/luneo-platform/luneo/internal/app"
	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/testkit"
)

const (
	waitsCounted = "luneo_worker_queue_wait_time_seconds"
	currentWait  = "luneo_worker_queue_wait_time_current_seconds"
)

// TestKillsWhileQueuesWork: Luneo is killed ten times while real workers work;
// each start of a job is in the histogram once.
func TestKillsWhileQueuesWork(t *testing.T) {
	t.Parallel()
	jobs := 3000
	if long() {
		jobs = 50_000
	}
	r, dir := testkit.Redis(t), t.TempDir()
	start := func() *testkit.Process { return testkit.Start(t, "--data-dir", dir, "--redis", r.URL) }
	p := start()
	run := testkit.StartBullMQ(t, "6", r.URL).Prepare(t, testkit.Spec{Scenario: "soak", Prefix: "bull", Queues: []string{"kills"}, Jobs: jobs})
	counted := func() float64 { return histogramCount(metricsOf(t, p.URL), waitsCounted, "kills") }
	testkit.Await(t, "the queue", func() bool { return strings.Contains(get(t, p.URL+"/api/queues").body, `"kills"`) })
	run.Go(t)
	for i := range 10 {
		testkit.Await(t, "jobs to be counted", func() bool { return counted() > float64((i+1)*jobs/12) })
		p.Kill()
		p = start()
	}
	run.Wait(t)
	want := float64(strings.Count(r.Cli("XRANGE", "bull:kills:events", "-", "+"), "event\nactive\n"))
	testkit.Await(t, "the last waits", func() bool { return counted() >= want })
	families := metricsOf(t, p.URL)
	if got, missed := counted(), total(families, "luneo_queue_events_missed_total"); got != want || missed != 0 {
		t.Errorf("%v waits, %v missed, want %v and none", got, missed, want)
	}
	t.Logf("10 kills, %v waits, each counted once", want)
}

func histogramCount(families map[string]*dto.MetricFamily, name, queue string) float64 {
	for _, m := range families[name].GetMetric() {
		if matches(m, []string{"queue_name=" + queue}) {
			return float64(m.GetHistogram().GetSampleCount())
		}
	}
	return 0
}

// TestHangingRedis: a Redis that hangs holds up neither /metrics nor events, its
// current waits are absent and not old, and are back when it is.
func TestHangingRedis(t *testing.T) {
	t.Parallel()
	r := testkit.Redis(t)
	r.Feed(testkit.QueueKeys("bull", "stuck"))
	p := testkit.Start(t, "--data-dir", t.TempDir(), "--redis", r.URL)
	shown := func() bool { return metricsOf(t, p.URL)[currentWait] != nil }
	up := func() float64 { return total(metricsOf(t, p.URL), "luneo_redis_up") }
	testkit.Await(t, "the current wait", shown)
	r.Stop()
	testkit.Await(t, "it to be absent", func() bool { return !shown() })
	post(t, p.URL+"/api/metrics/render", "", renderEvent("a")).accepted(t)
	if answer := get(t, p.URL+"/api/queues"); up() != 0 || !strings.Contains(answer.body, "has not answered in time") {
		t.Errorf("up is %v; %s", up(), answer.body)
	}
	r.Continue()
	testkit.Await(t, "it to be back", func() bool { return shown() && up() == 1 })
}

// TestPushedBesideWatched: a wait that is posted for a watched queue is ignored,
// be Redis there or not, and one for another queue counts.
func TestPushedBesideWatched(t *testing.T) {
	t.Parallel()
	r := testkit.Redis(t)
	r.Feed(testkit.QueueKeys("bull", "watched"))
	p := testkit.Start(t, "--data-dir", t.TempDir(), "--redis", r.URL)
	testkit.Await(t, "the queue", func() bool { return metricsOf(t, p.URL)[currentWait] != nil })
	push := func(queue string) string {
		return post(t, p.URL+"/api/metrics/queue-wait", "", `{"queueName":"`+queue+`","waitSeconds":1,"oldestWaitingSeconds":2}`).body
	}
	for range 2 {
		if got := push("watched"); !strings.Contains(got, `"ignored":1`) {
			t.Errorf("answered %s", got)
		}
		if got := push("mails"); !strings.Contains(got, `"accepted":1`) {
			t.Errorf("answered %s", got)
		}
		r.Kill()
	}
	families := metricsOf(t, p.URL)
	if got := total(families, "luneo_ingest_ignored_total"); got != 2 {
		t.Errorf("%v ignored", got)
	}
	if got := value(t, families, currentWait, "queue_name=mails"); got != 2 {
		t.Errorf("the pushed wait is %v", got)
	}
}

// TestNoRedisNamed: REDIS_URL is tried where the configuration is silent; the
// default port where that is missing, whose absence is no alarm.
func TestNoRedisNamed(t *testing.T) {
	r := testkit.Redis(t)
	r.Feed(testkit.QueueKeys("bull", "found"))
	t.Setenv("REDIS_URL", r.URL)
	url := inProcess(t, func(o *app.Options) { o.Config.Redis = nil })
	testkit.Await(t, "the queue", func() bool {
		a := get(t, url+"/api/queues").body
		return strings.Contains(a, `"found"`) && strings.Contains(a, `"origin":"REDIS_URL"`)
	})
	t.Setenv("REDIS_URL", "http://user:geheim@nonsense")
	_, err := app.New(app.Options{Config: silent(t)})
	if err == nil || strings.Contains(err.Error(), "geheim") || !strings.Contains(err.Error(), "REDIS_URL") {
		t.Errorf("nonsense in REDIS_URL: %v", err)
	}
}

func silent(t *testing.T) config.Config {
	cfg := config.Default()
	cfg.Listen, cfg.DataDir = "127.0.0.1:0", t.TempDir()
	return cfg
}
