package chart_test

import (
	"bytes"
	"encoding/binary"
	"image/png"
	"math"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/chart"
)

// FuzzPNG: of anything there is a picture of the size that was asked for, or an
// error.
func FuzzPNG(f *testing.F) {
	f.Add("Wait", "render-hd", 0, int64(1778500000), int64(3600), int64(15), 60.0, false, 0, 400, 200, []byte("12345678abcdefgh"))
	f.Add("\xff\x00\u202e待", "", 1, int64(-1<<40), int64(1), int64(-1), math.Inf(1), true, 1, 200, 120, []byte{0xff, 0xf0, 0, 0, 0, 0, 0, 0, 0x7f, 0xef, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Add("", "x", 3, int64(1<<50), int64(86400*300), int64(math.MaxInt64), 5e-324, true, 1, 300, 1200, []byte{0, 0, 0, 0, 0, 0, 0, 1})
	zones := []*time.Location{time.UTC, time.FixedZone("a name that is long and has \x01 in it", 20700), time.FixedZone("", -1)}
	f.Fuzz(func(t *testing.T, title, name string, unit int, from, span, step int64, limit float64, below bool, theme, width, height int, data []byte) {
		c := &chart.Chart{
			Title: title, Subtitle: name, Unit: chart.Unit(unit), Step: time.Duration(step), Threshold: &limit, Below: below,
			Theme: chart.Theme(theme), Width: width, Height: height,
		}
		c.From = time.Unix(from, 0)
		c.To = time.Unix(from+span, 0).In(zones[uint(unit)%uint(len(zones))])
		for i := 0; len(data) >= 8 && i < 4096; i++ {
			v := binary.BigEndian.Uint64(data)
			data = data[8:]
			if i%7 == 0 {
				c.Series = append(c.Series, chart.Series{Name: name})
				c.Firing = append(c.Firing, chart.Span{From: c.From.Add(time.Duration(v)), To: c.From.Add(time.Duration(v >> 20))})
			}
			s := &c.Series[len(c.Series)-1]
			at := c.From
			if span > 0 {
				at = at.Add(time.Duration(v%uint64(span)) * time.Second)
			}
			s.Points = append(s.Points, chart.Point{At: at, Value: math.Float64frombits(v)})
		}
		b, err := c.PNG()
		c.Alt()
		if err != nil {
			return
		}
		size, err := png.DecodeConfig(bytes.NewReader(b))
		if err != nil || width != 0 && size.Width != width || height != 0 && size.Height != height {
			t.Errorf("%v %v", size, err)
		}
	})
}
