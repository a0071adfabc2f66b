package app_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/luneo-platform/luneo/internal/testkit"
)

type session struct {
	Version, Instance, PublicURL, Mode, Timezone, StartedAt string
	ScrapeIntervalSeconds                                   float64
	Caller                                                  struct {
		Name   string
		Scopes []string
	}
}

func sessionOf(t *testing.T, url, user, password string) session {
	t.Helper()
	var s session
	a := as(t, http.MethodGet, url+"/api/session", user, password)
	if err := json.Unmarshal([]byte(a.body), &s); err != nil || a.status != http.StatusOK || a.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s %v", a.status, a.body, err)
	}
	return s
}

// as sends a request without a body as a web user; nobody when the name is empty.
func as(t *testing.T, method, url, user, password string) answer {
	t.Helper()
	return ask(t, method, url, func(r *http.Request) {
		if user != "" {
			r.SetBasicAuth(user, password)
		}
	})
}

// TestSessionSaysWhoMayDoWhat asks as each sort of person.
func TestSessionSaysWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	hash, err := bcrypt.GenerateFromPassword([]byte("pw"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"web.yml": "basic_auth_users: {ops: '" + string(hash) + "', guest: '" + string(hash) + "'}\n",
		"luneo.yml": "instance: eu-1\npublic_url: https://user:pw@luneo.example/\nweb_config_file: web.yml\nusers: [{name: ops, role: admin}]\n" +
			"cost: {timezone: Europe/Berlin}\nprometheus: {scrape_interval: 2s}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := testkit.Start(t, "--config", filepath.Join(dir, "luneo.yml"), "--data-dir", filepath.Join(dir, "data"))
	for user, scopes := range map[string][]string{
		"":      {"ingest", "openai", "read", "admin"}, // from loopback
		"ops":   {"ingest", "openai", "read", "admin"},
		"guest": {"read"},
	} {
		s := sessionOf(t, p.URL, user, "pw")
		if user == "" {
			user = "anonymous"
		}
		if s.Caller.Name != user || !slices.Equal(s.Caller.Scopes, scopes) {
			t.Errorf("%s is %+v", user, s.Caller)
		}
		if s.Instance != "eu-1" || s.PublicURL != "https://luneo.example" || s.Mode != "embedded" || s.Timezone != "Europe/Berlin" || s.ScrapeIntervalSeconds != 2 || s.StartedAt == "" {
			t.Errorf("%+v", s)
		}
	}
	a := as(t, http.MethodPost, p.URL+"/-/reload", "guest", "pw")
	if a.status != http.StatusForbidden || !strings.Contains(a.body, `does not have the scope \"admin\"`) {
		t.Errorf("a reload by a guest: %d %s", a.status, a.body)
	}
}
