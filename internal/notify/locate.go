package notify

import (
	"fmt"
	"regexp"
	"slices"

	amconfig "github.com/prometheus/alertmanager/config"
	"go.yaml.in/yaml/v3"
)

// maxTries bounds the search for the line that an error is about.
const maxTries = 500

// locate names the line of an error of Alertmanager's configuration, which says
// what is wrong and not where. What is to blame is found by leaving parts out:
// without it the error is another one, or none.
func locate(text string, err error) error {
	if hasLine.MatchString(err.Error()) {
		return err
	}
	var doc yaml.Node
	if yaml.Unmarshal([]byte(text), &doc) != nil || len(doc.Content) == 0 {
		return err
	}
	s := search{root: &doc, message: err.Error(), tries: maxTries}
	at, key := s.blame(doc.Content[0], "")
	if key == "" {
		return err
	}
	return fmt.Errorf("line %d: %s: %w", at.Line, key, err)
}

var hasLine = regexp.MustCompile(`\bline \d`)

// search looks for what makes a message.
type search struct {
	root    *yaml.Node
	message string
	tries   int
}

// blame is the innermost part of a node without which the message is another
// one, and the key that it belongs to.
func (s *search) blame(n *yaml.Node, key string) (*yaml.Node, string) {
	width := 1 // of a sequence's entries
	if n.Kind == yaml.MappingNode {
		width = 2
	} else if n.Kind != yaml.SequenceNode {
		return n, key
	}
	culprit := -1
	for i := 0; i+width <= len(n.Content); i += width {
		message := s.without(n, i, width)
		if message == "" {
			culprit = i
			break
		}
		if message != s.message && culprit < 0 {
			culprit = i
		}
	}
	if culprit < 0 {
		return n, key
	}
	if width == 2 {
		key = n.Content[culprit].Value
	}
	return s.blame(n.Content[culprit+width-1], key)
}

// without is the message when a part is left out; empty for none.
func (s *search) without(n *yaml.Node, i, width int) string {
	if s.tries--; s.tries < 0 {
		return s.message
	}
	whole := n.Content
	n.Content = slices.Delete(slices.Clone(whole), i, i+width)
	defer func() { n.Content = whole }()
	text, err := yaml.Marshal(s.root)
	if err != nil {
		return s.message
	}
	if _, err = amconfig.Load(string(text)); err != nil {
		return err.Error()
	}
	return ""
}
