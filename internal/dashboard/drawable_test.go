package dashboard_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// drawable is the list that the web UI's tests read too.
type drawable struct {
	Panels          []string
	PanelKeys       []string
	TargetKeys      []string
	Units           []string
	Colors          []string
	Options         map[string][]string
	FieldConfig     []string
	Overrides       []string
	Transformations []string
	Variables       []string
	Values          map[string][]any
}

func readDrawable(t *testing.T) (d drawable) {
	t.Helper()
	text, err := os.ReadFile("../../ui/src/dashboard/drawable.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestOnlyWhatTheWebUIDraws walks the JSON itself, so that nothing that the SDK
// adds by default goes unnoticed.
func TestOnlyWhatTheWebUIDraws(t *testing.T) {
	t.Parallel()
	list := readDrawable(t)
	for _, b := range files(t) {
		for _, v := range b.Templating.List {
			oneOf(t, b.UID+" variable "+v.Name, v.Type, list.Variables)
		}
		for _, p := range b.raw.Panels {
			checkDrawable(t, fmt.Sprintf("%s panel %v", b.UID, p["id"]), p, list)
		}
	}
}

func checkDrawable(t *testing.T, where string, p map[string]any, list drawable) {
	t.Helper()
	kind, _ := p["type"].(string)
	oneOf(t, where, kind, list.Panels)
	for key := range p {
		oneOf(t, where+" has a key that", key, list.PanelKeys)
	}
	for path, value := range leaves(p["options"]) {
		oneOf(t, where+" option", path, list.Options[kind])
		closed(t, list, kind+"."+path, value)
	}
	for _, target := range listOf(p["targets"]) {
		for key, value := range target {
			oneOf(t, where+" target", key, list.TargetKeys)
			closed(t, list, "target."+key, value)
		}
	}
	for _, tr := range listOf(p["transformations"]) {
		oneOf(t, where+" transformation", tr["id"], list.Transformations)
	}
	checkFieldConfig(t, where, p, list)
}

func checkFieldConfig(t *testing.T, where string, p map[string]any, list drawable) {
	t.Helper()
	config, _ := p["fieldConfig"].(map[string]any)
	for path, values := range leaves(config["defaults"]) {
		oneOf(t, where+" field", path, list.FieldConfig)
		closed(t, list, "fieldConfig."+path, values)
		switch path {
		case "unit":
			oneOf(t, where+" unit", values[0], list.Units)
		case "color.fixedColor", "thresholds.steps.color":
			for _, c := range values {
				oneOf(t, where+" colour", c, list.Colors)
			}
		}
	}
	for _, o := range listOf(config["overrides"]) {
		matcher, _ := o["matcher"].(map[string]any)
		closed(t, list, "matcher", []any{matcher["id"]})
		for _, property := range listOf(o["properties"]) {
			oneOf(t, where+" override", property["id"], list.Overrides)
			if property["id"] == "unit" {
				oneOf(t, where+" unit", property["value"], list.Units)
			}
		}
	}
}

// leaves are the values of a JSON object by the path of their keys; those of an
// array stand under one path.
func leaves(v any) map[string][]any {
	out := map[string][]any{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, inner := range v {
				walk(strings.TrimPrefix(path+"."+key, "."), inner)
			}
		case []any:
			out[path] = append(out[path], []any{}...)
			for _, inner := range v {
				walk(path, inner)
			}
		default:
			out[path] = append(out[path], v)
		}
	}
	walk("", v)
	delete(out, "")
	for path, values := range out { // an array of objects has no value of its own
		if len(values) == 0 && slices.ContainsFunc(keys(out), func(k string) bool { return strings.HasPrefix(k, path+".") }) {
			delete(out, path)
		}
	}
	return out
}

func keys(m map[string][]any) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	return names
}

func listOf(v any) (objects []map[string]any) {
	values, _ := v.([]any)
	for _, v := range values {
		if o, ok := v.(map[string]any); ok {
			objects = append(objects, o)
		}
	}
	return objects
}

func oneOf(t *testing.T, where string, value any, allowed []string) {
	t.Helper()
	if text, ok := value.(string); !ok || !slices.Contains(allowed, text) {
		t.Errorf("%s is %v, which the web UI does not draw", where, value)
	}
}

// closed checks a value whose choices are listed.
func closed(t *testing.T, list drawable, path string, value any) {
	t.Helper()
	choices, ok := list.Values[path]
	if !ok {
		return
	}
	values, ok := value.([]any)
	if !ok {
		values = []any{value}
	}
	for _, v := range values {
		if !slices.Contains(choices, v) {
			t.Errorf("%s is %v, of %v", path, v, choices)
		}
	}
}
