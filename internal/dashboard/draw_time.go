package dashboard

import (
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// lines show values over time from zero on. Gaps stay gaps.
func lines(p panel) dashboard.Panel { return p.overTime(lineStyle()) }

// areas are lines on top of one another, for parts of a whole.
func areas(p panel) dashboard.Panel {
	s := lineStyle()
	s.FillOpacity = new(35.0)
	s.Stacking = &common.StackingConfig{Mode: new(common.StackingModeNormal), Group: new("A")}
	return p.overTime(s)
}

// columnsOverTime are stacked bars, one each $__interval.
func columnsOverTime(p panel) dashboard.Panel {
	s := lineStyle()
	s.DrawStyle = new(common.GraphDrawStyleBars)
	s.LineWidth = new(0.0)
	s.FillOpacity = new(90.0)
	s.Stacking = &common.StackingConfig{Mode: new(common.StackingModeNormal), Group: new("A")}
	return p.overTime(s)
}

func lineStyle() *common.GraphFieldConfig {
	return &common.GraphFieldConfig{
		DrawStyle: new(common.GraphDrawStyleLine), LineInterpolation: new(common.LineInterpolationLinear),
		LineWidth: new(2.0), FillOpacity: new(0.0),
		ShowPoints: new(common.VisibilityModeNever), SpanNulls: &common.BoolOrFloat64{Bool: new(false)},
		AxisSoftMin:     new(0.0),
		Stacking:        &common.StackingConfig{Mode: new(common.StackingModeNone), Group: new("A")},
		ThresholdsStyle: &common.GraphThresholdsStyleConfig{Mode: common.GraphThresholdsStyleModeOff},
	}
}

func (p panel) overTime(style *common.GraphFieldConfig) dashboard.Panel {
	p.above = hiddenColor
	out := p.base("timeseries")
	if p.limit != nil {
		style.ThresholdsStyle.Mode = common.GraphThresholdsStyleModeDashed
	}
	out.FieldConfig.Defaults.Custom = style
	out.Options = &timeseries.Options{
		Legend: common.VizLegendOptions{
			ShowLegend: true, DisplayMode: common.LegendDisplayModeList,
			Placement: common.LegendPlacementBottom, Calcs: []string{"lastNotNull"},
		},
		Tooltip: common.VizTooltipOptions{Mode: common.TooltipDisplayModeMulti, Sort: common.SortOrderDescending},
	}
	return out
}
