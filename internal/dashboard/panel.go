package dashboard

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// panel is what all kinds of panel have.
type panel struct {
	// id is part of links to the panel: never reuse one for something else.
	id uint32
	// title is short. What follows " · " says how it is split or over what time;
	// the web UI prints that part grey.
	title string
	// reading says how to read it.
	reading string
	w, h    uint32 // columns and rows of the grid
	// unit is an id of Grafana's, decimals its digits behind the point; nil: as many as are worth it.
	unit     string
	decimals *float64
	min, max *float64
	// limit is that of the alert rule guard.
	limit *float64
	guard string // the alert rule that guards what is shown
	// above is the colour of values below the limit.
	above     string
	links     []dashboard.DashboardLink
	queries   []query
	overrides []dashboard.DashboardFieldConfigSourceOverrides
}

// base is the panel but for what its kind adds.
func (p panel) base(kind string) dashboard.Panel {
	return dashboard.Panel{
		Type: kind, Id: &p.id, Title: &p.title, Description: &p.reading,
		Datasource:  source(),
		GridPos:     &dashboard.GridPos{W: p.w, H: p.h},
		Links:       p.allLinks(),
		Targets:     p.targets(),
		Interval:    p.minStep(),
		FieldConfig: &dashboard.FieldConfigSource{Defaults: p.defaults(), Overrides: p.allOverrides()},
	}
}

func (p panel) allLinks() []dashboard.DashboardLink {
	if p.guard == "" {
		return p.links
	}
	return append([]dashboard.DashboardLink{runbook(p.guard)}, p.links...)
}

func (p panel) allOverrides() []dashboard.DashboardFieldConfigSourceOverrides {
	if p.overrides == nil {
		return []dashboard.DashboardFieldConfigSourceOverrides{}
	}
	return p.overrides
}

func (p panel) targets() (targets []variants.Dataquery) {
	for i, q := range p.queries {
		targets = append(targets, q.target(string(rune('A'+i))))
	}
	return targets
}

func (p panel) defaults() dashboard.FieldConfig {
	return dashboard.FieldConfig{
		Unit: &p.unit, Decimals: p.decimals, Min: p.min, Max: p.max,
		Color:      &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdPaletteClassic},
		Thresholds: p.thresholds(),
	}
}

// thresholds are the limit in red over a neutral colour.
func (p panel) thresholds() *dashboard.ThresholdsConfig {
	if p.limit == nil {
		return nil
	}
	return &dashboard.ThresholdsConfig{
		Mode:  dashboard.ThresholdsModeAbsolute,
		Steps: []dashboard.Threshold{{Color: p.above}, {Value: p.limit, Color: limitColor}},
	}
}

// The named colours that are used, of those that Grafana has in every theme.
// Red is for limits and what is beyond them, never for a series.
const (
	limitColor   = "red"
	textColor    = "text"
	hiddenColor  = "transparent"
	usualColor   = "gray"
	measureColor = "blue"
)

// source is whichever data source the reader has chosen.
func source() *common.DataSourceRef {
	return &common.DataSourceRef{Type: new("prometheus"), Uid: new("${datasource}")}
}
