package journal

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// Damage is a stretch of a file that could not be read.
type Damage struct {
	File   string
	Offset int64
	Bytes  int64
	// Lost is how many records are missing there; 0 when that can't be known,
	// as at the end of the newest segment.
	Lost uint64
	// Tail says that nothing sound follows in that file: most likely a write
	// that was cut short and never acknowledged.
	Tail bool
}

// Report says what Recover found.
type Report struct {
	// Snapshot is the number of the last record that the snapshot stood for.
	Snapshot uint64
	// BadSnapshots are snapshots that could not be read; they are kept.
	BadSnapshots []string
	// Records were handed out after the snapshot.
	Records uint64
	// Bytes of segments were read.
	Bytes   int64
	Damages []Damage
	// DataLoss says that records before the first one handed out are gone.
	DataLoss bool
}

// Lost is the number of records known to be missing.
func (r *Report) Lost() uint64 {
	var n uint64
	for _, d := range r.Damages {
		n += d.Lost
	}
	return n
}

// State is what a journal restores.
type State struct {
	// Load takes a snapshot's content. It is called at most once for each
	// readable snapshot and must start from nothing each time.
	Load func(r io.Reader) error
	// Apply takes the records after it, in order. The bytes are only valid
	// during the call. An error ends Recover.
	Apply func(seq uint64, record []byte) error
}

// ErrHistoryGone says that neither the records from the beginning nor a
// snapshot that stands for them can be read.
var ErrHistoryGone = errors.New("the beginning of the journal is gone")

// Recover restores the state: the newest readable snapshot, then every record
// after it. It must be called once, before Append. It refuses with
// ErrHistoryGone when the beginning is gone, unless AcceptDataLoss is set.
func (j *Journal) Recover(state State) (Report, error) {
	var report Report
	if err := j.removeTemp(); err != nil {
		return report, err
	}
	segments, err := listSegments(j.fs, j.opts.Dir)
	if err != nil {
		return report, err
	}
	if err := j.loadSnapshot(state, &report); err != nil {
		return report, err
	}
	if err := j.checkBeginning(segments, &report); err != nil {
		return report, err
	}
	last, err := j.replay(segments, state, &report)
	if err != nil {
		return report, err
	}
	j.next = last + 1
	if n := len(segments); n > 0 {
		j.index = segments[n-1].index
		// A number is never used twice where a segment says it was voided.
		j.next = max(j.next, segments[n-1].first)
	}
	for _, name := range report.BadSnapshots {
		if err := j.setAside(name); err != nil {
			return report, err
		}
	}
	if err := j.startSegment(0); err != nil {
		j.opts.Logger.Error("the journal can't be written; events are refused until it can", "dir", j.opts.Dir, "err", err)
	}
	return report, nil
}

// setAside takes a file that can't be read out of the way without losing it or
// one that was set aside before. If that is undone by a power loss, it is done
// again.
func (j *Journal) setAside(name string) error {
	entries, err := j.fs.ReadDir(j.opts.Dir)
	if err != nil {
		return fmt.Errorf("setting a damaged file aside: %w", err)
	}
	taken := map[string]bool{}
	for _, e := range entries {
		taken[e.Name()] = true
	}
	to := name + damagedExt
	for n := 2; taken[filepath.Base(to)]; n++ {
		to = fmt.Sprintf("%s-%d%s", name, n, damagedExt)
	}
	if err := j.fs.Rename(name, to); err != nil {
		return fmt.Errorf("setting a damaged file aside: %w", err)
	}
	return nil
}

// damagedExt marks files that could not be read. Nothing ever deletes them.
const damagedExt = ".damaged"

// checkBeginning makes sure that the segments go on where the snapshot ended.
func (j *Journal) checkBeginning(segments []segmentFile, report *Report) error {
	first := uint64(1)
	for _, s := range segments {
		first = s.first
		break
	}
	gone := first > report.Snapshot+1 || (len(segments) == 0 && report.Snapshot == 0 && len(report.BadSnapshots) > 0)
	if !gone {
		return nil
	}
	report.DataLoss = true
	if j.opts.AcceptDataLoss {
		return nil
	}
	return fmt.Errorf("%w: the oldest segment in %s begins at record %d, and no readable snapshot reaches that far (unreadable: %d)",
		ErrHistoryGone, j.opts.Dir, first, len(report.BadSnapshots))
}

// replay hands out the records after the snapshot and returns the last number.
func (j *Journal) replay(segments []segmentFile, state State, report *Report) (uint64, error) {
	last := report.Snapshot
	if report.DataLoss && len(segments) > 0 {
		last = max(last, segments[0].first-1)
	}
	for i, s := range segments {
		limit := ^uint64(0)
		if i+1 < len(segments) {
			limit = segments[i+1].first
		}
		if limit <= last+1 {
			continue // all of it is in the snapshot
		}
		reader := segmentReader{fs: j.fs, path: filepath.Join(j.opts.Dir, s.name), limit: limit}
		var err error
		if last, err = reader.read(last, state.Apply, report); err != nil {
			return last, err
		}
	}
	return last, nil
}

// segmentReader reads the records of one segment below the number limit.
type segmentReader struct {
	fs    FS
	path  string
	limit uint64
}

// read hands out the records after number last and returns the last one.
func (s segmentReader) read(last uint64, apply func(uint64, []byte) error, report *Report) (uint64, error) {
	data, at, err := readSegment(s.fs, s.path)
	if err != nil {
		return last, fmt.Errorf("reading journal segment: %w", err)
	}
	report.Bytes += int64(len(data))
	var lost uint64
	holes, err := scan(data, at, func(seq uint64, record []byte) error {
		if seq <= last || seq >= s.limit {
			return nil
		}
		lost += seq - last - 1
		last = seq
		report.Records++
		return apply(seq, record)
	})
	if err != nil {
		return last, fmt.Errorf("%s: %w", s.path, err)
	}
	if s.limit != ^uint64(0) && last+1 < s.limit {
		lost += s.limit - 1 - last
		last = s.limit - 1
	}
	report.note(s, holes, lost)
	return last, nil
}

// note turns a segment's holes into damages. A tail that cost nothing, as the
// next segment shows, is a write that was cut short long ago: no news.
func (r *Report) note(s segmentReader, holes []hole, lost uint64) {
	for _, h := range holes {
		if h.tail && lost == 0 && s.limit != ^uint64(0) {
			continue
		}
		r.Damages = append(r.Damages, Damage{File: s.path, Offset: int64(h.offset), Bytes: int64(h.length), Tail: h.tail, Lost: lost})
		lost = 0
	}
	if lost > 0 {
		r.Damages = append(r.Damages, Damage{File: s.path, Lost: lost})
	}
}
