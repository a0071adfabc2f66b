// Package runbook serves what to do about each alert: as a page for browsers,
// so that a phone at night is enough, and as the Markdown that it is written in
// for everybody else.
package runbook

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/reply"
)

// Prefix is where the runbooks are; below it, each has the name of its alert.
const Prefix = "/runbooks/"

//go:embed page.html
var pages embed.FS

// Shelf is all runbooks, rendered once. Its methods are safe for concurrent use.
type Shelf struct {
	books  map[string]*book
	names  []string // in their order
	page   *template.Template
	policy string
	list   []byte // of all, as Markdown
}

// book is one runbook.
type book struct {
	Name, Summary string
	Sections      []section
	Body          template.HTML
	text          []byte
}

// section is a heading that a reader can jump to.
type section struct{ ID, Title string }

// New reads the runbooks, which are the files NAME.md of a folder.
func New(folder fs.FS) (*Shelf, error) {
	source, err := pages.ReadFile("page.html")
	if err != nil {
		return nil, err
	}
	s := &Shelf{
		books:  map[string]*book{},
		page:   template.Must(template.New("page").Parse(string(source))), // part of the program
		policy: reply.StylePolicy(string(source)) + "; form-action 'none'",
	}
	files, err := fs.Glob(folder, "*.md")
	if err != nil {
		return nil, err
	}
	md := markdown()
	for _, file := range files {
		text, err := fs.ReadFile(folder, file)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(path.Base(file), ".md")
		b, err := render(md, name, text)
		if err != nil {
			return nil, fmt.Errorf("render %s: %w", file, err)
		}
		s.books[name] = b
		s.names = append(s.names, name)
	}
	s.list = s.contents()
	return s, nil
}

// contents lists all runbooks as Markdown.
func (s *Shelf) contents() []byte {
	var b bytes.Buffer
	b.WriteString("# Runbooks\n\n")
	for _, name := range s.names {
		fmt.Fprintf(&b, "- [%s](%s%s): %s\n", name, Prefix, name, s.books[name].Summary)
	}
	return b.Bytes()
}

// shown is what the page says: of one runbook, or the list of all.
type shown struct {
	Book    *book
	Books   []*book
	Missing bool
}

// HandleBook answers with the runbook that the path names.
func (s *Shelf) HandleBook(w http.ResponseWriter, r *http.Request) error {
	b := s.books[r.PathValue("alert")]
	switch html := prefersHTML(r.Header.Values("Accept")); {
	case b == nil && html:
		return s.write(w, http.StatusNotFound, shown{Books: s.all(), Missing: true})
	case b == nil:
		varies(w)
		return kpi.Errorf(kpi.KindNotFound, "There is no runbook of this name. %s lists all.", Prefix)
	case html:
		return s.write(w, http.StatusOK, shown{Book: b})
	}
	writeMarkdown(w, b.text)
	return nil
}

// HandleList answers with the list of all runbooks.
func (s *Shelf) HandleList(w http.ResponseWriter, r *http.Request) error {
	if prefersHTML(r.Header.Values("Accept")) {
		return s.write(w, http.StatusOK, shown{Books: s.all()})
	}
	writeMarkdown(w, s.list)
	return nil
}

func (s *Shelf) all() []*book {
	list := make([]*book, len(s.names))
	for i, name := range s.names {
		list[i] = s.books[name]
	}
	return list
}

func (s *Shelf) write(w http.ResponseWriter, status int, what shown) error {
	var b bytes.Buffer
	if err := s.page.Execute(&b, what); err != nil {
		return err
	}
	varies(w)
	w.Header().Set("Content-Security-Policy", s.policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever is gone needs no page
	return nil
}

func writeMarkdown(w http.ResponseWriter, text []byte) {
	varies(w)
	w.Header().Set("Content-Type", "text/markdown; charset=utf-8")
	_, _ = w.Write(text) // whoever is gone needs no text
}

// varies tells caches that there are two forms.
func varies(w http.ResponseWriter) { w.Header().Set("Vary", "Accept") }

// prefersHTML reports whether a client names text/html, as browsers do, and
// nothing that the Markdown is before it. Who takes anything, as curl does,
// gets the Markdown.
func prefersHTML(accept []string) bool {
	weights := map[string]float64{}
	for item := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		kind, parameters, _ := strings.Cut(item, ";")
		q := 1.0
		for p := range strings.SplitSeq(parameters, ";") {
			if value, ok := strings.CutPrefix(strings.TrimSpace(p), "q="); ok {
				q, _ = strconv.ParseFloat(value, 64) // 0 on a mistake
			}
		}
		weights[strings.ToLower(strings.TrimSpace(kind))] = q
	}
	html := weights["text/html"]
	return html > 0 && html >= weights["text/markdown"] && html >= weights["text/plain"]
}
