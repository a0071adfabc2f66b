package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Sources are the places that a configuration comes from, the weakest first.
type Sources struct {
	// File is the name of a YAML file; empty when there is none.
	File string
	// Environ are NAME=value pairs, as os.Environ returns them. Names that do
	// not begin with LUNEO_ are passed over.
	Environ []string
	// Flags are values by flag name without dashes, only those that were given.
	Flags map[string]string
}

// ForeignEnv returns the LUNEO_* variables that are no keys: other parts of
// Luneo read them, and Load passes over them.
func ForeignEnv() []string {
	return []string{"LUNEO_CONFIG", "LUNEO_LONG", "LUNEO_REQUIRE_ALL", "LUNEO_SHOTS", "LUNEO_TESTDATA", "LUNEO_TOKEN", "LUNEO_URL"}
}

// Load reads every source and the token files. The error, when there is one,
// is of type Errors and complete.
func Load(s Sources) (Config, error) {
	l := &loader{cfg: Default(), places: map[string]Place{}, bad: map[string]bool{}, file: s.File, keys: Keys()}
	if s.File != "" {
		l.loadFile()
	}
	l.loadEnv(s.Environ)
	l.loadFlags(s.Flags)
	l.check()
	if len(l.problems) > 0 {
		sortProblems(l.problems)
		return Config{}, Errors(l.problems)
	}
	return l.cfg, nil
}

// loader collects values, where they were written, and what was wrong.
type loader struct {
	cfg      Config
	file     string
	dir      string
	keys     []Key
	places   map[string]Place
	bad      map[string]bool
	problems []Problem
}

// fail notes a problem at a place.
func (l *loader) fail(at Place, path, format string, args ...any) {
	l.bad[path] = true
	l.problems = append(l.problems, Problem{Place: at, Path: path, Detail: fmt.Sprintf(format, args...)})
}

// complain notes a problem of a value that could be read, wherever it came
// from; when it or what holds it already has a problem, that one is enough.
func (l *loader) complain(path, format string, args ...any) {
	for p := path; p != ""; p = parentOf(p) {
		if l.bad[p] {
			return
		}
	}
	l.fail(l.placeOf(path), path, format, args...)
}

// parentOf is the path of the section or list around a key.
func parentOf(path string) string { return path[:max(0, strings.LastIndexAny(path, ".["))] }

// placeOf is where a key was written, or the nearest key around it.
func (l *loader) placeOf(path string) Place {
	for path != "" {
		if at, ok := l.places[path]; ok {
			return at
		}
		path = parentOf(path)
	}
	return Place{Source: l.file}
}

func (l *loader) loadEnv(environ []string) {
	for _, pair := range slices.Sorted(slices.Values(environ)) {
		name, text, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "LUNEO_") || slices.Contains(ForeignEnv(), name) {
			continue
		}
		at := Place{Source: name, rank: rankEnv}
		i := slices.IndexFunc(l.keys, func(k Key) bool { return k.Env == name })
		if i < 0 {
			names := ForeignEnv()
			for _, k := range l.keys {
				names = append(names, k.Env)
			}
			l.fail(at, "", "is no variable that Luneo knows%s", didYouMean(name, names))
			continue
		}
		l.setKey(at, l.keys[i], text)
	}
}

func (l *loader) loadFlags(flags map[string]string) {
	for name, text := range flags {
		at := Place{Source: "--" + name, rank: rankFlag}
		i := slices.IndexFunc(l.keys, func(k Key) bool { return k.Flag == name })
		if i < 0 {
			var names []string
			for _, k := range l.keys {
				if k.Flag != "" {
					names = append(names, "--"+k.Flag)
				}
			}
			l.fail(at, "", "is no flag that Luneo knows%s", didYouMean(at.Source, names))
			continue
		}
		l.setKey(at, l.keys[i], text)
	}
}

// setKey assigns what the environment or a flag says, in place of what weaker
// sources said, their places of list elements included.
func (l *loader) setKey(at Place, k Key, text string) {
	for path := range l.places {
		if strings.HasPrefix(path, k.Path+"[") {
			delete(l.places, path)
		}
	}
	l.places[k.Path] = at
	v := reflect.ValueOf(&l.cfg).Elem().FieldByIndex(k.index)
	set := setText
	if v.Kind() == reflect.Slice && !isText(v.Type()) {
		set = setList
	}
	if err := set(v, text, rules{k.Allowed, k.Min, k.Max}); err != nil {
		l.fail(at, k.Path, "%s is not allowed: %v", shown(text), err)
	}
}

// resolve makes a path that the file named relative to the file's folder.
func (l *loader) resolve(p Path) Path {
	if p == "" || filepath.IsAbs(string(p)) {
		return p
	}
	return Path(filepath.Join(l.dir, string(p)))
}
