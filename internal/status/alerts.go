package status

import (
	"context"
	"net/url"
	"time"

	"github.com/luneo-platform/luneo/internal/number"
)

// Alerts are all alert rules.
type Alerts struct {
	At    time.Time    `json:"at"`
	Rules []AlertsRule `json:"rules"`
}

// AlertsRule is one rule with its alerts.
type AlertsRule struct {
	Name       string   `json:"name"`
	Group      string   `json:"group"`
	Severity   string   `json:"severity"`
	Component  string   `json:"component"`
	State      string   `json:"state"`
	Expr       string   `json:"expr"`
	ForSeconds float64  `json:"forSeconds"`
	Runbook    string   `json:"runbook"`
	Dashboard  string   `json:"dashboard"`
	Title      string   `json:"title"`
	Sentence   Sentence `json:"sentence"`
	Query      string   `json:"query"`
	LimitQuery string   `json:"limitQuery"`
	Limit      *float64 `json:"limit"`
	Unit       string   `json:"unit"`
	Value      *float64 `json:"value"`
	Shown      string   `json:"shown"`
	Against    string   `json:"against"`
	Subject    string   `json:"subject"`
	Chip       string   `json:"chip"`
	// Alerts are the worst first, More how many others there are.
	Alerts []AlertsAlert `json:"alerts"`
	More   int           `json:"more"`
	Error  string        `json:"error"`
}

// maxAlerts bounds the alerts of a rule that are listed.
const maxAlerts = 200

// AlertsAlert is one alert.
type AlertsAlert struct {
	ID       string            `json:"id"`
	Labels   map[string]string `json:"labels"`
	State    string            `json:"state"`
	Value    *float64          `json:"value"`
	ActiveAt time.Time         `json:"activeAt"`
	// FiredAt is null while it is pending.
	FiredAt     *time.Time `json:"firedAt"`
	Sentence    Sentence   `json:"sentence"`
	Subject     string     `json:"subject"`
	Shown       string     `json:"shown"`
	Against     string     `json:"against"`
	Summary     string     `json:"summary"`
	Description string     `json:"description"`
}

// Alerts lists the rules in the order of their files.
func (b *Board) Alerts(ctx context.Context) (Alerts, error) {
	s, err := b.scene(ctx)
	if err != nil {
		return Alerts{}, unavailable(err)
	}
	out := Alerts{At: s.now.UTC(), Rules: []AlertsRule{}}
	for _, r := range s.rules {
		out.Rules = append(out.Rules, r.page())
	}
	return out, nil
}

// page is the rule for the list of alerts.
func (r *rule) page() AlertsRule {
	tile := r.status()
	out := AlertsRule{
		Name: r.Name, Group: r.Group, Severity: r.Labels["severity"], Component: r.Labels["component"],
		State: r.state, Expr: r.Expr, ForSeconds: r.For.Seconds(),
		Runbook: r.runbook(), Dashboard: pathOf(r.Annotations["dashboard_url"], "/d/"),
		Title: r.words.title, Sentence: r.sentence(), Query: r.words.query, LimitQuery: r.words.limitQuery,
		Limit: tile.Limit, Unit: tile.Unit, Value: tile.Value, Subject: tile.Subject, Chip: tile.Chip,
		Shown: number.Unknown, Alerts: []AlertsAlert{}, Error: r.LastError,
	}
	if x := r.worst(); x != nil {
		out.Shown, out.Against = x.shown(), x.against()
	}
	active := r.active()
	out.More = max(0, len(active)-maxAlerts)
	for _, x := range active[:len(active)-out.More] {
		out.Alerts = append(out.Alerts, x.page())
	}
	return out
}

// runbook is where the rule's runbook is: a path of Luneo's for the rules that
// it has one for, and for a user's own a page of theirs on the web; empty for
// none.
func (r *rule) runbook() string {
	link := r.Annotations["runbook_url"]
	if builtinWords()[r.Name] != nil {
		return pathOf(link, "/runbooks/")
	}
	if at, err := url.Parse(link); err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" {
		return ""
	}
	return link
}

// sentence says how a rule is: by its worst reading, or that it has none.
func (r *rule) sentence() Sentence {
	switch x := r.worst(); {
	case r.state == stateBlind:
		return say(ruleLink(r.Name), text(" can't judge: "+r.meaning+"."))
	case x != nil && r.words.page != nil:
		return r.words.page(x)
	default:
		return say(text(r.words.idle))
	}
}

// page is the alert for the list of alerts.
func (r *reading) page() AlertsAlert {
	out := AlertsAlert{
		ID: r.id(), Labels: r.labels, State: statePending, Value: orNull(r.value), ActiveAt: r.alert.ActiveAt.UTC(),
		Sentence: r.rule.words.page(r), Subject: r.subject(), Shown: r.shown(), Against: r.against(),
		Summary: r.alert.Annotations["summary"], Description: r.alert.Annotations["description"],
	}
	if r.alert.Firing {
		at := r.firedAt().UTC()
		out.State, out.FiredAt = stateFiring, &at
	}
	return out
}

func (r *reading) shown() string {
	if r.rule.words.shown == nil {
		return number.Unknown
	}
	return r.rule.words.shown(r)
}

// against is what follows the value: for how long it fires, how much of its
// time has passed, or its limit.
func (r *reading) against() string {
	switch {
	case r.alert != nil && r.alert.Firing:
		if d := r.s.now.Sub(r.firedAt()); d < time.Hour {
			return number.Span(d)
		}
		return "since " + r.s.when(r.firedAt())
	case r.alert != nil:
		return heldOf(r.held(), r.rule.For)
	case r.rule.words.against != nil:
		return r.rule.words.against(r)
	}
	return ""
}
