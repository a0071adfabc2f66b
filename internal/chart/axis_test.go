package chart

import (
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTicks: at most five, round, and written alike.
func TestTicks(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		unit    Unit
		lo, hi  float64
		atLeast float64
		want    string
	}{
		{Seconds, 0, 154, 0, "0, 1 m, 2 m"},
		{Seconds, 0, 180, 0, "0, 1 m, 2 m, 3 m"},
		{Seconds, 0, 60, 0, "0, 15 s, 30 s, 45 s, 60 s"},
		{Seconds, 0, 0.42, 0, "0, 100 ms, 200 ms, 300 ms, 400 ms"},
		{Seconds, 0, 0.0011, 0, "0, 0.5 ms, 1 ms"},
		{Seconds, 0, 2.2, 0, "0, 0.5 s, 1 s, 1.5 s, 2 s"},
		{Seconds, 0, 9000, 0, "0, 1 h, 2 h"},
		{Cents, 0, 44, 0, "$0, 10 ¢, 20 ¢, 30 ¢, 40 ¢"},
		{Cents, 0, 170, 0, "$0, $0.50, $1, $1.50"},
		{Cents, 0, 4500, 0, "$0, $10, $20, $30, $40"},
		{Cents, 0, 4.5e6, 0, "$0, $10k, $20k, $30k, $40k"},
		{Ratio, 0, 0.012, 0, "0, 0.5 %, 1 %"},
		{Ratio, 0.989, 1.001, 0, "99 %, 99.5 %, 100 %"},
		{Bytes, 0, 4.4e9, 0, "0, 1 GB, 2 GB, 3 GB, 4 GB"},
		{Times, 0, 2.3, 0, "0, 0.5×, 1×, 1.5×, 2×"},
		{Plain, 0, 17000, 0, "0, 5k, 10k, 15k"},
		{Plain, -60, 40, 0, "-50, 0"},
		{Plain, 0, 2.2, 1, "0, 1, 2"},
		{Plain, 0, 1e-300, 0, ""},
	} {
		ticks, step := axis{row.lo, row.hi}.ticks(5, row.unit, row.atLeast)
		if len(ticks) > 5 {
			t.Errorf("%d ticks", len(ticks))
		}
		got := strings.Join(row.unit.writeTicks(ticks, step), ", ")
		if row.want != "" && got != row.want {
			t.Errorf("%d, %g to %g: %s, want %s", row.unit, row.lo, row.hi, got, row.want)
		}
	}
}

// TestTimeTicks: round on the clock of the zone, whatever its offset, also when
// it is changed.
func TestTimeTicks(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		zone, to string
		span     time.Duration
		want     string
	}{
		{"Europe/Berlin", "2026-05-11 14:32:00", time.Hour, "13:45, 14:00, 14:15, 14:30"},
		{"Asia/Kathmandu", "2026-05-11 14:32:00", time.Hour, "13:45, 14:00, 14:15, 14:30"},
		{"Europe/Berlin", "2026-03-29 03:20:00", time.Hour, "01:30, 01:45, 03:00, 03:15"},
		{"Australia/Lord_Howe", "2026-10-04 12:00:00", 3 * time.Hour, "09:00, 10:00, 11:00, 12:00"},
		{"UTC", "2026-05-11 14:30:07", 20 * time.Second, "14:29:50, 14:29:55, 14:30:00, 14:30:05"},
		{"UTC", "2026-05-11 14:30:00", 24 * time.Hour, "18:00, 11 May, 06:00, 12:00"},
		{"UTC", "2026-05-11 14:30:00", 7 * 24 * time.Hour, "5 May, 7 May, 9 May, 11 May"},
		{"UTC", "2026-05-11 00:20:00", time.Hour, "23:30, 23:45, 00:00, 00:15"},
	} {
		zone, err := time.LoadLocation(row.zone)
		if err != nil {
			t.Fatal(err)
		}
		to, err := time.ParseInLocation(time.DateTime, row.to, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(clock(timeTicks(to.Add(-row.span).UTC(), to, 4)), ", "); got != row.want {
			t.Errorf("%s, %s: %s, want %s", row.zone, row.to, got, row.want)
		}
	}
}

// TestContrast: text has a contrast of 4.5 on everything it may lie on, a line of 3
// on the panel.
func TestContrast(t *testing.T) {
	t.Parallel()
	for _, theme := range []Theme{Light, Dark} {
		l := theme.look()
		for _, ink := range []color.NRGBA{l.text, l.text2, l.axis, l.threshold} {
			if c := contrast(ink, l.panel); c < 4.5 {
				t.Errorf("%d: %v on the panel: %.2f", theme, ink, c)
			}
		}
		ground := newCanvas(1, 1, l.panel)
		over := func(layers ...color.NRGBA) color.NRGBA {
			ground.fill(ground.bounds, rgb(uint32(l.panel.R)<<16|uint32(l.panel.G)<<8|uint32(l.panel.B)))
			for _, layer := range layers {
				ground.fill(ground.bounds, layer)
			}
			return rgb(ground.pixels[0])
		}
		below := l.series[0]
		below.A = l.area
		for name, on := range map[string]color.NRGBA{
			"bad side": over(l.tint), "firing": over(l.band), "area": over(below),
			"area on the bad side": over(l.tint, below), "area while it fires": over(l.band, below),
		} {
			if c := contrast(l.threshold, on); c < 4.5 {
				t.Errorf("%d: the limit on %s: %.2f", theme, name, c)
			}
		}
		for i, ink := range l.series {
			if c := contrast(ink, l.panel); c < 2.99 {
				t.Errorf("%d: series %d: %.2f", theme, i, c)
			}
		}
	}
}

// contrast is that of WCAG.
func contrast(a, b color.NRGBA) float64 {
	luminance := func(c color.NRGBA) float64 {
		sum := 0.0
		for i, v := range []uint8{c.R, c.G, c.B} {
			s := float64(v) / 255
			if s <= 0.04045 {
				s /= 12.92
			} else {
				s = math.Pow((s+0.055)/1.055, 2.4)
			}
			sum += s * []float64{0.2126, 0.7152, 0.0722}[i]
		}
		return sum + 0.05
	}
	both := []float64{luminance(a), luminance(b)}
	return slices.Max(both) / slices.Min(both)
}

// TestLabelsApart: the labels of the limit and of the last value do not overlap,
// wherever the two are, and are within the picture.
func TestLabelsApart(t *testing.T) {
	t.Parallel()
	to := time.Date(2026, 5, 11, 14, 30, 0, 0, time.UTC)
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		limit := r.Float64() * 120
		c := &Chart{Title: "Wait", Unit: Seconds, From: to.Add(-time.Hour), To: to, Threshold: &limit, Below: r.IntN(2) == 0}
		last := to.Add(-time.Duration(r.IntN(3)) * 20 * time.Minute)
		for range 1 + r.IntN(2) {
			var s Series
			for at := c.From; !at.After(last); at = at.Add(time.Minute) {
				s.Points = append(s.Points, Point{at, limit + 10*r.NormFloat64()})
			}
			c.Series = append(c.Series, s)
		}
		p, err := newPicture(c, defaultWidth, defaultHeight)
		if err != nil {
			t.Fatal(err)
		}
		p.draw()
		if len(p.taken) != 2 || p.taken[0].Overlaps(p.taken[1]) {
			t.Errorf("limit %.1f, last at %s: %v", limit, last, p.taken)
		}
		for _, box := range p.taken {
			if !box.In(p.bounds.Inset(8)) {
				t.Errorf("%v is not within the picture", box)
			}
		}
	}
}
