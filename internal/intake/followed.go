package intake

import "github.com/luneo-platform/luneo/internal/kpi"

// kept are the events of a submission that are recorded.
type kept struct {
	events []kpi.Event
	places []int // where they stood in the submission; nil for where they stand now
}

// withoutFollowed leaves out the waits of queues that Luneo follows itself, and
// says how many they are.
func (in *Intake) withoutFollowed(events []kpi.Event) (kept, int) {
	first := 0
	for first < len(events) && !in.isFollowed(&events[first]) {
		first++
	}
	if first == len(events) {
		return kept{events: events}, 0
	}
	k := kept{}
	for i := range events {
		if !in.isFollowed(&events[i]) {
			k.events = append(k.events, events[i])
			k.places = append(k.places, i)
		}
	}
	return k, len(events) - len(k.events)
}

func (in *Intake) isFollowed(e *kpi.Event) bool {
	return e.Type == kpi.TypeQueueWait && in.opts.Follows != nil && in.opts.Follows(e.Dims[0])
}

// restore has violations name the places in the submission again.
func (k kept) restore(rejected []kpi.Violation) {
	if k.places == nil {
		return
	}
	for i := range rejected {
		rejected[i].Index = k.places[rejected[i].Index]
	}
}
