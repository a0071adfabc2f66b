package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	batchEvents = 1000
	batchConns  = 8
	idDigits    = 12
)

// eventBatch is an NDJSON batch; the digits of each id are set anew for each
// request, so that no event is a duplicate.
func eventBatch() (body []byte, ids []int) {
	models := []string{"gpt-4o-mini", "gpt-4o", "gpt-4.1", "text-embedding-3-small"}
	for i := range batchEvents {
		body = append(body, `{"type":"openai","id":"`...)
		ids = append(ids, len(body))
		body = append(body, bytes.Repeat([]byte("0"), idDigits)...)
		body = fmt.Appendf(body, `","model":%q,"operation":"chat","durationSeconds":%d.%03d,"costCents":0.%04d}`+"\n", models[i%4], i%20, i, i)
	}
	return body, ids
}

func setDigits(b []byte, v int64) {
	for i := idDigits - 1; i >= 0; i-- {
		b[i] = byte('0' + v%10)
		v /= 10
	}
}

// rowBatch is as many rows for VictoriaMetrics' import, with as many labels.
func rowBatch() []byte {
	var b []byte
	models := []string{"gpt-4o-mini", "gpt-4o", "gpt-4.1", "text-embedding-3-small"}
	for i := range batchEvents {
		b = fmt.Appendf(b, "luneo_openai_requests_total{model=%q,operation=\"chat\",row=\"%d\"} %d\n", models[i%4], i%250, i)
	}
	return b
}

func (b *bench) batch() error {
	luneo, vm := figures{}, figures{}
	for range b.rounds {
		srv, err := b.serveLuneo()
		if err != nil {
			return err
		}
		err = b.flood(srv, "/api/metrics/batch", luneo, func() func() []byte {
			body, ids := eventBatch()
			return func() []byte {
				for _, at := range ids {
					setDigits(body[at:], eventID.Add(1))
				}
				return body
			}
		})
		srv.stop()
		if err != nil {
			return err
		}
		srv, err = b.listening("/health", "victoria-metrics", "-httpListenAddr=ADDR", "-storageDataPath="+b.fresh())
		if err != nil {
			return err
		}
		err = b.flood(srv, "/api/v1/import/prometheus", vm, func() func() []byte {
			body := rowBatch()
			return func() []byte { return body }
		})
		srv.stop()
		if err != nil {
			return err
		}
	}
	for _, s := range []struct {
		name string
		f    figures
	}{{"luneo", luneo}, {"victoria-metrics", vm}} {
		fmt.Printf("  %-17s %9.0f events/s   p50 %6.2f ms a batch   %5.2f µs CPU an event\n", s.name, s.f.median("events/s"), s.f.median("p50 ms"), s.f.median("CPU µs/event"))
	}
	r := ratio(luneo, vm, "events/s")
	atLeast("of victoria-metrics (floor 0.25)", r, 0.5)
	return nil
}

var eventID atomic.Int64

// flood posts batches from batchConns connections; each has a generator of its own.
func (b *bench) flood(s *server, path string, f figures, generator func() func() []byte) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: batchConns}}
	defer client.CloseIdleConnections()
	var (
		wg    sync.WaitGroup
		n     atomic.Int64
		once  sync.Once
		first error
	)
	before, start := s.cpu(), time.Now()
	for range batchConns {
		wg.Go(func() {
			next := generator()
			for time.Since(start) < b.run {
				if err := post(client, s.url+path, next()); err != nil {
					once.Do(func() { first = err })
					return
				}
				n.Add(batchEvents)
			}
		})
	}
	wg.Wait()
	took := time.Since(start).Seconds()
	f.add("events/s", float64(n.Load())/took)
	f.add("p50 ms", took*1000*batchConns*batchEvents/float64(n.Load()))
	f.add("CPU µs/event", float64((s.cpu()-before).Microseconds())/float64(n.Load()))
	return first
}

func post(client *http.Client, url string, body []byte) error {
	resp, err := client.Post(url, "application/x-ndjson", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	return err
}
