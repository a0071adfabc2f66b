package workload

import "time"

// Conditions bend a source or a queue at one moment. Each is a factor on what
// is usual, but Resume.
type Conditions struct {
	Rate, Duration, Errors float64
	// Resume is when workers begin jobs again; zero when they do so now.
	Resume time.Time
}

// Usual is when nothing is bent.
func Usual() Conditions { return Conditions{Rate: 1, Duration: 1, Errors: 1} }

// Staging tells the conditions of a source or a queue, by name, at a moment. It
// has to be a pure function.
type Staging func(name string, at time.Time) Conditions

// Together is what several stagings bend at once.
func Together(all ...Staging) Staging {
	return func(name string, at time.Time) Conditions {
		c := Usual()
		for _, s := range all {
			one := s(name, at)
			c.Rate, c.Duration, c.Errors = c.Rate*one.Rate, c.Duration*one.Duration, c.Errors*one.Errors
			if one.Resume.After(c.Resume) {
				c.Resume = one.Resume
			}
		}
		return c
	}
}

// Every stages the same again and again: at from, and each period after it.
// What is staged has to be over within the period.
func Every(from time.Time, period time.Duration, stage func(from time.Time) Staging) Staging {
	return func(name string, at time.Time) Conditions {
		if at.Before(from) {
			return Usual()
		}
		return stage(at.Add(-(at.Sub(from) % period)))(name, at)
	}
}

// during bends one source or queue from a moment on for a length.
func during(name string, from time.Time, length time.Duration, bent Conditions) Staging {
	return func(of string, at time.Time) Conditions {
		if of == name && !at.Before(from) && at.Before(from.Add(length)) {
			return bent
		}
		return Usual()
	}
}

// QueueIncident slows the workers of the queue of 3D renders to an eighth of
// their pace for a while. They can't keep up then: the oldest job waits a
// minute after about a minute and a half, and the backlog takes some minutes
// to go.
func QueueIncident(from time.Time, length time.Duration) Staging {
	return during(QueueRender3D, from, length, Conditions{Rate: 1, Duration: 8, Errors: 1})
}

// ErrorBurst lets a third of the calls of gpt-4o-mini fail for a while: more
// than a twentieth of all operations.
func ErrorBurst(from time.Time, length time.Duration) Staging {
	return during("gpt-4o-mini", from, length, Conditions{Rate: 1, Duration: 1, Errors: 110})
}

// CostSpike calls gpt-4o ten times as often for a while, as a client that
// tries again and again does: AI costs several times the usual then.
func CostSpike(from time.Time, length time.Duration) Staging {
	return during("gpt-4o", from, length, Conditions{Rate: 10, Duration: 1, Errors: 1})
}

// CostBurst is a CostSpike of four minutes that is strong enough for a window of
// 15 minutes: AI costs nearly three times the usual in it, until the burst begins
// to leave the window again.
func CostBurst(from time.Time) Staging {
	return during("gpt-4o", from, 4*time.Minute, Conditions{Rate: 14, Duration: 1, Errors: 1})
}

// WorkersDown lets the workers of the queue of 3D renders begin no job for a
// while. The oldest one waits a minute after a minute. Two minutes after the end,
// what is left of the backlog is worked off faster, as with more workers.
func WorkersDown(from time.Time, length time.Duration) Staging {
	end := from.Add(length)
	return Together(
		during(QueueRender3D, from, length, Conditions{Rate: 1, Duration: 1, Errors: 1, Resume: end}),
		during(QueueRender3D, end.Add(2*time.Minute), 4*time.Minute, Conditions{Rate: 1, Duration: 0.5, Errors: 1}),
	)
}

// RenderSlowdown lets 2D renders take twice as long for a while. Their workers
// keep up, so that no alert is raised.
func RenderSlowdown(from time.Time, length time.Duration) Staging {
	return during(QueueRender2D, from, length, Conditions{Rate: 1, Duration: 2, Errors: 1})
}

// FailingShop lets every handshake of one shop fail for a while, an eighth of all
// of them: about 5 % of all operations.
func FailingShop(from time.Time, length time.Duration) Staging {
	return during(failingShop, from, length, Conditions{Rate: 1, Duration: 1, Errors: 2 / failureShare})
}

// failingShop is the shop of FailingShop.
const failingShop = "shop-02.example"
