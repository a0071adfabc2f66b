package testkit_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

func certFile(t *testing.T, f *testkit.FakeOpenAI) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, f.Certificate(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
