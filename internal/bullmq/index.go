package bullmq

import "container/heap"

// phase is where a job stands, as its events say.
type phase uint8

const (
	phaseWaiting phase = iota + 1
	// phaseGuessed is a waiting job whose event is not known and whose hash
	// does not tell since when; at is a lower bound of its age's beginning.
	phaseGuessed
	phaseDelayed
	phaseActive
	// phaseLeft is a job that waited by its events and, as a look at Redis says,
	// does so no more. Its event may still be on its way: until then it is
	// remembered since when it had waited.
	phaseLeft
)

// state is a job's phase and since when: of a waiting job since when it could
// have run, of a delayed one when its delay ends, of an active one when it
// started. Milliseconds since 1970 on Redis' clock.
type state struct {
	at    int64
	phase phase
}

func (s state) waits() bool { return s.phase == phaseWaiting || s.phase == phaseGuessed }

// index remembers the unfinished jobs of one queue and finds the one that has
// waited longest. It is not safe for concurrent use.
type index struct {
	jobs    map[string]state
	waiting int
	oldest  ages // of waiting jobs, and of some that wait no more
	full    bool // no room is left for jobs that are simply added
	left    []leaving
}

// leaving is a job in phaseLeft, and how often the stream had been read then.
type leaving struct {
	id   string
	at   int64
	read uint64
}

// compactAt bounds what oldest holds of jobs that wait no more.
const compactAt = 1024

func (x *index) get(id string) (state, bool) {
	s, ok := x.jobs[id]
	return s, ok
}

func (x *index) set(id string, s state) {
	x.forget(id)
	if x.jobs == nil {
		x.jobs = map[string]state{}
	}
	x.jobs[id] = s
	if s.waits() {
		x.waiting++
		heap.Push(&x.oldest, age{s.at, id})
		x.compact()
	}
}

func (x *index) forget(id string) {
	s, ok := x.jobs[id]
	if !ok {
		return
	}
	delete(x.jobs, id)
	if s.waits() {
		x.waiting--
	}
}

// reset forgets every job.
func (x *index) reset() { *x = index{full: x.full} }

// leave books that a job does not wait any more. It says nothing of other jobs.
func (x *index) leave(id string, read uint64) {
	s, ok := x.jobs[id]
	if !ok || !s.waits() {
		return
	}
	x.waiting--
	if s.phase == phaseGuessed {
		delete(x.jobs, id)
		return
	}
	s.phase = phaseLeft
	x.jobs[id] = s
	x.left = append(x.left, leaving{id, s.at, read})
}

// leaveAll books that no job waits any more.
func (x *index) leaveAll(read uint64) {
	for id := range x.jobs {
		x.leave(id, read)
	}
	x.oldest = nil
}

// purge forgets the jobs that have left when the stream was read to its end
// since: a read that had begun by then ended, and one more.
func (x *index) purge(read uint64) {
	n := 0
	for _, l := range x.left {
		if l.read+2 > read {
			break
		}
		if s, ok := x.jobs[l.id]; ok && s.phase == phaseLeft && s.at == l.at {
			delete(x.jobs, l.id)
		}
		n++
	}
	if x.left = x.left[n:]; len(x.left) == 0 {
		x.left = nil
	}
}

func (x *index) len() int { return len(x.jobs) }

// first returns the job that has waited longest.
func (x *index) first() (id string, at int64, ok bool) {
	for len(x.oldest) > 0 {
		top := x.oldest[0]
		if x.current(top) {
			return top.id, top.at, true
		}
		heap.Pop(&x.oldest)
	}
	return "", 0, false
}

func (x *index) current(a age) bool {
	s, ok := x.jobs[a.id]
	return ok && s.waits() && s.at == a.at
}

// compact drops what first would drop later, when that is the most.
func (x *index) compact() {
	if len(x.oldest) < 2*x.waiting+compactAt {
		return
	}
	kept := x.oldest[:0]
	for _, a := range x.oldest {
		if x.current(a) {
			kept = append(kept, a)
		}
	}
	clear(x.oldest[len(kept):])
	x.oldest = kept
	heap.Init(&x.oldest)
}

// age says since when a job has waited.
type age struct {
	at int64
	id string
}

// ages is a heap, the oldest first.
type ages []age

func (a ages) Len() int           { return len(a) }
func (a ages) Less(i, j int) bool { return a[i].at < a[j].at }
func (a ages) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }

// Push is for package heap.
func (a *ages) Push(x any) { *a = append(*a, x.(age)) }

// Pop is for package heap.
func (a *ages) Pop() any {
	last := len(*a) - 1
	x := (*a)[last]
	(*a)[last] = age{}
	*a = (*a)[:last]
	return x
}
