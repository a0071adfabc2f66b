package intake_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

const badInput = "testdata/bad-input.json"

func TestBadInput(t *testing.T) {
	t.Parallel()
	cases := testkit.BadCases(t, badInput)
	if len(cases) < 60 {
		t.Fatalf("%d cases", len(cases))
	}
	for i := range cases {
		c := &cases[i]
		t.Run(c.Name, func(t *testing.T) {
			if !testkit.Updating() {
				t.Parallel()
			}
			b := newBundle(t)
			if got := b.post("/api/metrics/openai", testkit.SeenEvent); got.Code != http.StatusAccepted {
				t.Fatalf("the event before: %d %s", got.Code, got.Body)
			}
			got := runCase(t, *c, b)
			if testkit.Updating() {
				*c = got
				return
			}
			if got.Status != c.Status || got.Detail != c.Detail || !reflect.DeepEqual(got.Errors, c.Errors) {
				t.Errorf("got  %d %q %v\nwant %d %q %v", got.Status, got.Detail, got.Errors, c.Status, c.Detail, c.Errors)
			}
			if n := b.ledger.accepted - 1; got.Status >= 400 && n != 0 {
				t.Errorf("refused with %d, and %d events were counted", got.Status, n)
			}
		})
	}
	if testkit.Updating() {
		writeCases(t, cases)
	}
}

// sendCase sends a case.
func sendCase(t *testing.T, c testkit.BadCase, b *bundle) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, c.Request(t, "http://luneo", clock()))
	return w
}

// runCase sends a case and returns it with what was answered.
func runCase(t *testing.T, c testkit.BadCase, b *bundle) testkit.BadCase {
	t.Helper()
	w := sendCase(t, c, b)
	c.Status, c.Detail, c.Errors = w.Code, "", nil
	if w.Code == http.StatusAccepted {
		c.Errors = decode[answer](t, w.Body).Errors
		return c
	}
	p := decode[problem](t, w.Body)
	if p.Detail == "" || w.Code == http.StatusInternalServerError {
		t.Errorf("%d with detail %q", w.Code, p.Detail)
	}
	c.Detail, c.Errors = p.Detail, p.Errors
	return c
}

func writeCases(t *testing.T, cases []testkit.BadCase) {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(cases); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(badInput, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
