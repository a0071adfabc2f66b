package dashboard_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"

	"github.com/luneo-platform/luneo/internal/dashboard"
	"github.com/luneo-platform/luneo/internal/kpi"
)

// TestStrictRoundTrip reads the files as strictly as the SDK can, which refuses
// unknown fields, and writes the same bytes again.
func TestStrictRoundTrip(t *testing.T) {
	t.Parallel()
	plugins.RegisterDefaultPlugins()
	for _, f := range files(t) {
		var d dashboard.Classic
		if err := d.UnmarshalJSONStrict(f.text); refused(err) {
			t.Fatalf("%s: %v", f.UID, err)
		}
		if err := d.Validate(); refused(err) {
			t.Errorf("%s: %v", f.UID, err)
		}
		// The strict reader of SDK 0.0.22 checks panels and then loses them: it
		// takes an empty list of errors for one. The other reader keeps them.
		d = dashboard.Classic{}
		if err := json.Unmarshal(f.text, &d); err != nil {
			t.Fatal(err)
		}
		again, err := dashboard.Board{Dashboard: d}.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(sorted(t, again), sorted(t, f.text)) {
			t.Errorf("%s changes on its way through the SDK", f.UID)
		}
	}
}

// refused looks into the SDK's errors: it returns a list that may be empty.
func refused(err error) bool {
	var list cog.BuildErrors
	if errors.As(err, &list) {
		return len(list) > 0
	}
	return err != nil
}

// sorted is JSON with the keys of its objects in order.
func sorted(t *testing.T, text []byte) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestIdentities: links that people have saved have the uids and ids in them.
func TestIdentities(t *testing.T) {
	t.Parallel()
	var seen []string
	for _, f := range files(t) {
		seen = append(seen, f.UID+" "+f.Title)
		ids := map[int]bool{}
		for _, p := range f.Panels {
			if ids[p.ID] || p.ID == 0 {
				t.Errorf("%s: the id of %q is %d, which another has", f.UID, p.Title, p.ID)
			}
			ids[p.ID] = true
		}
	}
	if want := "luneo-kpis Luneo KPIs, luneo-overview Luneo Overview"; strings.Join(seen, ", ") != want {
		t.Errorf("%q, want %s", seen, want)
	}
}

// TestPanelsCanBeRead holds what every panel has: a description of how to read
// it, a unit, a place in the grid of its own; and that there are not too many.
func TestPanelsCanBeRead(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		count := 0
		taken := map[[2]int]string{}
		for _, p := range f.Panels {
			if p.Type != "row" {
				count++
				checkPanel(t, f.UID, p)
			}
			for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
				for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
					if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
						t.Fatalf("%s: %q is over %q or the edge", f.UID, p.Title, other)
					}
					taken[[2]int{x, y}] = p.Title
				}
			}
		}
		if count > 35 {
			t.Errorf("%s has %d panels", f.UID, count)
		}
	}
}

func checkPanel(t *testing.T, uid string, p panelJSON) {
	t.Helper()
	where := uid + ": " + p.Title
	if len(p.Description) < 40 || !strings.HasSuffix(p.Description, ".") {
		t.Errorf("%s: how it is read is %q", where, p.Description)
	}
	if p.FieldConfig.Defaults.Unit == "" || p.Title == "" || len(p.Targets) == 0 {
		t.Errorf("%s has no title, unit or query", where)
	}
	title, _, _ := strings.Cut(p.Title, " · ")
	if len(title) > 32 {
		t.Errorf("%s is no short title", where)
	}
	for _, q := range p.Targets {
		checkQuery(t, where, p, q)
	}
}

// checkQuery: what is a rate over time has a shortest step, a panel of bars
// counts each event in exactly one, and money is never extrapolated.
func checkQuery(t *testing.T, where string, p panelJSON, q targetJSON) {
	t.Helper()
	isRate := strings.Contains(q.Expr, "rate(") || strings.Contains(q.Expr, "increase(")
	if isRate && !q.Instant && (p.Interval == "" || q.Interval == "") {
		t.Errorf("%s: a rate has no shortest step", where)
	}
	if strings.Contains(q.Expr, "$__interval") && (p.Interval != "$interval" || q.Interval != "$interval") {
		t.Errorf("%s: $__interval without the variable's step", where)
	}
	for _, function := range []string{"rate(", "increase("} {
		for _, part := range strings.Split(q.Expr, function)[1:] {
			if name, _, _ := strings.Cut(part, "["); strings.Contains(name, "cents") {
				t.Errorf("%s takes money from %s%s", where, function, name)
			}
		}
	}
}

// TestEveryKPIIsShown: each metric of the guide, and each that Luneo adds to
// them, is in a dashboard.
func TestEveryKPIIsShown(t *testing.T) {
	t.Parallel()
	var queries strings.Builder
	for _, f := range files(t) {
		for _, p := range f.Panels {
			for _, q := range p.Targets {
				fmt.Fprintln(&queries, q.Expr)
			}
		}
	}
	for _, m := range kpi.Catalogue() {
		if !strings.Contains(queries.String(), m.Name) {
			t.Errorf("no panel shows %s", m.Name)
		}
	}
}
