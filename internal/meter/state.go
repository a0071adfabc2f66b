package meter

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// line is one line of a written state: a series, a minute or a day of
// spend, or calls without a price. Metrics
// go by their names, so that a state can be read by people and outlives
// renumbering.
type line struct {
	Metric  string   `json:"metric,omitempty"`
	Labels  []string `json:"labels,omitempty"`
	Created int64    `json:"created,omitempty"` // milliseconds since 1970
	Value   int64    `json:"value,omitempty"`
	SetAt   int64    `json:"set_at,omitempty"`
	Counts  []uint64 `json:"counts,omitempty"`
	Sum     int64    `json:"sum,omitempty"`

	Minute int64     `json:"minute,omitempty"` // since 1970
	Day    int64     `json:"day,omitempty"`    // since 1970
	Tag    string    `json:"tag,omitempty"`    // of a day's spend
	Spent  kpi.Money `json:"spent,omitempty"`

	Unpriced *kpi.Unpriced `json:"unpriced,omitempty"`
}

func lineOf(s *series) line {
	return line{
		Metric: s.family.Name, Labels: s.labels, Created: s.created,
		Value: s.value, SetAt: s.setAt, Counts: slices.Clone(s.counts), Sum: s.sum,
	}
}

// Freeze copies the state and returns a function that writes the copy.
func (m *Meter) Freeze() func(io.Writer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var lines []line
	for _, f := range m.families {
		if f == nil {
			continue
		}
		for _, s := range f.series {
			lines = append(lines, lineOf(s))
		}
	}
	for minute, spent := range m.spend.minutes {
		lines = append(lines, line{Minute: minute, Spent: spent})
	}
	for key, spent := range m.days.sums {
		lines = append(lines, line{Day: key.day, Tag: key.tag, Spent: spent})
	}
	for _, u := range m.unpriced {
		copied := *u
		lines = append(lines, line{Unpriced: &copied})
	}
	return func(w io.Writer) error { return writeLines(w, lines) }
}

func writeLines(w io.Writer, lines []line) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	for i := range lines {
		if err := enc.Encode(&lines[i]); err != nil {
			return fmt.Errorf("writing the meter's state: %w", err)
		}
	}
	return out.Flush()
}

// Restore replaces the state by one that Freeze wrote.
func (m *Meter) Restore(r io.Reader) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clear()
	return m.readLines(r)
}

// Marks writes the series that have changed since the last call, or nil when
// none has. Kept with the events, they are what Floor needs.
func (m *Meter) Marks() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.touched) == 0 {
		return nil
	}
	lines := make([]line, len(m.touched))
	for i, s := range m.touched {
		lines[i] = lineOf(s)
		s.touched = false
	}
	m.touched = m.touched[:0]
	var b bytes.Buffer
	if err := writeLines(&b, lines); err != nil {
		return nil // a bytes.Buffer takes everything
	}
	return b.Bytes()
}

// Floor raises what is below marks to them: where damage cost events, no
// counter comes back with less than was shown.
func (m *Meter) Floor(marks []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.readLines(bytes.NewReader(marks))
}

func (m *Meter) readLines(r io.Reader) error {
	byName := map[string]*family{}
	for _, f := range m.families {
		if f != nil {
			byName[f.Name] = f
		}
	}
	for dec := json.NewDecoder(r); ; {
		var l line
		switch err := dec.Decode(&l); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading the meter's state: %w", err)
		}
		if err := m.readLine(byName, l); err != nil {
			return err
		}
	}
}

func (m *Meter) readLine(byName map[string]*family, l line) error {
	switch {
	case l.Unpriced != nil:
		m.unpriced[l.Unpriced.UnpricedKey] = l.Unpriced
	case l.Day != 0:
		m.days.add(dayKey{l.Day, l.Tag}, l.Spent)
	case l.Metric == "":
		m.spend.restore(l.Minute, l.Spent)
	default:
		return m.raise(byName[l.Metric], l)
	}
	return nil
}

// raise sets a series to at least what a line says.
func (m *Meter) raise(f *family, l line) error {
	if f == nil {
		return fmt.Errorf("the state has a metric %q that this version does not know", l.Metric)
	}
	if len(l.Labels) != len(f.Labels) || (f.Type == kpi.Histogram && len(l.Counts) != len(f.Buckets)+1) {
		return fmt.Errorf("the state of %s has %d labels and %d buckets: another version wrote it", f.Name, len(l.Labels), len(l.Counts))
	}
	key := string(m.keyOf(l.Labels))
	s, ok := f.series[key]
	if !ok {
		s = &series{family: f, labels: l.Labels, created: l.Created, counts: make([]uint64, len(l.Counts))}
		f.series[key] = s
	}
	if f.ID == kpi.QueueWaitTimeCurrent {
		s.value, s.setAt = l.Value, l.SetAt
		return nil
	}
	s.value, s.sum = max(s.value, l.Value), max(s.sum, l.Sum)
	for i, n := range l.Counts {
		s.counts[i] = max(s.counts[i], n)
	}
	return nil
}

func (s *spend) restore(minute int64, amount kpi.Money) {
	if s.minutes == nil {
		s.minutes = map[int64]kpi.Money{}
	}
	s.minutes[minute] = amount
}
