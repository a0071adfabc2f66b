package app_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/pricing"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestGatewayAgreesWithTheUpstream: after a mixed run of OpenAI's own SDK through
// the real binary /metrics agrees, call by call, error by error, token by token
// and cent by cent, with what the upstream's own log adds up to.
func TestGatewayAgreesWithTheUpstream(t *testing.T) {
	t.Parallel()
	f := testkit.OpenAI(t, testkit.OpenAIOptions{HTTP1: true})
	p, _ := behindGateway(t, f, gatewaySettings{dataDir: t.TempDir()})
	var mixed []string
	for _, s := range testkit.NodeSDKScenarios(t) {
		if s != "refused" { // it reaches no upstream, so that no log knows it
			mixed = append(mixed, s)
		}
	}
	facts := testkit.NodeSDK(t, testkit.SDKOptions{Base: p.URL + "/openai/v1", Refused: p.URL, Headers: map[string]string{"X-Luneo-Tag": "mixed"}}, mixed...)
	log := f.Ended(t, testkit.SDKRequests(facts))
	want := sumsOf(t, log)
	var have map[string]string
	testkit.Await(t, "all calls to be counted", func() bool {
		have = shownSums(metricsOf(t, p.URL))
		return have["requests"] == want["requests"]
	})
	for name, text := range want {
		if have[name] != text {
			t.Errorf("%s: /metrics says\n%s\nthe upstream's log says\n%s", name, have[name], text)
		}
	}
}

// sumsOf adds up the upstream's log, with the prices that Luneo has.
func sumsOf(t *testing.T, log []testkit.Seen) map[string]string {
	t.Helper()
	table, err := pricing.New(pricing.Options{})
	if err != nil {
		t.Fatal(err)
	}
	errors, tokens := map[string]int{}, map[string]int{}
	var cost kpi.Money
	requests := 0
	for _, s := range log {
		requests++
		if s.Status >= 400 || s.ErrorType != "" || s.ErrorCode != "" || s.Aborted || !s.Whole {
			errors[s.Operation]++
		}
		u := paidFor(s)
		if u == nil {
			continue
		}
		for name, n := range map[string]int64{"input": u.Input, "output": u.Output, "cached_input": u.CachedInput, "reasoning": u.Reasoning} {
			tokens[name] += int(n)
		}
		if cents, known := table.Price(orElse(s.Answered, s.Model), s.Operation, *u); known {
			cost += cents
		}
	}
	return map[string]string{
		"requests": fmt.Sprint(requests), "errors": lines(errors), "tokens": lines(tokens),
		"cents": fmt.Sprintf("%.6f", cost.Cents()),
	}
}

// paidFor is what a call of the log is paid for, in Luneo's terms; nil where the
// caller was told nothing, or was told before.
func paidFor(s testkit.Seen) *kpi.Usage {
	if s.Operation == "realtime" || s.Repeated {
		return nil
	}
	u := kpi.Usage{Tier: s.Tier, Images: int64(s.Images), ImageSize: s.ImageSize, ImageQuality: s.ImageQuality}
	image := strings.HasPrefix(s.Operation, "image_")
	switch {
	case s.Usage != nil:
		u.Input, u.Output, u.CachedInput, u.CacheWriteInput = int64(s.Usage.Input), int64(s.Usage.Output), int64(s.Usage.Cached), int64(s.Usage.CacheWrite)
		u.Reasoning, u.AudioInput, u.AudioOutput = int64(s.Usage.Reasoning), int64(s.Usage.InputAudio), int64(s.Usage.OutputAudio)
		u.ImageInput, u.ImageOutput, u.AudioSeconds = int64(s.Usage.InputImage), int64(s.Usage.OutputImage), s.Usage.Seconds
	case s.Status != 200 || !s.Whole:
		return nil
	case s.Operation == "audio_speech":
		u.Characters = int64(s.Characters)
	case !image:
		return nil
	}
	if image {
		u.ImageOutput = u.Output
	}
	if s.Operation == "batch" {
		u.Tier = "batch"
	}
	return &u
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func shownSums(families map[string]*dto.MetricFamily) map[string]string {
	errors, tokens := map[string]int{}, map[string]int{}
	for _, m := range families["luneo_openai_requests_error_total"].GetMetric() {
		if n := int(m.GetCounter().GetValue()); n > 0 {
			errors[labelIn(m, "operation")] += n
		}
	}
	for _, m := range families["luneo_openai_tokens_total"].GetMetric() {
		tokens[labelIn(m, "token_type")] += int(m.GetCounter().GetValue())
	}
	for _, other := range []string{"audio_input", "audio_output", "image", "cache_write"} {
		delete(tokens, other)
	}
	return map[string]string{
		"requests": fmt.Sprint(int(total(families, "luneo_openai_requests_total"))), "errors": lines(errors), "tokens": lines(tokens),
		"cents": fmt.Sprintf("%.6f", total(families, "luneo_openai_cost_cents")),
	}
}

func labelIn(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

func lines(counts map[string]int) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(&b, "%s %d\n", name, counts[name])
	}
	return b.String()
}
