package workload

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// TestFiguresAreMeasured recomputes every figure from the recordings and holds
// the code against it, within 1 %.
func TestFiguresAreMeasured(t *testing.T) {
	t.Parallel()
	dir := testkit.TestData(t)
	var want figures
	measureLengths(t, dir, &want)
	measurePace(t, dir, &want)
	measureArrivals(t, dir, &want)

	got, exact := flatten(measured()), flatten(want)
	for i, g := range got {
		if w := exact[i]; math.Abs(g.value-w.value) > 0.01*math.Abs(w.value) || math.IsNaN(w.value) {
			t.Errorf("%s is %v, measured %.4f", g.name, g.value, w.value)
		}
	}
}

type named struct {
	name  string
	value float64
}

func flatten(f figures) []named {
	var all []named
	add := func(name string, values ...float64) {
		for i, v := range values {
			all = append(all, named{fmt.Sprintf("%s[%d]", name, i), v})
		}
	}
	add("codeInput", f.codeInput[:]...)
	add("codeOutput", f.codeOutput[:]...)
	add("chatInput", f.chatInput[:]...)
	add("chatOutput", f.chatOutput[:]...)
	add("gpt4Input", f.gpt4Input[:]...)
	add("gpt4Output", f.gpt4Output[:]...)
	add("chatCached", f.chatCached)
	add("gpt4Pace, gpt4Spread", f.gpt4Pace, f.gpt4Spread)
	add("gpt35Pace, gpt35Spread", f.gpt35Pace, f.gpt35Spread)
	add("hours", f.hours[:]...)
	add("gapSteady, gapBursty", f.gapSteady, f.gapBursty)
	return all
}

// table is a CSV file by column.
type table map[string][]string

func load(t *testing.T, dir, name string) table {
	t.Helper()
	rows := testkit.Rows(t, filepath.Join(dir, "llm-traces", name))
	out := table{}
	for i, name := range rows[0] {
		for _, row := range rows[1:] {
			out[name] = append(out[name], row[i])
		}
	}
	return out
}

func (tb table) numbers(t *testing.T, column string) []float64 {
	t.Helper()
	var out []float64
	for _, s := range tb[column] {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	if len(out) == 0 {
		t.Fatalf("column %s is empty", column)
	}
	return out
}

func quantilesOf(values []float64) quantiles {
	var q quantiles
	for i, p := range []float64{0, 0.10, 0.25, 0.50, 0.75, 0.90, 0.99} {
		q[i] = quantileOf(values, p)
	}
	return q
}

func quantileOf(values []float64, p float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(p*float64(len(sorted)))]
}

func measureLengths(t *testing.T, dir string, f *figures) {
	code := load(t, dir, "azure-2023-code.csv.gz")
	f.codeInput = quantilesOf(code.numbers(t, "ContextTokens"))
	f.codeOutput = quantilesOf(code.numbers(t, "GeneratedTokens"))
	chat := load(t, dir, "mooncake-conversation.csv.gz")
	input, seen := chat.numbers(t, "input_length"), chat.numbers(t, "prefix_blocks_seen")
	f.chatInput = quantilesOf(input)
	f.chatOutput = quantilesOf(chat.numbers(t, "output_length"))
	var all, cached float64
	for i := range input {
		all += input[i]
		cached += min(input[i], 512*seen[i])
	}
	f.chatCached = cached / all
}

func measurePace(t *testing.T, dir string, f *figures) {
	burst := load(t, dir, "burstgpt3-slice.csv")
	took, request, answer := burst.numbers(t, "elapsed_s"), burst.numbers(t, "request_tokens"), burst.numbers(t, "response_tokens")
	measure := func(model string) (in, out quantiles, pace, spread float64) {
		var inputs, outputs, logs []float64
		var seconds, tokens float64
		for i, name := range burst["model"] {
			if name != model || answer[i] == 0 || took[i] == 0 {
				continue
			}
			inputs, outputs = append(inputs, request[i]), append(outputs, answer[i])
			seconds, tokens = seconds+took[i], tokens+answer[i]
			logs = append(logs, math.Log(took[i]/answer[i]))
		}
		return quantilesOf(inputs), quantilesOf(outputs), seconds / tokens, deviation(logs)
	}
	f.gpt4Input, f.gpt4Output, f.gpt4Pace, f.gpt4Spread = measure("GPT-4")
	_, _, f.gpt35Pace, f.gpt35Spread = measure("ChatGPT")
}

func measureArrivals(t *testing.T, dir string, f *figures) {
	steps := load(t, dir, "servegen-m-mid.csv.gz")
	at, rate := steps.numbers(t, "timestamp_s"), steps.numbers(t, "requests_per_s")
	var sums, counts [24]float64
	for i := range at {
		if rate[i] > 0 {
			hour := int(at[i]/3600) % 24
			sums[hour] += rate[i]
			counts[hour]++
		}
	}
	for h := range f.hours {
		f.hours[h] = sums[h] / counts[h]
	}
	level := mean(f.hours[:])
	for h := range f.hours {
		f.hours[h] /= level
	}
	cv := load(t, dir, "servegen-m-mid-clients.csv.gz").numbers(t, "cv")
	f.gapSteady, f.gapBursty = quantileOf(cv, 0.50), quantileOf(cv, 0.75)
}

func mean(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func deviation(values []float64) float64 {
	m := mean(values)
	var sum float64
	for _, v := range values {
		sum += (v - m) * (v - m)
	}
	return math.Sqrt(sum / float64(len(values)))
}
