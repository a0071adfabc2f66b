package recorder

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// A record of the journal begins with its kind. Integers are varints unless
// they say otherwise; a string is its length and its bytes.
//
//	recordEvents  when (ms since 1970), batch identity or 0, number of entries, entries
//	recordMarks   what Meter.Marks wrote
//	recordCorrections  when, and what calls of the past cost after all, in JSON
//	recordFollow  number of positions, each its source and its state; then as recordEvents
//
// An entry is flags, then, as the flags say, identity and time, then the
// content of the event.
const (
	recordEvents      = 1
	recordMarks       = 2
	recordFollow      = 3
	recordCorrections = 4

	recordHead = 64 // an upper bound of what stands before the entries
)

// flags of an entry
const (
	entryHasID = 1 << iota
	entryHasTime
)

// flags of a content; the basis of the cost takes two bits
const (
	contentFailed = 1 << iota
	contentHasDuration
	contentHasOldest
	contentHasUsage
	contentBasisShift = 4
	contentBasisMask  = 3
	contentHasCount   = 1 << 6
	contentHasCall    = 1 << 7
)

func appendHead(b []byte, now time.Time, batch *identity, n int) []byte {
	b = append(b, recordEvents)
	b = binary.AppendUvarint(b, uint64(now.UnixMilli()))
	if batch == nil {
		b = append(b, 0)
	} else {
		b = appendIdentity(append(b, 1), *batch)
	}
	return binary.AppendUvarint(b, uint64(n))
}

func appendIdentity(b []byte, id identity) []byte {
	b = append(b, id.print[:]...)
	return binary.LittleEndian.AppendUint32(b, id.content)
}

func appendEntry(b []byte, e *kpi.Event, n *entry) []byte {
	var flags byte
	if n.hasID {
		flags |= entryHasID
	}
	if !e.Time.IsZero() {
		flags |= entryHasTime
	}
	b = append(b, flags)
	if n.hasID {
		b = appendIdentity(b, n.id)
	}
	if !e.Time.IsZero() {
		b = binary.AppendUvarint(b, uint64(e.Time.UnixMilli()))
	}
	return appendContent(b, e)
}

// appendContent encodes what is counted of an event: all but its id and its
// time, which a client that sends it again may set anew.
func appendContent(b []byte, e *kpi.Event) []byte {
	flags := byte(e.Basis) << contentBasisShift
	for _, f := range []struct {
		on  bool
		bit byte
	}{{e.Failed, contentFailed}, {e.HasDuration, contentHasDuration}, {e.HasOldest, contentHasOldest}, {e.Usage != nil, contentHasUsage}, {e.Count > 1, contentHasCount}, {e.Call != nil, contentHasCall}} {
		if f.on {
			flags |= f.bit
		}
	}
	b = append(b, byte(e.Type), flags)
	schema, _ := kpi.SchemaOf(e.Type)
	for i := range schema.Dims {
		b = appendString(b, e.Dims[i])
	}
	if e.HasDuration {
		b = binary.AppendUvarint(b, uint64(e.Duration))
	}
	if e.HasOldest {
		b = binary.AppendUvarint(b, uint64(e.Oldest))
	}
	b = binary.AppendUvarint(b, uint64(e.Cost))
	if e.Usage != nil {
		b = appendUsage(b, e.Usage)
	}
	if e.Count > 1 {
		b = binary.AppendUvarint(b, uint64(e.Count))
	}
	if e.Call != nil {
		b = appendCall(b, e.Call)
	}
	return b
}

// appendCall writes the number of fields first, so that later ones can be added.
func appendCall(b []byte, c *kpi.Call) []byte {
	b = append(b, callFields)
	b = appendString(appendString(b, c.Upstream), c.Tag)
	b = binary.AppendUvarint(b, uint64(c.FirstToken))
	b = binary.AppendUvarint(b, uint64(c.Retry))
	return appendString(b, string(c.Unknown))
}

// callFields is how many fields of a kpi.Call are written.
const callFields = 5

// counts lists the whole numbers of a usage in the order they are written.
// New ones go to the end.
func counts(u *kpi.Usage) []*int64 {
	return []*int64{
		&u.Input, &u.Output, &u.CachedInput, &u.CacheWriteInput, &u.AudioInput, &u.ImageInput,
		&u.AudioOutput, &u.ImageOutput, &u.Reasoning, &u.Images, &u.Characters,
	}
}

func appendUsage(b []byte, u *kpi.Usage) []byte {
	list := counts(u)
	b = append(b, byte(len(list)))
	for _, n := range list {
		b = binary.AppendUvarint(b, uint64(*n))
	}
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(u.AudioSeconds))
	b = appendString(b, u.ImageSize)
	b = appendString(b, u.ImageQuality)
	return appendString(b, u.Tier)
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// errShortRecord says that a record ends before its content does. Its
// checksum was right, so this is a defect, not damage.
var errShortRecord = errors.New("a record ends too early")

// reader takes a record apart. After the first error it yields zeros.
type reader struct {
	b   []byte
	err error
	// strings that were seen: a journal repeats its labels
	seen map[string]string
}

func (r *reader) fail() {
	r.b = nil
	if r.err == nil {
		r.err = errShortRecord
	}
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

// maxSeen bounds the table of strings.
const maxSeen = 10_000

func (r *reader) string() string {
	b := r.bytes(r.uvarint())
	if s, ok := r.seen[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(r.seen) < maxSeen {
		r.seen[s] = s
	}
	return s
}

func (r *reader) identity() identity {
	b := r.bytes(16 + 4)
	if b == nil {
		return identity{}
	}
	return identity{print: fingerprint(b[:16]), content: binary.LittleEndian.Uint32(b[16:])}
}

func (r *reader) time() time.Time {
	return time.UnixMilli(int64(r.uvarint()))
}

// appendPositions begins a record of kind recordFollow.
func appendPositions(b []byte, positions []kpi.Position) []byte {
	b = append(b, recordFollow)
	b = binary.AppendUvarint(b, uint64(len(positions)))
	for _, p := range positions {
		b = appendString(appendString(b, p.Source), p.State)
	}
	return b
}

// replayed is a record of events, decoded.
type replayed struct {
	at        time.Time
	ids       []identity
	events    []kpi.Event
	positions []kpi.Position
}

// follow decodes the rest of a record of kind recordFollow.
func (r *reader) follow(out *replayed) error {
	out.positions = out.positions[:0]
	for n := r.uvarint(); n > 0 && r.err == nil; n-- {
		out.positions = append(out.positions, kpi.Position{Source: string(r.bytes(r.uvarint())), State: string(r.bytes(r.uvarint()))})
	}
	if kind := r.byte(); r.err == nil && kind != recordEvents {
		r.err = fmt.Errorf("%w (kind %d behind positions)", errUnknownRecord, kind)
	}
	if r.err != nil {
		return r.err
	}
	return r.events(out)
}

// events decodes the rest of a record of kind recordEvents into out, whose
// slices are used again.
func (r *reader) events(out *replayed) error {
	out.ids, out.events = out.ids[:0], out.events[:0]
	out.at = r.time()
	if r.byte() != 0 {
		out.ids = append(out.ids, r.identity())
	}
	for n := r.uvarint(); n > 0 && r.err == nil; n-- {
		flags := r.byte()
		if flags&entryHasID != 0 {
			out.ids = append(out.ids, r.identity())
		}
		var e kpi.Event
		if flags&entryHasTime != 0 {
			e.Time = r.time()
		}
		r.content(&e)
		out.events = append(out.events, e)
	}
	return r.err
}

func (r *reader) content(e *kpi.Event) {
	e.Type = kpi.Type(r.byte())
	flags := r.byte()
	schema, ok := kpi.SchemaOf(e.Type)
	if !ok {
		if r.err == nil {
			r.err = fmt.Errorf("%w: it holds an event of type %d", errUnknownRecord, e.Type)
		}
		return
	}
	e.Failed = flags&contentFailed != 0
	e.HasDuration = flags&contentHasDuration != 0
	e.HasOldest = flags&contentHasOldest != 0
	e.Basis = kpi.CostBasis(flags >> contentBasisShift & contentBasisMask)
	for i := range schema.Dims {
		e.Dims[i] = r.string()
	}
	if e.HasDuration {
		e.Duration = time.Duration(r.uvarint())
	}
	if e.HasOldest {
		e.Oldest = time.Duration(r.uvarint())
	}
	e.Cost = kpi.Money(r.uvarint())
	if flags&contentHasUsage != 0 {
		e.Usage = r.usage()
	}
	if flags&contentHasCount != 0 {
		e.Count = int64(r.uvarint())
	}
	if flags&contentHasCall != 0 {
		e.Call = r.call()
	}
}

func (r *reader) call() *kpi.Call {
	if n := r.byte(); n != callFields && r.err == nil {
		r.err = fmt.Errorf("%w: it has %d fields of a call", errUnknownRecord, n)
	}
	return &kpi.Call{
		Upstream: r.string(), Tag: r.string(), FirstToken: time.Duration(r.uvarint()),
		Retry: int(r.uvarint()), Unknown: kpi.UsageUnknown(r.string()),
	}
}

func (r *reader) usage() *kpi.Usage {
	u := &kpi.Usage{}
	list := counts(u)
	for i := range int(r.byte()) {
		v := int64(r.uvarint())
		if i < len(list) {
			*list[i] = v
		}
	}
	if b := r.bytes(8); b != nil {
		u.AudioSeconds = math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	u.ImageSize, u.ImageQuality, u.Tier = r.string(), r.string(), r.string()
	return u
}

// errUnknownRecord says that a newer Luneo wrote a record.
var errUnknownRecord = errors.New("a record that this version does not know: a newer version of Luneo wrote it; run that version")
