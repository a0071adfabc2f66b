package setup

import (
	"slices"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/number"
)

// State says how far a source is connected.
type State string

// The states of a source; those of who is told are said at Told.
const (
	// Waiting means that no event has ever come.
	Waiting State = "waiting"
	// Live means that one came within quietAfter.
	Live State = "live"
	// Quiet means that there were events, but none lately.
	Quiet State = "quiet"
)

// Told is how people are told of alerts. That source is Waiting while there is
// nobody to tell, Live when what was sent to each last has arrived, and else
// Quiet: nothing was sent since the start, something did not arrive, or others
// tell people.
type Told struct {
	// Elsewhere says that Alertmanagers elsewhere do, so that nothing is known.
	Elsewhere bool
	// Receivers are the names of those that are told, Last when one was; zero
	// when none was since the start.
	Receivers []string
	Last      time.Time
	// Failing says that what was sent to one of them last has not arrived.
	Failing bool
}

func (t *Told) state() State {
	switch {
	case t.Elsewhere:
		return Quiet
	case len(t.Receivers) == 0:
		return Waiting
	case t.Last.IsZero() || t.Failing:
		return Quiet
	default:
		return Live
	}
}

// source is who is told as a source: it has no events.
func (t *Told) source() Source {
	names := tally{named: map[string]float64{}}
	names.name(t.Receivers)
	return Source{ID: toldID, State: t.state(), LastEventAt: timeOrNil(t.Last), Found: names.found("receivers")}
}

// quietAfter is how long a live source may send nothing.
const quietAfter = 5 * time.Minute

// Part is a piece of a sentence; the texts of all parts together are the
// sentence. Kind says what it is: "", "name" or "value".
type Part struct {
	Text string `json:"text"`
	Kind string `json:"kind"`
	Href string `json:"href,omitempty"`
}

// Source is one part of the platform and what has come from it.
type Source struct {
	ID    string `json:"id"`
	State State  `json:"state"`
	// FirstEventAt and LastEventAt are absent while they are not known. The last
	// event of who is told is the last attempt to tell somebody.
	FirstEventAt *time.Time `json:"firstEventAt,omitempty"`
	LastEventAt  *time.Time `json:"lastEventAt,omitempty"`
	// Events were counted since the data directory was created, PerMinute of
	// them in the last minute.
	Events    float64 `json:"events"`
	PerMinute float64 `json:"perMinute"`
	// Found says what they were about.
	Found []Part `json:"found"`
}

const (
	// queuesID is the source of which Luneo finds some by itself.
	queuesID = "queues"
	// toldID is who is told: a source that gets something, instead of sending it.
	toldID = "notifications"
)

// kind is what is known of a source beforehand.
type kind struct {
	id string
	// typ is the type of its events; 0 for who is told, which sends none.
	typ kpi.Type
	// counter counts its events, one by one; the values of its label name what
	// was found, plural as in "4 queues".
	counter       kpi.MetricID
	label, plural string
	// sample is an event as the source would send it.
	sample string
}

// kinds are the sources, in the order of the guide.
func kinds() []kind {
	return []kind{
		{queuesID, kpi.TypeQueueWait, kpi.QueueWaitTime, "queue_name", "queues", `{"queueName":"render-2d","waitSeconds":3.5}`},
		{"openai", kpi.TypeOpenAI, kpi.OpenAIRequests, "model", "models", `{"model":"dall-e-3","operation":"image_generation","durationSeconds":8.2,"costCents":4}`},
		{"renders", kpi.TypeRender, kpi.Renders, "render_type", "render types", `{"renderType":"2d","quality":"high","durationSeconds":4.2}`},
		{"embeds", kpi.TypeEmbedHandshake, kpi.EmbedHandshakes, "", "", `{"shopDomain":"shop.example","durationSeconds":0.08}`},
		{"ar", kpi.TypeARConversion, kpi.ARConversions, "conversion_type", "conversion types", `{"conversionType":"glb_to_usdz","durationSeconds":12.5}`},
		{id: toldID},
	}
}

// tally is what the meter says about a source.
type tally struct {
	events float64
	since  time.Time // of its oldest series; zero when there is none
	named  map[string]float64
}

// tallies reads the sources' events out of what the meter shows.
func (w *Watcher) tallies(now time.Time) map[string]*tally {
	out, byCounter := map[string]*tally{}, map[kpi.MetricID]kind{}
	for _, k := range kinds() {
		out[k.id] = &tally{named: map[string]float64{}}
		if k.typ != 0 {
			byCounter[k.counter] = k
		}
	}
	w.o.Meter.Visit(now, func(r kpi.Reading) {
		if k, ok := byCounter[r.Metric.ID]; ok {
			out[k.id].add(r, k.label)
		}
	})
	return out
}

func (t *tally) add(r kpi.Reading, label string) {
	n := r.Value
	for _, c := range r.Counts {
		n += float64(c)
	}
	if n == 0 {
		return
	}
	t.events += n
	if t.since.IsZero() || r.Since.Before(t.since) {
		t.since = r.Since
	}
	if i := slices.Index(r.Metric.Labels, label); i >= 0 {
		t.named[r.Labels[i]] += n
	}
}

// name adds names of which nothing was counted.
func (t *tally) name(names []string) {
	for _, name := range names {
		t.named[name] += 0
	}
}

const mostNamed = 3

// found names what the events were about, what there was most of first.
func (t *tally) found(plural string) []Part {
	names := make([]string, 0, len(t.named))
	for name := range t.named {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if t.named[a] != t.named[b] {
			return int(sign(t.named[b] - t.named[a]))
		}
		return strings.Compare(a, b)
	})
	parts := []Part{}
	for i, name := range names[:min(len(names), mostNamed)] {
		if i > 0 {
			parts = append(parts, Part{Text: ", "})
		}
		parts = append(parts, Part{Text: name, Kind: "name"})
	}
	if more := len(names) - mostNamed; more > 0 {
		parts = append(parts, Part{Text: " and "}, Part{Text: number.Count(float64(more)), Kind: "value"}, Part{Text: " more " + plural})
	}
	return parts
}

func sign(x float64) float64 {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	default:
		return 0
	}
}
