package app_test

import (
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestSystemMetrics asks the real program for what the Overview shows: the
// host, the data directory's disk, the process, the runtime, its HTTP API.
func TestSystemMetrics(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, "--data-dir", t.TempDir())
	var families map[string]*dto.MetricFamily
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		families = metricsOf(t, p.URL)
		if total(families, "luneo_data_disk_free_bytes") > 0 && total(families, "luneo_host_cpu_seconds_total") > 0 && total(families, "luneo_http_server_requests_total") > 0 {
			break // the first scrape is counted when it is over
		}
	}
	if free, size := total(families, "luneo_data_disk_free_bytes"), total(families, "luneo_data_disk_size_bytes"); free <= 0 || size < free {
		t.Errorf("the data disk has %v bytes, %v of them free", size, free)
	}
	for _, name := range []string{
		"luneo_host_cpu_seconds_total", "luneo_host_cpus", "luneo_host_memory_size_bytes", "luneo_host_memory_available_bytes",
		"process_resident_memory_bytes", "go_goroutines", "go_memstats_alloc_bytes", "luneo_http_server_requests_total", "luneo_http_server_requests_in_flight",
	} {
		if total(families, name) <= 0 {
			t.Errorf("%s is %v", name, total(families, name))
		}
	}
	if n := families["luneo_http_server_request_duration_seconds"].GetMetric(); len(n) == 0 {
		t.Error("no duration of requests")
	}
	if err := p.Stop(); err != nil {
		t.Errorf("luneo ended with %v\n%s", err, p.Log())
	}
}

// TestPlatformAPI sends what a platform's API would, singly and in a batch, and
// reads its performance back.
func TestPlatformAPI(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := testkit.Start(t, "--data-dir", dir)
	post(t, p.URL+"/api/metrics/http-request", "", `{"id":"a","method":"get","route":"/products/:id","statusCode":200,"durationSeconds":0.02}`).accepted(t)
	post(t, p.URL+"/api/metrics/batch", "", `[
		{"type":"http-request","method":"GET","route":"/products/:id","statusCode":200,"durationSeconds":0.3},
		{"type":"http-request","method":"POST","route":"/renders","statusCode":503,"durationSeconds":12}]`).accepted(t)
	if _, duplicate := post(t, p.URL+"/api/metrics/http-request", "", `{"id":"a","method":"GET","route":"/products/:id","statusCode":200,"durationSeconds":0.02}`).accepted(t); duplicate != 1 {
		t.Error("a request sent again was counted again")
	}
	want := []string{
		`luneo_http_request_duration_seconds_bucket{method="GET",route="/products/:id",status_code="200",le="0.025"} 1`,
		`luneo_http_request_duration_seconds_bucket{method="GET",route="/products/:id",status_code="200",le="0.5"} 2`,
		`luneo_http_request_duration_seconds_sum{method="GET",route="/products/:id",status_code="200"} 0.32`,
		`luneo_http_request_duration_seconds_count{method="GET",route="/products/:id",status_code="200"} 2`,
		`luneo_http_request_duration_seconds_bucket{method="POST",route="/renders",status_code="503",le="10"} 0`,
		`luneo_http_request_duration_seconds_count{method="POST",route="/renders",status_code="503"} 1`,
	}
	check := func() {
		text := get(t, p.URL+"/metrics").body
		for _, line := range want {
			if !strings.Contains(text, "\n"+line+"\n") {
				t.Errorf("missing: %s", line)
			}
		}
	}
	check()
	p.Kill()
	p = testkit.Start(t, "--data-dir", dir)
	check()
}
