package prom

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/prometheus/prometheus/model/rulefmt"
	"go.yaml.in/yaml/v3"
)

// place is where a rule stands in its file.
type place struct {
	line  int
	rule  string // as Prometheus names it in errors
	node  yaml.Node
	group string
	index int
}

// placesOf outlines a rule file, as far as it can be read.
func placesOf(content []byte) (list []place) {
	var file struct {
		Groups []struct {
			Name  string
			Rules []yaml.Node
		}
	}
	_ = yaml.Unmarshal(content, &file) // what is wrong with it is told already
	for _, g := range file.Groups {
		for i, node := range g.Rules {
			var name struct{ Alert, Record string }
			_ = node.Decode(&name)
			rule := fmt.Sprintf("group %q, rule %d, %q", g.Name, i+1, name.Alert+name.Record)
			list = append(list, place{node.Line, rule, node, g.Name, i + 1})
		}
	}
	return list
}

var (
	positioned = regexp.MustCompile(`^[1-9]\d*:\d+: `)
	aLine      = regexp.MustCompile(`line (\d+): `)
)

// withPlace adds what an error of Prometheus' leaves out: the line, the rule,
// or both.
func withPlace(err error, places []place) error {
	var ofRule *rulefmt.Error
	isRule, text := errors.As(err, &ofRule), err.Error()
	line := aLine.FindStringSubmatch(text)
	switch {
	case positioned.MatchString(text):
		return err
	case isRule:
		for _, p := range places {
			if p.group == ofRule.Group && p.index == ofRule.Rule {
				return fmt.Errorf("line %d: %w", p.line, err)
			}
		}
	case line != nil:
		return inRule(err, line[1], places)
	default: // a value that can't be read
		for _, p := range places {
			if p.node.Decode(&rulefmt.Rule{}) != nil {
				return fmt.Errorf("line %d: %s: %w", p.line, p.rule, err)
			}
		}
	}
	if rest, without := strings.CutPrefix(text, "0:0: "); without {
		return errors.New(rest)
	}
	return err
}

// inRule adds the rule that a line belongs to: the last that begins before.
func inRule(err error, line string, places []place) error {
	n, _ := strconv.Atoi(line)
	for i := len(places) - 1; i >= 0; i-- {
		if places[i].line <= n {
			return fmt.Errorf("%s: %w", places[i].rule, err)
		}
	}
	return err
}

// atJob says which job of which file makes a configuration wrong, where
// Prometheus names no line: it adds the jobs one by one to what is good.
func atJob(err error, good document, files []string) error {
	if aLine.MatchString(err.Error()) || strings.Contains(err.Error(), "yaml: line ") {
		return err
	}
	jobs, _ := good["scrape_configs"].([]document)
	list := []any{}
	for _, j := range jobs {
		list = append(list, j)
	}
	for _, name := range files {
		var file struct {
			Jobs []yaml.Node `yaml:"scrape_configs"`
		}
		content, readErr := os.ReadFile(name)
		if readErr != nil || yaml.Unmarshal(content, &file) != nil {
			return err
		}
		for i := range file.Jobs {
			list = append(list, &file.Jobs[i])
			if _, jobErr := load(document{"global": good["global"], "scrape_configs": list}); jobErr != nil {
				return fmt.Errorf("%q: the job at line %d: %w", name, file.Jobs[i].Line, jobErr)
			}
		}
	}
	return err
}
