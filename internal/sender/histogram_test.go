package sender

import (
	"testing"
	"time"
)

func TestQuantilesAreWithinThreePercent(t *testing.T) {
	t.Parallel()
	var h histogram
	for i := 1; i <= 10_000; i++ {
		h.observe(time.Duration(i) * time.Microsecond)
	}
	for q, want := range map[float64]time.Duration{0.50: 5 * time.Millisecond, 0.99: 9900 * time.Microsecond} {
		got := h.quantile(q)
		if ratio := float64(got) / float64(want); ratio < 1 || ratio > 1.04 {
			t.Errorf("quantile %v is %v, want %v to 3 %% more", q, got, want)
		}
	}
}

func TestHistogramEnds(t *testing.T) {
	t.Parallel()
	var h histogram
	if got := h.quantile(0.5); got != 0 {
		t.Errorf("an empty histogram's median is %v", got)
	}
	h.observe(-time.Second)
	h.observe(1<<63 - 1)
	if low, high := h.quantile(0), h.quantile(0.99); low != 0 || high != 1<<63-1 {
		t.Errorf("got %v and %v", low, high)
	}
}

func TestEveryValueIsInItsBucket(t *testing.T) {
	t.Parallel()
	for shift := range 63 {
		for _, v := range []uint64{1 << shift, 1<<shift + 1, 1<<shift - 1} {
			b := bucketOf(v)
			if v > upperEnd(b) || (b > 0 && v <= upperEnd(b-1)) {
				t.Errorf("%d is in bucket %d, which is from %d to %d", v, b, upperEnd(b-1)+1, upperEnd(b))
			}
		}
	}
}
