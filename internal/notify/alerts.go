package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Send takes alerts from the rules: those that fire, again and again while they
// do, and those that have ended. It does not wait for anybody to be told.
func (n *Notifier) Send(ctx context.Context, alerts []kpi.Alert) error {
	now := time.Now()
	list := make([]*alert.Alert, 0, len(alerts))
	for i := range alerts {
		a := taken(&alerts[i], now)
		n.atWorst(a, &alerts[i])
		annotate(a, n.chartLinks(a))
		if err := a.Validate(); err != nil {
			n.o.Logger.Error("an alert of the rules can't be passed on", "alert", a.Name(), "err", err)
			continue
		}
		list = append(list, a)
	}
	if err := n.alerts.Put(ctx, list...); err != nil {
		return fmt.Errorf("take alerts of the rules: %w", err)
	}
	return nil
}

func taken(a *kpi.Alert, now time.Time) *alert.Alert {
	return &alert.Alert{
		Alert: model.Alert{
			Labels: labelSet(a.Labels), Annotations: labelSet(a.Annotations),
			StartsAt: a.StartsAt, EndsAt: a.EndsAt, GeneratorURL: a.GeneratorURL,
		},
		UpdatedAt: now,
	}
}

// Annotations that Send adds: what the summary said when the alert was at its
// worst, and the value then.
const (
	peakAnnotation      = "peak"
	peakValueAnnotation = "peak_value"
)

// atWorst keeps with an alert what was said when it was at its worst, since its
// last evaluation knows only how it ended.
func (n *Notifier) atWorst(a *alert.Alert, told *kpi.Alert) {
	worst := told.Value
	summary := a.Annotations["summary"]
	if before, err := n.alerts.Get(a.Fingerprint()); err == nil && before.EndsAt.After(a.StartsAt) {
		was, err := strconv.ParseFloat(string(before.Annotations[peakValueAnnotation]), 64)
		if ended := a.Resolved(); err == nil && (ended || (was > worst) != told.LowIsBad) {
			worst, summary = was, before.Annotations[peakAnnotation]
		}
	}
	if summary == "" {
		return
	}
	a.Annotations[peakAnnotation] = summary
	a.Annotations[peakValueAnnotation] = model.LabelValue(strconv.FormatFloat(worst, 'g', -1, 64))
}

func labelSet(m map[string]string) model.LabelSet {
	set := make(model.LabelSet, len(m))
	for name, value := range m {
		if value != "" {
			set[model.LabelName(name)] = model.LabelValue(value)
		}
	}
	return set
}

// kept is an alert on disk.
type kept struct {
	model.Alert
	// Ended says that the alert's end is known; else EndsAt is how long the rules
	// held it to last.
	Ended bool `json:"ended"`
}

// endedAlerts is how long an alert that has ended is kept: until its end must
// have been told, whatever the interval of its group.
const endedAlerts = 15 * time.Minute

// marshalAlerts is what a restart needs to know: the alerts that fire, and
// those whose end may still have to be told.
func (n *Notifier) marshalAlerts() ([]byte, error) {
	list, now := []kept{}, time.Now()
	it := n.alerts.GetPending()
	defer it.Close()
	for a := range it.Next() {
		if d := a.Data; now.Sub(d.EndsAt) < endedAlerts {
			list = append(list, kept{d.Alert, d.ResolvedAt(now)})
		}
	}
	if err := it.Err(); err != nil {
		return nil, err
	}
	return json.Marshal(list)
}

// restoreGrace is how long an alert from before a restart is held to fire,
// unless the rules say again that it does: they need a scrape and two
// evaluations to know.
const restoreGrace = 2 * time.Minute

// restoreAlerts puts back the alerts from before a restart, so that what was not
// told yet is, and what ended meanwhile is told to have ended.
func (n *Notifier) restoreAlerts(file string) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the alerts from before: %w", err)
	}
	var list []kept
	if err := json.Unmarshal(text, &list); err != nil {
		n.o.Logger.Warn("the alerts from before the restart can't be read; those that still fire come again from the rules", "file", file, "err", err)
		return nil
	}
	now := time.Now()
	for _, k := range list {
		if err := n.alerts.Put(context.Background(), k.restored(now)); err != nil {
			return fmt.Errorf("put back the alert %s: %w", k.Labels[model.AlertNameLabel], err)
		}
	}
	return nil
}

func (k *kept) restored(now time.Time) *alert.Alert {
	a := &alert.Alert{Alert: k.Alert, UpdatedAt: now}
	if !k.Ended {
		a.EndsAt, a.Timeout = now.Add(restoreGrace), true
	}
	return a
}
