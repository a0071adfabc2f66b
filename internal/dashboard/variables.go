package dashboard

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// all is Grafana's value of "every one"; in queries it becomes .*, which
// matches series without the label too.
const all = "$__all"

// sourceVariable chooses the data source.
func sourceVariable() dashboard.VariableModel {
	return dashboard.VariableModel{
		Type: dashboard.VariableTypeDatasource, Name: "datasource", Label: new("Data source"),
		Query:   &dashboard.StringOrMap{String: new("prometheus")},
		Current: &dashboard.VariableOption{Text: one(""), Value: one("")},
	}
}

// chosen is a variable whose values are those of a label.
type chosen struct{ name, label, description, series, of string }

// labelVariable offers the values of a label, several at once.
func labelVariable(c chosen) dashboard.VariableModel {
	q := "label_values(" + c.series + ", " + c.of + ")"
	return dashboard.VariableModel{
		Type: dashboard.VariableTypeQuery, Name: c.name, Label: &c.label, Description: &c.description,
		Datasource: source(), Query: &dashboard.StringOrMap{String: &q}, Definition: &q,
		Refresh: new(dashboard.VariableRefreshOnTimeRangeChanged), Sort: new(dashboard.VariableSortNaturalAsc),
		Multi: new(true), IncludeAll: new(true), AllValue: new(".*"),
		Current: &dashboard.VariableOption{Text: some("All"), Value: some(all)},
	}
}

// intervalVariable chooses how wide bars are at least.
func intervalVariable() dashboard.VariableModel {
	return dashboard.VariableModel{
		Type: dashboard.VariableTypeInterval, Name: "interval", Label: new("Bars"),
		Description: new("How much time a bar covers at least"),
		Query:       &dashboard.StringOrMap{String: new("1m,5m,15m,1h")},
		Current:     &dashboard.VariableOption{Text: one("5m"), Value: one("5m")},
		Options: []dashboard.VariableOption{
			option("1m"), option("5m"), option("15m"), option("1h"),
		},
	}
}

func option(text string) dashboard.VariableOption {
	return dashboard.VariableOption{Text: one(text), Value: one(text), Selected: new(text == "5m")}
}

// luneoVariable is where links to Luneo lead.
func luneoVariable() dashboard.VariableModel {
	const q = "label_values(luneo_public_url_info, url)"
	return dashboard.VariableModel{
		Type: dashboard.VariableTypeQuery, Name: "luneo", Hide: new(dashboard.VariableHideHideVariable),
		Datasource: source(), Query: &dashboard.StringOrMap{String: new(q)}, Definition: new(q),
		Refresh: new(dashboard.VariableRefreshOnDashboardLoad), Multi: new(false), IncludeAll: new(false),
		Current: &dashboard.VariableOption{Text: one(""), Value: one("")},
	}
}

func one(text string) dashboard.StringOrArrayOfString {
	return dashboard.StringOrArrayOfString{String: &text}
}

func some(texts ...string) dashboard.StringOrArrayOfString {
	return dashboard.StringOrArrayOfString{ArrayOfString: texts}
}
