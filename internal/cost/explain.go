package cost

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
)

// Explanation is how a baseline came about:
// BaselineCents = SmoothedCents × LevelFactor.
type Explanation struct {
	Window string    `json:"window"`
	At     time.Time `json:"at"`
	// Sum and State are for people.
	Sum   string `json:"sum,omitempty"`
	State string `json:"state"`
	// CurrentCents are of the window that ends at At; absent when unknown.
	CurrentCents  *float64 `json:"currentCents,omitempty"`
	BaselineCents *float64 `json:"baselineCents,omitempty"`
	// Ratio is CurrentCents ÷ BaselineCents.
	Ratio *float64 `json:"ratio,omitempty"`

	Ready         bool       `json:"ready"`
	ReadyAt       *time.Time `json:"readyAt,omitempty"`
	Season        Season     `json:"season"`
	Method        Method     `json:"method"`
	TimeZone      string     `json:"timeZone"`
	Days          int        `json:"days"`
	MiddleCents   float64    `json:"middleCents"`
	SmoothedCents float64    `json:"smoothedCents"`
	AroundMinutes float64    `json:"aroundMinutes"`
	LevelFactor   float64    `json:"levelFactor"`
	RisenSince    *time.Time `json:"risenSince,omitempty"`
	Windows       []Window   `json:"windows"`

	Contributors []Contributor `json:"contributors"`
	// Missing says what could not be asked of the history just now.
	Missing string `json:"missing,omitempty"`
}

// Explain says of a window which ends at a time what is usual, and why. A
// time before the history that is in memory has no baseline. When the history
// does not answer, what depends on it is missing and said to be.
func (k *Keeper) Explain(ctx context.Context, label string, at time.Time) (Explanation, error) {
	w, e, err := k.estimateAt(label, at)
	if err != nil {
		return Explanation{}, err
	}
	x := k.explanation(w, e, at)
	current, known, err := k.currentAt(ctx, label, at)
	if err == nil {
		x.Contributors, err = k.contributors(ctx, at, w.Length)
	}
	if err != nil {
		k.o.Logger.Warn("an explanation is without what the history would have told", "err", err)
		x.Missing = "The history did not answer: the current spend or the contributors are missing."
	}
	if known {
		x.compare(current, e, label)
	}
	if x.Contributors == nil {
		x.Contributors = []Contributor{}
	}
	return x, nil
}

func (k *Keeper) estimateAt(label string, at time.Time) (NamedWindow, Estimate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.window(label)
	if w == nil {
		return NamedWindow{}, Estimate{}, kpi.Errorf(kpi.KindNotFound, "There is no window %q; there is %s.", label, k.labels())
	}
	return w.NamedWindow, w.past.Baseline(at), nil
}

func (k *Keeper) labels() string {
	var labels []string
	for _, w := range k.o.Windows {
		labels = append(labels, w.Label)
	}
	return strings.Join(labels, ", ")
}

func (k *Keeper) explanation(w NamedWindow, e Estimate, at time.Time) Explanation {
	o := k.optionsOf(w).withDefaults()
	at = at.In(o.Location)
	x := Explanation{
		Window: w.Label, At: at, State: e.State(at), Ready: e.Ready, Season: e.Season, Method: o.Method,
		TimeZone: o.Location.String(), Days: e.Days, MiddleCents: e.MiddleCents, SmoothedCents: e.SmoothedCents,
		AroundMinutes: e.Around.Minutes(), LevelFactor: e.LevelFactor, Windows: e.Windows,
		ReadyAt: timeOrNil(e.ReadyAt), RisenSince: timeOrNil(e.RisenSince),
	}
	if e.Ready {
		x.BaselineCents = &e.Cents
	}
	if x.Windows == nil {
		x.Windows = []Window{}
	}
	return x
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// compare adds what is spent now.
func (x *Explanation) compare(current float64, e Estimate, label string) {
	x.CurrentCents = &current
	x.Sum = e.Sum(label, current, x.At)
	if e.Ready && e.Cents > 0 {
		ratio := current / e.Cents
		x.Ratio = &ratio
	}
}

// currentAt asks the history what the window that ends at a time has cost.
func (k *Keeper) currentAt(ctx context.Context, label string, at time.Time) (cents float64, known bool, err error) {
	series, err := k.ask(ctx, k.query(), at, at, stepOf(k.o.Past))
	for _, s := range series {
		if s.Labels["time_window"] == label && len(s.Samples) > 0 {
			return s.Samples[len(s.Samples)-1].Cents, true, nil
		}
	}
	return 0, false, err
}

// HandleExplain answers GET /api/cost/explain?window=1h[&at=…]. The time is RFC
// 3339 or seconds since 1970; now when it is not given.
func (k *Keeper) HandleExplain(w http.ResponseWriter, r *http.Request) error {
	at, err := k.timeOf(r.FormValue("at"))
	if err != nil {
		return err
	}
	label := r.FormValue("window")
	if label == "" {
		return kpi.Errorf(kpi.KindInvalid, "window is needed: one of %s.", k.labels())
	}
	x, err := k.Explain(r.Context(), label, at)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, x)
}

func (k *Keeper) timeOf(text string) (time.Time, error) {
	now := k.o.Now()
	if text == "" {
		return now, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		seconds, bad := strconv.ParseInt(text, 10, 40)
		if bad != nil {
			return at, kpi.Errorf(kpi.KindInvalid, "at is %q, expected RFC 3339 or seconds since 1970.", text)
		}
		at = time.Unix(seconds, 0)
	}
	if at.After(now) {
		return at, kpi.Errorf(kpi.KindInvalid, "at lies in the future.")
	}
	return at, nil
}
