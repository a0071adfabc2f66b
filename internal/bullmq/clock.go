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
}

// now is milliseconds since 1970 by Redis.
func (c *clock) now() int64 { return c.local().UnixMilli() + c.offset.Load() }

// tell takes over what Redis said between two local moments.
func (c *clock) tell(redis, sent, received time.Time) {
	c.offset.Store(redis.UnixMilli() - sent.Add(received.Sub(sent)/2).UnixMilli())
}
