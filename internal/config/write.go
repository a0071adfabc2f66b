package config

import (
	"fmt"
	"io"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"
)

// WriteYAML writes the configuration as a file that Load reads, with every
// secret replaced by <redacted>. Lists that were never set are left out.
func (c Config) WriteYAML(w io.Writer) error {
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(sectionNode(reflect.ValueOf(c))); err != nil {
		return fmt.Errorf("write configuration as YAML: %w", err)
	}
	if err := enc.Close(); err != nil {
		return fmt.Errorf("write configuration as YAML: %w", err)
	}
	return nil
}

func sectionNode(section reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := range section.NumField() {
		name, v := section.Type().Field(i).Tag.Get("yaml"), section.Field(i)
		if name == "-" || v.Kind() == reflect.Slice && v.IsNil() || hidden(v) {
			continue
		}
		if value := valueNode(v); len(value.Content) > 0 || value.Kind != yaml.MappingNode {
			n.Content = append(n.Content, textNode(name), value)
		}
	}
	return n
}

// hidden leaves out what nobody set and has no empty form.
func hidden(v reflect.Value) bool {
	return (v.Type() == reflect.TypeFor[Secret]() || v.Type() == reflect.TypeFor[Raw]()) && v.IsZero()
}

func valueNode(v reflect.Value) *yaml.Node {
	if raw, ok := v.Interface().(Raw); ok {
		return raw.redacted()
	}
	switch {
	case isSection(v.Type()):
		return sectionNode(v)
	case v.Kind() == reflect.Map:
		return mapNode(v)
	case v.Kind() == reflect.Slice: // one that can be a text too is written as a list
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for i := range v.Len() {
			n.Content = append(n.Content, valueNode(v.Index(i)))
		}
		return n
	case v.Kind() == reflect.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: textOf(v)}
	case v.CanInt() && v.Type() == reflect.TypeFor[int]():
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: textOf(v)}
	default:
		return textNode(textOf(v))
	}
}

func mapNode(v reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	names := make([]string, 0, v.Len())
	for _, key := range v.MapKeys() {
		names = append(names, key.String())
	}
	slices.Sort(names)
	for _, name := range names {
		n.Content = append(n.Content, textNode(name), valueNode(v.MapIndex(reflect.ValueOf(name))))
	}
	return n
}

// textNode lets the encoder quote where a plain text would read as something else.
func textNode(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}
