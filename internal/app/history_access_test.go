package app_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/internal/web"
)

// certificate writes a certificate for 127.0.0.1 into dir, and returns a
// client that trusts it.
func certificate(t *testing.T, dir string) *http.Client {
	t.Helper()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	key, err := x509.MarshalPKCS8PrivateKey(s.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	written(t, filepath.Join(dir, "cert.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})))
	written(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	return s.Client()
}

// TestOwnScrapeNeedsNoCredentials: neither TLS nor closed doors stand between
// Luneo and its own history; callers need a credential for it, and the scope
// admin to change it.
func TestOwnScrapeNeedsNoCredentials(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	client := certificate(t, dir)
	hash, err := bcrypt.GenerateFromPassword([]byte("viewer-password"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	written(t, filepath.Join(dir, "web.yml"), fmt.Sprintf(`
tls_server_config: {cert_file: cert.pem, key_file: key.pem}
basic_auth_users: {viewer: %q}
`, hash))
	conf := written(t, filepath.Join(dir, "luneo.yml"), `
web_config_file: web.yml
anonymous: {scopes: [], from: []}
users: [{name: viewer, role: read}]
tokens:
  - {name: reader, token: reader-secret-0123456789, scopes: [read]}
  - {name: boss, token: boss-secret-0123456789ab, scopes: [read, admin]}
`)
	p := testkit.Start(t, quick("--config", conf, "--data-dir", filepath.Join(dir, "data"))...)
	ask := func(method, path, token string) answer {
		t.Helper()
		req, err := http.NewRequest(method, p.URL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		switch token {
		case "":
		case "viewer":
			req.SetBasicAuth("viewer", "viewer-password")
		default:
			req.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		a, err := read(resp)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	const up = "/api/v1/query?query=up%3D%3D1"
	for deadline := time.Now().Add(testkit.HangGuard); ; {
		if a := ask("GET", up, "reader-secret-0123456789"); strings.Contains(a.body, `"job":"luneo"`) {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	const snapshot = "/api/v1/admin/tsdb/snapshot"
	for _, c := range []struct {
		method, path, token string
		want                int
	}{
		{"GET", up, "", http.StatusUnauthorized},
		{"GET", up, "viewer", http.StatusOK},
		{"POST", snapshot, "viewer", http.StatusForbidden},
		{"POST", snapshot, "", http.StatusUnauthorized},
		{"POST", snapshot, "reader-secret-0123456789", http.StatusForbidden},
		{"POST", snapshot, "boss-secret-0123456789ab", http.StatusOK},
		{"POST", "/api/v1/write", "boss-secret-0123456789ab", http.StatusNotFound},
	} {
		if a := ask(c.method, c.path, c.token); a.status != c.want {
			t.Errorf("%s %s as %q: %d %s, want %d", c.method, c.path, c.token, a.status, a.body, c.want)
		}
	}
	if made, _ := filepath.Glob(filepath.Join(dir, "data", "prometheus", "snapshots", "*")); len(made) != 1 {
		t.Errorf("snapshots: %v", made)
	}
}

// TestPromtool: Prometheus' own tool queries the server and reads its blocks.
func TestPromtool(t *testing.T) {
	t.Parallel()
	promtool := testkit.Command(t, "promtool")
	dir := t.TempDir()
	p := testkit.Start(t, quick("--data-dir", dir)...)
	awaitQuery(t, p.URL, "up == 1")
	for _, args := range [][]string{
		{"query", "instant", p.URL, "up"},
		{"query", "labels", p.URL, "job"},
		{"query", "series", "--match=up", p.URL},
	} {
		out, err := exec.Command(promtool, args...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "luneo") {
			t.Errorf("promtool %v: %v %s", args, err, out)
		}
	}
	history := filepath.Join(dir, "prometheus")
	if out, err := exec.Command(promtool, "tsdb", "list", history).CombinedOutput(); err != nil {
		t.Errorf("promtool tsdb list of the running server's directory: %v %s", err, out)
	}
	post(t, p.URL+"/api/v1/admin/tsdb/snapshot", "", "")
	made, err := filepath.Glob(filepath.Join(history, "snapshots", "*"))
	if err != nil || len(made) != 1 {
		t.Fatalf("snapshots: %v %v", made, err)
	}
	blocks, err := filepath.Glob(filepath.Join(made[0], "*", "meta.json"))
	if err != nil || len(blocks) == 0 {
		t.Fatalf("the snapshot has no block: %v", err)
	}
	for command, want := range map[string]string{"list": filepath.Base(filepath.Dir(blocks[0])), "analyze": "Label pairs most involved in churning"} {
		out, err := exec.Command(promtool, "tsdb", command, made[0]).CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("promtool tsdb %s: %v, want %q in %.2000s", command, err, want, out)
		}
	}
}

// TestSnapshotIsABackup: a snapshot in the place of a history is that history.
func TestSnapshotIsABackup(t *testing.T) {
	t.Parallel()
	dir, restored := t.TempDir(), t.TempDir()
	p := testkit.Start(t, quick("--data-dir", dir)...)
	post(t, p.URL+"/api/metrics/render", "", renderEvent("a")).accepted(t)
	awaitQuery(t, p.URL, "luneo_renders_total == 1")
	post(t, p.URL+"/api/v1/admin/tsdb/snapshot", "", "")
	made, err := filepath.Glob(filepath.Join(dir, "prometheus", "snapshots", "*"))
	if err != nil || len(made) != 1 {
		t.Fatalf("snapshots: %v %v", made, err)
	}
	if err := os.CopyFS(filepath.Join(restored, "prometheus"), os.DirFS(made[0])); err != nil {
		t.Fatal(err)
	}
	p = testkit.Start(t, quick("--data-dir", restored)...)
	awaitQuery(t, p.URL, "last_over_time(luneo_renders_total[5m]) == 1")
}

// TestOwnScrapeWithAFullListener: when no more connections are taken, the
// history goes on.
func TestOwnScrapeWithAFullListener(t *testing.T) {
	t.Parallel()
	p := testkit.Start(t, quick("--data-dir", t.TempDir())...)
	// One client, whose connection is there before the others.
	kept := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}, Timeout: testkit.HangGuard}
	ask := func(path string) string {
		t.Helper()
		resp, err := kept.Get(p.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		a, err := read(resp)
		if err != nil || a.status != http.StatusOK {
			t.Fatalf("%s: %v %d %s", path, err, a.status, a.body)
		}
		return a.body
	}
	ask("/-/ready")
	const most = web.DefaultConnections
	for range most { // one more waits outside
		c, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
	}
	for !strings.Contains(ask("/metrics"), fmt.Sprintf("\nluneo_http_server_connections %d\n", most)) {
	}
	since := url.QueryEscape(fmt.Sprintf(`timestamp(up{job="luneo"} == 1) > %d.%03d`, time.Now().Unix(), time.Now().Nanosecond()/1e6))
	for !strings.Contains(ask("/api/v1/query?query="+since), `"job":"luneo"`) {
	}
	if v := ask("/metrics"); !strings.Contains(v, fmt.Sprintf("\nluneo_http_server_connections %d\n", most)) {
		t.Error("the listener was not full any more when the scrape came")
	}
}
