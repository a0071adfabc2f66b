package dashboard

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// columns is the width of Grafana's grid.
const columns = 24

// section is a heading and the panels under it, in reading order.
type section struct {
	id     uint32
	title  string // no heading when empty
	panels []dashboard.Panel
}

// place puts sections under one another and their panels into lines from left
// to right. The panels of a line have the same height.
func place(sections []section) (placed []dashboard.PanelOrRowPanel) {
	var y uint32
	for _, s := range sections {
		if s.title != "" {
			placed = append(placed, heading(s, y))
			y++
		}
		var x uint32
		for i, p := range s.panels {
			p.GridPos.X, p.GridPos.Y = x, y
			placed = append(placed, dashboard.PanelOrRowPanel{Panel: &p})
			x += p.GridPos.W
			if last := i == len(s.panels)-1; last || x+s.panels[i+1].GridPos.W > columns {
				x, y = 0, y+p.GridPos.H
			}
		}
	}
	return placed
}

func heading(s section, y uint32) dashboard.PanelOrRowPanel {
	return dashboard.PanelOrRowPanel{RowPanel: &dashboard.RowPanel{
		Type: "row", Id: s.id, Title: &s.title, Panels: []dashboard.Panel{},
		GridPos: &dashboard.GridPos{W: columns, H: 1, Y: y},
	}}
}
