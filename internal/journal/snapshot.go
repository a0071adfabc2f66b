package journal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path/filepath"
	"slices"
)

const (
	snapshotExt = ".snap"
	// snapshotMagic opens a snapshot. Its last digits are the version of the format.
	snapshotMagic = "LUNEOS01"
	// snapshotTail is the length and the checksum of the content.
	snapshotTail = 8 + 4
	// generations of snapshots that are kept.
	generations = 2
)

func snapshotName(seq uint64) string { return fmt.Sprintf("%016d%s", seq, snapshotExt) }

func parseSnapshotName(name string) (uint64, bool) {
	var seq uint64
	if _, err := fmt.Sscanf(name, "%d.snap", &seq); err != nil {
		return 0, false
	}
	return seq, snapshotName(seq) == name
}

// listSnapshots returns the numbers that snapshots stand for, newest first.
func (j *Journal) listSnapshots() ([]uint64, error) {
	entries, err := j.fs.ReadDir(j.opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("listing snapshots: %w", err)
	}
	var list []uint64
	for _, e := range entries {
		if seq, ok := parseSnapshotName(e.Name()); ok {
			list = append(list, seq)
		}
	}
	slices.Sort(list)
	slices.Reverse(list)
	return list, nil
}

// loadSnapshot loads the newest snapshot that can be read.
func (j *Journal) loadSnapshot(state State, report *Report) error {
	list, err := j.listSnapshots()
	if err != nil {
		return err
	}
	for _, seq := range list {
		name := filepath.Join(j.opts.Dir, snapshotName(seq))
		n, err := j.checkSnapshot(name)
		var newer *NewerVersionError
		switch {
		case errors.As(err, &newer):
			return err
		case err != nil:
			j.opts.Logger.Error("a snapshot can't be read; it is kept, and the one before it is used", "file", name, "err", err)
			report.BadSnapshots = append(report.BadSnapshots, name)
			continue
		}
		if err := j.readSnapshot(name, n, state.Load); err != nil {
			return fmt.Errorf("loading snapshot %s: %w", name, err)
		}
		report.Snapshot = seq
		return nil
	}
	return nil
}

// checkSnapshot reads a whole snapshot and returns the length of its content.
func (j *Journal) checkSnapshot(name string) (int64, error) {
	f, err := j.fs.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	in := bufio.NewReaderSize(f, 256<<10)
	magic := make([]byte, len(snapshotMagic))
	if _, err := io.ReadFull(in, magic); err != nil {
		return 0, errors.New("it is cut short")
	}
	if err := checkMagic(name, string(magic)); err != nil {
		return 0, err
	}
	sum := &summer{w: io.Discard}
	tail, err := copyButTail(sum, in)
	if err != nil {
		return 0, err
	}
	if n := binary.LittleEndian.Uint64(tail[:]); n != sum.n {
		return 0, fmt.Errorf("it has %d bytes of content where %d were written", sum.n, n)
	}
	if sum.crc != binary.LittleEndian.Uint32(tail[8:]) {
		return 0, errors.New("its checksum is wrong")
	}
	return int64(sum.n), nil
}

func checkMagic(name, magic string) error {
	n := len(magic) - 2
	switch {
	case magic == snapshotMagic:
		return nil
	case magic[:n] == snapshotMagic[:n] && magic[n:] > snapshotMagic[n:]:
		return &NewerVersionError{File: name}
	default:
		return errors.New("it does not begin like a snapshot")
	}
}

// copyButTail copies all but the last bytes of r, which it returns.
func copyButTail(w io.Writer, r *bufio.Reader) (tail [snapshotTail]byte, err error) {
	for {
		b, err := r.Peek(r.Size())
		if n := len(b) - snapshotTail; n > 0 {
			if _, err := w.Write(b[:n]); err != nil {
				return tail, err
			}
			b = b[n:]
			if _, err := r.Discard(n); err != nil {
				return tail, err
			}
		}
		switch {
		case err == nil:
		case !errors.Is(err, io.EOF):
			return tail, err
		case len(b) < snapshotTail:
			return tail, errors.New("it is cut short")
		default:
			return [snapshotTail]byte(b), nil
		}
	}
}

// readSnapshot hands a checked snapshot's content of n bytes to load.
func (j *Journal) readSnapshot(name string, n int64, load func(io.Reader) error) error {
	f, err := j.fs.Open(name)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	in := bufio.NewReaderSize(f, 256<<10)
	if _, err := in.Discard(len(snapshotMagic)); err != nil {
		return err
	}
	return load(io.LimitReader(in, n))
}

// WriteSnapshot saves a state that stands for all records up to seq, durably,
// and then deletes what two generations of snapshots have made superfluous.
// Those records must be durable. It returns the snapshot's size in bytes.
func (j *Journal) WriteSnapshot(seq uint64, write func(io.Writer) error) (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return 0, errors.New("the journal is closed")
	}
	n, err := j.saveSnapshot(seq, write)
	if err != nil {
		return 0, fmt.Errorf("writing a snapshot: %w", err)
	}
	if err := j.prune(); err != nil {
		return n, fmt.Errorf("pruning the journal: %w", err)
	}
	return n, nil
}

// saveSnapshot follows the whole ritual of a safe write: a temporary file
// beside the target, write, sync, close, rename, sync the directory.
func (j *Journal) saveSnapshot(seq uint64, write func(io.Writer) error) (int64, error) {
	temp := filepath.Join(j.opts.Dir, "snapshot"+tempExt)
	f, err := j.fs.Create(temp)
	if err != nil {
		return 0, err
	}
	n, err := writeSnapshot(f, write)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, errors.Join(err, j.fs.Remove(temp))
	}
	if err := j.fs.Rename(temp, filepath.Join(j.opts.Dir, snapshotName(seq))); err != nil {
		return 0, err
	}
	return n, j.fs.SyncDir(j.opts.Dir)
}

// writeSnapshot writes magic, content, length of the content, CRC-32C of the content.
func writeSnapshot(w io.Writer, write func(io.Writer) error) (int64, error) {
	out := bufio.NewWriterSize(w, 256<<10)
	if _, err := out.WriteString(snapshotMagic); err != nil {
		return 0, err
	}
	sum := &summer{w: out}
	if err := write(sum); err != nil {
		return 0, err
	}
	tail := binary.LittleEndian.AppendUint64(nil, sum.n)
	tail = binary.LittleEndian.AppendUint32(tail, sum.crc)
	if _, err := out.Write(tail); err != nil {
		return 0, err
	}
	return int64(sum.n), out.Flush()
}

// summer counts and checksums what passes.
type summer struct {
	w   io.Writer
	n   uint64
	crc uint32
}

func (s *summer) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	s.n += uint64(n)
	s.crc = crc32.Update(s.crc, castagnoli, b[:n])
	return n, err
}

// prune deletes the snapshots before the kept generations, and the segments
// that the oldest kept one stands for. A segment goes only after every record
// of it was read: what can't be read is set aside, never deleted.
func (j *Journal) prune() error {
	snapshots, err := j.listSnapshots()
	if err != nil || len(snapshots) < generations {
		return err
	}
	oldest := snapshots[generations-1]
	segments, err := listSegments(j.fs, j.opts.Dir)
	if err != nil {
		return err
	}
	for i := 0; i+1 < len(segments) && segments[i+1].first <= oldest+1; i++ {
		path := filepath.Join(j.opts.Dir, segments[i].name)
		discard := j.fs.Remove
		if !j.whole(path, segments[i].first, segments[i+1].first) {
			discard = j.setAside
		}
		if err := discard(path); err != nil {
			return err
		}
	}
	for _, seq := range snapshots[generations:] {
		if err := j.fs.Remove(filepath.Join(j.opts.Dir, snapshotName(seq))); err != nil {
			return err
		}
	}
	return nil
}

// whole reports whether a segment holds every record from first up to limit.
func (j *Journal) whole(path string, first, limit uint64) bool {
	var report Report
	reader := segmentReader{fs: j.fs, path: path, limit: limit}
	_, err := reader.read(first-1, func(uint64, []byte) error { return nil }, &report)
	return err == nil && report.Records == limit-first
}
