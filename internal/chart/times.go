package chart

import (
	"time"
)

// timeTicks are the ticks that the time axis has room for, and how they are written.
func (p *picture) timeTicks() ([]time.Time, []string) {
	fit := p.plot.Dx() / (p.text.width("15:04") * 17 / 10)
	ticks := timeTicks(p.chart.From, p.chart.To, max(2, fit))
	return ticks, clock(ticks)
}

// timeEnd is where the time axis ends, before the zone.
func (p *picture) timeEnd() int {
	return p.bounds.Dx() - p.px(padding) - p.text.width(p.zone()) - p.px(7)
}

// timeGutter is how much more room right of the plot the last tick needs.
func (p *picture) timeGutter() int {
	ticks, texts := p.timeTicks()
	if len(ticks) == 0 {
		return 0
	}
	last := len(ticks) - 1
	x := p.x(ticks[last])
	over := x + float64(p.text.width(texts[last]))/2 - float64(p.timeEnd())
	if over <= 0 {
		return 0
	}
	// A tick before the end moves less than the end does.
	share := max(0.5, (x-float64(p.plot.Min.X))/float64(p.plot.Dx()))
	return int(over/share) + 2
}

// times writes the time axis.
func (p *picture) times() {
	middle := p.plot.Max.Y + p.px(11)
	end := p.timeEnd()
	p.write(&p.text, p.zone(), end+p.px(7), middle, p.look.axis)
	ticks, texts := p.timeTicks()
	free := p.px(4)
	for i, t := range ticks {
		width := p.text.width(texts[i])
		left := max(int(p.x(t))-width/2, p.px(4))
		if left < free || left+width > end {
			continue
		}
		p.write(&p.text, texts[i], left, middle, p.look.axis)
		free = left + width + p.px(8)
	}
}
