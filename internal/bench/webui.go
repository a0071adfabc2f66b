package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// webui measures the web UI in a headless Chromium, and the first minute.
func (b *bench) webui() error {
	br, err := b.openBrowser()
	if errors.Is(err, errNoChromium) {
		fmt.Println("  left out:", err)
		return nil
	}
	if err != nil {
		return err
	}
	defer br.stop()
	for _, measure := range []func(*browser) error{b.firstEvent, b.demoOnScreen, b.pages} {
		if err := measure(br); err != nil {
			return err
		}
	}
	return nil
}

// pages measures loads of the KPIs page of a demo with 14 days of history.
func (b *bench) pages(br *browser) error {
	demo, err := b.announced(b.luneo, "demo", "--listen", "127.0.0.1:0", "--data-dir", b.fresh())
	if err != nil {
		return err
	}
	defer demo.stop()
	if err := b.firstLoad(demo.url); err != nil {
		return err
	}
	dense, err := densely(demo.url)
	if err != nil {
		return err
	}
	defer dense.Close() //nolint:errcheck // the end of the measurement
	f := figures{}
	for range b.rounds {
		for _, side := range []struct {
			name, url string
			on        device
		}{
			{"desktop", demo.url + "/?from=now-6h", desktop()},
			{"phone, CPU ÷ 4", demo.url + "/?from=now-6h", phone()},
			{"dense", "http://" + dense.Addr().String() + "/?from=now-6h", desktop()},
		} {
			if err := f.visit(br, side.name, side.url, side.on); err != nil {
				return err
			}
		}
	}
	for _, name := range []string{"desktop", "phone, CPU ÷ 4"} {
		fmt.Printf("  %-16s LCP %5.0f ms   TBT %4.0f ms   CLS %.4f   all panels, 6 h, drawn %5.0f ms\n", name, f.median(name+" LCP"), f.median(name+" TBT"), f.median(name+" CLS"), f.median(name+" drawn"))
	}
	fmt.Printf("  %-16s all panels of 10 series and about 720 points, answered from memory, drawn %5.0f ms\n", "dense", f.median("dense drawn"))
	atMost("ms to LCP, desktop", f.median("desktop LCP"), 800)
	atMost("ms to LCP, phone", f.median("phone, CPU ÷ 4 LCP"), 2000)
	atMost("ms of TBT, phone", f.median("phone, CPU ÷ 4 TBT"), 150)
	atMost("CLS, desktop", f.median("desktop CLS"), 0.02)
	atMost("CLS, phone", f.median("phone, CPU ÷ 4 CLS"), 0.02)
	atMost("ms from navigation to all panels of the KPIs page drawn, 6 h", f.median("desktop drawn"), 800)
	return nil
}

// visit adds what one load came to.
func (f figures) visit(br *browser, name, url string, on device) error {
	v, err := br.visit(on)
	if err != nil {
		return err
	}
	defer v.stop()
	seen, err := v.load(url)
	if err != nil {
		return err
	}
	f.add(name+" LCP", seen.LCP)
	f.add(name+" CLS", seen.CLS)
	f.add(name+" TBT", seen.TBT)
	f.add(name+" drawn", seen.Drawn)
	return nil
}

// firstLoad weighs what index.html loads, as it goes over the wire.
func (b *bench) firstLoad(base string) error {
	index, err := wire(base + "/")
	if err != nil {
		return err
	}
	sums := map[string]float64{}
	for _, m := range regexp.MustCompile(`/assets/[^"]+\.(js|css|woff2)`).FindAllSubmatch(index.plain, -1) {
		got, err := wire(base + string(m[0]))
		if err != nil {
			return err
		}
		sums[string(m[1])] += float64(got.size) / 1000
	}
	atMost("kB of JS in the first load, gzip", sums["js"], 70)
	atMost("kB of CSS in the first load, gzip", sums["css"], 12)
	atMost("kB of fonts", sums["woff2"], 56)
	return nil
}

// transfer is what came over the wire.
type transfer struct {
	plain []byte // when it was not compressed
	size  int
}

func wire(url string) (transfer, error) {
	req, err := http.NewRequest(http.MethodGet, url, http.NoBody)
	if err != nil {
		return transfer{}, err
	}
	coding := "gzip"
	if strings.HasSuffix(url, "/") {
		coding = "identity"
	}
	req.Header.Set("Accept-Encoding", coding)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return transfer{}, err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(resp.Body)
	return transfer{body, len(body)}, err
}

// densely serves what another server does, but answers every range query with
// ten series of as many points as were asked for.
func densely(behind string) (net.Listener, error) {
	to, err := url.Parse(behind)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query(); r.URL.Path == "/api/v1/query_range" && !strings.HasPrefix(q.Get("query"), "ALERTS") {
			_ = json.NewEncoder(w).Encode(tenSeries(q)) // the browser may have gone
			return
		}
		proxy.ServeHTTP(w, r)
	})}
	go func() { _ = server.Serve(l) }() // until the listener is closed
	return l, nil
}

// tenSeries is an answer of the query API with waves in it.
func tenSeries(q url.Values) map[string]any {
	start, _ := strconv.ParseFloat(q.Get("start"), 64)
	end, _ := strconv.ParseFloat(q.Get("end"), 64)
	step, _ := strconv.ParseFloat(q.Get("step"), 64)
	step = max(step, (end-start)/720)
	series := []any{}
	for i := range 10 {
		values := [][2]any{}
		for at := start; at <= end; at += step {
			values = append(values, [2]any{at, strconv.FormatFloat(20+10*math.Sin(at/900+float64(i))+float64(i), 'f', 3, 64)})
		}
		series = append(series, map[string]any{"metric": map[string]string{"queue_name": fmt.Sprint("queue-", i), "le": fmt.Sprint(i)}, "values": values})
	}
	return map[string]any{"status": "success", "data": map[string]any{"resultType": "matrix", "result": series}}
}

// firstEvent takes the time from the start of a server to its URL, and from a
// first event to its panel, with the page open.
func (b *bench) firstEvent(br *browser) error {
	f := figures{}
	for range b.rounds {
		begin := time.Now()
		s, err := b.serveLuneo()
		if err != nil {
			return err
		}
		f.add("URL", time.Since(begin).Seconds())
		took, err := b.eventToPanel(br, s)
		s.stop()
		if err != nil {
			return err
		}
		f.add("panel", took.Seconds())
	}
	atMost("s from the start to the URL", f.median("URL"), 1)
	atMost("s from the first event to its panel, with the page open", f.median("panel"), 10)
	return nil
}

func (b *bench) eventToPanel(br *browser, s *server) (time.Duration, error) {
	v, err := br.visit(desktop())
	if err != nil {
		return 0, err
	}
	defer v.stop()
	if _, err := v.load(s.url + "/"); err != nil {
		return 0, err
	}
	resp, err := http.Post(s.url+"/api/metrics/queue-wait", "application/json", strings.NewReader(`{"queueName":"render-hd","waitSeconds":42,"oldestWaitingSeconds":42}`))
	if err != nil {
		return 0, err
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusAccepted {
		return 0, fmt.Errorf("the event was answered with %d: %w", resp.StatusCode, err)
	}
	return v.until(`[...document.querySelectorAll(".panel .legend-item")].some((e) => e.innerText.includes("render-hd"))`)
}

// demoOnScreen takes the time from the start of a demo to 14 days on the screen.
func (b *bench) demoOnScreen(br *browser) error {
	f := figures{}
	for range b.rounds {
		begin := time.Now()
		demo, err := b.announced(b.luneo, "demo", "--listen", "127.0.0.1:0", "--data-dir", b.fresh())
		if err != nil {
			return err
		}
		v, err := br.visit(desktop())
		if err != nil {
			return err
		}
		err = chromedp.Do(v.ctx, chromedp.Navigate(demo.url+"/?from=now-14d"))
		if err == nil {
			_, err = v.until(`document.querySelectorAll(".panel canvas").length > 3 && !document.querySelector(".skeleton")`)
		}
		f.add("s", time.Since(begin).Seconds())
		v.stop()
		demo.stop()
		if err != nil {
			return err
		}
	}
	atMost("s from the start of luneo demo to 14 days of history on the screen", f.median("s"), 5)
	return nil
}
