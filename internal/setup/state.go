package setup

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	lookEvery  = time.Second      // states
	countEvery = 10 * time.Second // events, for the rate
	rateOver   = time.Minute
)

// Run tells listeners of sources that change their state until ctx ends, and
// then sends them away.
func (w *Watcher) Run(ctx context.Context) {
	defer w.hub.close()
	var asking sync.WaitGroup
	defer asking.Wait()
	asking.Go(func() { w.recall(ctx) })
	look, tally := time.NewTicker(lookEvery), time.NewTicker(countEvery)
	defer look.Stop()
	defer tally.Stop()
	w.count()
	states := w.states()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tally.C:
			w.count()
			continue
		case <-w.wake:
		case <-look.C:
		}
		states = w.tellChanges(states)
	}
}

// tellChanges tells listeners of sources whose state is not what it was.
func (w *Watcher) tellChanges(before map[string]State) map[string]State {
	now := w.states()
	if maps.Equal(before, now) {
		return now
	}
	for _, s := range w.Sources() {
		if before[s.ID] != s.State {
			w.hub.changed(s)
		}
	}
	return now
}

// states are those of all sources, without asking anybody but the meter where
// no event has come since the start.
func (w *Watcher) states() map[string]State {
	now, out := w.o.Now(), map[string]State{}
	var counted map[string]*tally
	for _, k := range kinds() {
		if k.typ == 0 {
			told := w.o.Told()
			out[k.id] = told.state()
			continue
		}
		last := w.byType[k.typ].lastAt()
		if last.IsZero() && counted == nil {
			counted = w.tallies(now)
		}
		events := 0.0
		if last.IsZero() {
			events = counted[k.id].events
		}
		out[k.id] = stateOf(now, last, events)
	}
	if len(w.o.Watched()) > 0 {
		out[queuesID] = Live
	}
	return out
}

// stateOf is the state of a source whose last event came at a time; zero when
// that is not known. Events were counted before the start, or since.
func stateOf(now, last time.Time, events float64) State {
	switch {
	case last.IsZero() && events > 0:
		return Quiet
	case last.IsZero():
		return Waiting
	case now.Sub(last) < quietAfter:
		return Live
	default:
		return Quiet
	}
}

// count notes how many events there are, for the rate.
func (w *Watcher) count() {
	now := w.o.Now()
	c := countsAt{now, map[string]float64{}}
	for id, t := range w.tallies(now) {
		c.events[id] = t.events
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts = append(w.counts, c)
	for len(w.counts) > 1 && now.Sub(w.counts[1].at) >= rateOver { // one at least a minute old stays
		w.counts = slices.Delete(w.counts, 0, 1)
	}
}

// perMinute is the rate of a source's events since about a minute ago.
func (w *Watcher) perMinute(now time.Time, id string, events float64) float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.counts) == 0 {
		return 0
	}
	over := now.Sub(w.counts[0].at)
	return max(0, events-w.counts[0].events[id]) / max(over, countEvery).Minutes()
}
