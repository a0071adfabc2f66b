package prom

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/fileutil"
)

// The TSDB does not survive a disk that is full to the last byte: a record of
// the write-ahead log that was cut short makes the next start drop all that
// follows it, and a chunk that can't be written is a panic. So nothing is
// appended while less than lowSpace is free, and a file of reserveSize is given
// back then, for the chunks that it has yet to write.
const (
	lowSpace    = 4 << 20
	reserveSize = 4 << 20
	// enoughSpace is what a low disk has to have again; more than both, or
	// the reserve itself would be taken for space that somebody made.
	enoughSpace = lowSpace + reserveSize + 1<<20
	// leastSpace is what opening needs.
	leastSpace = 1 << 20
	// standsStill is how long the free space has to be the same before the
	// reserve is given back: whoever still fills the disk would take it.
	standsStill = time.Second
)

// errDiskFull is the reason of every append that is refused for it.
var errDiskFull = errors.New("the disk of the history is full")

// space watches the disk of the history.
type space struct {
	dir    string
	logger *slog.Logger
	low    atomic.Bool

	mu   sync.Mutex // one change at a time
	held bool       // the reserve is there
	seen uint64     // how much was free when it last changed
	at   time.Time  // and when that was
}

// newSpace makes the directory, and refuses a disk that is full.
func newSpace(o *Options) (*space, error) {
	s := &space{dir: o.Dir, logger: o.Logger}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, openError(s.dir, err)
	}
	s.held = true // by a last run that was killed; it counts as free
	s.release()
	switch free, err := freeSpace(s.dir); {
	case err == nil && free < leastSpace:
		return nil, openError(s.dir, fmt.Errorf("%d bytes are left: %w", free, syscall.ENOSPC))
	case err == nil && free >= enoughSpace:
		s.reserve()
	}
	return s, o.Registerer.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "luneo_history_disk_full", Help: "1 while nothing is added to the history because its disk is full",
	}, s.value))
}

func (s *space) value() float64 {
	if s.low.Load() {
		return 1
	}
	return 0
}

func freeSpace(dir string) (uint64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return st.Bavail * uint64(st.Bsize), nil
}

// check says whether something may be appended now. A disk that can't say how
// much is free is not judged.
func (s *space) check() error {
	free, err := freeSpace(s.dir)
	if err != nil {
		free = enoughSpace
	}
	switch low := s.low.Load(); {
	case !low && free < lowSpace:
		s.stop(free)
	case low && free >= enoughSpace:
		s.goOn(free)
	case low:
		s.giveBack(free)
	}
	if s.low.Load() {
		return errDiskFull
	}
	return nil
}

func (s *space) stop(free uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.low.Swap(true) {
		s.seen, s.at = free, time.Now()
		s.logger.Error("the disk is full: nothing is added to the history until there is space", "dir", s.dir, "free_bytes", free, "needed_bytes", enoughSpace)
	}
}

func (s *space) goOn(free uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.low.Swap(false) {
		s.logger.Warn("there is space again: the history goes on", "dir", s.dir, "free_bytes", free)
		s.reserve()
	}
}

// giveBack gives the reserve back once nobody fills the disk any more.
func (s *space) giveBack(free uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if free != s.seen {
		s.seen, s.at = free, time.Now()
	} else if time.Since(s.at) >= standsStill {
		s.release()
	}
}

// close gives the reserve back, for what the TSDB writes as it closes.
func (s *space) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release()
	return nil
}

func (s *space) file() string { return filepath.Join(s.dir, "reserve") }

func (s *space) reserve() {
	f, err := os.Create(s.file())
	s.held = err == nil
	if err == nil {
		err = errors.Join(fileutil.Preallocate(f, reserveSize, true), f.Close())
	}
	if err != nil {
		s.logger.Warn("no space can be reserved", "err", err)
	}
}

func (s *space) release() {
	if !s.held {
		return
	}
	s.held = false
	if err := os.Remove(s.file()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.logger.Warn("the reserved space can't be given back", "err", err)
	}
}

// spacious is the TSDB as the fan-out sees it: closed by somebody else, and
// appended to only while there is space.
type spacious struct {
	*tsdb.DB
	space *space
}

// Close does nothing.
func (spacious) Close() error { return nil }

// AppenderV2 appends, or refuses everything.
func (s spacious) AppenderV2(ctx context.Context) storage.AppenderV2 {
	if err := s.space.check(); err != nil {
		return refusing{err}
	}
	return s.DB.AppenderV2(ctx)
}

// refusing is an appender that takes nothing.
type refusing struct{ err error }

// Append refuses.
func (r refusing) Append(storage.SeriesRef, labels.Labels, int64, int64, float64, *histogram.Histogram, *histogram.FloatHistogram, storage.AppendV2Options) (storage.SeriesRef, error) {
	return 0, r.err
}

// Commit has nothing to write.
func (refusing) Commit() error { return nil }

// Rollback has nothing to forget.
func (refusing) Rollback() error { return nil }
