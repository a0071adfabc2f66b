package chart

import (
	"image"
	"math"
	"time"
)

// picture is a chart while it is drawn.
type picture struct {
	*canvas
	*typefaces
	chart *Chart
	look  look
	// unit is how many pixels are one pixel of a picture that is shown 400 wide.
	unit  float64
	lines []line
	more  int // how many series are not drawn
	axis  axis
	limit *float64
	rows  rows
	// plot is where the lines are, and ink what of it they cover.
	plot image.Rectangle
	ink  *image.Alpha
	// taken is where text lies in the plot.
	taken []image.Rectangle
}

// shownWidth is how wide a picture is shown in a chat, at least.
const shownWidth = 400

// lowest is the height, at that width, below which text gets smaller.
const lowest = 120

func newPicture(c *Chart, width, height int) (*picture, error) {
	look := c.Theme.look()
	p := &picture{canvas: newCanvas(width, height, look.panel), chart: c, look: look}
	p.unit = max(1, min(float64(width)/shownWidth, float64(height)/lowest))
	var err error
	if p.typefaces, err = newTypefaces(p.unit); err != nil {
		return nil, err
	}
	p.lines, p.more = c.pick(width)
	p.limit = c.limit()
	return p, nil
}

// labelRoom is what the label of a limit takes beyond its line.
const labelRoom = 19.0

// measure makes the axis, with room for the limit's label beyond its line.
func (p *picture) measure() {
	lo, hi := extent(p.lines)
	if len(p.lines) == 0 && p.limit != nil {
		lo, hi = *p.limit, *p.limit
	}
	height := float64(p.plot.Dy()) / p.unit
	room := 0.12
	if p.limit != nil {
		room = max(room, labelRoom/max(height-labelRoom, labelRoom))
	}
	p.axis = newAxis(lo, hi, p.limit, p.chart.Below, room)
}

// px is a length in pixels, at least one.
func (p *picture) px(n float64) int { return max(1, int(math.Round(n*p.unit))) }

// The distances of the layout, in pixels of a picture that is shown 400 wide.
const (
	padding   = 14.0
	rowHeight = 16.0
	leastPlot = 44.0 // less and something else gives way
)

// rows is what stands above and below the plot, from top to bottom.
type rows struct {
	title, subtitle string
	legend          [][]entry
}

func (r *rows) height() float64 {
	height := padding + rowHeight // the time axis
	if r.title != "" {
		height += 20
	}
	if r.subtitle != "" {
		height += rowHeight
	}
	if len(r.legend) > 0 {
		height += rowHeight*float64(len(r.legend)) + 4
	}
	return height + 10 + 8 // above the plot, and below all
}

// layOut decides what there is room for, and where the plot is.
func (p *picture) layOut() {
	width := p.bounds.Dx() - 2*p.px(padding)
	p.rows = rows{
		title:    p.title.cut(clean(p.chart.Title), width),
		subtitle: p.text.cut(clean(p.chart.Subtitle), width),
		legend:   p.legend(width),
	}
	room := float64(p.bounds.Dy())/p.unit - leastPlot
	if p.rows.height() > room {
		p.rows.subtitle = ""
	}
	if p.rows.height() > room {
		p.rows.legend = nil
	}
	top := padding
	if p.rows.title != "" {
		top += 20
	}
	if p.rows.subtitle != "" {
		top += rowHeight
	}
	p.plot.Min.Y = p.px(top + 10)
	p.plot.Max.Y = p.bounds.Dy() - p.px(p.rows.height()-top-10)
	p.plot.Min.X, p.plot.Max.X = p.px(padding), p.bounds.Dx()-p.px(padding)
}

func (p *picture) draw() {
	p.layOut()
	p.measure()
	p.head()
	ticks, labels := p.values()
	last := p.lastLabel()
	p.plot.Max.X -= p.gutter(last)
	p.plot.Max.X -= p.timeGutter()
	p.plot.Min.X = min(p.plot.Min.X, p.plot.Max.X-p.px(40))
	p.ink = image.NewAlpha(p.plot)

	p.ground()
	for i, v := range ticks {
		y := p.y(v)
		if len(p.lines) > 0 && y < p.plot.Max.Y {
			p.fill(image.Rect(p.plot.Min.X, y, p.plot.Max.X, y+p.px(1)), p.look.grid)
		}
		p.write(&p.text, labels[i], p.plot.Min.X-p.px(6)-p.text.width(labels[i]), y, p.look.axis)
	}
	p.times()
	if len(p.lines) == 1 {
		p.area(&p.lines[0])
	}
	if len(p.lines) == 0 {
		p.nothing()
	}
	p.series()
	p.threshold() // can be seen however many lines cross it
	p.lastValue(last)
	p.thresholdLabel()
	p.drawLegend()
	edge := p.look.line
	if p.firing(p.chart.To) {
		edge = p.look.alarm
	}
	p.frame(p.bounds, p.px(1), edge)
}

func (p *picture) head() {
	left, y := p.px(padding), padding
	if p.rows.title != "" {
		p.write(&p.title, p.rows.title, left, p.px(y+7), p.look.text)
		y += 20
	}
	if p.rows.subtitle != "" {
		p.write(&p.text, p.rows.subtitle, left, p.px(y+6), p.look.text2)
	}
}

// values makes room for the numbers of the axis.
func (p *picture) values() (ticks []float64, labels []string) {
	if len(p.lines) == 0 && p.limit == nil {
		return nil, nil
	}
	fit := float64(p.plot.Dy()) / p.unit / 20
	atLeast := 0.0
	if p.chart.Unit == Plain && whole(p.lines) { // there is no half worker
		atLeast = 1
	}
	ticks, step := p.axis.ticks(int(min(max(fit, 2), 5)), p.chart.Unit, atLeast)
	labels = p.chart.Unit.writeTicks(ticks, step)
	widest := 0
	for i, s := range labels {
		labels[i] = p.text.cut(s, p.bounds.Dx()/4)
		widest = max(widest, p.text.width(labels[i]))
	}
	p.plot.Min.X += widest + p.px(6)
	return ticks, labels
}

// lastLabel is the last value of the worst series.
func (p *picture) lastLabel() string {
	if len(p.lines) == 0 {
		return ""
	}
	return p.strong.cut(p.chart.Unit.Write(p.lines[0].last.Value), p.bounds.Dx()/4)
}

// besideDot is how far a dot's label is from it.
const besideDot = 7.0

// gutter is the room right of the plot: of the last value, and of the zone below.
func (p *picture) gutter(last string) int {
	room := p.text.width(p.zone())
	if last != "" {
		room = max(room, p.strong.width(last)+p.px(besideDot)-p.px(4))
	}
	return room + p.px(2)
}

// zone is the name of the time zone.
func (p *picture) zone() string {
	name, _ := p.chart.To.Zone()
	return p.text.cut(clean(name), p.bounds.Dx()/6)
}

// x is where a time is in the plot.
func (p *picture) x(t time.Time) float64 {
	share := float64(t.Sub(p.chart.From)) / float64(p.chart.To.Sub(p.chart.From))
	return float64(p.plot.Min.X) + min(max(share, 0), 1)*float64(p.plot.Dx())
}

// at is where a point is in the plot.
func (p *picture) at(t Point) spot {
	return spot{p.x(t.At), float64(p.plot.Max.Y) - p.axis.share(t.Value)*float64(p.plot.Dy())}
}

// y is the row of pixels of a value.
func (p *picture) y(v float64) int {
	return p.plot.Max.Y - int(math.Round(p.axis.share(v)*float64(p.plot.Dy())))
}

// firing reports whether the alert fires at a time.
func (p *picture) firing(at time.Time) bool {
	for _, s := range p.chart.Firing {
		if end := p.chart.end(s); !s.From.After(at) && !end.Before(at) && s.From.Before(end) {
			return true
		}
	}
	return false
}

// ground paints what lies behind the lines: when the alert fired, the bad side
// elsewhere, and the base.
func (p *picture) ground() {
	bad := image.Rectangle{}
	if p.limit != nil {
		bad = p.plot
		if p.chart.Below {
			bad.Min.Y = p.y(*p.limit)
		} else {
			bad.Max.Y = p.y(*p.limit)
		}
	}
	fired := p.fired()
	for from := 0; from < len(fired); {
		to := from + 1
		for to < len(fired) && fired[to] == fired[from] {
			to++
		}
		stripe := p.plot
		stripe.Min.X, stripe.Max.X = p.plot.Min.X+from, p.plot.Min.X+to
		if fired[from] {
			p.fill(stripe, p.look.band)
			stripe.Max.Y = stripe.Min.Y + p.px(1.5)
			p.fill(stripe, p.look.threshold)
		} else {
			p.fill(stripe.Intersect(bad), p.look.tint)
		}
		from = to
	}
	base := p.plot.Max.Y
	p.fill(image.Rect(p.plot.Min.X, base, p.plot.Max.X, base+p.px(1)), p.look.base)
}

// leastBand is how wide a band is at least.
const leastBand = 2.0

// fired is in which columns of the plot the alert fired.
func (p *picture) fired() []bool {
	columns := make([]bool, p.plot.Dx())
	for _, s := range p.chart.Firing {
		end := p.chart.end(s)
		if !s.From.Before(end) || end.Before(p.chart.From) || s.From.After(p.chart.To) {
			continue
		}
		from := int(p.x(s.From)) - p.plot.Min.X
		to := min(int(math.Ceil(p.x(end)))-p.plot.Min.X, len(columns))
		from = max(0, min(from, to-p.px(leastBand)))
		for x := from; x < to; x++ {
			columns[x] = true
		}
	}
	return columns
}

// dash is how long the dashes of the limit are, and the spaces between them.
const dash = 4.0

// limitRows are the rows of pixels of the limit.
func (p *picture) limitRows() (top, bottom int) {
	thick := p.px(1)
	top = p.y(*p.limit) - thick/2
	return top, top + thick
}

func (p *picture) threshold() {
	if p.limit == nil {
		return
	}
	top, bottom := p.limitRows()
	for x := p.plot.Min.X; x < p.plot.Max.X; x += 2 * p.px(dash) {
		p.fill(image.Rect(x, top, min(x+p.px(dash), p.plot.Max.X), bottom), p.look.threshold)
	}
}

// nothing says that there is no data.
func (p *picture) nothing() {
	s := "no data in this time"
	if p.chart.To.Sub(p.chart.From).Round(time.Minute) == time.Hour {
		s = "no data in this hour"
	}
	if p.text.width(s) > p.plot.Dx() {
		s = p.text.cut("no data", p.plot.Dx())
	}
	middle := (p.plot.Min.Y + p.plot.Max.Y) / 2
	if p.limit != nil { // not on its line
		if y := p.y(*p.limit); y-p.plot.Min.Y < p.plot.Dy()/2 {
			middle = (y + p.plot.Max.Y) / 2
		} else {
			middle = (y + p.plot.Min.Y) / 2
		}
	}
	left := (p.plot.Min.X + p.plot.Max.X - p.text.width(s)) / 2
	p.write(&p.text, s, left, middle, p.look.text2)
	p.taken = append(p.taken, image.Rect(left, middle-p.px(8), left+p.text.width(s), middle+p.px(8)))
}

// thickness is how thick lines are.
const thickness = 1.75

// series paints the lines, the worst one above the others.
func (p *picture) series() {
	for i := len(p.lines) - 1; i >= 0; i-- {
		l := &p.lines[i]
		mask := p.shape(p.plot.Inset(-p.px(2)), func(add func(...spot)) {
			for _, piece := range l.pieces {
				stroke(add, p.path(piece), thickness*p.unit)
			}
		})
		p.cover(mask, p.plot.Inset(-p.px(2)).Min, p.look.series[l.ink])
		p.remember(mask)
	}
}

func (p *picture) path(piece []Point) []spot {
	path := make([]spot, len(piece))
	for i, t := range piece {
		path[i] = p.at(t)
	}
	return path
}

// area paints what is below a lone line, or above it where it is negative.
func (p *picture) area(l *line) {
	ink := p.look.series[l.ink]
	ink.A = p.look.area
	base := float64(p.y(max(0, p.axis.lo)))
	mask := p.shape(p.plot, func(add func(...spot)) {
		for _, piece := range l.pieces {
			path := p.path(piece)
			for i := 1; i < len(path); i++ {
				p.slice(add, path[i-1], path[i], base)
			}
		}
	})
	p.cover(mask, p.plot.Min, ink)
}

// slice is the area between a part of a line and the base, always the same way
// round, and in two where the line crosses the base.
func (p *picture) slice(add func(...spot), a, b spot, base float64) {
	if (a.y < base) != (b.y < base) && a.y != base && b.y != base {
		cross := spot{a.x + (b.x-a.x)*(base-a.y)/(b.y-a.y), base}
		p.slice(add, a, cross, base)
		p.slice(add, cross, b, base)
		return
	}
	if a.y > base || b.y > base {
		a, b = b, a
	}
	add(spot{a.x, base}, a, b, spot{b.x, base})
}
