package recorder

import (
	"maps"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// maxPositions bounds the sources whose followers are remembered.
const maxPositions = 10_000

// positions are how far followers of sources have come, by source. They belong
// to the holder of the token.
type positions map[string]string

// take sets positions; an empty state forgets its source.
func (p positions) take(list []kpi.Position) {
	for _, one := range list {
		if one.State == "" {
			delete(p, one.Source)
		} else {
			p[one.Source] = one.State
		}
	}
}

// room reports whether the positions of a submission may be remembered.
func (p positions) room(list []kpi.Position) bool {
	fresh := 0
	for _, one := range list {
		if _, known := p[one.Source]; !known && one.State != "" {
			fresh++
		}
	}
	return len(p)+fresh <= maxPositions
}

// followed names the positions among the lists of a snapshot: they stand there
// as values by turns, a source and its state.
const followed = "followed"

func (p positions) freeze() []labelValues {
	if len(p) == 0 {
		return nil
	}
	v := labelValues{Event: followed}
	for source, state := range p {
		v.Values = append(v.Values, source, state)
	}
	return []labelValues{v}
}

// load replaces the positions by written ones.
func (p positions) load(list []labelValues) {
	clear(p)
	for _, v := range list {
		if v.Event != followed {
			continue
		}
		for i := 0; i+1 < len(v.Values); i += 2 {
			p[v.Values[i]] = v.Values[i+1]
		}
	}
}

// Positions are how far followers have come, by source. It is for use after
// the state is restored and before Run.
func (r *Recorder) Positions() map[string]string { return maps.Clone(map[string]string(r.positions)) }
