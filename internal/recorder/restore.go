package recorder

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// Load replaces the state by a snapshot's. It is the journal that calls it,
// before Run.
func (r *Recorder) Load(in io.Reader) error {
	if err := r.ids.read(in); err != nil {
		return err
	}
	size := make([]byte, 4)
	if _, err := io.ReadFull(in, size); err != nil {
		return fmt.Errorf("reading the label values: %w", err)
	}
	var list []labelValues
	if err := json.NewDecoder(io.LimitReader(in, int64(binary.LittleEndian.Uint32(size)))).Decode(&list); err != nil {
		return fmt.Errorf("reading the label values: %w", err)
	}
	r.labels.load(list)
	r.positions.load(list)
	return r.opts.Meter.Restore(in)
}

// freeze copies the state as of the last commit and returns what writes it:
// ids, label values with the positions of followers, meter.
func (r *Recorder) freeze() func(io.Writer) error {
	ids, labels, meter := r.ids.freeze(), r.labels.freeze(), r.opts.Meter.Freeze()
	labels = append(labels, r.positions.freeze()...)
	return func(w io.Writer) error {
		if err := ids(w); err != nil {
			return err
		}
		list, err := json.Marshal(labels)
		if err != nil {
			return err
		}
		size := binary.LittleEndian.AppendUint32(nil, uint32(len(list)))
		if _, err := w.Write(append(size, list...)); err != nil {
			return err
		}
		return meter(w)
	}
}

// Replayer returns what applies the journal's records after a snapshot. It is
// for use before Run, by one goroutine.
func (r *Recorder) Replayer() func(seq uint64, record []byte) error {
	in := &reader{seen: map[string]string{}}
	var out replayed
	return func(seq uint64, record []byte) error {
		in.b, in.err = record, nil
		r.replayed = true
		r.sinceBytes += int64(len(record))
		switch kind := in.byte(); kind {
		case recordMarks:
			return r.opts.Meter.Floor(in.b)
		case recordEvents:
			if err := in.events(&out); err != nil {
				return fmt.Errorf("record %d: %w", seq, err)
			}
			r.replay(&out)
			return nil
		case recordFollow:
			if err := in.follow(&out); err != nil {
				return fmt.Errorf("record %d: %w", seq, err)
			}
			r.positions.take(out.positions)
			r.opts.Meter.Apply(out.at, out.events)
			return nil
		case recordCorrections:
			if err := r.replayCorrections(in.b); err != nil {
				return fmt.Errorf("record %d: %w", seq, err)
			}
			return nil
		default:
			return fmt.Errorf("record %d: %w (kind %d)", seq, errUnknownRecord, kind)
		}
	}
}

func (r *Recorder) replay(rec *replayed) {
	r.ids.forget(rec.at)
	for _, id := range rec.ids {
		r.ids.add(rec.at, id)
	}
	for i := range rec.events {
		r.labels.restore(&rec.events[i])
	}
	r.opts.Meter.Apply(rec.at, rec.events)
}
