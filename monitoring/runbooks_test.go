package monitoring_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/alertmanager/matcher/parse"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/luneo-platform/luneo/docs"
)

var (
	block         = regexp.MustCompile("(?ms)^ *```(\\w+)\n(.*?)^ *```$")
	heading       = regexp.MustCompile(`(?m)^## (.+)$`)
	link          = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
	metricInWords = regexp.MustCompile("`(luneo_[a-z0-9_]+)`")
	keyInWords    = regexp.MustCompile("`((?:alerts|cost|prometheus|limits|openai|notifications)\\.[a-z_.]+)[`:]")
	narrower      = regexp.MustCompile("Add `([^`]+)` behind the name")
	shellWord     = regexp.MustCompile(`(?:[^\s"]|"[^"]*")+`)
)

// runbooks are all runbooks by the name of their alert.
func runbooks(t *testing.T) map[string]string {
	t.Helper()
	files, err := fs.Glob(docs.Runbooks(), "*")
	if err != nil {
		t.Fatal(err)
	}
	books := map[string]string{}
	for _, file := range files {
		text, err := fs.ReadFile(docs.Runbooks(), file)
		if err != nil {
			t.Fatal(err)
		}
		books[strings.TrimSuffix(file, ".md")] = string(text)
	}
	return books
}

// queriesOf are the queries of a runbook. Those of a block stand apart by an
// empty line.
func queriesOf(text string) (all []string) {
	for _, b := range blocks(text, "promql") {
		all = append(all, strings.Split(b, "\n\n")...)
	}
	return all
}

// blocks are the fenced blocks of a language, without their indentation.
func blocks(text, language string) (all []string) {
	for _, m := range block.FindAllStringSubmatch(text, -1) {
		if m[1] == language {
			all = append(all, m[2])
		}
	}
	return all
}

// TestRunbooks: each alert has one, and none is left over.
func TestRunbooks(t *testing.T) {
	t.Parallel()
	books := runbooks(t)
	names := map[string]rule{}
	for _, r := range alerts(t) {
		names[r.Alert] = r
		if _, ok := books[r.Alert]; !ok {
			t.Errorf("%s has no runbook", r.Alert)
		}
	}
	for name, text := range books {
		r, ok := names[name]
		if !ok {
			t.Errorf("the runbook %s is of no alert", name)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkSections(t, name, text)
			checkQueries(t, text)
			checkSilence(t, name, text)
			checkLinks(t, text)
			checkKeys(t, text)
			if m := narrower.FindStringSubmatch(text); m != nil && ok {
				checkNarrower(t, r, m[1])
			}
		})
	}
	if len(names) == 0 {
		t.Error("no alert was looked at")
	}
}

// checkSections: whoever has read one runbook finds their way in all others.
func checkSections(t *testing.T, name, text string) {
	t.Helper()
	if !strings.HasPrefix(text, "# "+name+"\n\n## ") {
		t.Errorf("it does not begin with its name and a section: %.40q", text)
	}
	var got []string
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		got = append(got, m[1])
	}
	want := []string{"What it means", "How to confirm", "Likely causes (most likely first)", "What to do", "How to silence", "How to tune"}
	if !slices.Equal(got, want) {
		t.Errorf("sections %q, want %q", got, want)
	}
	for _, section := range heading.Split(text, -1) {
		if len(strings.TrimSpace(section)) < len("# Watchdog") {
			t.Errorf("a section is empty: %q", section)
		}
	}
}

func checkQueries(t *testing.T, text string) {
	t.Helper()
	queries := queriesOf(text)
	if len(queries) == 0 {
		t.Error("it has no query to paste")
	}
	for _, query := range queries {
		if _, err := parser.NewParser(parser.Options{}).ParseExpr(query); err != nil {
			t.Errorf("%v\n%s", err, query)
		}
	}
}

// checkSilence: the command can be pasted, and silences this alert.
func checkSilence(t *testing.T, name, text string) {
	t.Helper()
	found := false
	for _, b := range blocks(text, "sh") {
		for line := range strings.Lines(b) {
			words := shellWord.FindAllString(line, -1)
			if len(words) == 0 || words[0] != "amtool" {
				continue
			}
			found = true
			if len(words) < 4 || !slices.Equal(words[1:3], []string{"silence", "add"}) {
				t.Fatalf("not a silence: %s", line)
			}
			checkCommand(t, name, words[3:])
		}
	}
	if !found {
		t.Error("no command silences it")
	}
}

func checkCommand(t *testing.T, name string, words []string) {
	t.Helper()
	flags := map[string]string{}
	for _, word := range words {
		if flag, value, ok := strings.Cut(word, "="); strings.HasPrefix(word, "--") && ok {
			flags[flag] = strings.Trim(value, `"`)
			continue
		}
		m, err := parse.Matcher(word)
		if err != nil {
			t.Errorf("%s: %v", word, err)
		} else if m.String() != `alertname="`+name+`"` {
			t.Errorf("it silences %s", m)
		}
	}
	if got := slices.Sorted(maps.Keys(flags)); !slices.Equal(got, []string{"--alertmanager.url", "--comment", "--duration"}) {
		t.Errorf("flags %q", got)
	}
	if _, err := model.ParseDuration(flags["--duration"]); err != nil {
		t.Error(err)
	}
	if flags["--alertmanager.url"] != "http://127.0.0.1:4000" || flags["--comment"] == "" {
		t.Errorf("flags %q", flags)
	}
}

// checkNarrower: a matcher that silences a part of an alert is of a label that it
// has, which its messages name.
func checkNarrower(t *testing.T, r rule, matcher string) {
	t.Helper()
	m, err := parse.Matcher(matcher)
	if err != nil {
		t.Fatalf("%s: %v", matcher, err)
	}
	if named := regexp.MustCompile(`\$labels\.` + m.Name + `\b`); !named.MatchString(r.Annotations["summary"] + r.Annotations["description"]) {
		t.Errorf("%s: no message of the alert names %s", matcher, m.Name)
	}
}

// checkLinks: links lead somewhere. Those to other documents have their path as
// text, which is what stays of them on the server's pages.
func checkLinks(t *testing.T, text string) {
	t.Helper()
	folder := filepath.Join("..", "docs", "runbooks")
	for _, l := range link.FindAllStringSubmatch(text, -1) {
		if strings.HasPrefix(l[2], "https://") {
			continue
		}
		file := filepath.Join(folder, filepath.FromSlash(l[2]))
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
		if path, ok := strings.CutPrefix(l[2], "../"); ok && l[1] != "docs/"+path {
			t.Errorf("the text of %s should be docs/%s", l[0], path)
		}
	}
}

// checkKeys: keys of the configuration that it names are there.
func checkKeys(t *testing.T, text string) {
	t.Helper()
	known, err := os.ReadFile(filepath.Join("..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range keyInWords.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(string(known), m[1]) {
			t.Errorf("there is no %s in the configuration", m[1])
		}
	}
}

// TestRunbookOfAlert: where a message leads, there is one.
func TestRunbookOfAlert(t *testing.T) {
	t.Parallel()
	books := runbooks(t)
	for _, r := range alerts(t) {
		_, name, ok := strings.Cut(r.Annotations["runbook_url"], "/runbooks/")
		if _, there := books[name]; !ok || !there {
			t.Errorf("%s leads to the runbook %q, which is not there", r.Alert, name)
		}
	}
}
