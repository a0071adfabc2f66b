package sender

import (
	"math/bits"
	"time"
)

// subBits is how finely each power of two is divided: 32 parts, 3 %.
const subBits = 5

// histogram counts durations in buckets whose width grows with the duration.
// Its size is fixed: 15 kB.
type histogram struct {
	counts [(64 - subBits) << subBits]uint64
	total  uint64
}

func (h *histogram) observe(d time.Duration) {
	h.counts[bucketOf(uint64(max(0, d)))]++
	h.total++
}

// bucketOf numbers the buckets: one for each value below 32, then 32 for each
// power of two.
func bucketOf(v uint64) int {
	shift := bits.Len64(v) - subBits - 1
	if shift <= 0 {
		return int(v)
	}
	return shift<<subBits + int(v>>shift)
}

// quantile is the upper end of the bucket that holds the q-th value; 0 when
// there is none.
func (h *histogram) quantile(q float64) time.Duration {
	rank := uint64(q * float64(h.total))
	var seen uint64
	for i, n := range h.counts {
		if seen += n; n > 0 && seen > rank {
			return time.Duration(upperEnd(i))
		}
	}
	return 0
}

func upperEnd(bucket int) uint64 {
	shift := bucket>>subBits - 1
	if shift <= 0 {
		return uint64(bucket)
	}
	return (uint64(bucket&(1<<subBits-1))|1<<subBits)<<shift + 1<<shift - 1
}
