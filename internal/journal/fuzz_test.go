package journal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/luneo-platform/luneo/internal/journal"
)

// FuzzRecover gives the reader a segment of any bytes behind a sound one. It
// must hand out the sound records, never panic, and go on.
func FuzzRecover(f *testing.F) {
	f.Add([]byte("LUNEOJ01"))
	f.Add([]byte("LUNEOJ01\xF5\x4C\xFE\x0B\x03\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00abc"))
	f.Add(bytes.Repeat([]byte("\xF5\x4C\xFE\x0B"), 50))
	f.Add([]byte("\xF5\x4C\xFE\x0B\xFF\xFF\xFF\xFF\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		opts := journal.Options{Dir: t.TempDir(), FS: journal.OS{}}
		b := opened(t, opts)
		b.add(t, "one", "two", "three")
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(opts.Dir, "00000002-0000000000000004.seg"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		again := &bench{}
		err := again.open(t, opts)
		defer again.Close() //nolint:errcheck // the test is over
		if err != nil {
			return // only a newer version is refused, and says so
		}
		if len(again.state.records) < 3 {
			t.Fatalf("only %q came back", again.state.records)
		}
		again.add(t, "goes on")
	})
}
