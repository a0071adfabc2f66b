package chart_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/chart"
)

// The colours of the themes, as the web UI has them.
var (
	panel     = map[chart.Theme]color.RGBA{chart.Light: rgb(0xffffff), chart.Dark: rgb(0x12151c)}
	base      = map[chart.Theme]color.RGBA{chart.Light: rgb(0xc9ced8), chart.Dark: rgb(0x353c4a)}
	text      = map[chart.Theme]color.RGBA{chart.Light: rgb(0x14171f), chart.Dark: rgb(0xeceef3)}
	threshold = map[chart.Theme]color.RGBA{chart.Light: rgb(0xc2262e), chart.Dark: rgb(0xff7b72)}
	first     = map[chart.Theme]color.RGBA{chart.Light: rgb(0x3058d7), chart.Dark: rgb(0x5c82ee)}
	colours   = map[chart.Theme][]color.RGBA{
		chart.Light: {rgb(0x3058d7), rgb(0xad6c28), rgb(0x09987b), rgb(0x7f0360), rgb(0xb19218), rgb(0x6b1aa2), rgb(0x13a1cc), rgb(0x3e6200)},
		chart.Dark:  {rgb(0x5c82ee), rgb(0xf7a106), rgb(0x65c0b1), rgb(0xc65c9c), rgb(0x96890d), rgb(0xb4a2fb), rgb(0x63e8ff), rgb(0xbee196)},
	}
)

func rgb(v uint32) color.RGBA { return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xff} }

// seen is a picture that is looked at.
type seen struct {
	*image.Paletted
	t testing.TB
}

func see(t testing.TB, c *chart.Chart) seen {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(draw(t, c)))
	if err != nil {
		t.Fatal(err)
	}
	return seen{img.(*image.Paletted), t}
}

// is reports whether a pixel has a colour.
func (s seen) is(x, y int, want color.RGBA) bool {
	return s.Palette[s.ColorIndexAt(x, y)] == want
}

// count is how many pixels of a rectangle have a colour.
func (s seen) count(r image.Rectangle, want color.RGBA) int {
	index := slices.Index(s.Palette, color.Color(want))
	if index < 0 {
		return 0
	}
	r = r.Intersect(s.Rect)
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		n += bytes.Count(s.Pix[s.PixOffset(r.Min.X, y):s.PixOffset(r.Max.X, y)], []byte{uint8(index)})
	}
	return n
}

// plot finds where the lines are, by the base below them.
func (s seen) plot(theme chart.Theme) (left, right, bottom int) {
	s.t.Helper()
	for y := s.Bounds().Max.Y - 1; y > 0; y-- {
		run := 0
		for x := range s.Bounds().Dx() {
			if s.is(x, y, base[theme]) {
				run++
				continue
			}
			if run > s.Bounds().Dx()/3 {
				return x - run, x, y - 1 // the base is two pixels thick
			}
			run = 0
		}
	}
	s.t.Fatal("no base")
	return 0, 0, 0
}

// limitRow finds the middle of the limit's line, and how much of it is painted.
func (s seen) limitRow(theme chart.Theme) (middle float64, share float64) {
	left, right, bottom := s.plot(theme)
	most := 0
	var rows []int
	for y := range bottom {
		n := s.count(image.Rect(left, y, right, y+1), threshold[theme])
		if n > most {
			most, rows = n, nil
		}
		if n == most {
			rows = append(rows, y)
		}
	}
	return float64(rows[0]+rows[len(rows)-1]+1) / 2, float64(most) / float64(right-left)
}

// TestWhereThingsAre finds the limit as a dashed line along the whole width, and
// the series where the base and the limit say that its values are.
func TestWhereThingsAre(t *testing.T) {
	t.Parallel()
	value := func(m float64) float64 { return 20 + m/60*50 } // 20 to 70, through the limit at 60
	for name, theme := range themes {
		for _, below := range []bool{false, true} {
			c := scene(t, "Wait", "", chart.Seconds)
			follow(c, "a", value)
			c.Theme, c.Threshold, c.Below = theme, limit(60), below
			s := see(t, c)
			left, right, bottom := s.plot(theme)
			row, share := s.limitRow(theme)
			if share < 0.45 || share > 0.55 {
				t.Errorf("%s: %.2f of the limit's line is painted", name, share)
			}
			for quarter := range 4 {
				from := left + quarter*(right-left)/4
				if s.count(image.Rect(from, int(row), from+(right-left)/4, int(row)+1), threshold[theme]) == 0 {
					t.Errorf("%s: the limit is not in quarter %d", name, quarter)
				}
			}
			perSecond := (float64(bottom) - row) / 60
			for m := 2.0; m < 58; m += 4 {
				x := left + int(m/60*float64(right-left))
				y := float64(bottom) - value(m)*perSecond
				around := image.Rect(x, int(y)-2, x+1, int(y)+3)
				if s.count(around, first[theme]) == 0 {
					t.Errorf("%s, below %t: the series is not at %v", name, below, around)
				}
				clear := image.Rect(x, int(y)+8, x+1, bottom)
				if n := s.count(clear, first[theme]); n > 0 {
					t.Errorf("%s: the series is also below, in %v", name, clear)
				}
			}
		}
	}
}

// TestBadSide: the side that is bad is tinted, the other one is not.
func TestBadSide(t *testing.T) {
	t.Parallel()
	for _, below := range []bool{false, true} {
		c := scene(t, "Wait", "", chart.Seconds)
		for _, name := range []string{"a", "b"} { // two, as one has an area
			follow(c, name, func(float64) float64 { return 60 })
		}
		c.Threshold, c.Below = limit(30), below
		s := see(t, c)
		left, right, bottom := s.plot(chart.Light)
		row, _ := s.limitRow(chart.Light)
		above := image.Rect(left, int(row)-20, right, int(row)-19)
		under := image.Rect(left, bottom-4, right, bottom-3)
		if below {
			above, under = under, above
		}
		if n := s.count(above, panel[chart.Light]); n > (right-left)/10 {
			t.Errorf("below %t: the bad side is not tinted: %d", below, n)
		}
		if n := s.count(under, panel[chart.Light]); n < (right-left)*9/10 {
			t.Errorf("below %t: the good side is tinted: %d", below, n)
		}
	}
}

// TestGaps: where there are no points, or no numbers, there is no line.
func TestGaps(t *testing.T) {
	t.Parallel()
	for name, hole := range map[string]float64{"missing": gap, "NaN": math.NaN(), "Inf": math.Inf(-1)} {
		c := scene(t, "Wait", "", chart.Seconds)
		follow(c, "a", func(m float64) float64 {
			if m > 20 && m < 40 {
				return hole
			}
			return 5
		})
		s := see(t, c)
		left, right, bottom := s.plot(chart.Light)
		third := (right - left) / 3
		within := func(n int) int {
			return s.count(image.Rect(left+n*third+8, 0, left+(n+1)*third-8, bottom-2), first[chart.Light])
		}
		if within(0) == 0 || within(1) != 0 || within(2) == 0 {
			t.Errorf("%s: %d, %d, %d pixels", name, within(0), within(1), within(2))
		}
	}
}

// TestStep: three steps without a point are a gap, two are not, and a lone point
// is seen.
func TestStep(t *testing.T) {
	t.Parallel()
	c := scene(t, "Wait", "", chart.Seconds)
	c.Step = 10 * time.Minute
	var s chart.Series
	for _, m := range []int{0, 30, 61 - 1} {
		s.Points = append(s.Points, chart.Point{At: c.From.Add(time.Duration(m) * time.Minute), Value: 5})
	}
	c.Series = []chart.Series{s}
	count := func() int {
		p := see(t, c)
		left, right, bottom := p.plot(chart.Light)
		return p.count(image.Rect(left, 0, right-20, bottom-2), first[chart.Light])
	}
	joined := count()
	c.Step = 9 * time.Minute
	if apart := count(); apart == 0 || apart > joined/20 {
		t.Errorf("%d pixels joined, %d apart", joined, apart)
	}
}

// TestWorstOfMany: the eight worst are drawn, in eight colours, and the worst one
// is where it should be.
func TestWorstOfMany(t *testing.T) {
	t.Parallel()
	for name, theme := range themes {
		c := scene(t, "Wait", "by queue", chart.Seconds)
		c.Theme = theme
		for i := range 20 {
			follow(c, "queue-"+string(rune('a'+i)), func(float64) float64 { return float64(1 + i) })
		}
		s := see(t, c)
		left, right, bottom := s.plot(theme)
		for i, ink := range colours[theme] {
			if s.count(image.Rect(left, 0, right, bottom), ink) < (right-left)/2 {
				t.Errorf("%s: colour %d is missing", name, i)
			}
		}
		// The lowest that is drawn has 13 of 20.
		if n := s.count(image.Rect(left, bottom-(bottom/4), right, bottom), colours[theme][0]); n != 0 {
			t.Errorf("%s: a low one is drawn", name)
		}
	}
}

// TestTextIsThere: titles are written where they belong, and nothing reaches the
// edge, however long it is.
func TestTextIsThere(t *testing.T) {
	t.Parallel()
	for name, c := range scenes(t) {
		for themeName, theme := range themes {
			c := *c
			c.Theme = theme
			s := see(t, &c)
			if n := s.count(image.Rect(20, 20, 780, 60), text[theme]); n < 300 {
				t.Errorf("%s, %s: the title has %d pixels", name, themeName, n)
			}
			edge := s.count(image.Rect(2, 2, 798, 398), panel[theme]) - s.count(image.Rect(8, 8, 792, 392), panel[theme])
			if all := 796*396 - 784*384; edge != all {
				t.Errorf("%s, %s: %d pixels at the edge", name, themeName, all-edge)
			}
		}
	}
	c := scene(t, "", "", chart.Plain)
	if n := see(t, c).count(image.Rect(20, 20, 780, 60), text[chart.Light]); n != 0 {
		t.Errorf("%d pixels of no title", n)
	}
	c.Title = "\x00\x1b\u202e\u200b"
	if n := see(t, c).count(image.Rect(20, 20, 780, 60), text[chart.Light]); n != 0 {
		t.Errorf("%d pixels of control characters", n)
	}
	c.Title = "待ち"
	r := image.Rect(20, 20, 780, 60)
	if n := r.Dx()*r.Dy() - see(t, c).count(r, panel[chart.Light]); n < 100 {
		t.Error("unknown letters are not seen")
	}
}

// TestFiring: the band is where the alert fired, and only there.
func TestFiring(t *testing.T) {
	t.Parallel()
	c := scene(t, "Wait", "", chart.Seconds)
	follow(c, "a", func(float64) float64 { return 5 })
	fires(c, 30, 45)
	fires(c, 40, 45)   // overlaps
	fires(c, 50, 20)   // ends before it starts
	fires(c, -90, -80) // an earlier one
	s := see(t, c)
	left, right, bottom := s.plot(chart.Light)
	from, to := s.Bounds().Max.X, 0
	for y := range bottom - 4 {
		for x := left; x < right; x++ {
			if s.is(x, y, threshold[chart.Light]) {
				from, to = min(from, x), max(to, x)
			}
		}
	}
	c.Firing = []chart.Span{{From: c.From.Add(30 * time.Minute)}} // goes on, to the right end
	if n := see(t, c).count(image.Rect(right-200, bottom/4, right, bottom/2), threshold[chart.Light]); n < 200 {
		t.Errorf("%d pixels of the band that goes on", n)
	}
	at := func(m float64) float64 { return float64(left) + m/60*float64(right-left) }
	if math.Abs(float64(from)-at(30)) > 2 || math.Abs(float64(to)-at(45)) > 2 {
		t.Errorf("from %d to %d, not %.0f to %.0f", from, to, at(30), at(45))
	}
}

// TestErrors: an error names the field, and what is allowed.
func TestErrors(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*chart.Chart){
		"Width is 199; 200 to 2000 is allowed":   func(c *chart.Chart) { c.Width = 199 },
		"Width is 2001; 200 to 2000 is allowed":  func(c *chart.Chart) { c.Width = 2001 },
		"Height is -1; 120 to 1200 is allowed":   func(c *chart.Chart) { c.Height = -1 },
		"Height is 1201; 120 to 1200 is allowed": func(c *chart.Chart) { c.Height = 1201 },
		"To is 0s after From":                    func(c *chart.Chart) { c.To = c.From },
		"To is -1h0m0s after From":               func(c *chart.Chart) { c.From, c.To = c.To, c.From },
		"9600h0m0s is allowed":                   func(c *chart.Chart) { c.From = time.Time{} },
		"Theme is 7":                             func(c *chart.Chart) { c.Theme = 7 },
	} {
		c := scene(t, "Wait", "", chart.Seconds)
		change(c)
		if b, err := c.PNG(); err == nil || !strings.Contains(err.Error(), want) || b != nil {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestAnyNumbers: there is a picture of any numbers, of any points, in any order.
func TestAnyNumbers(t *testing.T) {
	t.Parallel()
	values := []float64{0, math.Copysign(0, -1), 1, -1, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 1e-99, 1e99, math.NaN(), math.Inf(1), math.Inf(-1), 1e9, 99.99999999999, 100}
	for i, a := range values {
		for k, b := range values {
			c := scene(t, "Numbers", "", chart.Plain-1+chart.Unit((i+k)%int(chart.Times+2)))
			c.Width, c.Height, c.Below = 240, 120, i%2 == 0
			c.Threshold = &b
			c.Series = []chart.Series{{Points: []chart.Point{{c.To, a}, {c.From, b}, {c.From, a}, {c.To.Add(time.Hour), 3}, {time.Time{}, 4}}}}
			draw(t, c)
			c.Alt()
		}
	}
}

// TestUnits writes values as people say them.
func TestUnits(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		unit chart.Unit
		v    float64
		want string
	}{
		{chart.Seconds, 0.42, "420 ms"},
		{chart.Seconds, 154, "2 m 34 s"},
		{chart.Seconds, 1e300, "1e+300 s"},
		{chart.Seconds, 1e-300, "1e-300 s"},
		{chart.Cents, 120, "$1.20"},
		{chart.Cents, -4, "-4.0 ¢"},
		{chart.Ratio, 0.0019, "0.19 %"},
		{chart.Ratio, 0.9925, "99.2 %"},
		{chart.Ratio, 1, "100 %"},
		{chart.Bytes, 2.1e9, "2.1 GB"},
		{chart.Times, 1.14, "1.14×"},
		{chart.Plain, 0.6, "0.6"},
		{chart.Plain, 0.0625, "0.0625"},
		{chart.Plain, 12400, "12.4k"},
		{chart.Plain, -30, "-30"},
		{chart.Plain, math.NaN(), "–"},
		{99, 7, "7"},
	} {
		if got := row.unit.Write(row.v); got != row.want {
			t.Errorf("%d, %g: %s, want %s", row.unit, row.v, got, row.want)
		}
	}
}

// TestAlt: the sentence says what the picture shows.
func TestAlt(t *testing.T) {
	t.Parallel()
	all := scenes(t)
	for name, want := range map[string]string{
		"wait":    "Longest queue wait, 13:32 to 14:32 CEST: at last 2 m 36 s, between 5.9 s and 2 m 36 s; above the limit of 60 s.",
		"queues":  "Oldest waiting job, 13:32 to 14:32 CEST: worst of 10 is render-hd, at last 2 m 23 s, between 1.3 s and 2 m 23 s; above the limit of 60 s.",
		"none":    "Render duration, p95, 13:32 to 14:32 CEST: no data; the limit is 60 s.",
		"bare":    "Render duration, p95, 13:32 to 14:32 CEST: no data.",
		"workers": "Workers connected, 13:32 to 14:32 CEST: at last 0, between 0 and 2; below the limit of 1.",
		"cost":    "AI cost, last hour, 13:32 to 14:32 CEST: at last $1.42, between 80 ¢ and $1.53; within the limit of $2.50.",
	} {
		if got := all[name].Alt(); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// TestAtOnce: one chart can be drawn by many at once.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	c := scenes(t)["queues"]
	want := draw(t, c)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got, err := c.PNG(); err != nil || !bytes.Equal(got, want) {
				t.Errorf("differs: %v", err)
			}
		})
	}
	all.Wait()
}

// many is a chart of ten series with so many points each.
func many(t testing.TB, points int) *chart.Chart {
	c := scene(t, "Oldest waiting job", "by queue", chart.Seconds)
	c.Step = time.Hour / time.Duration(points)
	for i := range 10 {
		n := noise(uint64(i))
		follow(c, strconv.Itoa(i), func(float64) float64 { return float64(10+5*i) * n() })
	}
	c.Threshold = limit(60)
	return c
}

// TestSpikeStays: a single large value among very many is seen.
func TestSpikeStays(t *testing.T) {
	t.Parallel()
	c := scene(t, "Wait", "", chart.Seconds)
	c.Step = time.Hour / 100_000
	i := 0
	follow(c, "a", func(float64) float64 {
		if i++; i == 50_000 {
			return 100
		}
		return 10
	})
	s := see(t, c)
	left, right, bottom := s.plot(chart.Light)
	middle := (left + right) / 2
	if s.count(image.Rect(middle-3, bottom/2, middle+3, bottom/2+1), first[chart.Light]) == 0 {
		t.Error("the spike is lost")
	}
}

func BenchmarkPNG(b *testing.B) {
	one := scenes(b)["wait"]
	for name, c := range map[string]*chart.Chart{"one": one, "ten": many(b, 240), "100000 points each": many(b, 100_000)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				size = len(draw(b, c))
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
