package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// gatewayStreams measures how late chunks come, and how many streams without
// pauses pass a second.
func (b *bench) gatewayStreams() error {
	up, err := b.announced(b.self, "-be", "upstream")
	if err != nil {
		return err
	}
	defer up.stop()
	all := passages()
	for range b.rounds {
		for _, p := range all {
			if err := b.streams(p, up); err != nil {
				return err
			}
		}
	}
	for _, p := range all {
		f := p.figs[64]
		fmt.Printf("  %-18s 64 streams of a chunk every 5 ms: lag p50 %6.3f ms p99 %6.2f ms, %5.1f µs CPU a chunk; without pauses %6.0f streams/s; %d broken off\n",
			p.name, f.median("lag p50"), f.median("lag p99"), f.median("CPU µs"), f.median("streams/s"), p.broken)
	}
	direct, luneo, nginx := all[0].figs[64], all[1].figs[64], all[2].figs[64]
	late := func(f figures) float64 { return f.median("lag p50") - direct.median("lag p50") }
	atMost("times the lag that nginx adds, p50", late(luneo)/late(nginx), 1)
	return nil
}

func (b *bench) streams(p *passage, up *server) error {
	s, stop, err := b.through(p, up)
	if err != nil {
		return err
	}
	defer stop()
	if p.figs == nil {
		p.figs = map[int]figures{64: {}}
	}
	f := p.figs[64]
	before := s.cpu()
	lags, _, broken, err := b.readStreams(s.url+p.path, 5, 64)
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	f.add("CPU µs", float64((s.cpu()-before).Microseconds())/float64(max(1, len(lags))))
	slices.Sort(lags)
	f.add("lag p50", float64(lags[len(lags)/2].Nanoseconds())/1e6)
	f.add("lag p99", float64(lags[len(lags)*99/100].Nanoseconds())/1e6)
	_, done, more, err := b.readStreams(s.url+p.path, 0, 64)
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	f.add("streams/s", float64(done)/b.run.Seconds())
	p.broken += broken + more
	return nil
}

// readStreams reads streams at so many connections for the length of a run, and
// returns how late each chunk came, and how many streams came whole and how many
// broke off.
func (b *bench) readStreams(url string, pauseMs, conns int) (lags []time.Duration, whole, broken int, err error) {
	ctx, cancel := context.WithTimeout(b.ctx, b.run)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: conns}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	var readers sync.WaitGroup
	for range conns {
		readers.Go(func() {
			for ctx.Err() == nil {
				late, rerr := readStream(ctx, client, url, pauseMs)
				mu.Lock()
				lags = append(lags, late...)
				if len(late) == chunks {
					whole++
				}
				if rerr != nil && ctx.Err() == nil {
					broken++
				}
				mu.Unlock()
			}
		})
	}
	readers.Wait()
	if len(lags) == 0 {
		err = errors.Join(err, errors.New("no chunk came"))
	}
	return lags, whole, broken, err
}

func readStream(ctx context.Context, client *http.Client, url string, pauseMs int) (lags []time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(fmt.Sprintf(streamCall, pauseMs)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	lines := bufio.NewReader(resp.Body)
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return lags, nil
		}
		if err != nil {
			return lags, err
		}
		if _, sent, ok := bytes.Cut(line, []byte(`"sent":`)); ok {
			ns, _ := strconv.ParseInt(string(bytes.TrimRight(sent, "}\n")), 10, 64)
			lags = append(lags, time.Since(time.Unix(0, ns)))
		}
	}
}

// idleStreams is how many are held open at once.
const idleStreams = 10_000

// gatewayIdle measures what a stream costs in memory that waits for its next chunk.
func (b *bench) gatewayIdle() error {
	const filesEach = 2 // of the gateway
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 4 * idleStreams, Max: 4 * idleStreams}); err != nil {
		fmt.Printf("  (the limit of open files stays: %v)\n", err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	n := min(idleStreams, int(limit.Cur)/filesEach-500)
	up, err := b.announced(b.self, "-be", "upstream")
	if err != nil {
		return err
	}
	defer up.stop()
	s, err := b.luneoBefore(up.url)
	if err != nil {
		return err
	}
	defer s.stop()
	time.Sleep(2 * time.Second) // until it has settled
	before := s.memory()
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	if err := holdStreams(ctx, s.url+"/openai/v1/chat/completions", n); err != nil {
		return err
	}
	after := s.memory()
	fmt.Printf("  %d idle streams: %.0f MB before, %.0f MB with them\n", n, before, after)
	atMost("kB of memory an idle stream", (after-before)*1000/float64(n), 40)
	return nil
}

// holdStreams opens streams and waits for the first chunk of each; they stay open
// until ctx ends.
func holdStreams(ctx context.Context, url string, n int) error {
	client := &http.Client{Transport: &http.Transport{}}
	failed := make(chan error, n)
	slots := make(chan struct{}, 64)
	for range n {
		slots <- struct{}{}
		go func() {
			failed <- holdStream(ctx, client, url)
			<-slots
		}()
	}
	for range n {
		if err := <-failed; err != nil {
			return err
		}
	}
	return nil
}

func holdStream(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(fmt.Sprintf(streamCall, -1)))
	if err != nil {
		return err
	}
	resp, err := client.Do(req) //nolint:bodyclose // ctx ends it
	if err != nil {
		return err
	}
	_, err = resp.Body.Read(make([]byte, 512))
	return err
}
