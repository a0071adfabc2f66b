package prom

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync/atomic"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

// builtinRules is the name of the built-in file in errors and in the API.
const builtinRules = "alerts.yml (built in)"

// ruleFile is a rule file as it was when it was read.
type ruleFile struct {
	name    string
	content []byte
}

// ruleFiles are the built-in file and the user's, in this order.
type ruleFiles []ruleFile

func newParser() parser.Parser { return parser.NewParser(parser.Options{}) }

// readRules reads and parses every file; the error has all that is wrong.
func readRules(s Settings) (files ruleFiles, err error) {
	if s.BuiltinRules != nil {
		files = append(files, ruleFile{builtinRules, s.BuiltinRules})
	}
	names, err := matches(s.RuleFiles, "rule_files")
	for _, name := range names {
		content, readErr := os.ReadFile(name)
		err = errors.Join(err, readErr)
		files = append(files, ruleFile{name, content})
	}
	for _, f := range files {
		_, errs := f.parse()
		err = errors.Join(err, errors.Join(errs...))
	}
	return files, err
}

func (f ruleFile) parse() (*rulefmt.RuleGroups, []error) {
	groups, errs := rulefmt.Parse(f.content, false, model.UTF8Validation, newParser(), slog.New(slog.DiscardHandler))
	if len(errs) == 0 {
		return groups, nil
	}
	places := placesOf(f.content)
	for i, err := range errs {
		errs[i] = fmt.Errorf("%s: %w", f.name, withPlace(err, places))
	}
	// A value that can't be read is told of twice, once for each reading.
	return groups, slices.CompactFunc(errs, func(a, b error) bool { return a.Error() == b.Error() })
}

func (list ruleFiles) names() []string {
	names := make([]string, len(list))
	for i, f := range list {
		names[i] = f.name
	}
	return names
}

// ruleLoader gives the rule manager the files as they were when they were
// found good: one that changes in between can't fail a reload half way.
type ruleLoader struct{ files atomic.Pointer[ruleFiles] }

// Load returns the groups of a file.
func (l *ruleLoader) Load(name string, _ bool, _ model.ValidationScheme) (*rulefmt.RuleGroups, []error) {
	if files := l.files.Load(); files != nil {
		if i := slices.IndexFunc(*files, func(f ruleFile) bool { return f.name == name }); i >= 0 {
			return (*files)[i].parse()
		}
	}
	return nil, []error{fmt.Errorf("%s: no such rule file", name)}
}

// Parse parses one expression.
func (l *ruleLoader) Parse(query string) (parser.Expr, error) { return newParser().ParseExpr(query) }
