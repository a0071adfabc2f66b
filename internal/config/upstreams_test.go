package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/luneo-platform/luneo/internal/config"
)

// TestUpstreams: those of the file stand beside OpenAI's own, or change it; keys
// are read and never shown.
func TestUpstreams(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "luneo.yml")
	for name, text := range map[string]string{
		"luneo.yml": "openai: {upstreams: {azure: {base_url: 'https://x.openai.azure.com', key_file: key, include_usage: inject, models: {d1: gpt-4o}}, local: {base_url: 'http://127.0.0.1:1/v1'}}}\n",
		"key":       "sk-geheim\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(config.Sources{File: file})
	if err != nil {
		t.Fatal(err)
	}
	all := cfg.OpenAI.Upstreams
	if len(all) != 3 || all["openai"].BaseURL != "https://api.openai.com/v1" || all["azure"].KeyValue.Reveal() != "sk-geheim" || all["azure"].Models["d1"] != "gpt-4o" ||
		all["azure"].IncludeUsage != "inject" || all["azure"].KeyHeader != "api-key" || all["local"].KeyHeader != "authorization" {
		t.Errorf("%+v", all)
	}
	if other := config.Default().OpenAI.Upstreams; len(other) != 1 {
		t.Errorf("the defaults have become %+v", other)
	}
}
