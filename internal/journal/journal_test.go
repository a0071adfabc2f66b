package journal_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/journal"
	"github.com/luneo-platform/luneo/internal/testkit"
)

const dir = "journal"

// state is the simplest thing a journal can restore: the list of its records.
type state struct{ records []string }

func (s *state) target() journal.State {
	return journal.State{
		Load: func(r io.Reader) error {
			b, err := io.ReadAll(r)
			s.records = nil
			if len(b) > 0 {
				s.records = strings.Split(string(b), "\n")
			}
			return err
		},
		Apply: func(_ uint64, record []byte) error {
			s.records = append(s.records, string(record))
			return nil
		},
	}
}

func (s *state) write(w io.Writer) error {
	_, err := io.WriteString(w, strings.Join(s.records, "\n"))
	return err
}

type bench struct {
	*journal.Journal
	state  state
	report journal.Report
	now    time.Time
}

func (b *bench) open(t *testing.T, opts journal.Options) error {
	t.Helper()
	if opts.Dir == "" {
		opts.Dir = dir
	}
	if opts.SegmentBytes == 0 {
		opts.SegmentBytes = 4 << 10
	}
	if b.now.IsZero() {
		b.now = time.Unix(1_700_000_000, 0)
	}
	opts.Now = func() time.Time { return b.now }
	var err error
	if b.Journal, err = journal.Open(opts); err != nil {
		return err
	}
	b.state = state{}
	b.report, err = b.Recover(b.state.target())
	return err
}

func opened(t *testing.T, opts journal.Options) *bench {
	t.Helper()
	b := &bench{}
	if err := b.open(t, opts); err != nil {
		t.Fatal(err)
	}
	return b
}

// add appends records and keeps the state as a recorder would.
func (b *bench) add(t *testing.T, records ...string) {
	t.Helper()
	for _, r := range records {
		if err := b.Append([]byte(r)); err != nil {
			t.Fatalf("Append(%q): %v", r, err)
		}
		b.state.records = append(b.state.records, r)
	}
}

func (b *bench) snapshot(t *testing.T) {
	t.Helper()
	if _, err := b.WriteSnapshot(b.Seq(), b.state.write); err != nil {
		t.Fatal(err)
	}
}

func numbered(from, to int) (records []string) {
	for i := from; i <= to; i++ {
		records = append(records, fmt.Sprintf("record %04d %s", i, strings.Repeat("x", i%97)))
	}
	return records
}

func wantRecords(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("got %d records, want %d; first difference at %d", len(got), len(want), firstDifference(got, want))
	}
}

func firstDifference(a, b []string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

func TestRecordsComeBackInOrder(t *testing.T) {
	t.Parallel()
	opts := journal.Options{Dir: filepath.Join(t.TempDir(), "j"), FS: journal.OS{}}
	b := opened(t, opts)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); b.Run(ctx) }()
	b.add(t, numbered(1, 300)...)
	stop()
	<-done
	if err := errors.Join(b.Close(), b.Close()); err != nil {
		t.Fatal(err)
	}
	again := opened(t, opts)
	defer again.Close() //nolint:errcheck // the test is over
	wantRecords(t, again.state.records, numbered(1, 300))
	again.add(t, "one more")
	if again.Seq() != 301 {
		t.Errorf("Seq() = %d, want 301", again.Seq())
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	opts := journal.Options{Dir: filepath.Join(t.TempDir(), "j")}
	b := opened(t, opts)
	defer b.Close() //nolint:errcheck // the test is over
	_, err := journal.Open(opts)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("in use by another Luneo (process %d)", os.Getpid())) {
		t.Fatalf("Open of a directory in use: %v", err)
	}
}

// fileAt returns the n-th segment that is not empty.
func fileAt(t *testing.T, disk *testkit.Disk, n int) string {
	t.Helper()
	files := disk.FilesWith(dir, ".seg")
	if n >= len(files) {
		t.Fatalf("there are %d segments, wanted number %d", len(files), n)
	}
	return filepath.Join(dir, files[n])
}

func TestDamageCostsOnlyWhatItHit(t *testing.T) {
	t.Parallel()
	records := numbered(1, 60)
	frame := func(i int) int { return 20 + len(records[i-1]) }
	offset := func(i int) int { // of record i in the first segment
		at := 8
		for k := 1; k < i; k++ {
			at += frame(k)
		}
		return at
	}
	cases := []struct {
		name       string
		at, n      int
		lost       []int
		wantDamage journal.Damage
	}{
		{"a byte of a record in the middle", offset(7) + 25, 1, []int{7}, journal.Damage{Offset: int64(offset(7)), Bytes: int64(frame(7)), Lost: 1}},
		{"a length in the middle", offset(9) + 4, 4, []int{9}, journal.Damage{Offset: int64(offset(9)), Bytes: int64(frame(9)), Lost: 1}},
		{"three records and their frames", offset(5), frame(5) + frame(6) + 3, []int{5, 6, 7}, journal.Damage{Offset: int64(offset(5)), Bytes: int64(frame(5) + frame(6) + frame(7)), Lost: 3}},
		{"the header of the segment", 0, 8, nil, journal.Damage{Offset: 0, Bytes: 8}},
		{"the newest record", offset(60) + 30, 1, []int{60}, journal.Damage{Offset: int64(offset(60)), Bytes: int64(frame(60)), Tail: true}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			disk := testkit.NewDisk(1)
			opts := journal.Options{FS: disk, SegmentBytes: 64 << 10}
			opened(t, opts).add(t, records...)
			disk.Corrupt(fileAt(t, disk, 0), c.at, c.n)
			name, size := fileAt(t, disk, 0), disk.Size(fileAt(t, disk, 0))

			b := opened(t, opts)
			var want []string
			for i, r := range records {
				if !slices.Contains(c.lost, i+1) {
					want = append(want, r)
				}
			}
			wantRecords(t, b.state.records, want)
			c.wantDamage.File = name
			if len(b.report.Damages) != 1 || b.report.Damages[0] != c.wantDamage {
				t.Errorf("damage reported: %+v, want %+v", b.report.Damages, c.wantDamage)
			}
			if !slices.Contains(disk.Names(dir), filepath.Base(name)) || disk.Size(name) != size {
				t.Error("the damaged file is not what it was")
			}
			b.add(t, "after")
			wantRecords(t, opened(t, opts).state.records, append(want, "after"))
		})
	}
}

func TestTornWriteIsReportedOnce(t *testing.T) {
	t.Parallel()
	disk := testkit.NewDisk(1)
	opts := journal.Options{FS: disk, SegmentBytes: 64 << 10}
	opened(t, opts).add(t, "one", "two")
	disk.Corrupt(fileAt(t, disk, 0), 8+23+23, 11) // the beginning of a third that never ended

	b := opened(t, opts)
	if d := b.report.Damages; len(d) != 1 || !d[0].Tail || d[0].Lost != 0 {
		t.Errorf("damage reported: %+v, want one torn tail", d)
	}
	b.add(t, "three")
	again := opened(t, opts)
	wantRecords(t, again.state.records, []string{"one", "two", "three"})
	if d := again.report.Damages; len(d) != 0 {
		t.Errorf("reported again: %+v", d)
	}
}

func TestFailedAppendIsVoid(t *testing.T) {
	t.Parallel()
	disk := testkit.NewDisk(1)
	b := opened(t, journal.Options{FS: disk})
	b.add(t, "one")
	disk.FailSyncs(-1, syscall.EIO)
	if err := b.Append([]byte("never acknowledged")); !errors.Is(err, syscall.EIO) {
		t.Fatalf("Append on a failing disk: %v", err)
	}
	disk.FailSyncs(0, nil)
	if err := b.Append([]byte("too soon")); !errors.Is(err, syscall.EIO) {
		t.Fatalf("Append right after a failure: %v, want the same error without asking the disk", err)
	}
	b.now = b.now.Add(time.Second)
	b.add(t, "two")
	wantRecords(t, opened(t, journal.Options{FS: disk}).state.records, []string{"one", "two"})
}

func TestFullDiskMendsItself(t *testing.T) {
	t.Parallel()
	disk := testkit.NewDisk(1)
	b := opened(t, journal.Options{FS: disk})
	disk.SetFull(true)
	var kept []string
	var err error
	for i := 0; err == nil && i < 1000; i++ {
		record := fmt.Sprintf("record %d", i)
		if err = b.Append([]byte(record)); err == nil {
			kept = append(kept, record)
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("Append on a full disk: %v", err)
	}
	disk.SetFull(false)
	b.now = b.now.Add(time.Second)
	b.add(t, "space again")
	wantRecords(t, opened(t, journal.Options{FS: disk}).state.records, append(kept, "space again"))
}

func TestSnapshotsCapTheJournal(t *testing.T) {
	t.Parallel()
	disk := testkit.NewDisk(1)
	opts := journal.Options{FS: disk}
	b := opened(t, opts)
	for i := range 10 {
		b.add(t, numbered(i*100+1, i*100+100)...)
		b.snapshot(t)
	}
	if n := len(disk.FilesWith(dir, ".snap")); n != 2 {
		t.Errorf("%d snapshots are kept, want 2", n)
	}
	if n := len(disk.FilesWith(dir, ".seg")); n > 5 {
		t.Errorf("%d segments are kept after pruning", n)
	}
	wantRecords(t, opened(t, opts).state.records, numbered(1, 1000))
}

// broken makes a journal with two snapshots and records after the second, and
// corrupts the snapshots chosen.
func broken(t *testing.T, newest, older bool) *testkit.Disk {
	t.Helper()
	disk := testkit.NewDisk(1)
	b := opened(t, journal.Options{FS: disk})
	b.add(t, numbered(1, 100)...)
	b.snapshot(t)
	b.add(t, numbered(101, 200)...)
	b.snapshot(t)
	b.add(t, numbered(201, 250)...)
	snaps := disk.FilesWith(dir, ".snap")
	if older {
		disk.Corrupt(filepath.Join(dir, snaps[0]), 100, 3)
	}
	if newest {
		disk.Corrupt(filepath.Join(dir, snaps[1]), 100, 3)
	}
	return disk
}

func TestOlderSnapshotGivesTheSameState(t *testing.T) {
	t.Parallel()
	t.Run("damaged", func(t *testing.T) {
		t.Parallel()
		disk := broken(t, true, false)
		b := opened(t, journal.Options{FS: disk})
		wantRecords(t, b.state.records, numbered(1, 250))
		if len(b.report.BadSnapshots) != 1 || b.report.Snapshot != 100 {
			t.Errorf("report: %+v", b.report)
		}
		if len(disk.FilesWith(dir, ".damaged")) != 1 {
			t.Error("the damaged snapshot was not kept")
		}
	})
	t.Run("missing", func(t *testing.T) {
		t.Parallel()
		disk := broken(t, false, false)
		if err := disk.Remove(filepath.Join(dir, disk.FilesWith(dir, ".snap")[1])); err != nil {
			t.Fatal(err)
		}
		wantRecords(t, opened(t, journal.Options{FS: disk}).state.records, numbered(1, 250))
	})
}

func TestBothSnapshotsGoneRefusesToStart(t *testing.T) {
	t.Parallel()
	disk := broken(t, true, true)
	b := &bench{}
	if err := b.open(t, journal.Options{FS: disk}); !errors.Is(err, journal.ErrHistoryGone) {
		t.Fatalf("Recover: %v, want ErrHistoryGone", err)
	}
	if err := b.open(t, journal.Options{FS: disk, AcceptDataLoss: true}); err != nil {
		t.Fatalf("Recover with AcceptDataLoss: %v", err)
	}
	if n := len(b.state.records); n == 0 || b.state.records[n-1] != numbered(250, 250)[0] || !b.report.DataLoss {
		t.Errorf("%d records after accepting the loss, report %+v", n, b.report)
	}
	b.add(t, "goes on")
}

func TestNewerVersionsAreRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(dir string) error{
		"snapshot": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, fmt.Sprintf("%016d.snap", 9)), []byte("LUNEOS02 something else"), 0o600)
		},
		"segment": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, fmt.Sprintf("%08d-%016d.seg", 7, 1)), []byte("LUNEOJ02 something else"), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := change(dir); err != nil {
				t.Fatal(err)
			}
			var newer *journal.NewerVersionError
			b := &bench{}
			err := b.open(t, journal.Options{Dir: dir})
			defer b.Close() //nolint:errcheck // the test is over
			if !errors.As(err, &newer) || !strings.Contains(err.Error(), "newer version of Luneo") {
				t.Fatalf("Recover: %v, want NewerVersionError", err)
			}
		})
	}
}

func TestDamagedSegmentIsNeverDeleted(t *testing.T) {
	t.Parallel()
	disk := testkit.NewDisk(1)
	b := opened(t, journal.Options{FS: disk})
	b.add(t, numbered(1, 100)...)
	disk.Corrupt(fileAt(t, disk, 0), 200, 5)
	b.snapshot(t)
	b.add(t, numbered(101, 200)...)
	b.snapshot(t)
	if n := len(disk.FilesWith(dir, ".seg.damaged")); n != 1 {
		t.Errorf("%d damaged segments were set aside, want 1: %v", n, disk.Names(dir))
	}
}

func TestDamagedFilesDoNotReplaceEachOther(t *testing.T) {
	t.Parallel()
	disk := testkit.NewDisk(1)
	for range 2 { // the second snapshot of record 10 is damaged like the first
		b := opened(t, journal.Options{FS: disk})
		b.add(t, numbered(int(b.Seq())+1, 10)...)
		b.snapshot(t)
		disk.Corrupt(filepath.Join(dir, disk.FilesWith(dir, ".snap")[0]), 20, 2)
	}
	opened(t, journal.Options{FS: disk})
	if got := disk.FilesWith(dir, ".damaged"); len(got) != 2 {
		t.Errorf("set aside: %v, want both", got)
	}
}

func TestRecordTooLarge(t *testing.T) {
	t.Parallel()
	b := opened(t, journal.Options{FS: testkit.NewDisk(1)})
	if err := b.Append(make([]byte, journal.MaxRecord+1)); err == nil {
		t.Fatal("a record above MaxRecord was taken")
	}
	b.now = b.now.Add(time.Second)
	large := make([]byte, 100<<10) // more than a segment
	binary.LittleEndian.PutUint64(large, 42)
	if err := b.Append(large); err != nil {
		t.Fatalf("a record larger than a segment: %v", err)
	}
}
