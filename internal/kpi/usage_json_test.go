package kpi_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/testkit"
)

func TestParseUsage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       kpi.Usage
	}{
		{"nothing", `{}`, kpi.Usage{}},
		{
			"chat", `{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,
			"prompt_tokens_details":{"cached_tokens":64,"cache_write_tokens":10,"audio_tokens":5,"text_tokens":85,"image_tokens":7},
			"completion_tokens_details":{"reasoning_tokens":20,"audio_tokens":6,"text_tokens":4,"accepted_prediction_tokens":1,"rejected_prediction_tokens":2}}`,
			kpi.Usage{Input: 100, Output: 50, CachedInput: 64, CacheWriteInput: 10, AudioInput: 5, ImageInput: 7, Reasoning: 20, AudioOutput: 6},
		},
		{
			"responses", `{"input_tokens":10,"input_tokens_details":{"cached_tokens":3},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":15}`,
			kpi.Usage{Input: 10, CachedInput: 3, Output: 5, Reasoning: 2},
		},
		{
			"images", `{"input_tokens":50,"input_tokens_details":{"text_tokens":10,"image_tokens":40},"output_tokens":272,"output_tokens_details":{"image_tokens":272},"total_tokens":322}`,
			kpi.Usage{Input: 50, ImageInput: 40, Output: 272, ImageOutput: 272},
		},
		{"embeddings", `{"prompt_tokens":8,"total_tokens":8}`, kpi.Usage{Input: 8}},
		{"transcription by tokens", `{"type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":0,"audio_tokens":14},"output_tokens":45,"total_tokens":59}`, kpi.Usage{Input: 14, AudioInput: 14, Output: 45}},
		{"transcription by duration", `{"type":"duration","seconds":9.5}`, kpi.Usage{AudioSeconds: 9.5}},
		{"realtime", `{"input_tokens":9,"input_token_details":{"cached_tokens":4,"cached_tokens_details":{"text_tokens":4}},"output_token_details":{"audio_tokens":2},"output_tokens":3}`, kpi.Usage{Input: 9, CachedInput: 4, Output: 3, AudioOutput: 2}},
		{"dall-e", `{"images":2,"size":"1024x1024","quality":"hd"}`, kpi.Usage{Images: 2, ImageSize: "1024x1024", ImageQuality: "hd"}},
		{"speech", `{"characters":1200}`, kpi.Usage{Characters: 1200}},
		{"tier", `{"prompt_tokens":1,"service_tier":"flex"}`, kpi.Usage{Input: 1, Tier: "flex"}},
		{
			"ours", `{"inputTokens":9,"outputTokens":8,"cachedInputTokens":1,"cacheWriteInputTokens":2,"audioInputTokens":3,"imageInputTokens":4,"audioOutputTokens":5,"imageOutputTokens":6,"reasoningTokens":7,"serviceTier":"priority"}`,
			kpi.Usage{Input: 9, Output: 8, CachedInput: 1, CacheWriteInput: 2, AudioInput: 3, ImageInput: 4, AudioOutput: 5, ImageOutput: 6, Reasoning: 7, Tier: "priority"},
		},
		{"nulls and a stranger", `{"prompt_tokens":1,"prompt_tokens_details":null,"completion_tokens":null,"cost":{"a":[1.5,-3]}}`, kpi.Usage{Input: 1}},
		{"two names that agree", `{"prompt_tokens":5,"input_tokens":5,"output_tokens":0,"completion_tokens":3}`, kpi.Usage{Input: 5, Output: 3}},
		{"whole numbers as they may be written", `{"prompt_tokens":5.0,"completion_tokens":1e3}`, kpi.Usage{Input: 5, Output: 1000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := kpi.ParseUsage([]byte(c.text))
			if err != nil || got != c.want {
				t.Errorf("%v\ngot  %+v\nwant %+v", err, got, c.want)
			}
		})
	}
}

func TestParseUsageRefuses(t *testing.T) {
	t.Parallel()
	const count = "must be a whole number from 0 to 1000000000000, not "
	for text, want := range map[string]string{
		``:                       "The usage is not valid JSON: unexpected end at byte 0",
		`{"prompt_tokens":1`:     "The usage is not valid JSON: unexpected end at byte 18",
		`{} {}`:                  "The usage is not valid JSON: unexpected data after the value at byte 3",
		`7`:                      "The usage can't be read: usage must be an object, not a number",
		`null`:                   "The usage can't be read: usage must be an object, not null",
		`{"prompt_tokens":-1}`:   "The usage can't be read: usage.prompt_tokens " + count + "-1",
		`{"prompt_tokens":0.5}`:  "The usage can't be read: usage.prompt_tokens " + count + "0.5",
		`{"prompt_tokens":2e12}`: "The usage can't be read: usage.prompt_tokens " + count + "2000000000000",
		`{"images":1e400}`:       "The usage can't be read: usage.images " + count + "a number beyond the range of a double",
		`{"size":5}`:             "The usage can't be read: usage.size must be a string, not a number",
		`{"seconds":1e6}`:        "The usage can't be read: usage.seconds must be a number of seconds from 0 to 604800 (a week), not 1000000",
		`{"output_tokens":2,"output_tokens_details":{"reasoning_tokens":3}}`: "The usage can't be read: usage has 3 reasoning tokens, more than its 2 output tokens, which they are part of",
		`{"output_tokens":2,"output_tokens":3}`:                              "The usage can't be read: usage.output_tokens is 3 where the same was said to be 2: state it once",
	} {
		_, err := kpi.ParseUsage([]byte(text))
		if got := message(err); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
}

func FuzzParseUsage(f *testing.F) {
	f.Add([]byte(`{"prompt_tokens":100,"prompt_tokens_details":{"cached_tokens":64},"seconds":1.5,"size":"a"}`))
	f.Add([]byte(`{"output_tokens":2,"output_token_details":{"audio_tokens":1},"type":"tokens"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		u, err := kpi.ParseUsage(text)
		if err != nil {
			var e *kpi.Error
			if !errors.As(err, &e) {
				t.Errorf("%T", err)
			}
			return
		}
		for _, part := range []int64{u.CachedInput, u.CacheWriteInput, u.AudioInput, u.ImageInput} {
			if part < 0 || part > u.Input {
				t.Errorf("%+v", u)
			}
		}
		if u.Output < u.Reasoning || u.Images < 0 || u.AudioSeconds < 0 {
			t.Errorf("%+v", u)
		}
	})
}

// TestParseUsageOnRecordedAnswers reads every usage object in recorded
// answers of OpenAI's and holds the totals against what encoding/json reads.
func TestParseUsageOnRecordedAnswers(t *testing.T) {
	t.Parallel()
	dir := testkit.TestData(t)
	files, err := filepath.Glob(filepath.Join(dir, "openai-wire", "cassettes", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded answers: %v", err)
	}
	found := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		eachUsage(string(raw), func(usage map[string]any) {
			found++
			holdUsage(t, file, usage)
		})
	}
	if found < 50 {
		t.Errorf("only %d usage objects in %d files", found, len(files))
	}
	t.Logf("%d usage objects in %d files", found, len(files))
}

// eachUsage finds usage objects in JSON, in strings that hold JSON, and in
// the data lines of event streams.
func eachUsage(text string, f func(map[string]any)) {
	var v any
	if json.Unmarshal([]byte(text), &v) == nil {
		findUsage(v, f)
		return
	}
	for line := range strings.Lines(text) {
		if data, ok := strings.CutPrefix(line, "data: "); ok && json.Unmarshal([]byte(data), &v) == nil {
			findUsage(v, f)
		}
	}
}

func findUsage(v any, f func(map[string]any)) {
	switch v := v.(type) {
	case string:
		if strings.Contains(v, "usage") {
			eachUsage(v, f)
		}
	case []any:
		for _, e := range v {
			findUsage(e, f)
		}
	case map[string]any:
		for name, e := range v {
			if usage, ok := e.(map[string]any); ok && name == "usage" {
				f(usage)
			} else {
				findUsage(e, f)
			}
		}
	}
}

func holdUsage(t *testing.T, file string, usage map[string]any) {
	t.Helper()
	text, err := json.Marshal(usage)
	if err != nil {
		t.Fatal(err)
	}
	got, err := kpi.ParseUsage(text)
	if err != nil {
		t.Errorf("%s: %v in %s", filepath.Base(file), err, text)
		return
	}
	either := func(of map[string]any, names ...string) int64 {
		for _, n := range names {
			if f, ok := of[n].(float64); ok && f != 0 {
				return int64(f)
			}
		}
		return 0
	}
	details, _ := usage["prompt_tokens_details"].(map[string]any)
	if details == nil {
		details, _ = usage["input_tokens_details"].(map[string]any)
	}
	want := [3]int64{either(usage, "prompt_tokens", "input_tokens"), either(usage, "completion_tokens", "output_tokens"), either(details, "cached_tokens")}
	if have := [3]int64{got.Input, got.Output, got.CachedInput}; have != want {
		t.Errorf("%s: got %v, want %v in %s", filepath.Base(file), have, want, text)
	}
}
