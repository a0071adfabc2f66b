package dashboard_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/app"
	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/internal/workload"
)

// luneo is a running server with history.
type luneo struct{ url string }

// startLuneo writes four days of the modelled platform, so that there are
// baselines, starts a server on them and sends it events of every kind, failed
// ones and some without a price too.
func startLuneo(t *testing.T) *luneo {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	writeHistory(t, dir, 4*24*time.Hour)
	r := testkit.Redis(t)
	r.Feed(testkit.QueueKeys("bull", "render-3d"))
	f := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true})
	file := filepath.Join(t.TempDir(), "luneo.yml")
	if err := os.WriteFile(file, []byte("openai: {upstreams: {openai: {base_url: '"+f.URL+"/v1'}}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := testkit.Start(t, "--data-dir", dir, "--redis", r.URL, "--config", file, "--prometheus-scrape-interval", "1s", "--prometheus-evaluation-interval", "1s")
	l := &luneo{url: p.URL}
	l.call(t, `{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"x"}]}`)
	l.call(t, `{"model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}`)
	l.call(t, `{"model":"a-model-to-come","messages":[{"role":"user","content":"x"}]}`)
	l.shows(t, "luneo_queue_jobs{")
	r.Feed(queueEvents)
	l.shows(t, "luneo_queue_events_missed_total{")
	var batch strings.Builder
	for range 40 {
		for _, event := range events() {
			batch.WriteString(event + "\n")
		}
	}
	resp, err := http.Post(l.url+"/api/metrics/batch", "application/x-ndjson", strings.NewReader(batch.String()))
	if err != nil {
		t.Fatal(err)
	}
	if body := testkit.Body(t, resp); resp.StatusCode != http.StatusAccepted {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	return l
}

// queueEvents are what queues tell of seldom: a job that is tried again, one
// whose worker was lost, and one of which nobody knows since when it waited.
const queueEvents = "XADD bull:render-3d:events * event waiting jobId 2 prev active\r\n" +
	"XADD bull:render-3d:events * event waiting jobId 3 prev active\r\n" +
	"XADD bull:render-3d:events * event stalled jobId 3\r\n" +
	"XADD bull:render-3d:events * event active jobId 4 prev waiting\r\n"

// call makes one call through the gateway, as an SDK that makes it again.
func (l *luneo) call(t *testing.T, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.url+"/openai/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Authorization": "Bearer sk-test", "X-Luneo-Tag": "shop-a", "X-Stainless-Retry-Count": "1", "Content-Type": "application/json"} {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if text := testkit.Body(t, resp); resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", resp.StatusCode, text)
	}
}

// shows waits until a text is on /metrics.
func (l *luneo) shows(t *testing.T, what string) {
	t.Helper()
	testkit.Await(t, what, func() bool {
		resp, err := http.Get(l.url + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(testkit.Body(t, resp), what)
	})
}

func writeHistory(t *testing.T, dir string, length time.Duration) {
	t.Helper()
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data-dir": dir, "log-level": "warn"}})
	if err != nil {
		t.Fatal(err)
	}
	until := time.Now().Truncate(time.Minute)
	from := until.Add(-length)
	past, err := workload.NewPast(workload.Options{
		Rand: rand.New(rand.NewPCG(1, 1)), Start: from,
		Staging: workload.Together(
			workload.Rhythm(workload.Daytime(until, time.UTC)),
			workload.QueueIncident(until.Add(-time.Hour), 10*time.Minute),
			workload.ErrorBurst(until.Add(-2*time.Hour), 10*time.Minute),
		),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.Backfill(t.Context(), app.BackfillOptions{Config: cfg, From: from, Until: until, Minute: past.Minute}); err != nil {
		t.Fatal(err)
	}
}

func events() []string {
	return []string{
		`{"type":"openai","model":"gpt-4o","operation":"chat","durationSeconds":1.5,"usage":{"prompt_tokens":900,"completion_tokens":200,"prompt_tokens_details":{"cached_tokens":300},"completion_tokens_details":{"reasoning_tokens":50}}}`,
		`{"type":"openai","model":"gpt-4o","operation":"chat","durationSeconds":9,"errorType":"timeout","costCents":1}`,
		`{"type":"openai","model":"nobody/knows","operation":"chat","durationSeconds":1}`,
		`{"type":"render","renderType":"2d","quality":"high","durationSeconds":4}`,
		`{"type":"render","renderType":"2d","quality":"high","durationSeconds":4,"errorType":"oom"}`,
		`{"type":"embed-handshake","durationSeconds":0.04}`,
		`{"type":"embed-handshake","durationSeconds":0.3,"shopDomain":"shop-01.example","failureReason":"origin_not_allowed"}`,
		`{"type":"ar-conversion","conversionType":"glb_to_usdz","durationSeconds":12}`,
		`{"type":"ar-conversion","conversionType":"glb_to_usdz","durationSeconds":12,"errorType":"parse"}`,
		`{"type":"queue-wait","queueName":"render-2d","waitSeconds":20,"oldestWaitingSeconds":95}`,
		`{"type":"http-request","method":"GET","route":"/designs/:id","statusCode":200,"durationSeconds":0.1}`,
		`{"type":"http-request","method":"GET","route":"/designs/:id","statusCode":500,"durationSeconds":0.1}`,
	}
}

// series is one series of an answer of Prometheus' API.
type series struct {
	Metric map[string]string
	Value  [2]any
	Values [][2]any
}

// values are the values of all samples.
func (s series) values(t *testing.T) (all []float64) {
	t.Helper()
	samples := s.Values
	if samples == nil {
		samples = [][2]any{s.Value}
	}
	for _, sample := range samples {
		text, _ := sample[1].(string)
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatalf("%v: %v", sample, err)
		}
		all = append(all, v)
	}
	return all
}

// request is one query of the API.
type request struct {
	path  string
	query url.Values
}

func (l *luneo) instantQuery(v view, expr string) request {
	return request{"/api/v1/query", url.Values{"query": {expr}, "time": {seconds(v.to)}}}
}

// rangeQuery ends at the end of the range. Grafana ends at the multiple of the
// step before it; here that would be before the server started.
func (l *luneo) rangeQuery(v view, expr string, step time.Duration) request {
	points := v.to.Sub(v.from) / step
	return request{"/api/v1/query_range", url.Values{
		"query": {expr}, "start": {seconds(v.to.Add(-points * step))}, "end": {seconds(v.to)}, "step": {strconv.Itoa(int(step.Seconds()))},
	}}
}

func seconds(t time.Time) string { return fmt.Sprintf("%.3f", float64(t.UnixMilli())/1000) }

// get asks once.
func (l *luneo) get(t *testing.T, r request, into any) {
	t.Helper()
	resp, err := http.Get(l.url + r.path + "?" + r.query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	body := testkit.Body(t, resp)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", r.query.Get("query"), resp.StatusCode, body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
}

// result is the answer to a query, which has to have one.
func (l *luneo) result(t *testing.T, r request) []series {
	t.Helper()
	var page struct{ Data struct{ Result []series } }
	l.get(t, r, &page)
	if len(page.Data.Result) == 0 {
		t.Fatalf("there is no data for %s", r.query.Get("query"))
	}
	return page.Data.Result
}

// view waits until all that the events raise is in the history, and is the page
// of the last three hours from then on, with everything chosen.
func (l *luneo) view(t *testing.T, f file) view {
	t.Helper()
	for _, expr := range []string{
		`ALERTS{alertname="ErrorRateHigh",alertstate="firing"}`,
		`ALERTS{alertname="QueueWaitTimeHigh"}`,
		`luneo_ai_cost_usual_cents{bound="high"}`,
		`count_over_time(luneo_build_info[1m]) >= 3`,
		`rate(prometheus_tsdb_head_series[1m]) >= 0`,
	} {
		l.await(t, expr)
	}
	now := time.Now()
	v := view{from: now.Add(-3 * time.Hour), to: now, scrape: 5 * time.Second, points: 1000, chosen: map[string][]string{}, allValue: map[string]string{}}
	for _, variable := range f.Templating.List {
		v.allValue[variable.Name] = variable.AllValue
		switch value := variable.Current.Value.(type) {
		case string:
			v.chosen[variable.Name] = []string{value}
		case []any:
			v.chosen[variable.Name] = []string{value[0].(string)}
		}
	}
	return v
}

// await polls until a query has a result.
func (l *luneo) await(t *testing.T, expr string) {
	t.Helper()
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		var page struct{ Data struct{ Result []series } }
		l.get(t, request{"/api/v1/query", url.Values{"query": {expr}}}, &page)
		if len(page.Data.Result) > 0 {
			return
		}
	}
	t.Fatalf("%s has no result", expr)
}

// oneByOne is the view with every value of every variable chosen by itself. It
// asks for them as Grafana does.
func (l *luneo) oneByOne(t *testing.T, f file, v view) view {
	t.Helper()
	v.chosen = maps.Clone(v.chosen)
	for _, variable := range f.Templating.List {
		call, isLabels := strings.CutPrefix(variable.Query, "label_values(")
		if variable.Type != "query" || !isLabels {
			continue
		}
		comma := strings.LastIndex(call, ",")
		match, label := call[:comma], strings.Trim(call[comma:], ", )")
		var page struct{ Data []string }
		l.get(t, request{"/api/v1/label/" + label + "/values", url.Values{
			"match[]": {v.replace(match, nil)}, "start": {seconds(v.from)}, "end": {seconds(v.to)},
		}}, &page)
		if len(page.Data) == 0 {
			t.Errorf("%s offers nothing: %s", variable.Name, variable.Query)
		}
		v.chosen[variable.Name] = page.Data
	}
	return v
}

// mark notes a deploy and waits until the history has it.
func (l *luneo) mark(t *testing.T) {
	t.Helper()
	resp, err := http.Post(l.url+"/api/annotations", "application/json", strings.NewReader(`{"text":"worker-ia 2.31.0","tags":["deploy"]}`))
	if err != nil {
		t.Fatal(err)
	}
	if body := testkit.Body(t, resp); resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	l.await(t, "luneo_annotation_timestamp_seconds")
}
