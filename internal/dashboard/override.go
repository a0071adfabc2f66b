package dashboard

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// byName changes how one series or column is shown.
func byName(name string, properties ...dashboard.DynamicConfigValue) dashboard.DashboardFieldConfigSourceOverrides {
	return dashboard.DashboardFieldConfigSourceOverrides{
		Matcher: dashboard.MatcherConfig{Id: "byName", Options: name}, Properties: properties,
	}
}

func set(id string, value any) dashboard.DynamicConfigValue {
	return dashboard.DynamicConfigValue{Id: id, Value: value}
}

func color(name string) dashboard.DynamicConfigValue {
	return set("color", map[string]any{"mode": "fixed", "fixedColor": name})
}

func dashed() dashboard.DynamicConfigValue {
	return set("custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{4, 4}})
}

func lineWidth(px float64) dashboard.DynamicConfigValue { return set("custom.lineWidth", px) }

// byPattern is byName for the series whose names match a regular expression, /…/.
func byPattern(pattern string, properties ...dashboard.DynamicConfigValue) dashboard.DashboardFieldConfigSourceOverrides {
	return dashboard.DashboardFieldConfigSourceOverrides{
		Matcher: dashboard.MatcherConfig{Id: "byRegexp", Options: pattern}, Properties: properties,
	}
}
