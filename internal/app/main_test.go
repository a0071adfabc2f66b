package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/luneo-platform/luneo/internal/testkit"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.RemoveBinary()
	os.Exit(code)
}

// long reports whether the sizes that the issues name are to be run.
func long() bool { return os.Getenv("LUNEO_LONG") == "1" }

// answer is what a server said.
type answer struct {
	status int
	header http.Header
	body   string
}

func post(t testing.TB, url, contentType, body string) answer {
	t.Helper()
	a, err := tryPost(http.DefaultClient, url, contentType, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func tryPost(client *http.Client, url, contentType string, body []byte) (answer, error) {
	resp, err := client.Post(url, contentType, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	return read(resp)
}

func get(t testing.TB, url string) answer {
	t.Helper()
	return ask(t, http.MethodGet, url, nil)
}

// ask sends a request without a body; prepare may set its headers.
func ask(t testing.TB, method, url string, prepare func(*http.Request)) answer {
	t.Helper()
	req, err := http.NewRequest(method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if prepare != nil {
		prepare(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	a, err := read(resp)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func read(resp *http.Response) (answer, error) {
	defer resp.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body)}, err
}

// accepted reads the counts out of a 202.
func (a answer) accepted(t testing.TB) (accepted, duplicate int) {
	t.Helper()
	var counts struct{ Accepted, Duplicate int }
	if a.status != http.StatusAccepted {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &counts); err != nil {
		t.Fatal(err)
	}
	return counts.Accepted, counts.Duplicate
}

// metricsOf reads /metrics into families by name.
func metricsOf(t testing.TB, url string) map[string]*dto.MetricFamily {
	t.Helper()
	a := get(t, url+"/metrics")
	if a.status != http.StatusOK {
		t.Fatalf("/metrics: %d %s", a.status, a.body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// value is the value of a counter or gauge with exactly these labels, written
// as name=value; 0 when there is none.
func value(t testing.TB, families map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	t.Helper()
	for _, m := range families[name].GetMetric() {
		if matches(m, labels) {
			return m.GetCounter().GetValue() + m.GetGauge().GetValue() + m.GetUntyped().GetValue()
		}
	}
	return 0
}

func matches(m *dto.Metric, labels []string) bool {
	have := map[string]bool{}
	for _, l := range m.GetLabel() {
		have[l.GetName()+"="+l.GetValue()] = true
	}
	for _, l := range labels {
		if !have[l] {
			return false
		}
	}
	return true
}

// total sums a counter or gauge over all its series.
func total(families map[string]*dto.MetricFamily, name string) (sum float64) {
	for _, m := range families[name].GetMetric() {
		sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
	}
	return sum
}

func renderEvent(id string) string {
	return fmt.Sprintf(`{"id":%q,"renderType":"2d","quality":"high","durationSeconds":1.5}`, id)
}

// pageOf reads a JSON answer of 200.
func pageOf[T any](t *testing.T, url string) (page T) {
	t.Helper()
	a := get(t, url)
	if err := json.Unmarshal([]byte(a.body), &page); err != nil || a.status != http.StatusOK {
		t.Fatalf("%d %s %v", a.status, a.body, err)
	}
	return page
}
