package pricing

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/luneo-platform/luneo/internal/kpi"
)

//go:embed prices.yaml
var embedded []byte

// maxCached is how many derived names are remembered.
const maxCached = 4096

// Options say which prices a Table has.
type Options struct {
	// Override is the content of a price file (prices.yaml explains the
	// format) whose models are added to the embedded ones or take the place
	// of those with the same name; empty for none.
	Override []byte
}

// Table knows what models cost. It is safe for concurrent use.
type Table struct {
	names map[string]*entry // by name and alias; does not change

	mu sync.RWMutex
	// derived remembers names that led to an entry by a rule: dated,
	// fine-tuned, prefixed. Unknown names are not remembered, so that they
	// can't push these out.
	derived map[string]*entry
}

// entry is a model of the table with where it comes from.
type entry struct {
	*model
	name     string
	override bool
	date     string
	sources  []Source
}

// New makes a table of the embedded prices and the override. Its errors name
// the line of the override that is wrong and what is allowed.
func New(o Options) (*Table, error) {
	base, err := parse(embedded)
	if err != nil {
		return nil, fmt.Errorf("reading the embedded prices: %w", err)
	}
	over, err := parse(o.Override)
	if err != nil {
		return nil, fmt.Errorf("reading the price file: %w", err)
	}
	t := &Table{names: map[string]*entry{}, derived: map[string]*entry{}}
	t.add(base, false)
	t.add(over, true)
	return t, nil
}

// add puts a checked file's models over those that are there. A model that
// takes another's place takes its aliases too, but never a name that the file
// gives to another.
func (t *Table) add(f *file, override bool) {
	replaced := map[*entry]*entry{}
	own := map[string]*entry{}
	for name, m := range f.Models {
		e := newEntry(f, name, override)
		if old := t.names[name]; old != nil && old.name == name {
			replaced[old] = e
		}
		for _, n := range append([]string{name}, m.Aliases...) {
			own[n] = e
		}
	}
	for name, old := range t.names {
		if e := replaced[old]; e != nil {
			t.names[name] = e
		}
	}
	maps.Copy(t.names, own)
}

func newEntry(f *file, name string, override bool) *entry {
	m := f.Models[name]
	e := &entry{name: name, override: override, date: f.Date}
	e.model, _ = m.compile() // parse has compiled it before
	for _, key := range m.Source {
		e.sources = append(e.sources, f.Sources[key])
	}
	return e
}

// find returns the entry that prices a model, or nil.
func (t *Table) find(name string) *entry {
	if e := t.names[name]; e != nil {
		return e
	}
	if len(name) > maxNameLen {
		return nil
	}
	t.mu.RLock()
	e := t.derived[name]
	t.mu.RUnlock()
	if e != nil {
		return e
	}
	if e = resolve(t.names, name); e != nil {
		t.remember(name, e)
	}
	return e
}

// remember forgets everything when there is no room: a name costs little to
// derive again, and no order has to be kept.
func (t *Table) remember(name string, e *entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.derived) >= maxCached {
		clear(t.derived)
	}
	t.derived[strings.Clone(name)] = e
}

// Entry says what a model costs and where that is from.
type Entry struct {
	// Name is the model of the table that prices the name asked for.
	Name string
	// Override says that the price is from the override file.
	Override bool
	// Date is that of the table it stands in: 2026-08-21; it may be empty in
	// an override.
	Date    string
	Sources []Source
	Free    bool
	// Tokens are the plain prices by kind (input, cached_input…) in US
	// dollars per million tokens, such as "0.075"; a kind whose price is
	// unknown is absent. Images, audio, characters, tiers and long contexts
	// are not shown.
	Tokens map[string]string
}

// Lookup explains the price of a model; false when it has none.
func (t *Table) Lookup(model string) (Entry, bool) {
	e := t.find(model)
	if e == nil {
		return Entry{}, false
	}
	out := Entry{Name: e.name, Override: e.override, Date: e.date, Sources: slices.Clone(e.sources), Free: e.free, Tokens: map[string]string{}}
	for k, p := range e.plans[""].rates {
		if p != unknown {
			out.Tokens[kind(k).String()] = p.String()
		}
	}
	return out, true
}

// Price returns what a call cost, and false when that is unknown: see the
// package comment for what makes it so. The operation is not needed by any
// price that OpenAI has today.
func (t *Table) Price(model, _ string, u kpi.Usage) (kpi.Money, bool) {
	e := t.find(model)
	if e == nil {
		return 0, false
	}
	return e.price(&u)
}
