package annotation

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
)

const (
	// maxBody bounds the body of a mark, in bytes.
	maxBody = 16 << 10
	// defaultLimit is how many marks an answer has when none is asked for.
	defaultLimit = 100
)

// posted is the body of POST. What Grafana takes beside it, and what has no
// meaning here, is read and passed over.
type posted struct {
	Text    string   `json:"text"`
	Tags    []string `json:"tags"`
	Time    int64    `json:"time"`
	TimeEnd int64    `json:"timeEnd"`

	DashboardID  json.RawMessage `json:"dashboardId"`
	DashboardUID json.RawMessage `json:"dashboardUID"`
	PanelID      json.RawMessage `json:"panelId"`
	IsRegion     json.RawMessage `json:"isRegion"`
	Data         json.RawMessage `json:"data"`
}

// HandleAdd answers POST /api/annotations.
func (s *Store) HandleAdd(w http.ResponseWriter, r *http.Request) error {
	body, err := readPosted(w, r)
	if err != nil {
		return err
	}
	a := Annotation{Text: body.Text, Tags: body.Tags, Time: cmp.Or(body.Time, s.o.Now().UnixMilli())}
	a.TimeEnd = cmp.Or(body.TimeEnd, a.Time)
	if a.Tags == nil {
		a.Tags = []string{}
	}
	if bad := a.check(); len(bad) > 0 {
		return &kpi.Error{Kind: kpi.KindInvalid, Message: "The annotation was not added.", Violations: bad}
	}
	if by := kpi.CallerFrom(r.Context()).Credential; by != kpi.Anonymous {
		a.User = by
	}
	id, err := s.Add(a)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, map[string]any{"id": id, "message": "Annotation added"})
}

func readPosted(w http.ResponseWriter, r *http.Request) (body posted, err error) {
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	in.DisallowUnknownFields()
	err = in.Decode(&body)
	if err == nil {
		if _, more := in.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	var tooLarge *http.MaxBytesError
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return body, nil
	case errors.As(err, &tooLarge):
		return body, err
	case errors.As(err, &wrong) && wrong.Field != "":
		bad := kpi.Invalid(wrong.Field, "is a %s, expected %s", wrong.Value, expected(wrong.Field))
		return body, &kpi.Error{Kind: kpi.KindInvalid, Message: "The annotation was not added.", Violations: []kpi.Violation{bad}}
	}
	return body, kpi.Errorf(kpi.KindMalformed, `The body is not like {"text": "worker-ia 2.31.0", "tags": ["deploy"], "time": 1767225600000}: %s.`, err)
}

func expected(field string) string {
	switch field {
	case "text":
		return "a string"
	case "tags":
		return "a list of strings"
	default:
		return "milliseconds since 1970"
	}
}

// HandleList answers GET /api/annotations: the newest first. from and to are
// milliseconds since 1970; all of the tags have to be there, or one of them with
// matchAny=true.
func (s *Store) HandleList(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r.URL.Query())
	if err != nil {
		return err
	}
	list := []Annotation{}
	for _, a := range slices.Backward(s.all()) {
		if len(list) < q.limit && q.wants(&a) {
			list = append(list, a)
		}
	}
	return reply.JSON(w, http.StatusOK, list)
}

func (s *Store) all() []Annotation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.list)
}

// query is what a list was asked for.
type query struct {
	from, to int64
	tags     []string
	matchAny bool
	limit    int
}

func readQuery(v url.Values) (q query, err error) {
	var bad []kpi.Violation
	number := func(field string, otherwise, most int64) int64 {
		text := v.Get(field)
		if text == "" {
			return otherwise
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || n > most {
			bad = append(bad, kpi.Invalid(field, "is %q, expected a whole number from 0 to %d", clip(text), most))
		}
		return n
	}
	q.from, q.to = number("from", 0, latest()), number("to", latest(), latest())
	q.limit = int(number("limit", defaultLimit, Limit))
	if q.limit == 0 {
		q.limit = defaultLimit
	}
	q.tags = slices.DeleteFunc(v["tags"], func(tag string) bool { return tag == "" })
	q.matchAny = v.Get("matchAny") == "true"
	if len(bad) > 0 {
		return q, &kpi.Error{Kind: kpi.KindInvalid, Message: "The annotations can't be listed so.", Violations: bad}
	}
	return q, nil
}

func (q *query) wants(a *Annotation) bool {
	if a.Time > q.to || a.TimeEnd < q.from {
		return false
	}
	has := func(tag string) bool { return slices.Contains(a.Tags, tag) }
	if q.matchAny {
		return len(q.tags) == 0 || slices.ContainsFunc(q.tags, has)
	}
	return !slices.ContainsFunc(q.tags, func(tag string) bool { return !has(tag) })
}

// HandleRemove answers DELETE /api/annotations/{id}.
func (s *Store) HandleRemove(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return kpi.Errorf(kpi.KindNotFound, "There is no annotation with the id %q: ids are numbers.", clip(r.PathValue("id")))
	}
	if err := s.Remove(id); err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, map[string]string{"message": "Annotation deleted"})
}
