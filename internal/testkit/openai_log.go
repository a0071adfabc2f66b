package testkit

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Usage is what an answer said that it used, in one form for all endpoints.
// Cached, audio and image tokens are part of Input or Output.
type Usage struct {
	Input, Cached, InputText, InputImage, InputAudio int
	CacheWrite                                       int // of Input, and not Cached
	Output, Reasoning                                int
	OutputText, OutputImage, OutputAudio             int
	Total                                            int
	// Seconds of audio, where they are what is paid for.
	Seconds float64
}

// Add sums two.
func (u Usage) Add(v Usage) Usage {
	return Usage{
		Input: u.Input + v.Input, Cached: u.Cached + v.Cached, CacheWrite: u.CacheWrite + v.CacheWrite,
		InputText: u.InputText + v.InputText, InputImage: u.InputImage + v.InputImage, InputAudio: u.InputAudio + v.InputAudio,
		Output: u.Output + v.Output, Reasoning: u.Reasoning + v.Reasoning,
		OutputText: u.OutputText + v.OutputText, OutputImage: u.OutputImage + v.OutputImage, OutputAudio: u.OutputAudio + v.OutputAudio,
		Total: u.Total + v.Total, Seconds: u.Seconds + v.Seconds,
	}
}

// Seen is what the fake saw of a request and how it answered.
type Seen struct {
	N                          int // in the order of arrival, from 1
	Method, Path, Query, Proto string
	Header                     http.Header
	Body                       []byte // its first MiB
	BodyBytes                  int
	Operation                  string // as the gateway is to name it; "other" for paths that are not known
	Model                      string // as asked for
	Answered                   string // the model as answered
	Stream                     bool
	Retry                      int // X-Stainless-Retry-Count

	Status               int // 0: the connection was closed before an answer
	RequestID            string
	ErrorType, ErrorCode string // of the answer, or of an event of its stream
	// Usage is nil where the client was not told, also because the answer broke off before.
	Usage *Usage
	// Repeated says that the usage was told before: of a response or a batch that is asked for again.
	Repeated                bool
	Tier                    string
	Images                  int
	ImageSize, ImageQuality string
	Characters              int   // of text to speak
	Events                  int   // of a stream
	Sent                    int64 // bytes of the body, as they went out
	Whole                   bool  // the fake sent all it wanted to
	Aborted                 bool  // the client left before
}

type seenLog struct {
	mu      sync.Mutex
	n       int
	open    int
	ended   []Seen
	changed chan struct{}
}

func (l *seenLog) begin(r *http.Request) *Seen {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	l.open++
	l.signal()
	retry, _ := strconv.Atoi(r.Header.Get("X-Stainless-Retry-Count")) // absent is 0
	return &Seen{N: l.n, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Proto: r.Proto, Header: r.Header.Clone(), Retry: retry}
}

func (l *seenLog) end(s *Seen) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	l.ended = append(l.ended, *s)
	l.signal()
}

func (l *seenLog) signal() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// Log is the requests that have ended, in the order of their arrival.
func (f *FakeOpenAI) Log() []Seen {
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	list := slices.Clone(f.log.ended)
	slices.SortFunc(list, func(a, b Seen) int { return a.N - b.N })
	return list
}

// InFlight is how many requests are being answered.
func (f *FakeOpenAI) InFlight() int {
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	return f.log.open
}

// Forget empties the log of what has ended.
func (f *FakeOpenAI) Forget() {
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	f.log.ended = nil
}

// Until waits until the log holds what the test waits for, and returns it: a
// client may have its answer before the fake has booked it.
func (f *FakeOpenAI) Until(t testing.TB, holds func(log []Seen, inFlight int) bool) []Seen {
	t.Helper()
	guard := time.After(HangGuard)
	for {
		f.log.mu.Lock()
		changed := f.log.changed
		f.log.mu.Unlock()
		list := f.Log()
		if holds(list, f.InFlight()) {
			return list
		}
		select {
		case <-changed:
		case <-guard:
			t.Fatalf("the fake has seen %d requests end and %d are open", len(list), f.InFlight())
		}
	}
}

// Ended waits until n requests have ended and none is open.
func (f *FakeOpenAI) Ended(t testing.TB, n int) []Seen {
	t.Helper()
	return f.Until(t, func(log []Seen, inFlight int) bool { return len(log) >= n && inFlight == 0 })
}
