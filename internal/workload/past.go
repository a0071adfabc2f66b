package workload

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// samplesAMinute is how many events of a source and a minute are made one by
// one at its usual rate; each stands for its share of the others. A burst has as
// many times more, so that a few dear calls do not decide what it costs. Jobs are
// all made.
const samplesAMinute = 8

// Past is the platform's history, minute by minute, at the rates and by the
// distributions of Platform. It differs in two ways, so that weeks take
// seconds and nothing happens in them that was not staged: events that wait for
// no other are made in groups that are alike, and failures come evenly, not by
// chance. It is not safe for concurrent use.
type Past struct {
	platform *Platform
	sources  []source
	queues   []*queue
	minutes  map[int64][]kpi.Tally // what happens, by minutes since 1970
	due      map[bool]float64      // failures, of operations and of requests
	failing  bool                  // what fires now
	times    int                   // that what fires now happens
	seen     *Queues               // as of the end of the last minute
	end      time.Time             // of the last minute
	calls    int                   // to OpenAI so far
}

// NewPast makes the history of a platform that begins at the options' start.
func NewPast(o Options) (*Past, error) {
	platform, err := newPlatform(o)
	if err != nil {
		return nil, err
	}
	p := &Past{platform: platform, sources: platformSources(platform.fig), minutes: map[int64][]kpi.Tally{}, due: map[bool]float64{}}
	for _, q := range platformQueues() {
		p.queues = append(p.queues, platform.queues[q.name])
	}
	platform.emit = p.book
	platform.ran = p.bookJob
	p.seen = NewQueues(o.Start, platform.opts.Staging)
	p.seen.now = func() time.Time { return p.end }
	platform.fails = func(string, time.Time) bool { return p.failing }
	return p, nil
}

// Minute returns what happened in the minute that ends at a time. It is for
// one minute after the other.
func (p *Past) Minute(end time.Time) []kpi.Tally {
	begin := end.Add(-time.Minute)
	p.end = end
	for _, s := range p.sources {
		mean := 60 * p.platform.rate(s, begin)
		p.fire(s, begin, arrivals(p.platform.rng, mean, s.cv))
	}
	p.times = 1
	for _, q := range p.queues {
		p.book(end.Add(-1), wire{Type: "queue-wait", QueueName: q.name, Oldest: number(q.oldest(end))})
	}
	minute := begin.Unix() / 60
	tallies := p.minutes[minute]
	delete(p.minutes, minute)
	return tallies
}

// Queues are what a watcher would have seen at the end of the last minute.
func (p *Past) Queues() []kpi.QueueState {
	p.seen.events() // what has been told is forgotten after a while
	return p.seen.Queues()
}

// fire lets a source fire n times, evenly over a minute but for a little chance.
func (p *Past) fire(s source, begin time.Time, n int) {
	failures := p.failures(s, begin, n)
	burst := max(1, p.platform.opts.Staging(s.name, begin).Rate)
	samples := min(n-failures, int(samplesAMinute*burst))
	if s.queued {
		samples = n - failures
	}
	for i := range failures + samples {
		p.failing, p.times = i < failures, 1
		if !p.failing {
			p.times = share(n-failures, samples, i-failures)
		}
		place := (float64(i) + p.platform.rng.Float64()) / float64(failures+samples)
		s.fire(p.platform, begin.Add(secondsOf(60*place)))
	}
}

// failures is how many of n fail. Those of requests to the API don't count
// among those of operations, of which too many would raise an alert.
func (p *Past) failures(s source, at time.Time, n int) int {
	operation := s.name != sourceAPI
	p.due[operation] += float64(n) * failureShare * p.platform.opts.Staging(s.name, at).Errors
	failures := min(n, int(p.due[operation]))
	p.due[operation] -= float64(failures)
	return failures
}

// share is the i-th of so many whole parts of n, which are as equal as can be.
func share(n, parts, i int) int { return n*(i+1)/parts - n*i/parts }

// book notes what happens at a moment.
func (p *Past) book(at time.Time, w wire) {
	minute := at.Unix() / 60
	e := w.event()
	if e.Type == kpi.TypeOpenAI {
		p.calls++
		e.Call = callOf(&e, p.calls)
	}
	p.minutes[minute] = append(p.minutes[minute], kpi.Tally{Event: e, Times: p.times})
}

// bookJob notes what a watcher of queues would see of a job.
func (p *Past) bookJob(queue string, j job) {
	p.seen.add(queue, j)
	for _, e := range []struct {
		at time.Time
		kpi.Event
	}{{j.added, kpi.Event{Type: kpi.TypeQueueAdded, Dims: kpi.Dims{queue}, Count: 1}}, {j.end, ended(queue, &j)}} {
		minute := e.at.Unix() / 60
		p.minutes[minute] = append(p.minutes[minute], kpi.Tally{Event: e.Event, Times: 1})
	}
}

// arrivals draws how many times something happens whose gaps have a
// coefficient of variation: by Poisson's distribution when they are few, when
// the gaps hardly matter, and by the normal one when they are many.
func arrivals(rng *rand.Rand, mean, cv float64) int {
	const many = 10
	if mean >= many {
		return max(0, int(math.Round(mean+cv*math.Sqrt(mean)*rng.NormFloat64())))
	}
	n := 0
	for product := rng.Float64(); product > math.Exp(-mean); n++ {
		product *= rng.Float64()
	}
	return n
}
