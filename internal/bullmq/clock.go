package bullmq

import (
	"sync/atomic"
	"time"
)

// clock is Redis' clock as seen from here: the local one and what it is off,
// told anew by each look. Safe for concurrent use.
type clock struct {
	local  func() time.Time
	offset atomic.Int64 // milliseconds
	told   atomic.Bool
}

// now is milliseconds since 1970 by Redis.
func (c *clock) now() int64 { return c.local().UnixMilli() + c.offset.Load() }

// tell takes over what Redis said between two local moments.
//
// What it is off lies between two bounds, the closer the faster the answer. It
// is changed no more than they ask for: a slow answer says little.
func (c *clock) tell(redis, sent, received time.Time) {
	at := redis.UnixMilli()
	if !c.told.Swap(true) {
		c.offset.Store(at - sent.Add(received.Sub(sent)/2).UnixMilli())
		return
	}
	c.offset.Store(min(max(c.offset.Load(), at-received.UnixMilli()), at-sent.UnixMilli()))
}
