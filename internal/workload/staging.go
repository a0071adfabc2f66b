package workload

import "time"

// Conditions bend a source or a queue at one moment. Each is a factor on what
// is usual.
type Conditions struct{ Rate, Duration, Errors float64 }

// Usual is when nothing is bent.
func Usual() Conditions { return Conditions{Rate: 1, Duration: 1, Errors: 1} }

// Staging tells the conditions of a source or a queue, by name, at a moment. It
// has to be a pure function.
type Staging func(name string, at time.Time) Conditions

// QueueIncident slows the workers of the queue of 3D renders to an eighth of
// their pace for five minutes. They can't keep up then: the oldest job waits a
// minute after about a minute and a half, and the backlog takes some minutes
// to go.
func QueueIncident(from time.Time) Staging {
	const slow, length = 8, 5 * time.Minute
	return func(name string, at time.Time) Conditions {
		c := Usual()
		if name == QueueRender3D && !at.Before(from) && at.Before(from.Add(length)) {
			c.Duration = slow
		}
		return c
	}
}
