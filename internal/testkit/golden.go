package testkit

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files, and what else is held against the code, anew")

// Updating reports whether the test was told to write what it would compare.
func Updating() bool { return *update }

// Golden holds what the code says against a file, or writes the file with
// -update.
func Golden(t testing.TB, file, got string) {
	t.Helper()
	if Updating() {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what the code says (write it with -update):\n%s", file, got)
	}
}
