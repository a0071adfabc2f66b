package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Options say where a journal is and how it grows.
type Options struct {
	// Dir is made when it is not there. One process at a time.
	Dir string
	// FS is OS unless a test says otherwise.
	FS FS
	// SegmentBytes is the size of a segment; 16 MiB when 0.
	SegmentBytes int64
	// AcceptDataLoss starts with what is left when the records from the
	// beginning, or the snapshots that stood for them, are gone.
	AcceptDataLoss bool
	Logger         *slog.Logger
	Now            func() time.Time
}

// firstSegmentBytes is small, so that a start on an empty directory is quick.
const firstSegmentBytes = 1 << 20

// retryAfterFailure is the pause before a failed device is tried again.
const retryAfterFailure = 250 * time.Millisecond

// Journal is an open journal. Append and Seq belong to one goroutine;
// WriteSnapshot to one, which may be another; Run to a third.
type Journal struct {
	opts Options
	fs   FS
	lock *dirLock

	active  *segment
	next    uint64 // number of the next record
	index   uint64 // of the newest segment file
	buf     []byte
	retryAt time.Time
	lastErr error

	want  chan struct{} // asks Run for a spare
	spare chan blank

	mu     sync.Mutex // guards the files that snapshots and pruning touch
	closed bool
}

// Open locks the directory and makes it when it is not there. Recover comes next.
func Open(opts Options) (*Journal, error) {
	if opts.FS == nil {
		opts.FS = OS{}
	}
	if opts.SegmentBytes == 0 {
		opts.SegmentBytes = 16 << 20
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	j := &Journal{opts: opts, fs: opts.FS, next: 1, want: make(chan struct{}, 1), spare: make(chan blank, 1)}
	if err := j.fs.MkdirAll(opts.Dir); err != nil {
		return nil, fmt.Errorf("making the journal's directory: %w", err)
	}
	if err := j.fs.SyncDir(filepath.Dir(opts.Dir)); err != nil {
		return nil, fmt.Errorf("syncing the journal's parent directory: %w", err)
	}
	if _, real := opts.FS.(OS); real {
		lock, err := lockDir(opts.Dir)
		if err != nil {
			return nil, err
		}
		j.lock = lock
	}
	return j, nil
}

// Run prepares segments ahead until ctx ends. Append works without it, slower.
func (j *Journal) Run(ctx context.Context) {
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-j.want:
			if len(j.spare) == 0 { // only Run fills it
				j.makeSpare(n)
			}
		}
	}
}

// makeSpare needs a name of its own each time: the last one may not have been
// renamed yet. Append meets the same error as this and reports it.
func (j *Journal) makeSpare(n int) {
	if b, err := j.makeBlank(fmt.Sprintf("spare-%d%s", n, tempExt), j.opts.SegmentBytes); err == nil {
		j.spare <- b
	}
}

func (j *Journal) makeBlank(name string, size int64) (blank, error) {
	f, err := j.fs.Allocate(filepath.Join(j.opts.Dir, name), size)
	return blank{name: name, file: f, size: size}, err
}

// Seq is the number of the last record that is durable; 0 when there is none.
func (j *Journal) Seq() uint64 { return j.next - 1 }

// Append writes records and returns when they are durable. On an error none
// of them is; a device that has just failed is not asked again for a quarter
// of a second.
func (j *Journal) Append(records ...[]byte) error {
	if j.lastErr != nil && j.opts.Now().Before(j.retryAt) {
		return j.lastErr
	}
	err := j.append(records)
	j.lastErr = err
	if err != nil {
		j.retryAt = j.opts.Now().Add(retryAfterFailure)
		j.abandon()
	}
	return err
}

func (j *Journal) append(records [][]byte) error {
	b := j.buf[:0]
	for i, r := range records {
		if len(r) > MaxRecord {
			return fmt.Errorf("a record of %d bytes is larger than %d", len(r), MaxRecord)
		}
		b = appendFrame(b, j.next+uint64(i), r)
	}
	j.buf = b[:0]
	if cap(j.buf) > 8<<20 {
		j.buf = nil
	}
	if err := j.room(int64(len(b))); err != nil {
		return fmt.Errorf("opening a journal segment: %w", err)
	}
	if _, err := j.active.file.WriteAt(b, j.active.off); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	if err := j.active.file.Sync(); err != nil {
		return fmt.Errorf("syncing the journal: %w", err)
	}
	j.active.off += int64(len(b))
	j.next += uint64(len(records))
	return nil
}

// room sees to it that n bytes fit the active segment.
func (j *Journal) room(n int64) error {
	if j.active != nil && j.active.off+n <= j.active.size {
		return nil
	}
	if err := j.finish(); err != nil {
		return err
	}
	return j.startSegment(n)
}

// startSegment opens the next segment, from the spare when there is one.
func (j *Journal) startSegment(n int64) error {
	b, err := j.takeBlank(n + int64(segmentHeader))
	if err != nil {
		return err
	}
	j.index++
	name := segmentFile{name: segmentName(j.index, j.next), index: j.index, first: j.next}
	if j.active, err = adopt(j.fs, j.opts.Dir, b, name); err != nil {
		return err
	}
	select {
	case j.want <- struct{}{}:
	default:
	}
	return nil
}

// takeBlank returns the spare, or a new blank where there is none or the
// spare is smaller than n bytes.
func (j *Journal) takeBlank(n int64) (blank, error) {
	if n <= j.opts.SegmentBytes {
		select {
		case b := <-j.spare:
			return b, nil
		default:
		}
	}
	return j.makeBlank(directName, max(n, min(firstSegmentBytes, j.opts.SegmentBytes)))
}

// finish cuts the active segment to its length and closes it.
func (j *Journal) finish() error {
	if j.active == nil {
		return nil
	}
	s := j.active
	j.active = nil
	// The tail is zeros: when the cut fails, nothing is wrong but the size.
	return errors.Join(s.file.Truncate(s.off), s.file.Close())
}

// abandon gives up a segment that a write or a sync failed on: after a failed
// fsync nobody knows what it holds. The next segment's name voids what is
// past the last good record; cutting it off here voids it already now, if the
// device lets us.
func (j *Journal) abandon() {
	if j.active == nil {
		return
	}
	s := j.active
	j.active = nil
	err := s.file.Truncate(s.off)
	if err == nil {
		err = s.file.Sync()
	}
	if err = errors.Join(err, s.file.Close()); err != nil {
		j.opts.Logger.Debug("giving up a journal segment", "file", s.name, "err", err)
	}
}

// Close ends the journal. Run must have returned. It may be called twice.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil
	}
	j.closed = true
	err := j.finish()
	select {
	case b := <-j.spare:
		err = errors.Join(err, b.file.Close(), j.fs.Remove(filepath.Join(j.opts.Dir, b.name)))
	default:
	}
	return errors.Join(err, j.lock.release())
}

// removeTemp deletes what an interrupted process had prepared.
func (j *Journal) removeTemp() error {
	entries, err := j.fs.ReadDir(j.opts.Dir)
	if err != nil {
		return fmt.Errorf("listing the journal: %w", err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), tempExt) {
			if err := j.fs.Remove(filepath.Join(j.opts.Dir, e.Name())); err != nil {
				return fmt.Errorf("removing a leftover: %w", err)
			}
		}
	}
	return nil
}
