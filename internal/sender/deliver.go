package sender

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	maxBackoff    = 5 * time.Second
	maxRetryAfter = time.Minute
	// maxAnswer is the most that is read of an answer: a receipt that names
	// every event of a large batch.
	maxAnswer = 8 << 20
)

// deliver posts one batch until it is answered for. It gives up when ctx is
// done; a request that is under way then has until the end of requests.
func (s *Sender) deliver(ctx, requests context.Context, batch []Event) error {
	body, err := s.encode(batch)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return nil
	}
	s.tally.sent(len(batch))
	for attempt := 1; ; attempt++ {
		took, again, err := s.attempt(requests, body, batch)
		if err == nil {
			s.tally.answered(took)
			return nil
		}
		if again == nil {
			return fmt.Errorf("send a batch of %d events: %w", len(batch), err)
		}
		if attempt == s.opts.Attempts {
			return fmt.Errorf("send a batch of %d events, given up after %d attempts: %w", len(batch), attempt, err)
		}
		s.tally.retried()
		if !sleep(ctx, s.wait(attempt, again.after)) {
			return fmt.Errorf("send a batch of %d events, interrupted after attempt %d: %w", len(batch), attempt, err)
		}
	}
}

// retry says that trying again may help; after is the server's own wish, or 0.
type retry struct{ after time.Duration }

// attempt posts the batch once. With an error, a nil retry means that trying
// again is of no use.
func (s *Sender) attempt(ctx context.Context, body []byte, batch []Event) (time.Duration, *retry, error) {
	req, err := s.request(ctx, body)
	if err != nil {
		return 0, nil, err
	}
	start := time.Now()
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, &retry{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, &retry{}, fmt.Errorf("read the answer: %w", err)
	}
	took := time.Since(start)
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500 {
		return 0, &retry{after: retryAfter(resp.Header)}, problemOf(resp.StatusCode, answer)
	}
	o, err := readAnswer(resp.StatusCode, answer, batch)
	if err != nil {
		return 0, nil, err
	}
	s.tally.count(o)
	return took, nil, nil
}

func (s *Sender) request(ctx context.Context, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	req.Header.Set("User-Agent", "luneo")
	if s.opts.Gzip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	if s.opts.Token != "" {
		req.Header.Set("Authorization", "Bearer "+s.opts.Token)
	}
	return req, nil
}

// encode writes a batch as NDJSON.
func (s *Sender) encode(batch []Event) ([]byte, error) {
	var buf bytes.Buffer
	var out io.Writer = &buf
	finish := func() error { return nil }
	if s.opts.Gzip {
		zipped := gzip.NewWriter(&buf)
		out, finish = zipped, zipped.Close
	}
	for _, e := range batch {
		if bytes.ContainsAny(e.Body, "\r\n") {
			return nil, fmt.Errorf("event %d holds a line break", e.Ref)
		}
		for _, part := range [][]byte{e.Body, {'\n'}} {
			if _, err := out.Write(part); err != nil {
				return nil, fmt.Errorf("encode a batch: %w", err)
			}
		}
	}
	if err := finish(); err != nil {
		return nil, fmt.Errorf("compress a batch: %w", err)
	}
	return buf.Bytes(), nil
}

// wait is how long to wait after a failed attempt: the server's wish, else
// between half of and all of the doubled backoff, so that connections that
// failed together come back apart.
func (s *Sender) wait(attempt int, wish time.Duration) time.Duration {
	if wish > 0 {
		return min(wish, maxRetryAfter)
	}
	const doublings = 16 // of a backoff of up to maxBackoff, far from an overflow
	backoff := min(min(s.opts.Backoff, maxBackoff)<<min(attempt-1, doublings), maxBackoff)
	return backoff/2 + rand.N(backoff/2+1) //nolint:gosec // spreads attempts, is no secret
}

// retryAfter reads the header's seconds or date (RFC 9110, 10.2.3).
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if n, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// sleep waits, and reports false when the context ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
