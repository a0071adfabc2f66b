package config

import (
	"reflect"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// Raw is a list in another program's schema. It is kept as it was written, for
// that program's own code to read.
type Raw struct {
	// Text is the list as YAML; empty when there is none.
	Text string
	// Place is where it begins.
	Place Place
}

// secretKey finds the keys of Prometheus' schemas whose values are secrets.
var secretKey = regexp.MustCompile(`(?i)password|secret|token|credential|key|authorization|cookie|header`)

func (l *loader) raw(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.SequenceNode {
		l.fail(l.at(n), path, "must be a list, not %s", kindOf(n))
		return
	}
	text, err := yaml.Marshal(n)
	if err != nil {
		l.fail(l.at(n), path, "can't be read: %v", err)
		return
	}
	v.Set(reflect.ValueOf(Raw{Text: string(text), Place: l.at(n)}))
}

// redacted is the list with every secret replaced.
func (r Raw) redacted() *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(r.Text), &doc); err != nil || len(doc.Content) == 0 {
		return textNode(redacted)
	}
	redactNode(doc.Content[0])
	return doc.Content[0]
}

func redactNode(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		n.Value = mask(n.Value)
		return
	}
	for i, child := range n.Content {
		isValue := n.Kind == yaml.MappingNode && i%2 == 1
		if isValue && secretKey.MatchString(n.Content[i-1].Value) {
			*child = *textNode(redacted)
			continue
		}
		redactNode(child)
	}
}
