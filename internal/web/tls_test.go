package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/web"
)

func TestTLSAndBasic(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pool := certificate(t, dir)
	file := filepath.Join(dir, "web.yml")
	text := fmt.Sprintf("tls_server_config: {cert_file: cert.pem, key_file: key.pem}\nhttp_server_config: {headers: {Strict-Transport-Security: max-age=63072000}}\nbasic_auth_users: {ops: %q}\n", hash(t, "pw"))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, http2 := range []bool{false, true} {
		o := options(append(scopedRoutes(), web.Route{Method: "POST", Pattern: "/echo", Handler: func(w http.ResponseWriter, r *http.Request) error {
			_, err := io.Copy(w, r.Body)
			return err
		}})...)
		o.WebConfigFile = file
		o.Credentials.Roles = map[string]string{"ops": web.RoleAdmin}
		o.Credentials.Anonymous = nobody()
		s := start(t, o)
		transport := &http.Transport{ForceAttemptHTTP2: http2, TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
		client := &http.Client{Transport: transport}
		for range 2 { // the second from memory
			if got := do(t, s, call{path: "/admin-route", header: basic("ops", "pw"), client: client}); got.status != 200 || got.body != "ops" ||
				got.header.Get("Strict-Transport-Security") != "max-age=63072000" {
				t.Errorf("http2 %v: %d %s %v", http2, got.status, got.body, got.header)
			}
		}
		if got := do(t, s, call{path: "/admin-route", client: client}); got.status != 401 {
			t.Errorf("without a password: %d", got.status)
		}
		if got := do(t, s, call{method: "POST", path: "/echo", body: "hello", client: client}); got.body != "hello" {
			t.Errorf("echo: %d %s", got.status, got.body)
		}
		if !strings.HasPrefix(s.URL(), "https://127.0.0.1:") {
			t.Errorf("URL %s", s.URL())
		}
		transport.CloseIdleConnections()
	}
}

// certificate writes cert.pem and key.pem for 127.0.0.1.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, data := range map[string][]byte{
		"cert.pem": cert, "key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(cert)
	return pool
}
