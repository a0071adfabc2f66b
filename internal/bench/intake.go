package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

const singleEvent = `{"model":"gpt-4o-mini","operation":"chat","durationSeconds":1.284,"costCents":0.0417,"timestamp":null,"status":"success"}`

// side is one of the servers of a comparison.
type side struct {
	name  string
	start func() (*server, error)
	path  string
	body  string
	figs  figures
}

func (b *bench) sides() []*side {
	return []*side{
		{name: "luneo", start: func() (*server, error) { return b.serveLuneo() }, path: "/api/metrics/openai", body: singleEvent},
		{name: "bare net/http", start: func() (*server, error) { return b.announced(b.self, "-be", "bare") }, path: "/", body: singleEvent},
		{
			name: "pushgateway", path: "/metrics/job/bench",
			start: func() (*server, error) {
				return b.listening("/-/ready", "prometheus-pushgateway", "--web.listen-address=ADDR", "--persistence.file="+b.fresh())
			},
			body: "# TYPE luneo_openai_requests_total counter\nluneo_openai_requests_total{model=\"gpt-4o-mini\",operation=\"chat\"} 1\n",
		},
	}
}

func (b *bench) intake64() error {
	sides := b.sides()
	for range b.rounds {
		for _, s := range sides {
			if err := b.single(s, 64); err != nil {
				return err
			}
		}
	}
	for _, s := range sides {
		fmt.Printf("  %-14s %8.0f req/s   p50 %6.2f ms   p99 %6.2f ms   %5.1f µs CPU an event\n",
			s.name, s.figs.median("req/s"), s.figs.median("p50 ms"), s.figs.median("p99 ms"), s.figs.median("CPU µs/event"))
	}
	bare := ratio(sides[0].figs, sides[1].figs, "req/s")
	atLeast("of the bare handler (floor 0.35)", bare, 0.5)
	push := ratio(sides[0].figs, sides[2].figs, "req/s")
	atLeast("times pushgateway", push, 15)
	return nil
}

// ratio is the median of the ratios of runs that followed each other.
func ratio(a, b figures, name string) float64 {
	var r []float64
	for i := range a[name] {
		r = append(r, a[name][i]/b[name][i])
	}
	slices.Sort(r)
	return r[len(r)/2]
}

func (b *bench) intake1() error {
	sides, disk := b.sides()[:2], figures{}
	for range b.rounds {
		for _, s := range sides {
			if err := b.single(s, 1); err != nil {
				return err
			}
		}
		if err := b.datasync(disk); err != nil {
			return err
		}
	}
	for _, s := range append(sides, &side{name: "one fdatasync", figs: disk}) {
		fmt.Printf("  %-14s p50 %.3f ms   p99 %.3f ms\n", s.name, s.figs.median("p50 ms"), s.figs.median("p99 ms"))
	}
	atMost("times one fdatasync at the median", ratio(sides[0].figs, disk, "p50 ms"), 1.5)
	return nil
}

// single starts a side's server and drives it with single events.
func (b *bench) single(s *side, conns int) error {
	if s.figs == nil {
		s.figs = figures{}
	}
	srv, err := s.start()
	if err != nil {
		return err
	}
	defer srv.stop()
	if err := b.wrk(srv, s.path, conns, s.body, s.figs); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	return nil
}

// datasync measures writes of an event's size, each with an fdatasync, in a
// file that was written ahead.
func (b *bench) datasync(f figures) error {
	file, err := os.Create(filepath.Join(b.dir, "datasync"))
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // nothing of value
	if _, err := file.Write(make([]byte, 4<<20)); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	var took []float64
	record := make([]byte, 80)
	for i, end := int64(0), time.Now().Add(b.run); time.Now().Before(end); i++ {
		start := time.Now()
		if _, err := file.WriteAt(record, i*80%(4<<20)); err != nil {
			return err
		}
		if err := syscall.Fdatasync(int(file.Fd())); err != nil {
			return err
		}
		took = append(took, float64(time.Since(start).Nanoseconds())/1e6)
	}
	slices.Sort(took)
	f.add("p50 ms", took[len(took)/2])
	f.add("p99 ms", took[len(took)*99/100])
	return nil
}
