package intake

import (
	"strings"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// suggestion returns `; did you mean "…"?` for the field that a name that is
// none comes closest to, or "" when none is close.
func suggestion(name string, allowed kpi.FieldSet) string {
	best, least := "", 3
	plain := plainName(name)
	for _, f := range kpi.Fields() {
		if !allowed.Has(f.ID) {
			continue
		}
		if d := distance(plain, plainName(f.Name)); d < least {
			best, least = f.Name, d
		}
	}
	if best == "" || least*2 >= len(best) {
		return ""
	}
	return "; did you mean " + best + "?"
}

// plainName drops what tells snake_case from camelCase.
func plainName(name string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
}

// distance is the Levenshtein distance of two short names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
