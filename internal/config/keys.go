package config

import (
	"reflect"
	"strings"
)

// Key describes one key that the environment and flags can set too: a scalar
// or a list of scalars.
type Key struct {
	// Path is the key in the file: limits.label_values.
	Path string
	// Env is the environment variable: LUNEO_LIMITS_LABEL_VALUES.
	Env string
	// Flag is the flag without its dashes: limits-label-values. A secret has
	// none: whoever lists processes would see it.
	Flag string
	// Type is the sort of value: text, number, size, duration, address, URL,
	// file, or a list of these.
	Type string
	// Default is written as a flag's value would be.
	Default string
	// Doc is one line.
	Doc string
	// Allowed are the words that a text may be; nil when it is free.
	Allowed []string
	// Min and Max are the range, both allowed; empty when there is none.
	Min, Max string

	index []int
}

// Keys returns every key in the order of the schema. Lists of sections (users,
// tokens) and raw ones (prometheus.remote_write) are set in the file only and are not among them.
func Keys() []Key {
	return appendKeys(nil, reflect.ValueOf(Default()), Key{})
}

func appendKeys(keys []Key, section reflect.Value, parent Key) []Key {
	for i := range section.NumField() {
		field, v := section.Type().Field(i), section.Field(i)
		k := parent.child(field)
		switch {
		case field.Tag.Get("yaml") == "-":
		case isSection(field.Type):
			keys = appendKeys(keys, v, k)
		case field.Type == reflect.TypeFor[Raw](), field.Type.Kind() == reflect.Map, field.Type.Kind() == reflect.Slice && isSection(field.Type.Elem()) && !isText(field.Type):
		default:
			keys = append(keys, k.describe(field, v))
		}
	}
	return keys
}

func (k Key) child(field reflect.StructField) Key {
	index := append(append([]int(nil), k.index...), field.Index...)
	return Key{Path: join(k.Path, field.Tag.Get("yaml")), index: index}
}

func (k Key) describe(field reflect.StructField, v reflect.Value) Key {
	flat := strings.ReplaceAll(k.Path, ".", "_")
	k.Env = "LUNEO_" + strings.ToUpper(flat)
	if field.Type != reflect.TypeFor[Secret]() {
		k.Flag = strings.ReplaceAll(flat, "_", "-")
	}
	k.Type = typeName(field.Type)
	k.Default = textOf(v)
	k.Doc = field.Tag.Get("doc")
	r := rulesOf(field.Tag)
	k.Allowed, k.Min, k.Max = r.allowed, r.min, r.max
	return k
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
