package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// redis is a Redis of the benchmark's own, which keeps nothing.
type redis struct {
	*server
	port string
}

func (b *bench) redis() (*redis, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if err := l.Close(); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(b.ctx, "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", b.dir)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	r := &redis{server: &server{cmd: cmd}, port: port}
	for range 200 {
		if r.cli("", "PING") == "PONG" {
			return r, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil, fmt.Errorf("redis-server does not answer")
}

// cli runs a command, or with --pipe what comes on stdin.
func (r *redis) cli(stdin string, args ...string) string {
	cmd := exec.Command("redis-cli", append([]string{"-p", r.port}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	out, _ := cmd.Output() // an answer that is none is seen by who asked
	return strings.TrimSpace(string(out))
}

var statLine = regexp.MustCompile(`cmdstat_([^:]+):calls=(\d+),usec=(\d+)`)

// usec is Redis' processor time by command (INFO commandstats), microseconds.
func (r *redis) usec() map[string]float64 {
	spent := map[string]float64{}
	for _, m := range statLine.FindAllStringSubmatch(r.cli("", "INFO", "commandstats"), -1) {
		spent[m[1]], _ = strconv.ParseFloat(m[3], 64)
	}
	return spent
}

// watching are the commands that only Luneo sends here. What it shares with
// BullMQ's scripts (LLEN, ZCARD and the like) is counted with its looks.
func watching() []string {
	return []string{"xread", "xrevrange", "xinfo|stream", "scan", "client|list", "info", "time", "exists", "zcount"}
}

// top are the commands of BullMQ's clients; what its scripts call is in them.
func top() []string { return []string{"evalsha", "eval", "bzpopmin", "hset", "hget", "zadd"} }

func sum(spent map[string]float64, names []string) (total float64) {
	for _, n := range names {
		total += spent[n]
	}
	return total
}

// watched starts a Redis that holds the keys of some commands, and a Luneo
// that watches it. The caller stops both.
func (b *bench) watched(commands string) (*redis, *server, error) {
	r, err := b.redis()
	if err != nil {
		return nil, nil, err
	}
	r.cli(commands, "--pipe")
	s, err := b.announced(b.luneo, "serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--data-dir", b.fresh(), "--redis", "redis://127.0.0.1:"+r.port)
	if err != nil {
		r.stop()
		return nil, nil, err
	}
	return r, s, nil
}

// shown reads a metric of Luneo's; -1 when it is absent.
func shown(s *server, name string) float64 {
	resp, err := http.Get(s.url + "/metrics")
	if err != nil {
		return -1
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	text, _ := io.ReadAll(resp.Body)
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + `(?:\{[^}]*\})? (\S+)$`).FindStringSubmatch(string(text))
	if m == nil {
		return -1
	}
	v, _ := strconv.ParseFloat(m[1], 64)
	return v
}

func await(what string, ok func() bool) error {
	for range 1200 {
		if ok() {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("waited in vain for %s", what)
}

// queues measures the watch of BullMQ's queues.
func (b *bench) queues() error {
	for _, step := range []func() error{b.manyQueues, b.millionWaiting, b.busyQueues} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// manyQueues are a thousand queues in which nothing happens.
func (b *bench) manyQueues() error {
	var keys strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&keys, "HSET bull:q%d:meta opts.maxLenEvents 10000\r\nXADD bull:q%d:events * event added jobId 1\r\n", i, i)
	}
	r, s, err := b.watched(keys.String())
	if err != nil {
		return err
	}
	defer r.stop()
	defer s.stop()
	began := time.Now()
	if err := await("a thousand queues", func() bool { return shown(s, "luneo_redis_queues") == 1000 }); err != nil {
		return err
	}
	fmt.Printf("  1,000 queues found and looked at after %.1f s\n", time.Since(began).Seconds())
	time.Sleep(25 * time.Second) // until they are looked at as seldom as quiet ones are
	cpu, redisCPU := s.cpu(), r.cpu()
	time.Sleep(20 * time.Second)
	fmt.Printf("  idle: Luneo %.1f %% of a core, Redis %.1f %%; Luneo %.0f MB\n",
		100*(s.cpu()-cpu).Seconds()/20, 100*(r.cpu()-redisCPU).Seconds()/20, s.memory())
	return nil
}

// millionWaiting is a queue with a million jobs that wait since before Luneo came.
func (b *bench) millionWaiting() error {
	const jobs = 1_000_000
	now := time.Now().UnixMilli()
	var keys strings.Builder
	keys.WriteString("HSET bull:big:meta opts.maxLenEvents 10000\r\n")
	for i := 1; i <= jobs; i++ {
		fmt.Fprintf(&keys, "HSET bull:big:%d timestamp %d opts {} name job data {} delay 0 priority 0\r\nLPUSH bull:big:wait %d\r\n", i, now-2*jobs+int64(i), i)
	}
	r, s, err := b.watched(keys.String())
	if err != nil {
		return err
	}
	defer r.stop()
	defer s.stop()
	began := time.Now()
	if err := await("the queue", func() bool { return shown(s, "luneo_worker_queue_wait_time_current_seconds") > 0 }); err != nil {
		return err
	}
	fmt.Printf("  a million waiting jobs: shown after %.1f s\n", time.Since(began).Seconds())
	truth := float64(time.Now().UnixMilli()-(now-2*jobs+1)) / 1000
	atMost("s that the oldest wait is off", abs(shown(s, "luneo_worker_queue_wait_time_current_seconds")-truth), 1.5)
	before := r.usec()
	time.Sleep(10 * time.Second)
	after := r.usec()
	var spent float64
	for name, v := range after {
		if name != "info" {
			spent += v - before[name]
		}
	}
	fmt.Printf("  Redis spends %.2f ms a second on Luneo; a look takes %.2f ms; Luneo %.0f MB\n", spent/1e4, 1000*shown(s, "luneo_redis_look_seconds"), s.memory())
	return nil
}

func abs(v float64) float64 { return max(v, -v) }

// busyQueues are fifty queues through which jobs run as fast as asked, with
// the real BullMQ, and as fast as this machine lets them.
func (b *bench) busyQueues() error {
	for _, rate := range []int{1000, 5000} {
		if err := b.busy(rate); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) busy(rate int) error {
	r, s, err := b.watched("")
	if err != nil {
		return err
	}
	defer r.stop()
	defer s.stop()
	load, err := b.load(r, rate)
	if err != nil {
		return err
	}
	before, cpu, lags := r.usec(), s.cpu(), []float64{}
	stop := make(chan struct{})
	sampled := make(chan struct{})
	go func() {
		defer close(sampled)
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
				lags = append(lags, shown(s, "luneo_redis_follow_lag_seconds"))
			}
		}
	}()
	done, err := load()
	if err != nil {
		return err
	}
	close(stop)
	<-sampled
	after, used := r.usec(), s.cpu()-cpu
	luneo, work := sum(after, watching())-sum(before, watching()), sum(after, top())-sum(before, top())
	slices.Sort(lags)
	fmt.Printf("  asked for %d jobs/s through 50 queues: %.0f jobs/s for %.0f s; BullMQ's scripts cost Redis %.0f µs a job\n", rate, done.Done/done.Seconds, done.Seconds, work/done.Done)
	fmt.Printf("  Luneo %.1f %% of a core, %.0f MB\n", 100*used.Seconds()/done.Seconds, s.memory())
	atMost("% of what the jobs cost Redis spent on Luneo", 100*luneo/work, 3)
	atMost("s until events are read, p99", lags[len(lags)*99/100], 1)
	if err := await("all waits", func() bool { return total(s, "luneo_worker_queue_wait_time_seconds_count") >= done.Done }); err != nil {
		return err
	}
	fmt.Printf("  %.0f waits counted of %.0f\n", total(s, "luneo_worker_queue_wait_time_seconds_count"), done.Done)
	return nil
}

// total is the sum over a metric's series.
func total(s *server, name string) (sum float64) {
	resp, err := http.Get(s.url + "/metrics")
	if err != nil {
		return 0
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), name+"{"); ok {
			v, _ := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64)
			sum += v
		}
	}
	return sum
}

// loaded is what the load did.
type loaded struct{ Done, Seconds float64 }

// load starts jobs and workers, and returns when jobs begin; what it returns
// waits until all have ended.
func (b *bench) load(r *redis, rate int) (func() (loaded, error), error) {
	modules, err := b.bullmq()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(b.ctx, "node", filepath.Join("internal", "bench", "queues", "load.js"), r.port, "50", strconv.Itoa(rate), "15")
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "begin" {
		return nil, fmt.Errorf("the load did not begin: %w", cmd.Wait())
	}
	return func() (done loaded, err error) {
		if lines.Scan() {
			err = json.Unmarshal(lines.Bytes(), &done)
		}
		if werr := cmd.Wait(); err == nil {
			err = werr
		}
		return done, err
	}, nil
}

// bullmq installs the packages that the tests use too.
func (b *bench) bullmq() (modules string, err error) {
	home := filepath.Join(b.dir, "bullmq")
	if _, err := os.Stat(filepath.Join(home, "node_modules")); err == nil {
		return filepath.Join(home, "node_modules"), nil
	}
	if err := os.CopyFS(home, os.DirFS(filepath.Join("internal", "testkit", "bullmq", "v5"))); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(b.ctx, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	cmd.Dir = home
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("installing BullMQ: %w\n%s", err, out)
	}
	return filepath.Join(home, "node_modules"), nil
}
