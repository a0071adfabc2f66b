package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestScrapeFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("asked elsewhere, with %q", r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusFound))
	defer server.Close()
	_, err := scrape(t.Context(), server.URL, "secret")
	if want := server.URL + "/metrics answered 302 Found"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestScrapeReadsAllOrNothing(t *testing.T) {
	t.Parallel()
	for more, want := range map[int64]string{0: "", 1: "/metrics answered more than 67108864 bytes"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.CopyN(w, spaces{}, maxMetrics+more) // the client may have enough
		}))
		text, err := scrape(t.Context(), server.URL, "")
		server.Close()
		if want == "" && (err != nil || len(text) != maxMetrics) {
			t.Errorf("got %d bytes of %d, %v", len(text), maxMetrics, err)
		}
		if want != "" && (err == nil || !strings.HasSuffix(err.Error(), want)) {
			t.Errorf("got %v, want …%s", err, want)
		}
	}
}

// spaces never ends.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
