package web

import (
	"net/http"
	"strconv"
	"strings"
)

// coding is a content coding and the end of the names of files in it.
type coding struct{ name, suffix string }

// codings are those that are made ahead of time, the smallest first.
func codings() []coding { return []coding{{"br", ".br"}, {"gzip", ".gz"}} }

// choose returns the coding that the client likes best of those that the file
// is there in; empty when that is none. A client that refuses every form gets
// the plain one, as RFC 9110 (section 12.5.3) allows.
func (f *file) choose(r *http.Request) string {
	likes := preferences(r.Header.Values("Accept-Encoding"))
	best, most := "", 0.0
	for _, c := range codings() {
		if _, there := f.encoded[c.name]; there && likes.of(c.name) > most {
			best, most = c.name, likes.of(c.name)
		}
	}
	if plain, named := likes["identity"]; named && plain > most {
		return ""
	}
	return best
}

// likes are the weights of content codings, from 0 (refused) to 1.
type likes map[string]float64

// of returns the weight of a coding: its own, else that of *, else 0.
func (l likes) of(coding string) float64 {
	if q, ok := l[coding]; ok {
		return q
	}
	return l["*"]
}

// preferences reads Accept-Encoding. A weight that can't be read counts as 0.
func preferences(headers []string) likes {
	l := likes{}
	for item := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		name, parameter, weighted := strings.Cut(item, ";")
		q := 1.0
		if weighted {
			_, weight, _ := strings.Cut(parameter, "=")
			q, _ = strconv.ParseFloat(strings.TrimSpace(weight), 64) // 0 on a mistake
		}
		l[strings.ToLower(strings.TrimSpace(name))] = q
	}
	return l
}

// hasTag reports whether If-None-Match names the tag (RFC 9110, section
// 13.1.2: the weak comparison). Our tags hold no comma.
func hasTag(headers []string, tag string) bool {
	for item := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		if item = strings.TrimSpace(item); item == "*" || strings.TrimPrefix(item, "W/") == tag {
			return true
		}
	}
	return false
}
