package reply_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/luneo-platform/luneo/internal/reply"
)

func TestJSON(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	if err := reply.JSON(w, http.StatusCreated, map[string]int{"id": 1}); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusCreated || w.Body.String() != "{\"id\":1}\n" || w.Header().Get("Content-Type") != "application/json" || w.Header().Get("Cache-Control") != "" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
}

func TestNowIsNotKept(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	if err := reply.Now(w, []int{}); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusOK || w.Body.String() != "[]\n" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
}

// TestWhatIsNoJSON leaves the answer to whoever turns errors into one.
func TestWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	if err := reply.JSON(w, http.StatusOK, math.NaN()); err == nil || w.Body.Len() > 0 {
		t.Errorf("%v, written: %q", err, w.Body)
	}
}
