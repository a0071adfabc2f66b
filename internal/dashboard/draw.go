package dashboard

import (
	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/heatmap"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
)

// tile shows one number and how it moved. It is neutral until a limit is
// crossed; without a limit always.
func tile(p panel) dashboard.Panel {
	p.above = textColor
	o := stat.NewOptions()
	o.ReduceOptions = lastValue()
	o.TextMode = common.BigValueTextModeValue
	o.ColorMode = common.BigValueColorModeNone
	o.Orientation = common.VizOrientationAuto
	out := p.base("stat")
	if p.limit != nil {
		o.ColorMode = common.BigValueColorModeValue
		out.FieldConfig.Defaults.Color.Mode = dashboard.FieldColorModeIdThresholds
	}
	out.Options = o
	return out
}

// ranking shows one bar for each series, in one colour, for they are all one measure.
func ranking(p panel) dashboard.Panel {
	p.above = measureColor
	out := p.base("bargauge")
	out.FieldConfig.Defaults.Color = &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdFixed, FixedColor: new(measureColor)}
	o := bargauge.NewOptions()
	o.ReduceOptions = lastValue()
	o.DisplayMode = common.BarGaugeDisplayModeBasic
	o.ValueMode = common.BarGaugeValueModeText
	o.NamePlacement = common.BarGaugeNamePlacementTop
	o.Orientation = common.VizOrientationHorizontal
	o.Legend = common.VizLegendOptions{DisplayMode: common.LegendDisplayModeList, Placement: common.LegendPlacementBottom, Calcs: []string{}}
	out.Options = o
	return out
}

// heat shows how many observations fell into each bucket of a histogram.
func heat(p panel, cell string) dashboard.Panel {
	out := p.base("heatmap")
	out.FieldConfig.Defaults.Color = nil
	out.Options = heatOptions(p.unit, cell)
	return out
}

func heatOptions(axis, cell string) *heatmap.Options {
	o := heatmap.NewOptions()
	o.Calculate = new(false) // the buckets are there already
	o.Color.Mode, o.Color.Scheme, o.Color.Fill = new(heatmap.HeatmapColorModeScheme), "Blues", measureColor
	o.Color.Scale = new(heatmap.HeatmapColorScaleExponential)
	o.CellValues = &heatmap.CellValues{Unit: &cell}
	o.YAxis = heatmap.YAxisConfig{Unit: &axis, AxisPlacement: new(common.AxisPlacementLeft)}
	o.Tooltip = heatmap.HeatmapTooltip{Mode: common.TooltipDisplayModeSingle, YHistogram: new(false), ShowColorScale: new(true)}
	return o
}

func lastValue() common.ReduceDataOptions {
	return common.ReduceDataOptions{Calcs: []string{"lastNotNull"}, Values: new(false)}
}
