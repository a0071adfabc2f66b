// Package openaigo drives a server with the official OpenAI SDK for Go, as
// people use it, in the scenarios that testkit.NodeSDK has for Node.
package openaigo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// Scenarios lists the names that Run knows.
func Scenarios() []string { return slices.Sorted(maps.Keys(scenarios)) }

// Run runs scenarios one after the other, all over one HTTP client.
func Run(t testing.TB, o testkit.SDKOptions, over *http.Client, names ...string) []testkit.SDKFact {
	t.Helper()
	var facts []testkit.SDKFact
	for _, name := range names {
		scenario, ok := scenarios[name]
		if !ok {
			t.Fatalf("there is no scenario %q", name)
		}
		facts = append(facts, one(t, o, over, name, scenario))
	}
	return facts
}

func one(t testing.TB, o testkit.SDKOptions, over *http.Client, name string, scenario func(*run) error) testkit.SDKFact {
	t.Helper()
	r := &run{ctx: t.Context(), fact: testkit.SDKFact{Scenario: name}, options: o}
	key := o.Key
	if key == "" {
		key = "sk-test"
	}
	opts := []option.RequestOption{
		option.WithBaseURL(o.Base + "/"), option.WithAPIKey(key), option.WithHTTPClient(counting{over, &r.requests}), option.WithHeader("X-Scenario", name),
	}
	for header, value := range o.Headers {
		opts = append(opts, option.WithHeader(header, value))
	}
	r.client = openai.NewClient(opts...)
	if err := scenario(r); err != nil {
		r.fact.Error = failure(err)
	}
	r.fact.OK = r.fact.Error == nil
	r.fact.Requests = int(r.requests.Load())
	return r.fact
}

// run is a scenario at work.
type run struct {
	ctx      context.Context
	client   openai.Client
	options  testkit.SDKOptions
	requests atomic.Int64
	fact     testkit.SDKFact
}

// counting counts the requests, retries included.
type counting struct {
	over *http.Client
	n    *atomic.Int64
}

// Do sends a request.
func (c counting) Do(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return c.over.Do(r)
}

func failure(err error) *testkit.SDKError {
	e := &testkit.SDKError{Message: err.Error(), Class: fmt.Sprintf("%T", err)}
	var answer *openai.Error
	if errors.As(err, &answer) {
		e.Status, e.Code, e.Type = answer.StatusCode, answer.Code, answer.Type
		if answer.Response != nil {
			e.RequestID = answer.Response.Header.Get("X-Request-Id")
		}
	}
	return e
}

func fake(words string) option.RequestOption { return option.WithHeader("X-Fake", words) }
