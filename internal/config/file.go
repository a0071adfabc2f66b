package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxFileBytes bounds the configuration file and each token file.
const maxFileBytes = 1 << 20

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func (l *loader) loadFile() {
	data, err := readBounded(l.file)
	if err != nil {
		l.fail(Place{Source: l.file}, "", "can't be read: %v", err)
		return
	}
	dir, err := filepath.Abs(filepath.Dir(l.file))
	if err != nil {
		l.fail(Place{Source: l.file}, "", "has no absolute path: %v", err)
		return
	}
	l.dir = dir
	if at := invalidUTF8(data); at > 0 {
		l.fail(Place{Source: l.file, Line: at}, "", "is not UTF-8 text")
		return
	}
	if root := l.parse(data); root != nil {
		l.section(root, reflect.ValueOf(&l.cfg).Elem(), "")
	}
}

// parse returns the root of the one document, or nil when there is none.
func (l *loader) parse(data []byte) *yaml.Node {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if !errors.Is(err, io.EOF) {
			l.failYAML(err)
		}
		return nil
	}
	switch err := dec.Decode(&second); {
	case err == nil:
		l.fail(l.at(&second), "", "a second document begins here; one is allowed")
	case !errors.Is(err, io.EOF):
		l.failYAML(err)
	}
	if len(doc.Content) == 0 {
		return nil
	}
	return doc.Content[0]
}

// failYAML takes the line out of the parser's message, which has no other form.
func (l *loader) failYAML(err error) {
	m := yamlLine.FindStringSubmatch(err.Error())
	at := Place{Source: l.file}
	message := err.Error()
	if m != nil {
		at.Line, _ = strconv.Atoi(m[1])
		message = message[len(m[0]):]
	}
	if strings.HasPrefix(message, "unknown anchor") { // it quotes the value, which may be a secret
		message = "a value that begins with * must be in quotes"
	}
	l.fail(at, "", "is not YAML: %s", message)
}

func (l *loader) at(n *yaml.Node) Place {
	return Place{Source: l.file, Line: n.Line, Column: n.Column}
}

// node assigns a node to a value of any kind.
func (l *loader) node(n *yaml.Node, v reflect.Value, path string, r rules) {
	l.places[path] = l.at(n)
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		l.fail(l.at(n), path, "anchors and aliases are not allowed; write the value itself")
	case n.ShortTag() == "!!null":
	case v.Type() == reflect.TypeFor[Raw]():
		l.raw(n, v, path)
	case isSection(v.Type()):
		l.section(n, v, path)
	case v.Kind() == reflect.Map:
		l.mapping(n, v, path)
	case v.Kind() == reflect.Slice && (!isText(v.Type()) || n.Kind != yaml.ScalarNode):
		l.list(n, v, path, r)
	default:
		l.scalar(n, v, path, r)
	}
}

func (l *loader) section(n *yaml.Node, section reflect.Value, path string) {
	if n.ShortTag() == "!!null" {
		return
	}
	if n.Kind != yaml.MappingNode {
		l.fail(l.at(n), path, "must be a mapping of keys, not %s", kindOf(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field, ok := fieldNamed(section.Type(), key.Value)
		switch {
		case key.Kind != yaml.ScalarNode || !ok:
			l.unknownKey(key, section.Type(), path)
		case seen[key.Value] > 0:
			l.fail(l.at(key), join(path, key.Value), "is written twice; the first is on line %d", seen[key.Value])
		default:
			seen[key.Value] = key.Line
			l.node(value, section.FieldByIndex(field.Index), join(path, key.Value), rulesOf(field.Tag))
		}
	}
}

// mapping reads a map, whose keys are names of the user's own, over what is
// there by default.
func (l *loader) mapping(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		l.fail(l.at(n), path, "must be a mapping of names, not %s", kindOf(n))
		return
	}
	all := reflect.MakeMap(v.Type())
	for _, key := range v.MapKeys() {
		all.SetMapIndex(key, v.MapIndex(key))
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		element := reflect.New(v.Type().Elem()).Elem()
		if old := v.MapIndex(reflect.ValueOf(key.Value)); old.IsValid() {
			element.Set(old)
		}
		l.places[join(path, key.Value)] = l.at(key)
		l.node(value, element, join(path, key.Value), rules{})
		all.SetMapIndex(reflect.ValueOf(key.Value), element)
	}
	v.Set(all)
}

func (l *loader) unknownKey(key *yaml.Node, section reflect.Type, path string) {
	var names []string
	for i := range section.NumField() {
		if name := section.Field(i).Tag.Get("yaml"); name != "-" {
			names = append(names, name)
		}
	}
	hint := didYouMean(key.Value, names)
	for _, k := range l.keys {
		if hint == "" && strings.HasSuffix(k.Path, "."+key.Value) {
			hint = fmt.Sprintf("; did you mean %s?", k.Path)
		}
	}
	where := "here"
	if path != "" {
		where = "in " + path
	}
	l.fail(l.at(key), "", "unknown key %s %s%s; allowed are %s", shown(key.Value), where, hint, strings.Join(names, ", "))
}

func (l *loader) list(n *yaml.Node, v reflect.Value, path string, r rules) {
	if n.Kind != yaml.SequenceNode {
		l.fail(l.at(n), path, "must be a %s in [ ], not %s", typeName(v.Type()), kindOf(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		element := fmt.Sprintf("%s[%d]", path, i)
		if item.ShortTag() == "!!null" {
			l.fail(l.at(item), element, "is empty")
			continue
		}
		l.node(item, v.Index(i), element, r)
	}
}

func (l *loader) scalar(n *yaml.Node, v reflect.Value, path string, r rules) {
	if n.Kind != yaml.ScalarNode {
		l.fail(l.at(n), path, "must be a %s, not %s", typeName(v.Type()), kindOf(n))
		return
	}
	if err := setText(v, n.Value, r); err != nil {
		l.fail(l.at(n), path, "%s is not allowed: %v", shown(n.Value), err)
		return
	}
	if p, ok := v.Addr().Interface().(*Path); ok {
		*p = l.resolve(*p)
	}
}

func fieldNamed(section reflect.Type, name string) (reflect.StructField, bool) {
	for i := range section.NumField() {
		if f := section.Field(i); f.Tag.Get("yaml") == name && name != "-" {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	default:
		return "a single value"
	}
}

// invalidUTF8 returns the line of the first byte that is not UTF-8, or 0.
func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return 0
	}
	line := 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			return line
		}
		if r == '\n' {
			line++
		}
		data = data[size:]
	}
	return line
}

// readBounded reads a file of at most maxFileBytes. Its error does not repeat
// the name.
func readBounded(name string) (data []byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, reason(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err = io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, reason(err)
	}
	if len(data) > maxFileBytes {
		return nil, fmt.Errorf("larger than %d bytes", maxFileBytes)
	}
	return data, nil
}

func reason(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}
