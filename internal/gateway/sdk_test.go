package gateway_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/internal/testkit/openaigo"
)

// TestOfficialSDK: OpenAI's own SDK for Node, unmodified, in every scenario: it
// gets what it gets without the gateway, and what is counted agrees with the log
// of the upstream: calls, operations, errors, tokens.
func TestOfficialSDK(t *testing.T) {
	t.Parallel()
	f, l := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true}), &ledger{}
	scenarios := testkit.NodeSDKScenarios(t)
	direct := testkit.NodeSDK(t, testkit.SDKOptions{Base: f.URL + "/v1", Refused: testkit.RefusedURL(t) + "/v1"}, scenarios...)
	f.Ended(t, testkit.SDKRequests(direct))
	f.Forget()
	through := testkit.NodeSDK(t, testkit.SDKOptions{Base: inFrontOf(t, l, f.URL+"/v1"), Refused: inFrontOf(t, &ledger{}, testkit.RefusedURL(t)+"/v1")}, scenarios...)
	for i, got := range through {
		if want := direct[i]; got.OK != want.OK || got.Scenario != want.Scenario || got.Content != want.Content && got.OK {
			t.Errorf("%s: through the gateway %v %.80q %+v, without it %v %.80q %+v", got.Scenario, got.OK, got.Content, got.Error, want.OK, want.Content, want.Error)
		}
	}
	agree(t, f.Ended(t, testkit.SDKRequests(through)), l)
}

func seen(s testkit.Seen) string {
	u := ""
	// What is sold by time has no tokens, and what a WebSocket says is not read.
	if s.Usage != nil && !s.Repeated && s.Usage.Input+s.Usage.Output > 0 && s.Operation != "realtime" {
		u = fmt.Sprint(s.Usage.Input, "/", s.Usage.Output)
	}
	return fmt.Sprintf("%s failed=%v %s", s.Operation, s.Status >= 400 || s.Status == 0 || s.ErrorType != "" || s.Aborted || !s.Whole, u)
}

func counted(e kpi.Event) string {
	u := ""
	if e.Usage != nil && (e.Usage.Input > 0 || e.Usage.Output > 0) {
		u = fmt.Sprint(e.Usage.Input, "/", e.Usage.Output)
	}
	return fmt.Sprintf("%s failed=%v %s", e.Dims[1], e.Failed, u)
}

// without is a list without the elements of another.
func without(list, other []string) []string {
	left := slices.Clone(other)
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool {
		i := slices.Index(left, s)
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
		return true
	})
}

// TestOfficialGoSDK is the same with openai-go.
func TestOfficialGoSDK(t *testing.T) {
	t.Parallel()
	f, l := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true}), &ledger{}
	facts := openaigo.Run(t, testkit.SDKOptions{Base: inFrontOf(t, l, f.URL+"/v1"), Refused: inFrontOf(t, &ledger{}, testkit.RefusedURL(t)+"/v1")}, http.DefaultClient, openaigo.Scenarios()...)
	agree(t, f.Ended(t, testkit.SDKRequests(facts)), l)
}

// agree holds what was counted against the log of the upstream.
func agree(t *testing.T, log []testkit.Seen, l *ledger) {
	t.Helper()
	testkit.Await(t, "all calls to be counted", func() bool { return len(l.all()) >= len(log) })
	var want, have []string
	for _, s := range log {
		want = append(want, seen(s))
	}
	for _, e := range l.all() {
		have = append(have, counted(e))
	}
	slices.Sort(want)
	slices.Sort(have)
	if !slices.Equal(have, want) {
		t.Errorf("counted and not seen:\n%s\nseen and not counted:\n%s", strings.Join(without(have, want), "\n"), strings.Join(without(want, have), "\n"))
	}
}
