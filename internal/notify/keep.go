package notify

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/luneo-platform/luneo/internal/safefile"
)

// keeper writes state to a file whenever it has changed: all changes since the
// last write with one. One goroutine writes; the others only say that there is
// something to write, some of them with locks held that the writing needs.
type keeper struct {
	name, file string
	marshal    func() ([]byte, error)
	logger     *slog.Logger

	wake chan struct{}

	mu       sync.Mutex
	changes  uint64 // how many there were
	written  uint64 // how many the file has
	err      error  // of the last write
	progress chan struct{}
}

func newKeeper(name, file string, marshal func() ([]byte, error), logger *slog.Logger) *keeper {
	return &keeper{name: name, file: file, marshal: marshal, logger: logger, wake: make(chan struct{}, 1), progress: make(chan struct{})}
}

// changed says that there is something to write. It never waits.
func (k *keeper) changed() {
	k.mu.Lock()
	k.changes++
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// writeAgain is how often a write that failed is tried again.
const writeAgain = 5 * time.Second

// run writes until ctx ends, and then what is left.
func (k *keeper) run(ctx context.Context) {
	again := time.NewTicker(writeAgain)
	defer again.Stop()
	for {
		select {
		case <-k.wake:
			k.write()
		case <-again.C:
			k.write()
		case <-ctx.Done():
			k.write()
			return
		}
	}
}

// write writes what has changed, if anything has.
func (k *keeper) write() {
	k.mu.Lock()
	upTo, nothing := k.changes, k.changes == k.written
	k.mu.Unlock()
	if nothing {
		return
	}
	content, err := k.marshal()
	if err == nil {
		err = safefile.Replace(k.file, content)
	}
	if err != nil {
		k.logger.Error("the state of the notifications can't be written", "what", k.name, "file", filepath.Base(k.file), "err", err)
	}
	k.note(upTo, err)
}

func (k *keeper) note(upTo uint64, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err = err; err == nil {
		k.written = upTo
	}
	close(k.progress)
	k.progress = make(chan struct{})
}

// sync waits until everything that has changed so far is on disk, or until a
// write has failed.
func (k *keeper) sync(ctx context.Context) error {
	k.mu.Lock()
	upTo := k.changes
	k.mu.Unlock()
	for {
		k.mu.Lock()
		done, progress := k.written >= upTo, k.progress
		k.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-progress:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s to be written: %w", k.name, ctx.Err())
		}
		if err := k.failed(upTo); err != nil {
			return err
		}
	}
}

func (k *keeper) failed(upTo uint64) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.written >= upTo || k.err == nil {
		return nil
	}
	return fmt.Errorf("write %s: %w", k.name, k.err)
}
