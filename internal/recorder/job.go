package recorder

import (
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// batchKind takes the place of an event's type in the fingerprint of a
// batch's Idempotency-Key.
const batchKind = 0xFF

// job is one submission on its way through a commit.
type job struct {
	sub     kpi.Submission
	entries []entry
	body    []byte    // the entries' bytes, one behind the other
	batch   *identity // of the whole batch, when it came with a key

	receipt kpi.Receipt
	keep    []int // places of the new events, when not all are
	record  []byte
	err     error
	done    chan struct{}
}

// afterStop is what became of a job whose recorder has stopped.
func (j *job) afterStop() (kpi.Receipt, error) {
	select {
	case <-j.done:
		return j.receipt, j.err
	default:
		return kpi.Receipt{}, stopping()
	}
}

// waiting are the jobs that nobody has committed yet. Their number is bounded
// by that of the callers: each waits for its own.
type waiting struct {
	mu   sync.Mutex
	jobs []*job
}

func (w *waiting) add(j *job) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.jobs = append(w.jobs, j)
}

// take removes the jobs that came first, up to one commit's size.
func (w *waiting) take() []*job {
	w.mu.Lock()
	defer w.mu.Unlock()
	size, n := 0, 0
	for n < len(w.jobs) && size < commitBytes {
		size += w.jobs[n].size()
		n++
	}
	jobs := w.jobs[:n:n]
	w.jobs = w.jobs[n:]
	return jobs
}

func (w *waiting) length() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.jobs)
}

// entry is one event as it will be written.
type entry struct {
	id    identity
	hasID bool
	end   int // of its bytes in body
}

func (j *job) size() int {
	n := len(j.body)
	for _, p := range j.sub.Positions {
		n += recordHead + len(p.Source) + len(p.State)
	}
	return n
}

// maxRecordBytes bounds one submission on disk; it stays below what the
// journal takes, so that nobody's submission can spoil a shared commit.
const maxRecordBytes = 32 << 20

func (j *job) check() error {
	if len(j.sub.Positions) > 0 && j.named() {
		return kpi.Errorf(kpi.KindInvalid, "Events that come with positions are told apart by these: give them no ids and no key.")
	}
	if j.size() <= maxRecordBytes {
		return nil
	}
	return kpi.Errorf(kpi.KindTooLarge, "The batch takes %d MiB on disk; at most %d are allowed. Send it in smaller batches.", j.size()>>20, maxRecordBytes>>20)
}

// named reports whether ids or a key tell what was counted before. A position
// does that too, and one that is kept while its events are known as duplicates
// would be in memory and not on disk.
func (j *job) named() bool {
	return j.batch != nil || slices.ContainsFunc(j.entries, func(e entry) bool { return e.hasID })
}

// prepare does in the caller's goroutine what does not depend on the order of
// events: it names them, limits their labels, prices and encodes them.
func (r *Recorder) prepare(sub kpi.Submission) *job {
	j := &job{sub: sub, done: make(chan struct{})}
	j.entries = make([]entry, len(sub.Events))
	j.body = make([]byte, 0, recordHead+len(sub.Events)*64)
	all := r.name(j)
	for i := range sub.Events {
		r.price(&sub.Events[i]) // by the model's own name, before it may become other
	}
	if len(sub.Positions) == 0 {
		r.labels.apply(sub.Events)
	}
	for i := range sub.Events {
		j.body = appendEntry(j.body, &sub.Events[i], &j.entries[i])
		j.entries[i].end = len(j.body)
	}
	if sub.Key != "" {
		j.batch = &identity{fingerprintOf(sub.Credential, batchKind, sub.Key), all}
	}
	return j
}

// name finds the identities of a job's events, by what they say before their
// labels are limited, and the hash of all their contents.
func (r *Recorder) name(j *job) (all uint32) {
	var digest xxhash.Digest
	digest.Reset()
	for i := range j.sub.Events {
		e := &j.sub.Events[i]
		if e.ID == "" && j.sub.Key == "" {
			continue
		}
		content := xxhash.Sum64(appendContent(j.body[:0], e))
		_, _ = digest.Write(binary.LittleEndian.AppendUint64(nil, content)) // never fails
		if e.ID != "" {
			j.entries[i].hasID = true
			j.entries[i].id = identity{fingerprintOf(j.sub.Credential, byte(e.Type), e.ID), uint32(content)}
		}
	}
	return uint32(digest.Sum64())
}

// price fills in the cost of an OpenAI call that stated usage and no cost.
func (r *Recorder) price(e *kpi.Event) {
	if e.Type != kpi.TypeOpenAI || e.Basis != kpi.CostNone || e.Usage == nil {
		return
	}
	cost, known := kpi.Money(0), false
	if e.Call != nil && e.Call.Answered != "" {
		cost, known = r.opts.Pricer.Price(e.Call.Answered, e.Dims[1], *e.Usage)
	}
	if !known {
		cost, known = r.opts.Pricer.Price(e.Dims[0], e.Dims[1], *e.Usage)
	}
	e.Cost, e.Basis = cost, kpi.CostPriced
	if !known {
		e.Cost, e.Basis = 0, kpi.CostUnknown
	}
}

// decide sorts a job's events into new, seen before and in conflict, and puts
// the new ones into its record.
func (r *Recorder) decide(now time.Time, j *job) {
	if j.err = r.claim(j.sub.Positions); j.err != nil {
		return
	}
	if r.decideBatch(now, j) {
		return
	}
	r.ids.warm(j.entries)
	start, whole := 0, true
	body := j.body
	for i, e := range j.entries {
		if e.hasID && r.known(now, j, i, e.id) {
			if whole {
				whole = false
				body = append([]byte(nil), j.body[:start]...)
			}
		} else {
			j.keep = append(j.keep, i)
			if !whole {
				body = append(body, j.body[start:e.end]...)
			}
		}
		start = e.end
	}
	j.receipt.Accepted = len(j.keep)
	if len(j.sub.Positions) > 0 {
		j.record = appendPositions(nil, j.sub.Positions)
	}
	if len(j.keep) > 0 || len(j.record) > 0 {
		j.record = appendHead(j.record, now, j.batch, len(j.keep))
		j.record = append(j.record, body...)
	}
}

// decideBatch answers for all events of a batch whose key was seen before.
func (r *Recorder) decideBatch(now time.Time, j *job) bool {
	if j.batch == nil {
		return false
	}
	seen, ok := r.ids.find(now, j.batch.print)
	switch {
	case !ok:
		r.ids.add(now, *j.batch)
		return false
	case seen.content == j.batch.content:
		j.receipt.Duplicate = len(j.entries)
	default:
		for i := range j.entries {
			j.conflict(i, "Idempotency-Key", "was used before for a batch with other content: use a new key for new content")
		}
	}
	return true
}

// known reports whether an event was counted before, and remembers it if not.
func (r *Recorder) known(now time.Time, j *job, i int, id identity) bool {
	seen, ok := r.ids.find(now, id.print)
	switch {
	case !ok:
		r.ids.add(now, id)
		return false
	case seen.content == id.content:
		j.receipt.Duplicate++
	default:
		j.conflict(i, "id", "was used before for an event with other content: use a new id for a new event")
	}
	return true
}

func (j *job) conflict(index int, field, detail string) {
	j.receipt.Rejected = append(j.receipt.Rejected, kpi.Violation{Index: index, Kind: kpi.KindConflict, Field: field, Detail: detail})
}
