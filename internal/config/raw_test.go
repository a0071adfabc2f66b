package config_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/config"
)

func TestRemoteWriteIsKeptAsWritten(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load(config.Sources{File: write(t, `
prometheus:
  remote_write:
    - url: https://ops:geheim@mimir.example.com/api/v1/push
      basic_auth: {username: ops, password: geheim}
      headers: {X-Scope-OrgID: geheim}
`)})
	if err != nil {
		t.Fatal(err)
	}
	raw := cfg.Prometheus.RemoteWrite
	if raw.Place.Line != 4 || !strings.Contains(raw.Text, "password: geheim") {
		t.Errorf("%+v", raw)
	}
	var b bytes.Buffer
	if err := cfg.WriteYAML(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "geheim") || !strings.Contains(b.String(), "mimir.example.com") {
		t.Error(b.String())
	}
}
