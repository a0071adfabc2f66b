package runbook_test

import (
	"errors"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/runbook"
)

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

const sample = `# Sample

## What it means
Jobs wait > 1 & more. <b>It</b> is ` + "`urgent`" + `.

## How to confirm
` + "```promql" + `
sum(rate(a_total{b="<c>"}[5m])) > 0

up == 0
` + "```" + `
See [Other](Other.md), [docs/queues.md](../queues.md), [elsewhere](https://example.com/a) and
[this](javascript:alert(1)).

<script>alert(1)</script>

` + "```sh" + `
echo "<b>"
` + "```" + `
`

func shelf(t *testing.T) http.Handler {
	t.Helper()
	s, err := runbook.New(fstest.MapFS{"Sample.md": {Data: []byte(sample)}, "Other.md": {Data: []byte("# Other\n\n## What it means\nNothing.\n")}})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	handle := func(pattern string, h func(http.ResponseWriter, *http.Request) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			err := h(w, r)
			if e, ok := errors.AsType[*kpi.Error](err); ok && e.Kind == kpi.KindNotFound {
				http.Error(w, e.Message, http.StatusNotFound)
			} else if err != nil {
				t.Errorf("%s: %v", r.URL, err)
			}
		})
	}
	handle("/runbooks/{$}", s.HandleList)
	handle("/runbooks/{alert}", s.HandleBook)
	return mux
}

func ask(h http.Handler, path, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestWhoGetsWhichForm: browsers name text/html, and nobody else does.
func TestWhoGetsWhichForm(t *testing.T) {
	t.Parallel()
	h := shelf(t)
	for accept, want := range map[string]string{
		"":                                       "text/markdown",
		"*/*":                                    "text/markdown",
		browser:                                  "text/html",
		"text/markdown, text/html;q=0.9":         "text/markdown",
		"text/plain, text/html; level=1; q=0.1":  "text/markdown",
		"TEXT/HTML":                              "text/html",
		"text/html;q=0, */*":                     "text/markdown",
		"text/html;q=much":                       "text/markdown",
		"application/json, text/html;q=0.5, */*": "text/html",
		strings.Repeat("a/b;q=0.1,", 1000) + ";;,=": "text/markdown",
	} {
		for _, path := range []string{"/runbooks/", "/runbooks/Sample"} {
			w := ask(h, path, accept)
			if got := w.Header().Get("Content-Type"); w.Code != http.StatusOK || got != want+"; charset=utf-8" || w.Header().Get("Vary") != "Accept" {
				t.Errorf("%s with Accept %.60q: %d %s, want %s; Vary %q", path, accept, w.Code, got, want, w.Header().Get("Vary"))
			}
		}
	}
	if w := ask(h, "/runbooks/Sample", ""); w.Body.String() != sample {
		t.Errorf("the Markdown is not as it was written: %s", w.Body)
	}
	if w := ask(h, "/runbooks/", ""); !strings.Contains(w.Body.String(), "- [Other](/runbooks/Other): Nothing.\n- [Sample](/runbooks/Sample): Jobs wait > 1 & more.\n") {
		t.Errorf("the list: %s", w.Body)
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	h := shelf(t)
	w := ask(h, "/runbooks/Sample", browser)
	page := w.Body.String()
	for _, want := range []string{
		"<title>Sample · Runbooks · Luneo</title>", "<h1>Sample</h1>", `href="../alerts?rule=Sample"`,
		`<a href="#how-to-confirm">How to confirm</a>`, `<h2 id="how-to-confirm">`,
		"sum(rate(a_total{b=&#34;&lt;c&gt;&#34;}[5m])) &gt; 0</code></pre>",
		`href="` + html.EscapeString("../explore?"+url.Values{"q": {`sum(rate(a_total{b="<c>"}[5m])) > 0`}}.Encode()) + `"`,
		`href="../explore?q=up+%3D%3D+0"`,
		`<a href="Other">Other</a>, docs/queues.md, <a href="https://example.com/a">elsewhere</a>`,
		"echo &#34;&lt;b&gt;&#34;",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, never := range []string{"<script", "javascript:", "<b>", " style=", "onclick", "<h1 id"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %s", never)
		}
	}
	if strings.Count(page, "Run this query") != 2 {
		t.Error("each query has a link that runs it, and nothing else has")
	}
	if t.Failed() {
		t.Log(page)
	}
	list := ask(h, "/runbooks/", browser).Body.String()
	if !strings.Contains(list, `<a href="Other">Other<span>Nothing.</span></a>`) || !strings.Contains(list, "Jobs wait &gt; 1 &amp; more.") {
		t.Errorf("the list: %s", list)
	}
}

// TestPagesLoadNothing holds every page to its policy: one style sheet, which is
// named by its hash, and nothing else.
func TestPagesLoadNothing(t *testing.T) {
	t.Parallel()
	h := shelf(t)
	for _, path := range []string{"/runbooks/", "/runbooks/Sample", "/runbooks/None"} {
		w := ask(h, path, browser)
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") ||
			!strings.HasSuffix(policy, "'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'") {
			t.Errorf("%s: %s", path, policy)
		}
	}
}

// TestNoSuchRunbook: an unknown name is 404 in both forms, and is not repeated.
func TestNoSuchRunbook(t *testing.T) {
	t.Parallel()
	h := shelf(t)
	for _, name := range []string{"None", "Sample.md", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "..%2F..%2Fconfiguration", "..%2Fqueues.md", "%00", "Sample%20", strings.Repeat("x", 5000)} {
		plain := ask(h, "/runbooks/"+name, "")
		page := ask(h, "/runbooks/"+name, browser)
		if plain.Code != http.StatusNotFound || !strings.Contains(plain.Body.String(), "There is no runbook of this name.") {
			t.Errorf("%.40s: %d %s", name, plain.Code, plain.Body)
		}
		if page.Code != http.StatusNotFound || !strings.Contains(page.Body.String(), "No such runbook") || !strings.Contains(page.Body.String(), `href="Other"`) {
			t.Errorf("%.40s in a browser: %d %s", name, page.Code, page.Body)
		}
		for _, body := range []string{plain.Body.String(), page.Body.String()} {
			if strings.Contains(body, "script") || strings.Contains(body, "xxxx") {
				t.Errorf("%.40s comes back: %s", name, body)
			}
		}
	}
}
