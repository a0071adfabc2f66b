package trace

import (
	"encoding/json"
	"maps"
	"math"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// object is one line of Luneo's NDJSON. Its members are sent as they are
// written, but for the timestamp and a missing id.
type object map[string]json.RawMessage

type objectParser struct{}

func (objectParser) parse(line []byte) (record, error) {
	var o object
	if err := json.Unmarshal(line, &o); err != nil {
		return record{}, jsonError(err)
	}
	if err := checkMembers(line); err != nil {
		return record{}, err
	}
	var name string
	if json.Unmarshal(o["type"], &name) != nil || name == "" {
		return record{}, &Error{Name: "type", Detail: `is missing or not the name of a type of event such as "openai"`}
	}
	stamp, ok := o["timestamp"]
	if !ok || string(stamp) == "null" {
		return record{event: o}, nil
	}
	at, ok := parseTimestamp(stamp)
	if !ok {
		return record{}, &Error{Name: "timestamp", Detail: "is " + clip(string(stamp)) +
			", expected RFC 3339, or seconds or milliseconds since 1970, before the year 2070"}
	}
	return record{at: at, timed: true, event: o}, nil
}

// checkMembers refuses a member that is given twice, as the server would if the
// map did not hide it. What the scanner can't read is for the server to name.
func checkMembers(line []byte) error {
	var s kpi.Scanner
	s.Reset(line)
	seen := map[string]bool{}
	for s.Open(kpi.JSONObject); s.More(kpi.JSONObject); s.Skip() {
		name := string(s.Key())
		if seen[name] {
			return &Error{Name: clip(name), Detail: "is given twice"}
		}
		seen[name] = true
	}
	return nil
}

// parseTimestamp reads the forms that the intake takes, since 1970.
func parseTimestamp(raw json.RawMessage) (time.Duration, bool) {
	var t time.Time
	if raw[0] == '"' {
		if json.Unmarshal(raw, &t) != nil {
			return 0, false
		}
		return time.Duration(t.UnixNano()), t.Year() >= 1970 && t.Year() < 2070
	}
	var n float64
	if json.Unmarshal(raw, &n) != nil || n < 0 || math.IsInf(n, 0) {
		return 0, false
	}
	unit := time.Second
	if n >= 1e11 { // no seconds before the year 5138
		unit = time.Millisecond
	}
	return time.Duration(n * float64(unit)), n <= float64(century/unit)
}

func (o object) appendJSON(dst []byte, id string, at time.Time) ([]byte, error) {
	out := maps.Clone(o)
	out["timestamp"] = json.RawMessage(`"` + stamp(at) + `"`)
	if own := string(o["id"]); own == "" || own == `""` || own == "null" {
		out["id"] = json.RawMessage(`"` + id + `"`)
	}
	body, err := json.Marshal(out) // members in alphabetical order
	return append(dst, body...), err
}
