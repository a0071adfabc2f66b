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

// fresh is how many positions of a submission are of sources that are not
// remembered yet.
func (p positions) fresh(list []kpi.Position) (n int) {
	for _, one := range list {
		if _, known := p[one.Source]; !known && one.State != "" {
			n++
		}
	}
	return n
}

// claim takes room for a job's new sources, beside what other jobs of the same
// commit have claimed. Known sources go on, and are forgotten, without room.
func (r *Recorder) claim(list []kpi.Position) error {
	fresh := r.positions.fresh(list)
	if fresh > 0 && len(r.positions)+r.claimed+fresh > maxPositions {
		return kpi.Errorf(kpi.KindInvalid, "Positions of more than %d sources can't be remembered.", maxPositions)
	}
	r.claimed += fresh
	return nil
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
