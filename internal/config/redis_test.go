package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/config"
)

// TestRedisForms: a URL or a list, in the file as in the environment; what is
// absent, empty and "none" are told apart; a password's file is read.
func TestRedisForms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pw"), []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	one := config.Servers{{Name: "h:6379", URL: "redis://h"}}
	for text, want := range map[string]config.Servers{
		"":                              nil,
		"redis:\n":                      nil,
		"redis: []\n":                   {},
		"redis: none\n":                 {},
		"redis: redis://h\n":            one,
		"redis: [{url: 'redis://h'}]\n": one,
		"redis: 'redis://h,unix:///run/r.sock?db=2'\n": {one[0], {Name: "/run/r.sock/2", URL: "unix:///run/r.sock?db=2"}},
		"redis: [{name: n, url: 'redis://h', password_file: pw, prefixes: ['{bull}'], queues: [a], cluster: true}]\n": {{
			Name: "n", URL: "redis://h", PasswordFile: config.Path(filepath.Join(dir, "pw")), PasswordValue: "s3cret",
			Prefixes: []string{"{bull}"}, Queues: []string{"a"}, Cluster: true,
		}},
	} {
		file := filepath.Join(dir, "luneo.yml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := config.Load(config.Sources{File: file})
		if err != nil || !reflect.DeepEqual(got.Redis, want) {
			t.Errorf("%q is %#v, %v\nwant %#v", text, got.Redis, err, want)
		}
	}
	got, err := config.Load(config.Sources{Environ: []string{"LUNEO_REDIS=none"}})
	if err != nil || got.Redis == nil || len(got.Redis) != 0 {
		t.Errorf("none is %#v, %v", got.Redis, err)
	}
}

// TestRedisPasswordsAreHidden: in what is written and in what is refused.
func TestRedisPasswordsAreHidden(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"redis": "redis://u:geheim@h"}})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := cfg.WriteYAML(&b); err != nil || strings.Contains(b.String(), "geheim") || !strings.Contains(b.String(), "h") {
		t.Errorf("%v: %s", err, b.String())
	}
	for _, bad := range []string{"http://u:geheim@h", "redis://:123#geheim@h", "redis://:123/geheim@h", "redis://:123?geheim@h"} {
		_, err = config.Load(config.Sources{Flags: map[string]string{"redis": bad}})
		if err == nil || strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "123") || !strings.Contains(err.Error(), "redis://") {
			t.Errorf("%s is refused with %v", bad, err)
		}
	}
}
