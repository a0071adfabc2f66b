package uitest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// shown is what a panel of the page says.
type shown struct {
	ID    int
	Type  string
	Stat  string
	Named [][2]string // names and values of the legend or the bars
}

const readPanels = `[...document.querySelectorAll(".panel")].map((p) => ({
	ID: Number(p.id.slice(6)), Type: p.dataset.type, Stat: p.querySelector(".stat-value")?.innerText ?? "",
	Named: [...p.querySelectorAll(".legend-item")].filter((i) => i.querySelector("b")).map((i) => [i.querySelector(".legend-name").textContent, i.querySelector("b").innerText])
		.concat([...p.querySelectorAll(".bars li")].map((i) => [i.querySelector(".bars-name").textContent, i.querySelector("b").innerText])),
}))`

// panelJSON is what a panel's queries are, in the dashboard's own JSON.
type panelJSON struct {
	ID      int
	Title   string
	Targets []struct{ Expr, LegendFormat string }
	Panels  []panelJSON
}

// values holds every figure on the dashboards against what Prometheus' API
// answers to the queries of their JSON.
func (s *site) values(t *testing.T) {
	for _, uid := range []string{"luneo-kpis", "luneo-overview"} {
		b := s.tab(t, view{width: 1440})
		b.load("/d/"+uid, s.settledRange(6*time.Hour))
		var dashboard struct{ Panels []panelJSON }
		s.get(t, "/api/dashboards/"+uid, &dashboard)
		panels := map[int]panelJSON{}
		for _, p := range dashboard.Panels {
			for _, p := range append(p.Panels, p) {
				panels[p.ID] = p
			}
		}
		compared := 0
		for _, on := range eval[[]shown](b, readPanels) {
			compared += s.compare(t, panels[on.ID], on, b.requests())
		}
		if least := map[string]int{"luneo-kpis": 30, "luneo-overview": 10}[uid]; compared < least {
			t.Errorf("%s: only %d figures were there to compare", uid, compared)
		}
		b.calm()
	}
}

// compare looks up each figure of a panel among the answers to its queries.
func (s *site) compare(t *testing.T, p panelJSON, on shown, asked []string) (compared int) {
	t.Helper()
	answers := s.answers(t, p, asked)
	if on.Type == "stat" && on.Stat != "" && on.Stat != "–" {
		highest := []float64{math.Inf(-1)}
		for _, values := range answers {
			for i, v := range values {
				if i == len(highest) {
					highest = append(highest, math.Inf(-1))
				}
				highest[i] = max(highest[i], v)
			}
		}
		compared += agree(t, p.Title, on.Stat, highest)
	}
	for _, n := range on.Named {
		if answers[n[0]] == nil {
			t.Errorf("%s shows %q, which no query answers: %v", p.Title, n[0], answers)
		}
		compared += agree(t, p.Title+" "+n[0], n[1], answers[n[0]])
	}
	return compared
}

func agree(t *testing.T, what, text string, values []float64) int {
	t.Helper()
	got, slack := readBack(t, text)
	if !slices.ContainsFunc(values, func(v float64) bool { return math.Abs(got-v) <= slack+1e-9*math.Abs(v) }) {
		t.Errorf("%s shows %s, Prometheus says %v", what, text, values)
	}
	return 1
}

// answers are the last values of each series of a panel, by the name that the
// legend gives it; more than one where the page asked the query in several steps.
func (s *site) answers(t *testing.T, p panelJSON, asked []string) map[string][]float64 {
	t.Helper()
	out := map[string][]float64{}
	for _, target := range p.Targets {
		queries := newest(matching(target.Expr, asked))
		if len(queries) == 0 {
			t.Errorf("%s: the page never asked %s", p.Title, target.Expr)
		}
		for _, q := range queries {
			for name, v := range s.last(t, q, target.LegendFormat) {
				out[name] = append(out[name], v)
			}
		}
	}
	return out
}

var reference = regexp.MustCompile(`\\\$(?:\\\{)?(\w+)(?:\\\})?`)

// matching are the requests for an expression, whatever its variables were.
func matching(expr string, asked []string) (urls []*url.URL) {
	pattern := regexp.MustCompile("^" + reference.ReplaceAllString(regexp.QuoteMeta(expr), `[^"\]]*`) + "$")
	for _, text := range asked {
		u, err := url.Parse(text)
		if err == nil && strings.HasPrefix(u.Path, "/api/v1/query") && pattern.MatchString(u.Query().Get("query")) {
			urls = append(urls, u)
		}
	}
	return urls
}

// newest drops those that ask for another time, such as yesterday's.
func newest(urls []*url.URL) (kept []*url.URL) {
	at := func(u *url.URL) float64 {
		v, _ := strconv.ParseFloat(u.Query().Get("end")+u.Query().Get("time"), 64)
		return v
	}
	for _, u := range urls {
		if !slices.ContainsFunc(urls, func(o *url.URL) bool { return at(o) > at(u)+3600 }) {
			kept = append(kept, u)
		}
	}
	return kept
}

// last asks a query again and returns the last value of each series.
func (s *site) last(t *testing.T, u *url.URL, legend string) map[string]float64 {
	t.Helper()
	resp, err := http.Get(u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  *sample
				Values []*sample
			}
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%s: %v %s", u, err, body)
	}
	out := map[string]float64{}
	for _, r := range answer.Data.Result {
		for _, v := range append(r.Values, r.Value) {
			if v != nil && !math.IsNaN(float64(*v)) {
				out[named(legend, r.Metric)] = float64(*v)
			}
		}
	}
	return out
}

// sample is a value of the API: [time, "value"].
type sample float64

func (s *sample) UnmarshalJSON(text []byte) error {
	var pair [2]any
	if err := json.Unmarshal(text, &pair); err != nil {
		return err
	}
	v, err := strconv.ParseFloat(fmt.Sprint(pair[1]), 64)
	*s = sample(v)
	return err
}

var label = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)

func named(legend string, labels map[string]string) string {
	return label.ReplaceAllStringFunc(legend, func(m string) string { return labels[label.FindStringSubmatch(m)[1]] })
}

var piece = regexp.MustCompile(`([\d.,]+)\s*([^\d.,\s]*)`)

// readBack reads a text such as "2 m 34 s" in the base of its unit, and tells
// half of its last digit.
func readBack(t *testing.T, text string) (value, slack float64) {
	t.Helper()
	factors := map[string]float64{
		"": 1, "×": 1, "/s": 1, "s": 1, "B": 1, "B/s": 1, "k": 1e3, "k/s": 1e3, "M": 1e6, "M/s": 1e6, "G": 1e9, "%": 0.01, "¢": 0.01,
		"ms": 1e-3, "µs": 1e-6, "ns": 1e-9, "m": 60, "h": 3600, "d": 86400,
		"kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "kB/s": 1e3, "MB/s": 1e6, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	}
	for _, m := range piece.FindAllStringSubmatch(strings.ReplaceAll(text, "\n", " "), -1) {
		factor, known := factors[m[2]]
		v, err := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64)
		if !known || err != nil {
			t.Errorf("%q is no figure that the test can read", text)
		}
		_, digits, _ := strings.Cut(m[1], ".")
		value, slack = value+v*factor, 0.5*math.Pow10(-len(digits))*factor
	}
	if strings.HasPrefix(text, "-") || strings.HasPrefix(text, "−") {
		value = -value
	}
	return value, slack
}
