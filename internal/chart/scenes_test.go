package chart_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/chart"
)

func zone(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// scene is a chart of the hour until 14:32 without series.
func scene(t testing.TB, title, subtitle string, unit chart.Unit) *chart.Chart {
	to := time.Date(2026, 5, 11, 14, 32, 0, 0, zone(t))
	return &chart.Chart{Title: title, Subtitle: subtitle, Unit: unit, From: to.Add(-time.Hour), To: to, Step: 15 * time.Second}
}

// follow gives a chart a series with a point every 15 s, of the minutes since From.
func follow(c *chart.Chart, name string, value func(minute float64) float64) {
	s := chart.Series{Name: name}
	for at := c.From; !at.After(c.To); at = at.Add(c.Step) {
		if v := value(at.Sub(c.From).Minutes()); v != math.MaxFloat64 {
			s.Points = append(s.Points, chart.Point{At: at, Value: v})
		}
	}
	c.Series = append(c.Series, s)
}

// noise is around 1.
func noise(seed uint64) func() float64 {
	r := rand.New(rand.NewPCG(seed, seed))
	v := 0.0
	return func() float64 {
		v = 0.8*v + 0.1*r.NormFloat64()
		return 1 + v
	}
}

func limit(v float64) *float64 { return &v }

func fires(c *chart.Chart, from, to float64) {
	at := func(m float64) time.Time { return c.From.Add(time.Duration(m * float64(time.Minute))) }
	c.Firing = append(c.Firing, chart.Span{From: at(from), To: at(to)})
}

const gap = math.MaxFloat64

// scenes are charts of all kinds.
func scenes(t testing.TB) map[string]*chart.Chart {
	all := map[string]*chart.Chart{}

	wait := scene(t, "Longest queue wait", "render-hd · oldest waiting job", chart.Seconds)
	n := noise(1)
	follow(wait, "render-hd", func(m float64) float64 {
		return 8*n() + max(0, m-38)*6.8
	})
	wait.Threshold = limit(60)
	fires(wait, 49, 60)
	all["wait"] = wait

	queues := scene(t, "Oldest waiting job", "by queue", chart.Seconds)
	for i, name := range []string{"render-hd", "render-std", "ar-usdz", "embed-sync", "thumbnail", "mailer", "webhooks", "imports", "exports", "cleanup"} {
		n := noise(uint64(i + 7))
		follow(queues, name, func(m float64) float64 {
			v := float64(3+2*i) * n()
			if i == 0 {
				v += max(0, m-40) * 7
			}
			return v
		})
	}
	queues.Threshold = limit(60)
	fires(queues, 50, 60)
	all["queues"] = queues

	three := scene(t, "Request duration, p95", "by model", chart.Seconds)
	for i, name := range []string{"dall-e-3", "gpt-image-1", "gpt-4o"} {
		n := noise(uint64(i + 70))
		follow(three, name, func(float64) float64 { return []float64{9, 3, 1.2}[i] * n() })
	}
	three.Threshold = limit(12)
	all["three"] = three

	rate := scene(t, "Error rate", "OpenAI 429", chart.Ratio)
	n2 := noise(3)
	follow(rate, "429", func(m float64) float64 { return 0.006*n2()*n2() + max(0, m-56)*0.002 })
	rate.Threshold = limit(0.01)
	all["rate"] = rate

	up := scene(t, "Handshakes that succeed", "embeds, all shops", chart.Ratio)
	n3 := noise(4)
	follow(up, "ok", func(m float64) float64 { return min(1, 0.999-0.001*n3()-max(0, m-45)*0.001) })
	up.Threshold, up.Below = limit(0.99), true
	fires(up, 56, 60)
	all["availability"] = up

	cost := scene(t, "AI cost, last hour", "all models", chart.Cents)
	n4 := noise(5)
	follow(cost, "cost", func(m float64) float64 { return 80 + 60*n4()*m/60 })
	cost.Threshold = limit(250)
	all["cost"] = cost

	stopped := scene(t, "Memory of the worker", "worker-3, data stopped arriving", chart.Bytes)
	n5 := noise(6)
	follow(stopped, "rss", func(m float64) float64 {
		if m > 41 || m > 12 && m < 17 {
			return gap
		}
		return 2.1e9 * n5()
	})
	stopped.Threshold = limit(4e9)
	all["stopped"] = stopped

	none := scene(t, "Render duration, p95", "3d · high", chart.Seconds)
	none.Threshold = limit(60)
	all["none"] = none
	bare := scene(t, "Render duration, p95", "", chart.Seconds)
	all["bare"] = bare

	jobs := scene(t, "Jobs that wait in all of the queues of the production environment of the second data centre", "a sub-title that is much too long for a chart this narrow, as names of queues may be; it has an end", chart.Plain)
	n6 := noise(8)
	follow(jobs, "jobs", func(m float64) float64 { return 12400 * n6() })
	all["jobs"] = jobs

	strange := scene(t, "待ち時間 \u202equeue\x00\x07 名前 🚀", "line\nbreak\tand \xff broken", chart.Plain)
	follow(strange, "", func(m float64) float64 {
		switch {
		case m > 10 && m < 11:
			return math.NaN()
		case m > 20 && m < 21:
			return math.Inf(1)
		}
		return 40*math.Sin(m/6) - 10
	})
	follow(strange, "名前", func(m float64) float64 { return 10 })
	strange.Threshold = limit(-30)
	strange.Below = true
	all["strange"] = strange

	workers := scene(t, "Workers connected", "render-hd", chart.Plain)
	follow(workers, "w", func(m float64) float64 {
		if m > 47 {
			return 0
		}
		return 2
	})
	workers.Threshold, workers.Below = limit(1), true
	fires(workers, 48, 60)
	all["workers"] = workers

	quick := scene(t, "Latency", "p95", chart.Seconds)
	n7 := noise(9)
	follow(quick, "p95", func(m float64) float64 { return 0.24 * n7() })
	quick.Threshold = limit(0.25)
	all["quick"] = quick

	day := scene(t, "AI cost per hour", "last 24 h", chart.Cents)
	day.From = day.To.Add(-24 * time.Hour)
	day.Step = 10 * time.Minute
	n8 := noise(10)
	follow(day, "cost", func(m float64) float64 { return 2000 * n8() * (1.2 + math.Sin(m/230)) })
	day.Threshold = limit(4227)
	all["day"] = day
	return all
}

var themes = map[string]chart.Theme{"light": chart.Light, "dark": chart.Dark}

func draw(t testing.TB, c *chart.Chart) []byte {
	t.Helper()
	b, err := c.PNG()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestScenes draws each scene in each theme and several sizes, the same each time
// and none too long. LUNEO_SHOTS=DIR keeps the pictures.
func TestScenes(t *testing.T) {
	t.Parallel()
	for name, c := range scenes(t) {
		for themeName, theme := range themes {
			for _, size := range [][2]int{{0, 0}, {400, 200}, {200, 120}} {
				c := *c
				c.Theme, c.Width, c.Height = theme, size[0], size[1]
				b := draw(t, &c)
				if len(b) > 40_000 {
					t.Errorf("%s, %s: %d bytes", name, themeName, len(b))
				}
				if size[0] == 400 && string(draw(t, &c)) != string(b) {
					t.Errorf("%s, %s: differs", name, themeName)
				}
				keep(t, fmt.Sprintf("%s-%s-%d", name, themeName, size[0]), b)
			}
		}
	}
}

func keep(t *testing.T, name string, picture []byte) {
	t.Helper()
	dir := os.Getenv("LUNEO_SHOTS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, "chart-"+name+".png"), picture, 0o600); err != nil {
		t.Fatal(err)
	}
}
