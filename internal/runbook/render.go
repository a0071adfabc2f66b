package runbook

import (
	"bytes"
	"html/template"
	"net/url"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// promql is the language of the blocks that hold queries.
const promql = "promql"

// markdown is how runbooks are read and rendered. Raw HTML is left out, which is
// the renderer's own default.
func markdown() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(queries{}, 100))),
	)
}

// render turns a runbook into HTML.
func render(md goldmark.Markdown, name string, source []byte) (*book, error) {
	doc := md.Parser().Parse(text.NewReader(source))
	b := &book{Name: name, text: source}
	b.look(doc, source)
	var html bytes.Buffer
	if err := md.Renderer().Render(&html, source, doc); err != nil {
		return nil, err
	}
	b.Body = template.HTML(html.String()) //nolint:gosec // written by the renderer, which escapes texts and leaves raw HTML out
	return b, nil
}

// look takes the headings and the first sentence out of a document, and mends
// its links. The page has a title of its own.
func (b *book) look(doc ast.Node, source []byte) {
	for n := doc.FirstChild(); n != nil; {
		next := n.NextSibling()
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level == 1 {
				doc.RemoveChild(doc, n)
				break
			}
			if id, ok := n.AttributeString("id"); ok && n.Level == 2 {
				title, _, _ := strings.Cut(plain(n, source), " (") // the link is short
				b.Sections = append(b.Sections, section{string(id.([]byte)), title})
			}
		case *ast.Paragraph:
			if b.Summary == "" {
				b.Summary = firstSentence(plain(n, source))
			}
		}
		n = next
	}
	mendLinks(doc)
}

// mendLinks leads from runbook to runbook on the server, as in the repository.
// Other documents are not served: of a link to one its text stays.
func mendLinks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; {
		next := n.NextSibling()
		if l, ok := n.(*ast.Link); ok {
			mend(parent, l)
		} else {
			mendLinks(n)
		}
		n = next
	}
}

func mend(parent ast.Node, l *ast.Link) {
	to, err := url.Parse(string(l.Destination))
	switch {
	case err == nil && to.Scheme == "https":
	case err == nil && !strings.Contains(to.Path, "/") && strings.HasSuffix(to.Path, ".md"):
		to.Path = strings.TrimSuffix(to.Path, ".md")
		l.Destination = []byte(to.String())
	default:
		for c := l.FirstChild(); c != nil; c = l.FirstChild() {
			parent.InsertBefore(parent, l, c)
		}
		parent.RemoveChild(parent, l)
	}
}

// plain is the text of a node.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.Write(t.Segment.Value(source))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

func firstSentence(s string) string {
	if sentence, _, more := strings.Cut(s, ". "); more {
		return sentence + "."
	}
	return s
}

// queries renders blocks of queries: each of them by itself, with a link that
// runs it, since nobody wants to type PromQL on a phone. Queries of a block
// stand apart by an empty line.
type queries struct{}

// RegisterFuncs takes over the fenced blocks.
func (q queries) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, q.block)
}

func (queries) block(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) { //nolint:revive // the shape that goldmark calls
	n, ok := node.(*ast.FencedCodeBlock)
	if !ok || !entering {
		return ast.WalkContinue, nil
	}
	code := strings.TrimSuffix(string(n.Lines().Value(source)), "\n")
	if string(n.Language(source)) != promql {
		pre(w, "", code)
		return ast.WalkSkipChildren, nil
	}
	for query := range strings.SplitSeq(code, "\n\n") {
		pre(w, ` class="query"`, query)
		_, _ = w.WriteString(`<p class="run"><a href="` + template.HTMLEscapeString("../explore?"+url.Values{"q": {query}}.Encode()) + `">Run this query</a></p>` + "\n")
	}
	return ast.WalkSkipChildren, nil
}

// pre writes code that can be scrolled by keyboard, too. Queries are wrapped.
func pre(w util.BufWriter, attributes, code string) {
	_, _ = w.WriteString("<pre" + attributes + ` tabindex="0"><code>` + template.HTMLEscapeString(code) + "</code></pre>\n")
}
