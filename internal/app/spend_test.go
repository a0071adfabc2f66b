package app_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestSpendOfAFirstDay sends the first calls of a new Luneo and finds them in
// what today cost, all of them.
func TestSpendOfAFirstDay(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, quick("--data-dir", t.TempDir(), "--cost-timezone", "UTC")...)
	for _, body := range []string{
		`{"model":"dall-e-3","operation":"image_generation","durationSeconds":8.2,"costCents":4}`,
		`{"model":"gpt-4o","operation":"chat","durationSeconds":1.2,"costCents":0.5}`,
		`{"model":"gpt-9","operation":"chat","durationSeconds":1.2}`,
	} {
		post(t, p.URL+"/api/metrics/openai", "", body)
	}
	type row struct {
		Model, Operation                 string
		MonthCents, Calls24h, TodayCents float64
	}
	var x struct {
		TodayCents, MonthCents float64
		Timezone               string
		Rows                   []row
		Unpriced               []struct {
			Model       string
			Requests24h float64
		}
		Windows []struct {
			Window       string
			CurrentCents *float64
		}
	}
	for deadline := time.Now().Add(testkit.HangGuard); ; {
		a := get(t, p.URL+"/api/spend")
		if err := json.Unmarshal([]byte(a.body), &x); err != nil || a.status != http.StatusOK {
			t.Fatalf("%d %s %v", a.status, a.body, err)
		}
		if x.MonthCents == 4.5 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s", a.body)
		}
	}
	if len(x.Rows) != 3 || x.Rows[0] != (row{"dall-e-3", "image_generation", 4, 1, x.Rows[0].TodayCents}) || x.Timezone != "UTC" {
		t.Errorf("%+v", x)
	}
	if len(x.Unpriced) != 1 || x.Unpriced[0].Model != "gpt-9" || x.Unpriced[0].Requests24h != 1 {
		t.Errorf("unpriced: %+v", x.Unpriced)
	}
	if len(x.Windows) != 3 || *x.Windows[1].CurrentCents != 4.5 {
		t.Errorf("windows: %+v", x.Windows)
	}
}
