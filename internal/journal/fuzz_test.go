package journal_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"github.com/luneo-platform/luneo/internal/journal"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// FuzzRecover gives the reader a segment of any bytes behind a sound one. It
// must hand out the sound records, never panic, and go on.
func FuzzRecover(f *testing.F) {
	f.Add([]byte("LUNEOJ01"))
	f.Add([]byte("LUNEOJ01\xF5\x4C\xFE\x0B\x03\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00abc"))
	f.Add(bytes.Repeat([]byte("\xF5\x4C\xFE\x0B"), 50))
	f.Add([]byte("\xF5\x4C\xFE\x0B\xFF\xFF\xFF\xFF\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		disk := testkit.NewDisk(1)
		opts := journal.Options{FS: disk}
		opened(t, opts).add(t, "one", "two", "three")
		disk.Put(filepath.Join(dir, "00000002-0000000000000004.seg"), content)
		again := &bench{}
		var newer *journal.NewerVersionError
		if err := again.open(t, opts); errors.As(err, &newer) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		if got := again.state.records; len(got) < 3 || got[0] != "one" || got[2] != "three" {
			t.Fatalf("%q came back", got)
		}
		again.add(t, "goes on")
	})
}
