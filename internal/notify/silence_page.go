package notify

import (
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"sort"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/silence"
	"github.com/prometheus/alertmanager/silence/silencepb"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
)

//go:embed silence.html
var silenceHTML string

// silencePage answers links of messages. Only a POST changes anything: services
// open links by themselves to show what is behind them.
type silencePage struct {
	n      *Notifier
	page   *template.Template
	policy string
}

func newSilencePage(n *Notifier) *silencePage {
	return &silencePage{
		n:      n,
		page:   template.Must(template.New("silence").Parse(silenceHTML)), // part of the program
		policy: reply.StylePolicy(silenceHTML) + "; form-action 'self'",
	}
}

// shown is what the page says.
type shown struct {
	Name, Token, Action string
	Labels              []pair
	Durations           []choice
	// Done is what has become of it; Silence is one that can be ended; Ended says
	// that nothing is left to do.
	Done    string
	Silence string
	Ended   bool
}

type pair struct{ Name, Value string }

type choice struct{ Value, Text string }

// maxForm bounds what the page takes.
const maxForm = 32 << 10

// HandleSilence shows the page of a signed link, and takes its form.
func (n *Notifier) HandleSilence(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return kpi.Errorf(kpi.KindMalformed, "The form can't be read: %v.", err)
	}
	now := time.Now()
	p, err := n.signer.read(forSilence, r.Form.Get(linkToken), now)
	if err != nil {
		return err
	}
	s := shown{Name: p.Labels[model.AlertNameLabel], Token: r.Form.Get(linkToken), Action: n.o.ExternalURL.JoinPath(SilencePath).Path, Durations: durations(), Labels: pairs(p.Labels)}
	if r.Method == http.MethodPost {
		if err := n.takeForm(r, p, &s); err != nil {
			return err
		}
	}
	return n.silencing.write(w, s)
}

func (sp *silencePage) write(w http.ResponseWriter, s shown) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", sp.policy)
	h.Set("Referrer-Policy", "no-referrer") // the address is a permit
	h.Set("Cache-Control", "no-store")
	if err := sp.page.Execute(w, s); err != nil {
		sp.n.o.Logger.Debug("the page of a silence was not taken", "err", err)
	}
	return nil
}

// takeForm silences, or ends a silence that the same permit made.
func (n *Notifier) takeForm(r *http.Request, p permit, s *shown) error {
	if id := r.PostForm.Get("expire"); id != "" {
		s.Done, s.Ended = "The silence has ended.", true
		return n.endSilence(r.Context(), p, id)
	}
	until, err := untilWhen(r.PostForm.Get("for"), time.Now())
	if err != nil {
		return err
	}
	by, why := strings.TrimSpace(r.PostForm.Get("by")), strings.TrimSpace(r.PostForm.Get("why"))
	if by == "" || why == "" {
		return kpi.Errorf(kpi.KindInvalid, "Name and reason are needed: others will want to know who silenced it, and why.")
	}
	s.Silence, err = n.silence(r.Context(), p, silenced{by, why, until})
	s.Done = "Silenced until " + until.Format("Mon 2 Jan 15:04 MST") + "."
	return err
}

// silenced is who silences until when, and why.
type silenced struct {
	by, why string
	until   time.Time
}

func (n *Notifier) silence(ctx context.Context, p permit, s silenced) (id string, err error) {
	sil := &silencepb.Silence{
		StartsAt: timestamppb.Now(), EndsAt: timestamppb.New(s.until),
		CreatedBy: s.by + " (by a link)", Comment: s.why, MatcherSets: []*silencepb.MatcherSet{{Matchers: matchers(p.Labels)}},
	}
	if err := n.silences.Set(ctx, sil); err != nil {
		return "", kpi.Errorf(kpi.KindInvalid, "It can't be silenced: %v.", err)
	}
	return sil.Id, n.syncSilences(ctx)
}

// endSilence ends a silence of the very same labels: a permit reaches no other.
func (n *Notifier) endSilence(ctx context.Context, p permit, id string) error {
	sil, err := n.silences.QueryOne(ctx, silence.QIDs(id))
	if err != nil || len(sil.MatcherSets) != 1 || !sameMatchers(sil.MatcherSets[0].Matchers, matchers(p.Labels)) {
		return kpi.Errorf(kpi.KindNotFound, "There is no such silence.")
	}
	if err := n.silences.Expire(ctx, id); err != nil {
		return kpi.Errorf(kpi.KindConflict, "The silence can't be ended: %v.", err)
	}
	return n.syncSilences(ctx)
}

func (n *Notifier) syncSilences(ctx context.Context) error {
	if err := n.keepSilences.sync(ctx); err != nil {
		return kpi.Errorf(kpi.KindUnavailable, notOnDisk)
	}
	return nil
}

func matchers(labels map[string]string) (list []*silencepb.Matcher) {
	for _, l := range pairs(labels) {
		list = append(list, &silencepb.Matcher{Type: silencepb.Matcher_EQUAL, Name: l.Name, Pattern: l.Value})
	}
	return list
}

func sameMatchers(a, b []*silencepb.Matcher) bool {
	if len(a) != len(b) {
		return false
	}
	sort.Slice(a, func(i, j int) bool { return a[i].Name < a[j].Name })
	for i := range a {
		if a[i].Type != b[i].Type || a[i].Name != b[i].Name || a[i].Pattern != b[i].Pattern {
			return false
		}
	}
	return true
}

func pairs(labels map[string]string) []pair {
	list := make([]pair, 0, len(labels))
	for name, value := range labels {
		list = append(list, pair{name, value})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

// tomorrow is when a silence "until tomorrow" ends: the hour of the morning at
// which people are back.
const tomorrow, morning = "tomorrow", 9

func durations() []choice {
	return []choice{{"1h", "1 hour"}, {"4h", "4 hours"}, {tomorrow, fmt.Sprintf("Until tomorrow, %d:00", morning)}, {"168h", "1 week"}}
}

func untilWhen(value string, now time.Time) (time.Time, error) {
	for _, d := range durations() {
		if d.Value != value {
			continue
		}
		if value == tomorrow {
			day := now.Local().AddDate(0, 0, 1)
			return time.Date(day.Year(), day.Month(), day.Day(), morning, 0, 0, 0, time.Local), nil
		}
		length, err := time.ParseDuration(value)
		return now.Add(length), err
	}
	return time.Time{}, kpi.Errorf(kpi.KindInvalid, "for: %q is not allowed; must be 1h, 4h, tomorrow or 168h.", value)
}
