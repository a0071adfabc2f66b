package kpi_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// guideMetrics reads the metrics out of the guide's own text.
func guideMetrics(t *testing.T) []kpi.Metric {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "instrumentation-guide.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "## Metrics Exposed")
	part, _, _ := strings.Cut(rest, "\n## ")
	var (
		metrics []kpi.Metric
		section string
		name    = regexp.MustCompile("^- `([a-z_]+)` \\((Histogram|Counter|Gauge)\\)$")
		quoted  = regexp.MustCompile("`([^`]+)`")
	)
	for line := range strings.Lines(part) {
		line = strings.TrimRight(line, "\n")
		last := len(metrics) - 1
		switch {
		case strings.HasPrefix(line, "### "):
			section = line[4:]
		case name.MatchString(line):
			m := name.FindStringSubmatch(line)
			metrics = append(metrics, kpi.Metric{Name: m[1], Type: kpi.MetricType(strings.ToLower(m[2])), Section: section})
		case strings.HasPrefix(line, "  - Labels: "):
			for _, l := range quoted.FindAllStringSubmatch(line, -1) {
				metrics[last].Labels = append(metrics[last].Labels, l[1])
			}
		case strings.HasPrefix(line, "  - Buckets: ["):
			list, _, _ := strings.Cut(line[len("  - Buckets: ["):], "]")
			for _, b := range strings.Split(list, ", ") {
				f, err := strconv.ParseFloat(b, 64)
				if err != nil {
					t.Fatalf("bucket %q of %s: %v", b, metrics[last].Name, err)
				}
				metrics[last].Buckets = append(metrics[last].Buckets, f)
			}
		case strings.HasPrefix(line, "  - "):
			metrics[last].Help = line[4:]
		}
	}
	return metrics
}

func TestCatalogueIsTheGuides(t *testing.T) {
	t.Parallel()
	guide := guideMetrics(t)
	if len(guide) != 17 {
		t.Fatalf("the guide has %d metrics, expected to read 17", len(guide))
	}
	var ours []kpi.Metric
	for _, m := range kpi.Catalogue() {
		if m.Guide {
			ours = append(ours, m)
		}
	}
	if len(ours) != len(guide) {
		t.Fatalf("the catalogue has %d of the guide's %d metrics", len(ours), len(guide))
	}
	for i, want := range guide {
		got := ours[i]
		if got.Name != want.Name || got.Type != want.Type || got.Help != want.Help || got.Section != want.Section ||
			!slices.Equal(got.Labels, want.Labels) || !slices.Equal(got.Buckets, want.Buckets) {
			t.Errorf("metric %d:\n got %+v\nwant %+v", i, got, want)
		}
	}
}

func TestCatalogueIsSound(t *testing.T) {
	t.Parallel()
	ids, names := map[kpi.MetricID]bool{}, map[string]bool{}
	for _, m := range kpi.Catalogue() {
		if m.ID == 0 || ids[m.ID] || names[m.Name] {
			t.Errorf("%s: id %d or name is taken", m.Name, m.ID)
		}
		ids[m.ID], names[m.Name] = true, true
		if !slices.IsSorted(m.Buckets) || (m.Type == kpi.Histogram) != (len(m.Buckets) > 0) {
			t.Errorf("%s: buckets %v", m.Name, m.Buckets)
		}
		if (m.Type == kpi.Counter) != strings.HasSuffix(m.Name, "_total") {
			t.Errorf("%s is a %s", m.Name, m.Type)
		}
	}
}

func TestMetricOf(t *testing.T) {
	t.Parallel()
	for _, m := range kpi.Catalogue() {
		if got := kpi.MetricOf(m.ID); got.Name != m.Name || got.Section != m.Section {
			t.Errorf("%d is %+v", m.ID, got)
		}
	}
	for _, id := range []kpi.MetricID{0, 255} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("there is a metric %d", id)
				}
			}()
			kpi.MetricOf(id)
		}()
	}
}

func TestSchemasAreSound(t *testing.T) {
	t.Parallel()
	if n := len(kpi.Fields()); n != int(kpi.NumFields) {
		t.Fatalf("%d fields are described, there are %d", n, kpi.NumFields)
	}
	for i, f := range kpi.Fields() {
		if int(f.ID) != i || f.Name == "" || f.Kind == 0 || f.Doc == "" {
			t.Errorf("field %d: %+v", i, f)
		}
	}
	for i, s := range kpi.Schemas() {
		if int(s.Type) != i+1 {
			t.Errorf("%s stands at place %d", s.Name, i)
		}
		if s.Needed&^s.Allowed != 0 || s.AnyOf&^s.Allowed != 0 {
			t.Errorf("%s needs fields that it does not allow", s.Name)
		}
		if named, ok := kpi.SchemaNamed(s.Name); !ok || named.Type != s.Type || s.Type.String() != s.Name {
			t.Errorf("%s is not found by its name", s.Name)
		}
		for _, d := range s.Dims {
			if d.Field != kpi.FieldErrorType && !s.Allowed.Has(d.Field) {
				t.Errorf("%s: the label %s has no field", s.Name, d.Label)
			}
		}
	}
}

func TestMoneyIsExact(t *testing.T) {
	t.Parallel()
	var sum kpi.Money
	for range 1_000_000 {
		sum += kpi.MoneyFromCents(0.000001)
	}
	if sum != kpi.Cent || sum.Cents() != 1 {
		t.Errorf("a million millionths of a cent are %d", sum)
	}
	for cents, want := range map[float64]kpi.Money{0: 0, 4: 4_000_000, 0.0123456: 12_346, 99_999_999.999999: 99_999_999_999_999} {
		if got := kpi.MoneyFromCents(cents); got != want {
			t.Errorf("MoneyFromCents(%v) = %d, want %d", cents, got, want)
		}
	}
	if s := kpi.MoneyFromCents(4.12).String(); s != "$0.0412" {
		t.Errorf("String() = %s", s)
	}
}
