package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/luneo-platform/luneo/internal/kpi"
)

//go:embed all:dist
var dist embed.FS

// BuiltUI returns the files of the web UI in this binary. Without a build of
// it there is no index.html among them.
func BuiltUI() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil { // the folder's name is part of the program
		panic(err)
	}
	return files
}

const (
	indexFile = "index.html"
	assetsDir = "assets"
)

// pagePolicy lets a page use what this server hands out and nothing else: no
// inline script or style, no other origin, no frame around it.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// UI serves the web UI as its build left it: index.html, files beside it, and
// content-hashed files below assets, each perhaps with the same compressed
// ahead of time as NAME.br and NAME.gz. It holds every file in memory, never
// changes and may be used concurrently.
type UI struct {
	files map[string]*file
}

// NewUI reads all files.
func NewUI(files fs.FS) (*UI, error) {
	u := &UI{files: map[string]*file{}}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		u.add(name, content)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the web UI: %w", err)
	}
	return u, nil
}

// add takes a file, or a file's compressed form: it comes with or without the
// file, in the order of names the file first.
func (u *UI) add(name string, content []byte) {
	for _, coding := range codings() {
		if of, ok := strings.CutSuffix(name, coding.suffix); ok && u.files[of] != nil {
			u.files[of].encoded[coding.name] = newRepresentation(content)
			return
		}
	}
	u.files[name] = &file{contentType: contentType(name), plain: newRepresentation(content), encoded: map[string]representation{}}
}

// Built reports whether there is a UI at all.
func (u *UI) Built() bool { return u.files[indexFile] != nil }

// Version names the build by its content; empty when there is none. The names
// in index.html say what is in the files, so they stand for them.
func (u *UI) Version() string {
	if !u.Built() {
		return ""
	}
	return strings.Trim(u.files[indexFile].plain.etag, `"`)[:12]
}

// Routes are those of the files beside index.html and of the assets: they are
// the same for everybody and hold nothing of anybody.
func (u *UI) Routes() []Route {
	routes := []Route{{Method: http.MethodGet, Pattern: "/" + assetsDir + "/{name...}", Scope: Open, Handler: u.asset}}
	for name, f := range u.files {
		if name != indexFile && path.Dir(name) == "." {
			routes = append(routes, Route{Method: http.MethodGet, Pattern: "/" + name, Scope: Open, Handler: f.revalidated})
		}
	}
	return routes
}

// asset answers with a file whose name changes with its content.
func (u *UI) asset(w http.ResponseWriter, r *http.Request) error {
	f := u.files[assetsDir+"/"+r.PathValue("name")]
	if f == nil {
		return kpi.Errorf(kpi.KindNotFound, "The web UI has no such file.")
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	f.serve(w, r)
	return nil
}

// Page answers with index.html, which finds out from the path what to show.
// It is called only where there is a UI.
func (u *UI) Page(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	return u.files[indexFile].revalidated(w, r)
}

// file is one file in all its representations.
type file struct {
	contentType string
	plain       representation
	encoded     map[string]representation // by content coding
}

// representation is the bytes of a file in one content coding.
type representation struct {
	content []byte
	etag    string
}

func newRepresentation(content []byte) representation {
	sum := sha256.Sum256(content)
	return representation{content, `"` + hex.EncodeToString(sum[:16]) + `"`}
}

// revalidated answers with a file whose name stays when its content changes.
func (f *file) revalidated(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-cache")
	f.serve(w, r)
	return nil
}

// serve answers in the best coding that the client takes. Ranges are not
// offered: the files are small.
func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	chosen := f.plain
	if len(f.encoded) > 0 {
		h.Set("Vary", "Accept-Encoding")
		if coding := f.choose(r); coding != "" {
			chosen = f.encoded[coding]
			h.Set("Content-Encoding", coding)
		}
	}
	h.Set("ETag", chosen.etag)
	if hasTag(r.Header.Values("If-None-Match"), chosen.etag) {
		h.Del("Content-Encoding") // belongs to a content, and there is none
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.contentType)
	h.Set("Content-Length", strconv.Itoa(len(chosen.content)))
	_, _ = w.Write(chosen.content) // net/http drops it for HEAD; a client that has gone is told nothing
}

// contentType goes by the name, and not by the machine's own table of types.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".woff2":
		return "font/woff2"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/vnd.microsoft.icon"
	case ".wasm":
		return "application/wasm"
	default:
		return "application/octet-stream"
	}
}

// Document returns what answers with a text that stays as long as the process,
// compressed with gzip where the client takes it.
func Document(contentType string, content []byte) Handler {
	f := &file{contentType: contentType, plain: newRepresentation(content), encoded: map[string]representation{}}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(content)
	if err = errors.Join(err, z.Close()); err == nil { // a bytes.Buffer takes everything
		f.encoded["gzip"] = newRepresentation(b.Bytes())
	}
	return f.revalidated
}
