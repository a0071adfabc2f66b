package chart

import (
	"fmt"
	"time"
)

// Point is one value of a series. One that is not a finite number breaks the line.
type Point struct {
	At    time.Time
	Value float64
}

// Series is one line. Its points are best in the order of time.
type Series struct {
	Name   string
	Points []Point
}

// Span is a stretch of time. One whose To is zero goes on.
type Span struct{ From, To time.Time }

// Chart is what is drawn. Only From and To are needed.
type Chart struct {
	Title, Subtitle string
	Unit            Unit
	// From and To are the ends of the time axis, which is in the zone of To.
	From, To time.Time
	// Step is how far apart points are: where three are missing the line breaks.
	// With none it breaks only at points that are no numbers.
	Step   time.Duration
	Series []Series
	// Threshold is the limit, if any. What is above it is bad, or with Below what
	// is below it.
	Threshold *float64
	Below     bool
	// Firing is when the alert fired.
	Firing []Span
	Theme  Theme
	// Width and Height are in pixels; 0 is 800 and 400. The text is made to be
	// read when the picture is shown 400 pixels wide.
	Width, Height int
}

// The sizes of a picture in pixels, and the spans of its time axis.
const (
	defaultWidth, minWidth, maxWidth    = 800, 200, 2000
	defaultHeight, minHeight, maxHeight = 400, 120, 1200

	minSpan, maxSpan = time.Second, 400 * 24 * time.Hour
)

// maxSeries is how many series are drawn, as many as there are colours.
const maxSeries = 8

// missing is how many steps without a point break a line.
const missing = 3

// PNG draws the chart. An error names the field that is wrong, and what is allowed.
func (c *Chart) PNG() ([]byte, error) {
	width, err := size("Width", c.Width, defaultWidth, minWidth, maxWidth)
	if err != nil {
		return nil, err
	}
	height, err := size("Height", c.Height, defaultHeight, minHeight, maxHeight)
	if err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	p, err := newPicture(c, width, height)
	if err != nil {
		return nil, err
	}
	p.draw()
	return p.encode()
}

func size(field string, n, usual, least, most int) (int, error) {
	if n == 0 {
		return usual, nil
	}
	if n < least || n > most {
		return 0, fmt.Errorf("chart: %s is %d; %d to %d is allowed", field, n, least, most)
	}
	return n, nil
}

func (c *Chart) check() error {
	if span := c.To.Sub(c.From); span < minSpan || span > maxSpan {
		return fmt.Errorf("chart: To is %s after From; %s to %s is allowed", span, minSpan, maxSpan)
	}
	if c.Theme != Light && c.Theme != Dark {
		return fmt.Errorf("chart: Theme is %d; Light and Dark are allowed", c.Theme)
	}
	return nil
}

// end is when a span ends.
func (c *Chart) end(s Span) time.Time {
	if s.To.IsZero() {
		return c.To
	}
	return s.To
}
