package pricing_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/luneo-platform/luneo/internal/kpi"
)

func TestNames(t *testing.T) {
	t.Parallel()
	table := newTable(t)
	for name, want := range map[string]string{
		"gpt-4o":                                "gpt-4o",
		"GPT-4o":                                "gpt-4o",
		"gpt-4o-2024-08-06":                     "gpt-4o",
		"gpt-4o-2024-05-13":                     "gpt-4o-2024-05-13",
		"gpt-4o-mini-2031-01-01":                "gpt-4o-mini",
		"gpt-4o-mini-2031-13-01":                "",
		"gpt-4o-mini-20310101":                  "",
		"gpt-4-0613":                            "gpt-4",
		"gpt-4-9999":                            "",
		"openai/gpt-4o":                         "gpt-4o",
		"openrouter/openai/gpt-4o-2024-11-20":   "gpt-4o",
		"someone/gpt-4o":                        "",
		"gpt-35-turbo":                          "gpt-3.5-turbo",
		"gpt-35-turbo-16k-0613":                 "gpt-3.5-turbo-16k",
		"gpt-5-1-codex-max":                     "gpt-5.1-codex",
		"gpt-5-2025-08-07":                      "gpt-5",
		"ft:gpt-4o-mini:acme::x":                "ft:gpt-4o-mini",
		"ft:gpt-4o-mini-2024-07-18:acme:n:id":   "ft:gpt-4o-mini",
		"ft:gpt-3.5-turbo-0613:acme::x":         "ft:gpt-3.5-turbo",
		"ft:gpt-4o-mini-super:acme::x":          "",
		"ft:gpt-4-turbo:acme::x":                "",
		"ft:":                                   "",
		"gpt-4o-mini-2024-07-18.ft-0a1b2c":      "ft:gpt-4o-mini",
		"gpt-3.5-turbo-instruct:20230824-v2":    "gpt-3.5-turbo-instruct",
		"gpt-4o-super":                          "",
		"gpt-4o-":                               "",
		"gpt-4":                                 "gpt-4",
		"gpt-4 ":                                "",
		"":                                      "",
		"-2024-08-06":                           "",
		"gpt-4o" + strings.Repeat("-", 1000):    "",
		strings.Repeat("openai/", 40) + "gpt-4": "",
	} {
		for range 2 { // the second is remembered
			e, ok := table.Lookup(name)
			if e.Name != want || ok != (want != "") {
				t.Errorf("%.60q: got %q, want %q", name, e.Name, want)
			}
		}
	}
}

func TestLookupExplains(t *testing.T) {
	t.Parallel()
	e, ok := newTable(t).Lookup("openai/gpt-4o-2024-05-13")
	if !ok || e.Name != "gpt-4o-2024-05-13" || e.Date == "" || e.Override || e.Free || len(e.Sources) == 0 || e.Sources[0].Name == "" {
		t.Errorf("got %+v", e)
	}
	if got := fmt.Sprint(e.Tokens); got != "map[cache_write:5 cached_image_input:5 cached_input:5 image_input:5 input:5 output:15]" {
		t.Errorf("got %v", got)
	}
}

// TestTableIsKept holds the embedded table to its form: dated, each model with
// its sources, in the order of the names.
func TestTableIsKept(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("prices.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Date   string
		Models yaml.Node
	}
	if err := yaml.Unmarshal(content, &f); err != nil || f.Date == "" {
		t.Fatalf("date %q, error %v", f.Date, err)
	}
	table, last := newTable(t), ""
	for i := 0; i < len(f.Models.Content); i += 2 {
		name := f.Models.Content[i].Value
		if name <= last {
			t.Errorf("%s stands behind %s", name, last)
		}
		last = name
		e, ok := table.Lookup(name)
		if !ok || e.Name != name || len(e.Sources) == 0 || e.Sources[0].Name == "" || e.Sources[0].Date == "" {
			t.Errorf("%s: got %+v", name, e)
		}
	}
	if last == "" {
		t.Error("no models")
	}
}

// TestManyNames fills what is remembered several times over, concurrently.
func TestManyNames(t *testing.T) {
	t.Parallel()
	table := newTable(t)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 10_000 {
				name := fmt.Sprintf("ft:gpt-4o-mini:acme:%d:%d", worker, i)
				if cost, known := table.Price(name, "", kpi.Usage{Input: 1000}); cost != 30_000 || !known {
					t.Errorf("%s: got %d, %v", name, cost, known)
					return
				}
			}
		})
	}
	wg.Wait()
}

func FuzzName(f *testing.F) {
	for _, seed := range []string{"gpt-4o", "ft:gpt-4o-mini:acme::x", "openai/gpt-5-1", "x.ft-", "-2024-08-06", "GPT-35-\xff"} {
		f.Add(seed)
	}
	table := newTable(f)
	f.Fuzz(func(t *testing.T, name string) {
		first, ok := table.Lookup(name)
		again, okAgain := table.Lookup(name)
		if ok != okAgain || first.Name != again.Name {
			t.Errorf("%q: first %q, then %q", name, first.Name, again.Name)
		}
		cost, known := table.Price(name, "", kpi.Usage{Input: 1, Output: 1})
		if cost < 0 || known && !ok {
			t.Errorf("%q: cost %d, known %v, listed %v", name, cost, known, ok)
		}
	})
}
