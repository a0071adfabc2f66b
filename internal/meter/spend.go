package meter

import (
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// spendReach is how long a minute's spend is kept: the longest window, the
// oldest timestamp that is taken and some slack.
const spendReach = 24*60 + 10

// spend is what was spent in each minute, by the time of the events.
type spend struct {
	minutes map[int64]kpi.Money // by minutes since 1970
	swept   int64               // the minute of the last sweep
}

// add books an amount at when. now only decides what is too old to keep.
func (s *spend) add(now, when time.Time, amount kpi.Money) {
	if s.minutes == nil {
		s.minutes = map[int64]kpi.Money{}
	}
	s.minutes[minuteOf(when)] += amount
	s.sweep(minuteOf(now))
}

// sweep forgets, once a minute, what no window can reach any more.
func (s *spend) sweep(now int64) {
	if now <= s.swept {
		return
	}
	s.swept = now
	for m := range s.minutes {
		if m <= now-spendReach {
			delete(s.minutes, m)
		}
	}
}

// sum is the spend in the window that ends now. Minutes that lie ahead count
// when they come.
func (s *spend) sum(now time.Time, w Window) kpi.Money {
	var total kpi.Money
	last := minuteOf(now)
	for m := last - int64(w.Minutes) + 1; m <= last; m++ {
		total += s.minutes[m]
	}
	return total
}

// minuteOf is the minute since 1970 that t lies in.
func minuteOf(t time.Time) int64 { return t.Unix() / 60 }
