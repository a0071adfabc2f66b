// Package recorder is the only door in: it de-duplicates events, limits their
// labels, prices them, puts them on disk, counts them, and only then says so.
//
// It promises:
//   - When Record returns without an error, the accepted events are durable
//     and counted, each once for its id, and so they are after any crash. What
//     a scrape shows, a crash can't take back.
//   - When the disk refuses, Record returns a kpi.KindUnavailable error and
//     nothing was counted. Only to a caller that has stopped waiting is the
//     outcome unknown: the events may still be counted.
//   - An id is remembered across restarts for IDWindow or the last IDLimit
//     ids, whichever is less, for each credential and type.
//   - Each label that a client can set has a limit of distinct values; past it
//     new values become "other", and the sums stay whole.
//
// A token decides who commits: the goroutine that holds it owns the ids, the
// journal and the order of events. Whoever wants to record adds a job and asks
// for the token; the one that gets it commits all that has gathered while the
// last commit was on its way to the disk. So concurrent requests share one
// sync, and a lone one does without waking anybody.
package recorder

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Journal keeps records durably. Append and Seq are called by one goroutine at
// a time, and so is WriteSnapshot, which may run beside them.
type Journal interface {
	// Append returns when the records are durable; on an error none is.
	Append(records ...[]byte) error
	// Seq is the number of the last durable record.
	Seq() uint64
	// WriteSnapshot saves a state that stands for all records up to seq and
	// returns its size in bytes.
	WriteSnapshot(seq uint64, write func(io.Writer) error) (int64, error)
}

// Meter counts events.
type Meter interface {
	// Apply counts events acknowledged at the given time.
	Apply(at time.Time, events []kpi.Event)
	// ApplyTallies counts events of the past at the given time.
	ApplyTallies(at time.Time, tallies []kpi.Tally)
	// Unpriced lists what is kept for prices to come.
	Unpriced() []kpi.Unpriced
	// Correct books what calls of the past cost after all.
	Correct(at time.Time, corrections []kpi.Correction)
	// Freeze copies the state and returns what writes the copy.
	Freeze() func(io.Writer) error
	// Restore replaces the state by a written one.
	Restore(r io.Reader) error
	// Marks writes the series that changed since the last call; nil if none.
	Marks() []byte
	// Floor raises to the marks what is below them.
	Floor(marks []byte) error
}

// Pricer knows what a call costs. Price returns false when it does not know.
type Pricer interface {
	Price(model, operation string, u kpi.Usage) (kpi.Money, bool)
}

// Options say what the recorder stands on and how much it remembers.
type Options struct {
	Journal Journal
	Meter   Meter
	Pricer  Pricer
	// LabelValues is the limit of distinct values of a label; 200 when 0.
	LabelValues int
	// IDLimit is how many ids are remembered; 5,000,000 when 0.
	IDLimit    int
	Registerer prometheus.Registerer
	Logger     *slog.Logger
	Now        func() time.Time
}

const (
	// IDWindow is how long an id is remembered.
	IDWindow = 24 * time.Hour
	// commitBytes closes a commit; what is left makes the next one.
	commitBytes = 8 << 20
	// snapshotBytes of journal ask for a snapshot: about a million events,
	// which are replayed in less than two seconds.
	snapshotBytes = 48 << 20
	// retryAfter is what callers are told when the disk refuses.
	retryAfter = 2 * time.Second
)

// Recorder is safe for concurrent use. Restore it before Run.
type Recorder struct {
	opts    Options
	token   chan struct{} // holds one value while somebody commits
	waiting waiting
	exposed chan struct{}
	stopped chan struct{}
	labels  *labelLimits
	metrics *metrics

	// Owned by the holder of the token, and by Load and Replayer before Run.
	ids          *ids
	positions    positions
	claimed      int   // new sources of the commit that is being decided
	replayed     bool  // records were replayed at the start
	sinceBytes   int64 // of journal since the last snapshot was begun
	snapshotSize int64
	writing      bool       // a snapshot is being written
	snapshots    chan int64 // sizes of snapshots that were written; -1 for a failure
}

// New makes a recorder with an empty state.
func New(opts Options) *Recorder {
	if opts.LabelValues == 0 {
		opts.LabelValues = 200
	}
	if opts.IDLimit == 0 {
		opts.IDLimit = 5_000_000
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Recorder{
		opts:      opts,
		token:     make(chan struct{}, 1),
		exposed:   make(chan struct{}, 1),
		stopped:   make(chan struct{}),
		labels:    newLabelLimits(opts.LabelValues),
		ids:       newIDs(opts.IDLimit),
		positions: positions{},
		snapshots: make(chan int64, 1),
	}
	r.metrics = newMetrics(r)
	return r
}

// Record commits a submission, its positions with its events. It takes over
// the submission's events and may change their labels. It waits until they are durable, or until ctx ends;
// then they may still be counted.
func (r *Recorder) Record(ctx context.Context, sub kpi.Submission) (kpi.Receipt, error) {
	j := r.prepare(sub)
	if err := j.check(); err != nil {
		return kpi.Receipt{}, err
	}
	r.waiting.add(j)
	for {
		select {
		case <-j.done:
			return j.receipt, j.err
		case r.token <- struct{}{}:
			r.commitWaiting()
			<-r.token
		case <-ctx.Done():
			return kpi.Receipt{}, waitedTooLong(ctx)
		case <-r.stopped:
			return j.afterStop()
		}
	}
}

func waitedTooLong(ctx context.Context) error {
	return &kpi.Error{
		Kind: kpi.KindUnavailable, RetryAfter: retryAfter, Err: context.Cause(ctx),
		Message: "The events did not reach the disk in time. Send them again with the same ids.",
	}
}

func stopping() error {
	return &kpi.Error{
		Kind: kpi.KindUnavailable, RetryAfter: retryAfter,
		Message: "Luneo is stopping. Send the events again with the same ids.",
	}
}

// Exposed says that the meter has been scraped, so that what was shown is
// marked in the journal. It does not wait.
func (r *Recorder) Exposed() {
	select {
	case r.exposed <- struct{}{}:
	default:
	}
}

// Run looks after marks and snapshots until ctx ends; then it commits what has
// gathered, writes a last snapshot and returns, and nobody commits any more.
// What was replayed is put into a snapshot at once, so that a process that
// crashes again and again does not pile it up.
func (r *Recorder) Run(ctx context.Context) error {
	defer close(r.stopped)
	r.token <- struct{}{}
	r.metrics.remember(r.ids, r.opts.Now())
	if r.replayed {
		r.beginSnapshot()
	}
	<-r.token
	for {
		select {
		case <-ctx.Done():
			r.token <- struct{}{} // for good
			return r.drain()
		case <-r.exposed:
			r.token <- struct{}{}
			r.mark()
			<-r.token
		case size := <-r.snapshots:
			r.token <- struct{}{}
			r.snapshotDone(size)
			<-r.token
		}
	}
}

// drain commits what has gathered and leaves a snapshot behind.
func (r *Recorder) drain() error {
	for r.waiting.length() > 0 {
		r.commitWaiting()
	}
	if r.writing {
		r.snapshotDone(<-r.snapshots)
	}
	if r.sinceBytes == 0 {
		return nil
	}
	if _, err := r.opts.Journal.WriteSnapshot(r.opts.Journal.Seq(), r.freeze()); err != nil {
		return fmt.Errorf("writing the last snapshot (the journal has everything all the same): %w", err)
	}
	return nil
}

// commitWaiting commits one commit's worth of what has gathered.
func (r *Recorder) commitWaiting() {
	if jobs := r.waiting.take(); len(jobs) > 0 {
		r.commit(jobs)
		r.snapshotIfDue()
	}
}

// commit decides which events are new, makes them durable, counts them and
// answers, in this order.
func (r *Recorder) commit(jobs []*job) {
	start := r.opts.Now()
	r.ids.forget(start)
	mark := r.ids.mark()
	r.claimed = 0
	var records [][]byte
	for _, j := range jobs {
		r.decide(start, j)
		if len(j.record) > 0 {
			records = append(records, j.record)
		}
	}
	if err := r.append(start, records); err != nil {
		r.ids.rollback(mark)
		r.refuse(jobs, err)
		return
	}
	for _, j := range jobs {
		if j.err == nil {
			r.count(start, j)
		}
	}
	r.metrics.remember(r.ids, start)
	for _, j := range jobs {
		close(j.done)
	}
}

// append makes records durable, when there are any.
func (r *Recorder) append(start time.Time, records [][]byte) error {
	if len(records) == 0 {
		return nil
	}
	if err := r.opts.Journal.Append(records...); err != nil {
		r.metrics.failures.Inc()
		return err
	}
	for _, b := range records {
		r.sinceBytes += int64(len(b))
	}
	r.metrics.committed(r.opts.Now().Sub(start), records)
	return nil
}

// refuse answers every job that nothing of it was counted.
func (r *Recorder) refuse(jobs []*job, cause error) {
	for _, j := range jobs {
		j.receipt = kpi.Receipt{}
		j.err = &kpi.Error{
			Kind: kpi.KindUnavailable, RetryAfter: retryAfter, Err: cause,
			Message: "The disk refuses to take the events, so none was counted. Send them again later with the same ids.",
		}
		close(j.done)
	}
}

// count applies a job's new events. They were durable before this.
func (r *Recorder) count(at time.Time, j *job) {
	events := j.sub.Events
	if len(j.keep) < len(events) {
		kept := make([]kpi.Event, len(j.keep))
		for i, k := range j.keep {
			kept[i] = events[k]
		}
		events = kept
	}
	r.opts.Meter.Apply(at, events)
	r.positions.take(j.sub.Positions)
}

// mark writes down what was shown, so that damage can't bring it back lower.
func (r *Recorder) mark() {
	marks := r.opts.Meter.Marks()
	if marks == nil {
		return
	}
	record := append([]byte{recordMarks}, marks...)
	if err := r.append(r.opts.Now(), [][]byte{record}); err != nil {
		r.opts.Logger.Debug("marking what was shown", "err", err)
	}
}

// snapshotIfDue begins a snapshot when enough journal has gathered. It costs
// at most as much writing as the journal itself.
func (r *Recorder) snapshotIfDue() {
	if !r.writing && r.sinceBytes >= max(snapshotBytes, 2*r.snapshotSize) {
		r.beginSnapshot()
	}
}

func (r *Recorder) beginSnapshot() {
	r.writing, r.sinceBytes = true, 0
	seq, write := r.opts.Journal.Seq(), r.freeze()
	go func() {
		start := r.opts.Now()
		size, err := r.opts.Journal.WriteSnapshot(seq, write)
		if err != nil {
			r.metrics.snapshotFailures.Inc()
			r.opts.Logger.Error("no snapshot could be written; the journal grows until one can", "err", err)
			size = -1
		} else {
			r.metrics.snapshotSeconds.Observe(r.opts.Now().Sub(start).Seconds())
		}
		r.snapshots <- size // drain waits for it
	}()
}

func (r *Recorder) snapshotDone(size int64) {
	r.writing = false
	if size >= 0 {
		r.snapshotSize = size
	}
}
