package testkit

import (
	"encoding/csv"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// TestData returns the folder of real data that LUNEO_TESTDATA names.
func TestData(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("LUNEO_TESTDATA")
	if dir == "" {
		Missing(t, "LUNEO_TESTDATA does not name the folder of real data")
	}
	return dir
}

// Rows reads a CSV file, compressed with gzip when its name says so. The first
// row is the header.
func Rows(t testing.TB, name string) [][]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // opened for reading
	var in io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Missing skips the test, or fails it where LUNEO_REQUIRE_ALL says that
// everything must run.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("LUNEO_REQUIRE_ALL") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}
