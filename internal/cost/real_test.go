package cost_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/cost"
	"github.com/luneo-platform/luneo/internal/testkit"
)

func number(t testing.TB, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// judgeAll judges the reference and this package on several series.
func judgeAll(t *testing.T, n int, series func(i int) *course) (ref, us score) {
	t.Helper()
	refs, ours1 := make([]score, n), make([]score, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			c := series(i)
			refs[i], ours1[i] = c.judge(reference), c.judge(ours)
		})
	}
	all.Wait()
	for i := range n {
		t.Logf("%d: of %d real the reference missed %d with %d false alarms, the baseline %d with %d", i, refs[i].real, refs[i].missed, refs[i].wrong, ours1[i].missed, ours1[i].wrong)
		ref.add(refs[i])
		us.add(ours1[i])
	}
	t.Logf("in all: of %d real the reference missed %d with %d false alarms (%d of %d steps), the baseline %d with %d (%d of %d), median delay %.0f minutes",
		ref.real, ref.missed, ref.wrong, ref.covered, ref.steps, us.missed, us.wrong, us.covered, us.steps, middle(us.delays))
	return ref, us
}

func platformRates(t *testing.T) []rate {
	t.Helper()
	var rates []rate
	for _, r := range testkit.Rows(t, filepath.Join(testkit.TestData(t), "llm-traces", "servegen-m-mid.csv.gz"))[1:] {
		rates = append(rates, rate{number(t, r[0]), number(t, r[1])})
	}
	return rates
}

// TestRealTrace holds the goals that are met on two weeks of a real platform:
// not more than half of the reference's misses and false alarms.
func TestRealTrace(t *testing.T) {
	t.Parallel()
	rates := platformRates(t)
	ref, us := judgeAll(t, 4, func(i int) *course { return makeCourse(rates, uint64(i)) })
	if 2*us.missed > ref.missed || 2*us.wrong > ref.wrong {
		t.Errorf("more than half of the reference's %d misses or %d false alarms", ref.missed, ref.wrong)
	}
	if us.covered < us.steps || middle(us.delays) > ruleFor+5 {
		t.Errorf("%d of %d steps of 3 and more alerted while they lasted, median delay %v minutes", us.covered, us.steps, middle(us.delays))
	}
}

// TestRealClients sums random clients of the trace up to smaller, burstier
// platforms: fewer misses, not more false alarms.
func TestRealClients(t *testing.T) {
	t.Parallel()
	rates := platformRates(t)
	clients := map[string]map[float64]float64{}
	for _, r := range testkit.Rows(t, filepath.Join(testkit.TestData(t), "llm-traces", "servegen-m-mid-clients.csv.gz"))[1:] {
		if clients[r[0]] == nil {
			clients[r[0]] = map[float64]float64{}
		}
		clients[r[0]][number(t, r[1])] += number(t, r[2])
	}
	var names []string
	for name := range clients {
		names = append(names, name)
	}
	slices.Sort(names)
	ref, us := judgeAll(t, 8, func(i int) *course {
		rng := rand.New(rand.NewPCG(uint64(i), 77))
		some := slices.Clone(names)
		rng.Shuffle(len(some), func(a, b int) { some[a], some[b] = some[b], some[a] })
		sum := slices.Clone(rates)
		for k := range sum {
			sum[k].perSecond = 0
			if rates[k].perSecond > 0 { // a gap in the recording stays one
				for _, name := range some[:10+15*(i%4)] {
					sum[k].perSecond += clients[name][sum[k].second]
				}
			}
		}
		return makeCourse(sum, uint64(i+10))
	})
	if 4*us.missed > 3*ref.missed || us.wrong > ref.wrong {
		t.Errorf("missed %d of the reference's %d, %d false alarms where it has %d", us.missed, ref.missed, us.wrong, ref.wrong)
	}
}

// TestNAB counts on the Numenta Anomaly Benchmark what the folder's naive
// reference counts: labelled windows that an alarm touches, and alarms outside.
func TestNAB(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testkit.TestData(t), "anomaly-nab")
	var labelled map[string][][2]string
	text, err := os.ReadFile(filepath.Join(dir, "combined_windows.json"))
	if err == nil {
		err = json.Unmarshal(text, &labelled)
	}
	if err != nil {
		t.Fatal(err)
	}
	var naiveHit, naiveOutside, hit, outside int
	for _, r := range testkit.Rows(t, filepath.Join(dir, "naive-2x-reference.csv"))[1:] {
		naiveHit += int(number(t, r[2]))
		naiveOutside += int(number(t, r[4]))
		h, o := nab(t, filepath.Join(dir, r[0]+".gz"), labelled[r[0]])
		t.Logf("%s: naive %s of %s, %s outside; baseline %d, %d outside", r[0], r[2], r[1], r[4], h, o)
		hit, outside = hit+h, outside+o
	}
	t.Logf("in all: naive %d, %d outside; baseline %d, %d outside", naiveHit, naiveOutside, hit, outside)
	if 10*hit < 8*naiveHit || outside > naiveOutside {
		t.Errorf("%d windows and %d alarms outside; the naive reference has %d and %d", hit, outside, naiveHit, naiveOutside)
	}
}

const nabTime = "2006-01-02 15:04:05"

// nab counts on one file. Each value is what the window of its step had cost,
// scaled so that the mean is ten dollars.
func nab(t *testing.T, name string, labelled [][2]string) (hit, outside int) {
	t.Helper()
	rows := testkit.Rows(t, name)[1:]
	times, values, sum := make([]time.Time, len(rows)), make([]float64, len(rows)), 0.0
	for i, r := range rows {
		var err error
		if times[i], err = time.Parse(nabTime, r[0]); err != nil {
			t.Fatal(err)
		}
		values[i] = max(0, number(t, r[1]))
		sum += values[i]
	}
	step := times[1].Sub(times[0]).Round(time.Minute)
	past := cost.NewPast(cost.Options{Window: step, Location: time.UTC})
	alarms := [][2]time.Time{}
	for i, at := range times {
		cents := values[i] / sum * float64(len(rows)) * 1000
		e := past.Baseline(at)
		fires := e.Ready && cents > 2*e.Cents && cents > ruleFloor
		if last := len(alarms) - 1; fires && last >= 0 && at.Sub(alarms[last][1]) <= time.Hour {
			alarms[last][1] = at // alarms within an hour are one, as the reference counts
		} else if fires {
			alarms = append(alarms, [2]time.Time{at, at})
		}
		for m := time.Duration(0); m < step; m += time.Minute {
			past.Add(cost.Sample{At: at.Add(m), Cents: cents})
		}
	}
	return touched(t, alarms, labelled)
}

func touched(t *testing.T, alarms [][2]time.Time, labelled [][2]string) (hit, outside int) {
	t.Helper()
	inside := make([]bool, len(alarms))
	for _, l := range labelled {
		from, err1 := time.Parse(nabTime, l[0][:len(nabTime)])
		to, err2 := time.Parse(nabTime, l[1][:len(nabTime)])
		if err1 != nil || err2 != nil {
			t.Fatal(l)
		}
		found := false
		for i, a := range alarms {
			if !a[0].After(to) && !a[1].Before(from) {
				found, inside[i] = true, true
			}
		}
		if found {
			hit++
		}
	}
	for _, in := range inside {
		if !in {
			outside++
		}
	}
	return hit, outside
}
