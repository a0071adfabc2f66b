package testkit

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// BullMQ is a process of Node in which the real BullMQ produces jobs and works
// on them, and tells the truth about it. It is safe for concurrent use.
type BullMQ struct {
	mu   sync.Mutex
	in   io.WriteCloser
	runs map[string]*Run
	said Buffer
	gone chan struct{}
}

// Spec says what a run does: a scenario of bullmq/scenarios.js, its queues and
// what else the scenario asks for.
type Spec struct {
	Scenario string   `json:"scenario"`
	Prefix   string   `json:"prefix"`
	Queues   []string `json:"queues"`
	Seed     int      `json:"seed"`
	// Seconds is how long "mixed" goes on; 0 is what it likes.
	Seconds int `json:"seconds,omitempty"`
	// Remove has jobs deleted when they complete, as many people have it.
	Remove bool `json:"remove,omitempty"`
	// Jobs is how many there are in "soak".
	Jobs int `json:"n,omitempty"`
	// How is the reason why the jobs of "held" wait.
	How string `json:"how,omitempty"`
}

// Run is one scenario at work.
type Run struct {
	Spec  Spec
	Truth *Truth

	id       string
	on       *BullMQ
	prepared chan struct{}
	ended    chan struct{}
	broken   string
}

// StartBullMQ starts Node with a version of BullMQ ("4", "5" or "6") against a
// Redis, named by its URL. It ends with the test. Without Node or npm the test
// is skipped or fails like Command's.
func StartBullMQ(t testing.TB, version, redisURL string) *BullMQ {
	t.Helper()
	node := Command(t, "node")
	folder := filepath.Join(root(), "internal", "testkit", "bullmq")
	modules := Packages(t, filepath.Join(folder, "v"+version))
	b := &BullMQ{runs: map[string]*Run{}, gone: make(chan struct{})}
	cmd := exec.Command(node, filepath.Join(folder, "main.js"), redisURL)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules, "NODE_NO_WARNINGS=1")
	cmd.Stderr = &b.said
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	b.in = in
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go b.listen(out, cmd)
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-b.gone
		if s := b.said.String(); s != "" {
			t.Logf("BullMQ %s said:\n%s", version, s)
		}
	})
	return b
}

// line is what the process says.
type line struct {
	Run   string `json:"run"`
	Error string `json:"error"`
	Fact
}

func (b *BullMQ) listen(out io.Reader, cmd *exec.Cmd) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			_, _ = fmt.Fprintf(&b.said, "%v: %s\n", err, lines.Bytes()) // never fails
			continue
		}
		b.mu.Lock()
		r := b.runs[l.Run]
		b.mu.Unlock()
		if r != nil {
			r.take(l)
		}
	}
	_ = cmd.Wait() // it was killed
	close(b.gone)
}

func (r *Run) take(l line) {
	switch l.T {
	case "prepared":
		close(r.prepared)
	case "done":
		close(r.ended)
	case "broken":
		r.broken = l.Error
		close(r.ended)
	default:
		r.Truth.Add(l.Fact)
	}
}

// Prepare makes the queues of a run.
func (b *BullMQ) Prepare(t testing.TB, spec Spec) *Run {
	t.Helper()
	r := &Run{Spec: spec, Truth: NewTruth(), on: b, prepared: make(chan struct{}), ended: make(chan struct{})}
	b.mu.Lock()
	r.id = fmt.Sprint(len(b.runs) + 1)
	b.runs[r.id] = r
	b.mu.Unlock()
	r.order(t, "prepare")
	r.wait(t, r.prepared)
	return r
}

// Go starts the run.
func (r *Run) Go(t testing.TB) { r.order(t, "go") }

// Stop tells a run that goes on to come to its end.
func (r *Run) Stop(t testing.TB) { r.order(t, "stop") }

// Wait returns when the run has ended: each of its jobs has, or was removed.
func (r *Run) Wait(t testing.TB) {
	t.Helper()
	r.wait(t, r.ended)
}

// Ended is closed when the run has ended.
func (r *Run) Ended() <-chan struct{} { return r.ended }

func (r *Run) order(t testing.TB, do string) {
	t.Helper()
	order := struct {
		Do  string `json:"do"`
		Run string `json:"run"`
		Spec
	}{do, r.id, r.Spec}
	text, err := json.Marshal(order)
	if err != nil {
		t.Fatal(err)
	}
	r.on.mu.Lock()
	defer r.on.mu.Unlock()
	if _, err := r.on.in.Write(append(text, '\n')); err != nil {
		t.Fatalf("BullMQ takes no orders: %v\n%s", err, r.on.said.String())
	}
}

// runGuard bounds a run: the longest takes a good minute.
const runGuard = 5 * time.Minute

func (r *Run) wait(t testing.TB, what <-chan struct{}) {
	t.Helper()
	select {
	case <-what:
	case <-r.ended:
	case <-r.on.gone:
		t.Fatalf("BullMQ ended: %s", r.on.said.String())
	case <-time.After(runGuard):
		t.Fatalf("%s did not come to its end\n%s", r.Spec.Scenario, r.on.said.String())
	}
	select {
	case <-r.ended:
		if r.broken != "" {
			t.Fatalf("%s: %s", r.Spec.Scenario, r.broken)
		}
	default:
	}
}
