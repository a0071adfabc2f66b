package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/queues"
	"github.com/luneo-platform/luneo/internal/sender"
)

const (
	// maxQueues is the most that is read of the answer: 3,000 queues and more.
	maxQueues = 32 << 20
	// queuesPatience is how long a server may take.
	queuesPatience = 10 * time.Second
)

// fetchQueues asks a server, and returns its answer also as it came. It follows
// no redirect: one would carry the token elsewhere.
func fetchQueues(ctx context.Context, o queuesOptions) (*queues.Page, []byte, error) {
	endpoint, err := sender.Endpoint(o.url, "/api/queues")
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, queuesPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
	if err != nil {
		return nil, nil, err
	}
	if o.token != "" {
		req.Header.Set("Authorization", "Bearer "+o.token)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return nil, nil, errNoLuneo(o.url, errors.Unwrap(err)) // the address is said once
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxQueues))
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", endpoint, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, nil, refusedQueues(endpoint, resp, body)
	}
	var page queues.Page
	if err := json.Unmarshal(body, &page); err != nil || page.Queues == nil {
		return nil, nil, fmt.Errorf("%s is no Luneo: its answer is not what GET /api/queues answers", o.url)
	}
	return &page, body, nil
}

// refusedQueues says what an answer means that is no table.
func refusedQueues(endpoint string, resp *http.Response, body []byte) error {
	var problem struct{ Detail string }
	_ = json.Unmarshal(body, &problem) // other servers answer otherwise
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		return fmt.Errorf("%s wants a credential: name a token of the scope read with --token-file or LUNEO_TOKEN", endpoint)
	case http.StatusForbidden:
		return fmt.Errorf("%s refuses this credential: it needs the scope read", endpoint)
	case http.StatusNotFound:
		return fmt.Errorf("%s is not there: this is no Luneo, or an older one", endpoint)
	}
	if problem.Detail != "" {
		return fmt.Errorf("%s answered %s: %s", endpoint, resp.Status, strings.TrimSuffix(printable(problem.Detail), "."))
	}
	return fmt.Errorf("%s answered %s", endpoint, resp.Status)
}
