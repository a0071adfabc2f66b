package app_test

import (
	"encoding/json"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// series is one series of an answer of Prometheus' API.
type series struct {
	Metric map[string]string
	Value  [2]any   // of an instant query
	Values [][2]any // of a matrix
}

// float is the value of a sample, which the API writes as a text.
func float(t testing.TB, sample [2]any) float64 {
	t.Helper()
	text, _ := sample[1].(string)
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatalf("%v: %v", sample, err)
	}
	return v
}

// query asks the API at the base URL for an instant vector or a matrix.
func query(t testing.TB, base, q string) []series {
	t.Helper()
	a := get(t, base+"/api/v1/query?query="+url.QueryEscape(q))
	var page struct{ Data struct{ Result []series } }
	if err := json.Unmarshal([]byte(a.body), &page); err != nil || a.status != 200 {
		t.Fatalf("%s: %d %s", q, a.status, a.body)
	}
	return page.Data.Result
}

// awaitQuery polls until a query has a result.
func awaitQuery(t testing.TB, base, q string) []series {
	t.Helper()
	for deadline := time.Now().Add(testkit.HangGuard); time.Now().Before(deadline); {
		if r := query(t, base, q); len(r) > 0 {
			return r
		}
	}
	t.Fatalf("%s has no result", q)
	return nil
}

// quick are intervals that tests have the patience for.
func quick(args ...string) []string {
	return append([]string{"--prometheus-scrape-interval", "200ms", "--prometheus-evaluation-interval", "200ms"}, args...)
}
