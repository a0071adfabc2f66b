package sender

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Event is one event on its way.
type Event struct {
	// Ref is the caller's number for it, such as a line; named in reasons.
	Ref int
	// Body is one JSON object without line breaks, as an element of a batch.
	Body []byte
}

// Source hands out the next event, or io.EOF after the last. It is called from
// one goroutine at a time and must return when the context is done.
type Source func(ctx context.Context) (Event, error)

// Options say where and how to send. Zero values mean the defaults.
type Options struct {
	// URL is the server's address: http://127.0.0.1:4000.
	URL string
	// Token is the bearer token; none when empty. Never shown.
	Token string
	// Connections is how many batches are under way at once; 4.
	Connections int
	// Batch is the most events in one request; 500.
	Batch int
	// Gzip compresses the requests.
	Gzip bool
	// Attempts is how often one batch is tried; 10.
	Attempts int
	// Backoff is the wait before the second attempt; 100 ms. It doubles up to
	// 5 s. A server's Retry-After comes first, up to a minute.
	Backoff time.Duration
	// Timeout is for one attempt; 30 s.
	Timeout time.Duration
	// Grace is how long requests under way may take after the context of Run
	// is done; 3 s.
	Grace time.Duration
	// Transport carries the requests; one of the sender's own when nil.
	Transport http.RoundTripper
}

// Sender posts events. Its methods are safe for concurrent use, but for Run.
type Sender struct {
	opts     Options
	endpoint string
	client   *http.Client
	tally    tally
}

// New checks the options. It opens no connection.
func New(o Options) (*Sender, error) {
	endpoint, err := Endpoint(o.URL, kpi.PathPrefix+"batch")
	if err != nil {
		return nil, err
	}
	o = withDefaults(o)
	if o.Connections < 1 || o.Connections > 256 {
		return nil, fmt.Errorf("connections is %d, expected 1 to 256", o.Connections)
	}
	if o.Batch < 1 || o.Batch > 10_000 {
		return nil, fmt.Errorf("batch is %d, expected 1 to 10000", o.Batch)
	}
	if o.Attempts < 1 {
		return nil, fmt.Errorf("attempts is %d, expected at least 1", o.Attempts)
	}
	if o.Backoff < 0 || o.Timeout < 0 || o.Grace < 0 {
		return nil, fmt.Errorf("backoff is %v, timeout %v and grace %v, expected none below 0", o.Backoff, o.Timeout, o.Grace)
	}
	if o.Transport == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.MaxIdleConnsPerHost = o.Connections
		o.Transport = transport
	}
	client := &http.Client{
		Transport: o.Transport,
		Timeout:   o.Timeout,
		// A redirect would carry the token elsewhere, and loses the body.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Sender{opts: o, endpoint: endpoint, client: client}, nil
}

// Endpoint joins a server's address and a path. The address has to be http or
// https, without user, query and fragment.
func Endpoint(address, path string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || strings.ContainsAny(address, "?#") {
		// The address is not repeated: it may hold a password.
		return "", errors.New("url is not usable, expected an address such as http://127.0.0.1:4000, without user, query and fragment")
	}
	return strings.TrimSuffix(u.String(), "/") + path, nil
}

func withDefaults(o Options) Options {
	orDefault(&o.Connections, 4)
	orDefault(&o.Batch, 500)
	orDefault(&o.Attempts, 10)
	orDefault(&o.Backoff, 100*time.Millisecond)
	orDefault(&o.Timeout, 30*time.Second)
	orDefault(&o.Grace, 3*time.Second)
	return o
}

func orDefault[T int | time.Duration](value *T, def T) {
	if *value == 0 {
		*value = def
	}
}

// Run sends what the source hands out, until its end, an error of the source,
// a batch that can't be delivered, or the end of the context; it returns when
// every request is answered or given up. Summary tells the result, also after
// an error. Run may be called again after it returned.
func (s *Sender) Run(ctx context.Context, source Source) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer s.client.CloseIdleConnections()
	requests, abandon := s.withGrace(ctx)
	defer abandon()

	events := make(chan Event, s.opts.Batch)
	batches := make(chan []Event)
	var tasks sync.WaitGroup
	tasks.Go(func() {
		defer close(events)
		if err := pull(ctx, source, events); err != nil {
			stop(err)
		}
	})
	tasks.Go(func() {
		defer close(batches)
		gather(ctx, events, batches, s.opts.Batch)
	})
	for range s.opts.Connections {
		tasks.Go(func() {
			for batch := range batches {
				if err := s.deliver(ctx, requests, batch); err != nil {
					stop(err)
				}
			}
		})
	}
	tasks.Wait()
	return context.Cause(ctx)
}

// withGrace returns a context that ends Grace after ctx does.
func (s *Sender) withGrace(ctx context.Context) (context.Context, context.CancelFunc) {
	requests, cancel := context.WithCancel(context.WithoutCancel(ctx))
	timer := time.AfterFunc(math.MaxInt64, cancel)
	unhook := context.AfterFunc(ctx, func() { timer.Reset(s.opts.Grace) })
	return requests, func() {
		unhook()
		timer.Stop()
		cancel()
	}
}

// pull moves events from the source to the channel.
func pull(ctx context.Context, source Source, events chan<- Event) error {
	for {
		event, err := source(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case events <- event:
		case <-ctx.Done():
			return nil
		}
	}
}

// gather forms batches. One leaves when it is full, or when no further event
// is there and a connection is free: so nothing lingers, and a busy server
// gets large batches.
func gather(ctx context.Context, events <-chan Event, batches chan<- []Event, most int) {
	var batch []Event
	for open := true; open || len(batch) > 0; {
		in, out := events, batches
		if len(batch) == most || !open {
			in = nil
		}
		if len(batch) == 0 || (in != nil && len(events) > 0) {
			out = nil
		}
		select {
		case event, ok := <-in:
			if open = ok; ok {
				batch = append(batch, event)
			}
		case out <- batch:
			batch = nil
		case <-ctx.Done():
			return
		}
	}
}
