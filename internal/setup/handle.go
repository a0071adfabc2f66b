package setup

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
)

// overview is the whole page.
type overview struct {
	PublicURL string   `json:"publicUrl"`
	Sources   []Source `json:"sources"`
	// Connected sources have sent something once; Total could. Who is told is not
	// counted.
	Connected int      `json:"connected"`
	Total     int      `json:"total"`
	Recent    []Recent `json:"recent"`
}

// Connected returns how many sources have ever sent something, and how many
// there are that could.
func (w *Watcher) Connected() (connected, total int) {
	for id, state := range w.states() {
		if id == toldID {
			continue
		}
		if total++; state != Waiting {
			connected++
		}
	}
	return connected, total
}

// Handle answers with all sources and the last events.
func (w *Watcher) Handle(rw http.ResponseWriter, _ *http.Request) error {
	o := overview{PublicURL: w.o.PublicURL(), Sources: w.Sources(), Recent: w.recent()}
	o.Connected, o.Total = w.Connected()
	return reply.Now(rw, o)
}

// tested says what became of a test event.
type tested struct {
	Status int    `json:"status"`
	Text   string `json:"text"`
}

// HandleTest takes a sample event of a source through the decoder and shows it
// to the listeners, marked as a test. It is counted nowhere.
func (w *Watcher) HandleTest(rw http.ResponseWriter, r *http.Request) error {
	const most = 4 << 10
	var asked struct {
		Source string `json:"source"`
	}
	d := json.NewDecoder(http.MaxBytesReader(rw, r.Body, most))
	d.DisallowUnknownFields()
	if err := d.Decode(&asked); err != nil {
		return kpi.Errorf(kpi.KindMalformed, `The body must be a JSON object such as {"source": "renders"}.`)
	}
	all := kinds()
	i := slices.IndexFunc(all, func(k kind) bool { return k.id == asked.Source && k.typ != 0 })
	if i < 0 {
		bad := kpi.Invalid("source", "must be one of %s, not %s", testable(all), kpi.Quote(asked.Source))
		return &kpi.Error{Kind: kpi.KindInvalid, Message: "There is no such source to test.", Violations: []kpi.Violation{bad}}
	}
	e, err := w.o.Check(all[i].typ, []byte(all[i].sample))
	if err != nil {
		return err
	}
	recent := recordedRecent(w.o.Now(), &e, accepted)
	recent.Test = true
	w.byType[all[i].typ].keep(recent)
	w.hub.received(recent)
	return reply.Now(rw, tested{Status: recent.Status, Text: recent.Text + ", " + recent.Detail + ": taken as a test and counted nowhere"})
}

// testable lists the sources that a test event exists for.
func testable(all []kind) string {
	s := ""
	for _, k := range all {
		switch {
		case k.typ == 0:
		case s == "":
			s = k.id
		default:
			s += ", " + k.id
		}
	}
	return s
}
