package meter_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// shown flattens what a registry gathers.
func shown(families []*dto.MetricFamily) map[string]string {
	out := map[string]string{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			value := fmt.Sprint(m.GetCounter().GetValue()+m.GetGauge().GetValue(), m.GetCounter().GetCreatedTimestamp().GetSeconds())
			if h := m.GetHistogram(); h != nil {
				value = fmt.Sprint(h.GetSampleSum(), h.GetSampleCount(), h.GetCreatedTimestamp().GetSeconds())
				for _, b := range h.GetBucket() {
					value += fmt.Sprint(" ", b.GetCumulativeCount())
				}
			}
			out[fmt.Sprint(f.GetName(), labels)] = value
		}
	}
	return out
}

// read flattens readings in the same way.
func read(readings []kpi.Reading) map[string]string {
	out := map[string]string{}
	for _, r := range readings {
		labels := map[string]string{}
		for i, v := range r.Labels {
			labels[r.Metric.Labels[i]] = v
		}
		since := int64(0)
		if !r.Since.IsZero() {
			since = r.Since.Unix()
		}
		value := fmt.Sprint(r.Value, since)
		if r.Metric.Type == kpi.Histogram {
			var n uint64
			buckets := ""
			for i, count := range r.Counts {
				if n += count; i < len(r.Metric.Buckets) {
					buckets += fmt.Sprint(" ", n)
				}
			}
			value = fmt.Sprint(r.Sum, n, since) + buckets
		}
		out[fmt.Sprint(r.Metric.Name, labels)] = value
	}
	return out
}

// TestReadingsAreWhatIsShown compares the readings with the registry's, for
// events that came one by one and as tallies.
func TestReadingsAreWhatIsShown(t *testing.T) {
	t.Parallel()
	now := epoch
	single, tallied := newMeter(&now, 0), newMeter(&now, 0)
	var tallies []kpi.Tally
	for i, e := range oneOfEach() {
		for range i%3 + 1 {
			single.Apply(now, []kpi.Event{e})
		}
		tallies = append(tallies, kpi.Tally{Event: e, Times: i%3 + 1})
	}
	tallied.ApplyTallies(now, tallies)
	for _, later := range []time.Duration{time.Minute, 5 * time.Minute} { // the current wait goes in between
		now = epoch.Add(later)
		want := shown(gather(t, single))
		maps.DeleteFunc(want, func(name, _ string) bool { return len(name) > 11 && name[:11] == "luneo_meter" })
		if got := read(tallied.Readings(now, nil)); !maps.Equal(got, want) {
			t.Errorf("after %s: got\n%v\nwant\n%v", later, got, want)
		}
	}
}
