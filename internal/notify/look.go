package notify

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	tmpltext "text/template"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/template"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"
)

// look finds what Alertmanager itself would notice only when it has something
// to tell: templates that do not parse or call one that is not there, and files
// of secrets that can't be read. Each is named with its line.
func (p *Plan) look(text string) error {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return fmt.Errorf("read as YAML: %w", err)
	}
	w := walk{template: p.template, data: p.template.Data("sample", model.LabelSet{}, nil, "", sampleAlert(time.Now()))}
	w.node(&doc, "")
	return errors.Join(w.problems...)
}

// walk goes through a configuration and collects what is wrong.
type walk struct {
	template *template.Template
	data     *template.Data
	problems []error
}

// node looks at a value; key is what it belongs to.
func (w *walk) node(n *yaml.Node, key string) {
	switch n.Kind {
	case yaml.ScalarNode:
		w.scalar(n, key)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			w.node(n.Content[i+1], n.Content[i].Value)
		}
	default:
		for _, child := range n.Content {
			w.node(child, key)
		}
	}
}

func (w *walk) scalar(n *yaml.Node, key string) {
	if strings.HasSuffix(key, "_file") && filepath.IsAbs(n.Value) {
		if err := readable(n.Value); err != nil {
			w.problems = append(w.problems, fmt.Errorf("line %d: %s: %w", n.Line, key, err))
		}
		return
	}
	if !strings.Contains(n.Value, "{{") {
		return
	}
	if err := w.render(n.Value); err != nil {
		w.problems = append(w.problems, fmt.Errorf("line %d: %s: %w", n.Line, key, err))
	}
}

// render says whether a template can be used at all. That it fails on the
// sample's labels means nothing.
func (w *walk) render(text string) error {
	_, err := w.template.ExecuteTextString(text, w.data)
	if _, failed := errors.AsType[tmpltext.ExecError](err); failed && !strings.Contains(err.Error(), "not defined") {
		return nil
	}
	return err
}

func readable(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	return f.Close()
}

// sampleAlert is what "notify test" sends. It says what it is wherever it comes
// out.
func sampleAlert(now time.Time) *alert.Alert {
	return &alert.Alert{
		Alert: model.Alert{
			Labels: model.LabelSet{"alertname": "LuneoTestNotification", "severity": "critical", "queue_name": "sample-queue"},
			Annotations: model.LabelSet{
				"summary":     "Test notification from Luneo: nothing is wrong",
				"description": "Somebody sent this to see whether messages arrive. A real one says here what is wrong, how bad it is and what to look at first.",
			},
			StartsAt: now.Add(-2 * time.Minute),
			EndsAt:   now.Add(5 * time.Minute),
		},
		UpdatedAt: now,
	}
}
