package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/luneo-platform/luneo/internal/workload"
)

// beforeIncident is how long before an incident of the history something was
// deployed.
const beforeIncident = 6 * time.Minute

// pastDeploys are those of the history that ends when the platform opens.
func pastDeploys(opens time.Time) (list []workload.Deploy) {
	place := workload.Daytime(opens, time.Local)
	for _, i := range pastIncidents() {
		if i.deploy != "" {
			list = append(list, workload.Deploy{At: i.begins(opens, place).Add(-beforeIncident), Text: i.deploy})
		}
	}
	return list
}

// marker sets the deploy marks of the demo.
type marker struct {
	url string
	out io.Writer
}

// run sets the marks of the history, where one was written, and then those of
// the live platform when they are due, until ctx ends. The demo goes on without
// a mark that can't be set.
func (m *marker) run(ctx context.Context, opens, past time.Time) {
	if !past.IsZero() {
		m.set(ctx, pastDeploys(opens)...)
	}
	marked := opens.Add(-time.Hour)
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for ctx.Err() == nil {
		now := time.Now()
		m.set(ctx, workload.Deploys(opens, marked, now)...)
		marked = now
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
}

func (m *marker) set(ctx context.Context, deploys ...workload.Deploy) {
	for _, d := range deploys {
		if err := m.post(ctx, d); err != nil && ctx.Err() == nil {
			_, _ = fmt.Fprintf(m.out, "The deploy %s is not marked: %s\n", d.Text, err)
		}
	}
}

// post sets one mark, as a script of a deployment does.
func (m *marker) post(ctx context.Context, d workload.Deploy) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	body, err := json.Marshal(map[string]any{"text": d.Text, "tags": []string{"deploy"}, "time": d.At.UnixMilli()})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.url+"/api/annotations", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // nothing of it is needed
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered %s", resp.Status)
	}
	return nil
}
