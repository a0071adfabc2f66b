package annotation_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/luneo-platform/luneo/internal/annotation"
	"github.com/luneo-platform/luneo/internal/kpi"
)

func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

func open(t testing.TB, file string) *annotation.Store {
	t.Helper()
	s, err := annotation.Open(annotation.Options{File: file, Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask puts a request to a store as the table of routes does.
func ask(t testing.TB, s *annotation.Store, method, target, body string) (string, error) {
	t.Helper()
	var err error
	mux := http.NewServeMux()
	route := func(pattern string, h func(http.ResponseWriter, *http.Request) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { err = h(w, r) })
	}
	route("POST /api/annotations", s.HandleAdd)
	route("GET /api/annotations", s.HandleList)
	route("DELETE /api/annotations/{id}", s.HandleRemove)
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if method == http.MethodPost {
		r = r.WithContext(kpi.WithCaller(r.Context(), kpi.Caller{Credential: "ci"}))
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return strings.TrimSpace(w.Body.String()), err
}

// TestAnnotations adds, lists and removes marks, and finds them after a restart.
func TestAnnotations(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "annotations.json")
	s := open(t, file)
	steps := []struct{ method, target, body, want string }{
		{"GET", "/api/annotations", "", `[]`},
		{"POST", "/api/annotations", `{"text":"worker-ia 2.31.0","tags":["deploy","worker-ia"]}`, `{"id":1,"message":"Annotation added"}`},
		{"POST", "/api/annotations", `{"dashboardUID":"x","panelId":2,"text":"Black Friday","tags":["campaign"],"time":1795500000000,"timeEnd":1795586400000}`, `{"id":2,"message":"Annotation added"}`},
		{"GET", "/api/annotations?tags=deploy&tags=worker-ia", "", `[{"id":1,"text":"worker-ia 2.31.0","tags":["deploy","worker-ia"],"time":1795521600000,"timeEnd":1795521600000,"user":"ci"}]`},
		{"GET", "/api/annotations?from=1795586400000&to=1795586500000", "", `[{"id":2,"text":"Black Friday","tags":["campaign"],"time":1795500000000,"timeEnd":1795586400000,"user":"ci"}]`},
		{"GET", "/api/annotations?tags=deploy&tags=campaign", "", `[]`},
		{"GET", "/api/annotations?tags=deploy&tags=campaign&matchAny=true&limit=1", "", `[{"id":1,"text":"worker-ia 2.31.0","tags":["deploy","worker-ia"],"time":1795521600000,"timeEnd":1795521600000,"user":"ci"}]`},
		{"DELETE", "/api/annotations/1", "", `{"message":"Annotation deleted"}`},
	}
	for _, step := range steps {
		if got, err := ask(t, s, step.method, step.target, step.body); err != nil || got != step.want {
			t.Errorf("%s %s %s\nanswered %s, %v\ninstead of %s", step.method, step.target, step.body, got, err, step.want)
		}
	}
	if got, err := ask(t, open(t, file), "GET", "/api/annotations", ""); err != nil || !strings.Contains(got, `"id":2`) || strings.Contains(got, `"id":1,`) {
		t.Errorf("after a restart: %s, %v", got, err)
	}
	if got, err := ask(t, open(t, file), "POST", "/api/annotations", `{"text":"again"}`); err != nil || !strings.Contains(got, `"id":3`) {
		t.Errorf("an id is given twice: %s, %v", got, err)
	}
}

// TestBadAnnotations names the field, its value and what is allowed.
func TestBadAnnotations(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	for _, c := range []struct{ method, target, body, want string }{
		{"POST", "/api/annotations", ``, `The body is not like {"text"`},
		{"POST", "/api/annotations", `{"text":"a"} {}`, "something follows the object"},
		{"POST", "/api/annotations", `{"text":"a","tag":[]}`, `unknown field "tag"`},
		{"POST", "/api/annotations", `{"text":5}`, "text is a number, expected a string"},
		{"POST", "/api/annotations", `{"text":"a","tags":"deploy"}`, "tags is a string, expected a list of strings"},
		{"POST", "/api/annotations", `{"text":"a","time":"now"}`, "time is a string, expected milliseconds since 1970"},
		{"POST", "/api/annotations", `{"text":"  "}`, "text is needed: what happened, in at most 200 bytes"},
		{"POST", "/api/annotations", fmt.Sprintf(`{"text":%q}`, strings.Repeat("a", 201)), "text has 201 bytes, at most 200 are allowed"},
		{"POST", "/api/annotations", `{"text":"a\u0007"}`, `text is "a\a", expected text without control characters`},
		{"POST", "/api/annotations", `{"text":"a","tags":["1","2","3","4","5","6","7","8","9","10","11"]}`, "tags has 11 tags, at most 10 are allowed"},
		{"POST", "/api/annotations", `{"text":"a","tags":[""]}`, `tags has "", expected 1 to 100 bytes`},
		{"POST", "/api/annotations", `{"text":"a","time":1795521600}`, "time is 1795521600, expected milliseconds since 1970, from the year 2000 to 2100"},
		{"POST", "/api/annotations", `{"text":"a","timeEnd":1795521599999}`, "timeEnd is 1795521599999, expected milliseconds since 1970, not before time"},
		{"POST", "/api/annotations", `{"text":"` + strings.Repeat("a", 20000) + `"}`, "http: request body too large"},
		{"GET", "/api/annotations?from=now-1h", "", `from is "now-1h", expected a whole number`},
		{"GET", "/api/annotations?limit=1001", "", `limit is "1001", expected a whole number from 0 to 1000`},
		{"DELETE", "/api/annotations/7", "", "There is no annotation with the id 7."},
		{"DELETE", "/api/annotations/x", "", `There is no annotation with the id "x": ids are numbers.`},
	} {
		if _, err := ask(t, s, c.method, c.target, c.body); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s %.60s: %v, want %s", c.method, c.target, c.body, err, c.want)
		}
	}
}

// TestNewestStay: a new mark takes the place of the oldest, and one older than
// all is refused.
func TestNewestStay(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	for i := range annotation.Limit + 5 {
		at := noon().Add(time.Duration(i) * time.Minute).UnixMilli()
		if _, err := s.Add(annotation.Annotation{Text: fmt.Sprint(i), Time: at, TimeEnd: at}); err != nil {
			t.Fatal(err)
		}
	}
	if list := s.Between(noon(), noon().AddDate(1, 0, 0)); len(list) != annotation.Limit || list[0].Text != "5" {
		t.Errorf("%d marks, the oldest is %s", len(list), list[0].Text)
	}
	if _, err := s.Add(annotation.Annotation{Text: "old", Time: noon().UnixMilli(), TimeEnd: noon().UnixMilli()}); err == nil {
		t.Error("a mark older than all others was added and is gone")
	}
}

// TestSeries shows the newest marks of the last 30 days, each once.
func TestSeries(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	for _, a := range []annotation.Annotation{
		{Text: "a", Tags: []string{"deploy", "x"}, Time: noon().Add(-time.Hour).UnixMilli()},
		{Text: "a", Tags: []string{"deploy", "x"}, Time: noon().Add(-time.Minute).UnixMilli()},
		{Text: "long ago", Time: noon().AddDate(0, 0, -31).UnixMilli()},
		{Text: `"b"`, Time: noon().UnixMilli()},
	} {
		a.TimeEnd = a.Time
		if _, err := s.Add(a); err != nil {
			t.Fatal(err)
		}
	}
	reg := prometheus.NewPedanticRegistry()
	reg.MustRegister(s.Collector())
	want := `# HELP luneo_annotation_timestamp_seconds When a mark was set on the charts, seconds since 1970: the newest 100 of the last 30 days
# TYPE luneo_annotation_timestamp_seconds gauge
luneo_annotation_timestamp_seconds{tags="",text="\"b\""} 1.7955216e+09
luneo_annotation_timestamp_seconds{tags="deploy,x",text="a"} 1.79552154e+09
# HELP luneo_annotations Annotations that are kept
# TYPE luneo_annotations gauge
luneo_annotations 4
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "luneo_annotation_timestamp_seconds", "luneo_annotations"); err != nil {
		t.Error(err)
	}
}

// TestDamagedFile is set aside, and one of a newer Luneo is left alone.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "annotations.json")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"version":1,"next":2,"annotations":[{"id":1,"te`)
	s := open(t, file)
	if got, err := ask(t, s, "GET", "/api/annotations", ""); err != nil || got != "[]" {
		t.Errorf("%s, %v", got, err)
	}
	if aside, err := filepath.Glob(file + ".*.damaged"); err != nil || len(aside) != 1 {
		t.Errorf("set aside: %v, %v", aside, err)
	}
	write(`{"version":2}`)
	if _, err := annotation.Open(annotation.Options{File: file}); err == nil || !strings.Contains(err.Error(), "version 2") {
		t.Errorf("a newer file: %v", err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

// TestDiskThatRefuses keeps what was there.
func TestDiskThatRefuses(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "gone")
	s := open(t, filepath.Join(dir, "annotations.json"))
	_, err := ask(t, s, "POST", "/api/annotations", `{"text":"a"}`)
	if e, ok := err.(*kpi.Error); !ok || e.Kind != kpi.KindUnavailable { //nolint:errorlint // handlers answer with it itself
		t.Errorf("%v", err)
	}
	if got, err := ask(t, s, "GET", "/api/annotations", ""); err != nil || got != "[]" {
		t.Errorf("%s, %v", got, err)
	}
}

// FuzzFile opens any file: it is read, or set aside, or refused, and what is
// then written can be read.
func FuzzFile(f *testing.F) {
	f.Add([]byte(`{"version":1,"next":3,"annotations":[{"id":1,"text":"a","tags":["b"],"time":1795521600000,"timeEnd":1795521600000,"user":"ci"}]}`))
	f.Add([]byte(`{"version":1,"next":1,"annotations":null}`))
	f.Add([]byte(`{"version":2}`))
	f.Add([]byte("\xff{"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(t.TempDir(), "annotations.json")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := annotation.Open(annotation.Options{File: file, Now: noon})
		if err != nil {
			return
		}
		before := s.Between(time.UnixMilli(0), noon().AddDate(100, 0, 0))
		if _, err := s.Add(annotation.Annotation{Text: "new", Tags: []string{}, Time: noon().UnixMilli(), TimeEnd: noon().UnixMilli()}); err != nil {
			return // it is full of newer ones
		}
		again := open(t, file)
		after, err := json.Marshal(again.Between(time.UnixMilli(0), noon().AddDate(100, 0, 0)))
		if err != nil || !strings.Contains(string(after), `"new"`) {
			t.Errorf("%d marks before, after: %s, %v", len(before), after, err)
		}
	})
}
