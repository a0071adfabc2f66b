package dashboard

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/table"
)

// field is a column of a table: a label of the queries, or a query's value.
type field struct {
	label string // the label, or empty for the value of the next query
	name  string // its heading
	unit  string
	// decimals are digits behind the point; nil: as many as are worth it.
	decimals *float64
}

// grid shows the queries' last values side by side, a line for each label set,
// sorted by a column, the largest first. p.queries are those of the value fields.
func grid(p panel, sortBy string, fields []field) dashboard.Panel {
	for _, f := range fields {
		if f.label == "" {
			p.overrides = append(p.overrides, byName(f.name, f.properties()...))
		}
	}
	out := p.base("table")
	out.Transformations = tidy(fields, len(p.queries))
	out.FieldConfig.Defaults.Color = nil
	out.Options = &table.Options{
		ShowHeader: true, CellHeight: new(common.TableCellHeightSm),
		SortBy: []common.TableSortByFieldState{{DisplayName: sortBy, Desc: new(true)}},
	}
	return out
}

func (f field) properties() (list []dashboard.DynamicConfigValue) {
	list = append(list, set("unit", f.unit))
	if f.decimals != nil {
		list = append(list, set("decimals", *f.decimals))
	}
	return list
}

// tidy joins the queries' answers by their labels and names, orders and drops
// columns. Grafana names the value of a query after it once there are several.
func tidy(fields []field, queries int) []dashboard.DataTransformerConfig {
	rename, index := map[string]any{}, map[string]any{}
	value := 0
	for i, f := range fields {
		from := f.label
		if from == "" {
			from = "Value"
			if queries > 1 {
				from = fmt.Sprintf("Value #%c", 'A'+value)
			}
			value++
		}
		rename[from], index[from] = f.name, i
	}
	exclude := map[string]any{"Time": true}
	if value == 0 { // the labels say it all
		exclude["Value"] = true
	}
	return []dashboard.DataTransformerConfig{
		{Id: "merge", Options: map[string]any{}},
		{Id: "organize", Options: map[string]any{"excludeByName": exclude, "renameByName": rename, "indexByName": index}},
	}
}
