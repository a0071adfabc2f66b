package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// tenThousand posts events that make about 10,000 series.
func (b *bench) tenThousand(s *server) error {
	client := &http.Client{}
	var body []byte
	for i := range 1200 { // a render's histogram has 11 series, with its counter 12
		body = fmt.Appendf(body, `{"type":"render","renderType":"t%d","quality":"q%d","durationSeconds":%d}`+"\n", i%40, i/40, i%700)
	}
	return post(client, s.url+"/api/metrics/batch", body[:len(body)*5/6])
}

func (b *bench) scrape() error {
	srv, err := b.serveLuneo()
	if err != nil {
		return err
	}
	defer srv.stop()
	if err := b.tenThousand(srv); err != nil {
		return err
	}
	for _, format := range []struct{ name, accept, encoding string }{
		{"text", "text/plain", "identity"},
		{"text, gzip", "text/plain", "gzip"},
		{"OpenMetrics", "application/openmetrics-text;version=1.0.0", "identity"},
	} {
		f := figures{}
		for range 20 * b.rounds {
			if err := scrapeOnce(srv, format.accept, format.encoding, f); err != nil {
				return err
			}
		}
		fmt.Printf("  %-12s %6.2f ms   %7.0f kB\n", format.name, f.median("ms"), f.median("kB"))
	}
	fmt.Printf("  resident memory %.0f MB\n", srv.memory())
	return nil
}

func scrapeOnce(s *server, accept, encoding string, f figures) error {
	req, err := http.NewRequest(http.MethodGet, s.url+"/metrics", http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("Accept-Encoding", encoding)
	start := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	n, err := io.Copy(io.Discard, resp.Body)
	f.add("ms", float64(time.Since(start).Microseconds())/1000)
	f.add("kB", float64(n)/1000)
	return err
}

func (b *bench) start() error {
	f := figures{}
	for range 3 * b.rounds {
		begin := time.Now()
		srv, err := b.serveLuneo()
		if err != nil {
			return err
		}
		resp, err := http.Get(srv.url + "/-/ready")
		if err == nil {
			_ = resp.Body.Close() // only that it answers
			f.add("start ms", float64(time.Since(begin).Microseconds())/1000)
			f.add("MB", srv.memory())
		}
		srv.stop()
		if err != nil {
			return err
		}
	}
	start, memory := f.median("start ms"), f.median("MB")
	atMost("ms from start to ready", start, 500)
	fmt.Printf("  resident right after the start %.0f MB\n", memory)
	return b.replayMillion()
}

// replayMillion kills a server that has a million events since its last
// snapshot, and measures how long the next one takes to be ready.
func (b *bench) replayMillion() error {
	f := figures{}
	for range b.rounds {
		dir := b.fresh()
		took, err := b.replayOnce(dir)
		if err != nil {
			return err
		}
		f.add("s", took.Seconds())
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	s := f.median("s")
	atMost("s from start to ready after a kill, a million events to replay", s, 2)
	return nil
}

func (b *bench) replayOnce(dir string) (time.Duration, error) {
	args := []string{"serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--data-dir", dir}
	srv, err := b.announced(b.luneo, args...)
	if err != nil {
		return 0, err
	}
	body, ids := eventBatch()
	client := &http.Client{}
	for sent := 0; sent < 1_000_000; sent += batchEvents {
		for _, at := range ids {
			setDigits(body[at:], eventID.Add(1))
		}
		if err := post(client, srv.url+"/api/metrics/batch", body); err != nil {
			return 0, err
		}
		// The snapshots would make it easier: take them away as they come.
		if err := removeSnapshots(dir); err != nil {
			return 0, err
		}
	}
	_ = srv.cmd.Process.Kill() // that is the point
	_ = srv.cmd.Wait()
	begin := time.Now()
	srv, err = b.announced(b.luneo, args...)
	if err != nil {
		return 0, err
	}
	took := time.Since(begin)
	srv.stop()
	return took, nil
}

func removeSnapshots(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "journal", "*.snap"))
	for _, name := range names {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return err
}
