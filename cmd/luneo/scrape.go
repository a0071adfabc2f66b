package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/luneo-platform/luneo/internal/sender"
)

// maxMetrics is the most that is read of /metrics.
const maxMetrics = 64 << 20

// families are metrics by name.
type families map[string]*dto.MetricFamily

// answerError is an answer that holds no metrics, or too many.
type answerError struct{ endpoint, what string }

func (e *answerError) Error() string { return e.endpoint + " answered " + e.what }

// scrape reads /metrics of a server, in the text format. It follows no
// redirect: one would carry the token elsewhere.
func scrape(ctx context.Context, url, token string) (string, error) {
	endpoint, err := sender.Endpoint(url, "/metrics")
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Accept", "text/plain;version=0.0.4")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return "", &answerError{endpoint, resp.Status}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxMetrics+1))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", endpoint, err)
	}
	if len(body) > maxMetrics {
		return "", &answerError{endpoint, fmt.Sprintf("more than %d bytes", maxMetrics)}
	}
	return string(body), nil
}

func parseMetrics(text string) (families, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	f, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("read the metrics: %w", err)
	}
	return f, nil
}

// sum adds up a counter or gauge over the series whose labels include these.
func (f families) sum(name string, labels map[string]string) float64 {
	var sum float64
	for _, m := range f.series(name, labels) {
		sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
	}
	return sum
}

// series returns the series of a metric whose labels include these.
func (f families) series(name string, labels map[string]string) []*dto.Metric {
	var found []*dto.Metric
	for _, m := range f[name].GetMetric() {
		matching := 0
		for _, l := range m.GetLabel() {
			if want, ok := labels[l.GetName()]; ok && want == l.GetValue() {
				matching++
			}
		}
		if matching == len(labels) {
			found = append(found, m)
		}
	}
	return found
}
