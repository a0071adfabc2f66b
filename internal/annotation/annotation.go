package annotation

import (
	"cmp"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Annotation is one mark. Times are milliseconds since 1970, as in Grafana.
type Annotation struct {
	ID   int64    `json:"id"`
	Text string   `json:"text"`
	Tags []string `json:"tags"`
	Time int64    `json:"time"`
	// TimeEnd is Time for a moment, later for a span.
	TimeEnd int64 `json:"timeEnd"`
	// User names the credential that made it; empty for an anonymous caller.
	User string `json:"user"`
}

// At is the time of the mark.
func (a *Annotation) At() time.Time { return time.UnixMilli(a.Time) }

// Bounds of the marks.
const (
	// Limit is how many are kept.
	Limit = 1000
	// maxText and maxTag bound one mark, in bytes; maxTags is how many tags.
	maxText, maxTag, maxTags = 200, 100, 10
)

// Options say where marks are kept.
type Options struct {
	// File keeps the marks; its folder must be there. Empty: in memory alone.
	File   string
	Logger *slog.Logger
	Now    func() time.Time
}

// Store keeps marks. Its methods may be called concurrently.
type Store struct {
	o Options

	mu   sync.Mutex
	list []Annotation // the oldest first
	next int64
}

// Open reads the marks and starts nothing.
func Open(o Options) (*Store, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Store{o: o, next: 1}
	f, err := readFile(o.File)
	if errors.Is(err, errDamaged) {
		return s, s.setAside(err)
	}
	if err != nil {
		return nil, err
	}
	s.list, s.next = f.Annotations, max(1, f.Next)
	return s, nil
}

// Add keeps a mark and returns its id.
func (s *Store) Add(a Annotation) (id int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.list) >= Limit && a.Time < s.list[0].Time {
		return 0, kpi.Errorf(kpi.KindTooLarge, "There are %d newer annotations, which is the limit.", Limit)
	}
	a.ID = s.next
	list := append(slices.Clone(s.list), a)
	sortByTime(list)
	list = list[max(0, len(list)-Limit):]
	if err := s.write(list, s.next+1); err != nil {
		return 0, notKept(err)
	}
	s.list, s.next = list, s.next+1
	return a.ID, nil
}

// Remove takes a mark away.
func (s *Store) Remove(id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(s.list), func(a Annotation) bool { return a.ID == id })
	if len(list) == len(s.list) {
		return kpi.Errorf(kpi.KindNotFound, "There is no annotation with the id %d.", id)
	}
	if err := s.write(list, s.next); err != nil {
		return notKept(err)
	}
	s.list = list
	return nil
}

// Between lists the marks that touch a span, both ends included, the oldest first.
func (s *Store) Between(from, to time.Time) (list []Annotation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.list {
		if a.Time <= to.UnixMilli() && a.TimeEnd >= from.UnixMilli() {
			list = append(list, a)
		}
	}
	return list
}

// newest lists the marks of the time since, the newest first.
func (s *Store) newest(since time.Time, limit int) []Annotation {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Clone(s.list)
	list = slices.DeleteFunc(list, func(a Annotation) bool { return a.At().Before(since) })
	slices.Reverse(list)
	return list[:min(limit, len(list))]
}

func (s *Store) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.list)
}

func sortByTime(list []Annotation) {
	slices.SortStableFunc(list, func(a, b Annotation) int { return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.ID, b.ID)) })
}

func notKept(err error) error {
	return &kpi.Error{Kind: kpi.KindUnavailable, Message: "The change could not be written to the disk; nothing has changed.", Err: err}
}
