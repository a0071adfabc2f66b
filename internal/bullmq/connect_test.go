package bullmq_test

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/luneo-platform/luneo/internal/bullmq"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// wantQueue waits until a watcher shows one queue with one job.
func wantQueue(t *testing.T, w *bullmq.Watcher, name string) {
	t.Helper()
	testkit.Await(t, "the queue "+name, func() bool {
		q := w.Queues()
		return len(q) == 1 && q[0].Name == name && q[0].Depth.Waiting == 1 && q[0].Oldest > 0
	})
}

// connecting watches a server by how to get in.
func connecting(t *testing.T, c bullmq.Connect, prefixes ...string) *bullmq.Watcher {
	t.Helper()
	w, _ := watch(t, newLedger(), func(o *bullmq.Options) {
		o.Servers = []bullmq.Server{{Name: "test", Prefixes: prefixes, Connect: c}}
	})
	return w
}

// TestWaysIn is a smoke test of each way to reach a Redis.
func TestWaysIn(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]func(t *testing.T) *bullmq.Watcher{
		"password in the URL": func(t *testing.T) *bullmq.Watcher {
			r := testkit.Redis(t, testkit.WithPassword("s3cret"))
			r.Feed(testkit.QueueKeys("bull", "q"))
			return connecting(t, bullmq.Connect{URL: r.URL})
		},
		"password beside the URL": func(t *testing.T) *bullmq.Watcher {
			r := testkit.Redis(t, testkit.WithPassword("s3cret"))
			r.Feed(testkit.QueueKeys("bull", "q"))
			return connecting(t, bullmq.Connect{URL: "redis://" + r.Addr, Password: "s3cret"})
		},
		"TLS with an authority of its own": func(t *testing.T) *bullmq.Watcher {
			r := testkit.Redis(t, testkit.WithTLS())
			r.Feed(testkit.QueueKeys("bull", "q"))
			return connecting(t, bullmq.Connect{URL: r.URL, CAFile: r.CAFile})
		},
		"Unix socket": func(t *testing.T) *bullmq.Watcher {
			r := testkit.Redis(t, testkit.OnSocket())
			r.Feed(testkit.QueueKeys("bull", "q"))
			return connecting(t, bullmq.Connect{URL: r.URL})
		},
		"database 3": func(t *testing.T) *bullmq.Watcher {
			r := testkit.Redis(t)
			r.Feed("SELECT 3\r\n" + testkit.QueueKeys("bull", "q"))
			return connecting(t, bullmq.Connect{URL: r.URL + "/3"})
		},
		"Sentinel": func(t *testing.T) *bullmq.Watcher {
			s := testkit.Sentinel(t)
			s.Master.Feed(testkit.QueueKeys("bull", "q"))
			return connecting(t, bullmq.Connect{URL: "redis://ignored", SentinelMaster: s.Name, Sentinels: []string{s.Addr}})
		},
		"Sentinel with TLS, by rediss": func(t *testing.T) *bullmq.Watcher {
			s := testkit.TLSSentinel(t)
			s.Master.Feed(testkit.QueueKeys("bull", "q"))
			return connecting(t, bullmq.Connect{URL: "rediss://ignored", CAFile: s.Master.CAFile, SentinelMaster: s.Name, Sentinels: []string{s.Addr}})
		},
		"replica": func(t *testing.T) *bullmq.Watcher {
			r := testkit.Redis(t)
			r.Feed(testkit.QueueKeys("bull", "q"))
			host, port, _ := strings.Cut(r.Addr, ":")
			replica := testkit.Redis(t, testkit.WithRedisArgs("--replicaof", host, port))
			w := connecting(t, bullmq.Connect{URL: replica.URL})
			testkit.Await(t, "it to be known as a replica, whose workers nobody sees", func() bool {
				q := w.Queues()
				return len(q) == 1 && q[0].Workers == -1 && w.Servers()[0].Replica && q[0].Reason == "busy"
			})
			return w
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantQueue(t, way(t), "q")
		})
	}
}

// TestCluster: queues of two slots, found on different nodes and followed.
func TestCluster(t *testing.T) {
	t.Parallel()
	node, l := testkit.RedisCluster(t), newLedger()
	w, _ := watch(t, l, func(o *bullmq.Options) {
		o.Servers = []bullmq.Server{{Name: "test", Prefixes: []string{"{a}", "{b}", "{c}"}, Connect: bullmq.Connect{URL: node.URL, Cluster: true}}}
	})
	awaitUp(t, w)
	for _, prefix := range []string{"{a}", "{b}", "{c}"} {
		for command := range strings.Lines(testkit.QueueKeys(prefix, "q"+prefix)) {
			node.Cli(append([]string{"-c"}, strings.Fields(command)...)...)
		}
	}
	testkit.Await(t, "the queues", func() bool { return len(w.Queues()) == 3 })
	wantNote(t, connecting(t, bullmq.Connect{URL: node.URL}), "set cluster: true")
	for _, prefix := range []string{"{a}", "{b}", "{c}"} {
		node.Cli("-c", "XADD", prefix+":q"+prefix+":events", "*", "event", "active", "jobId", "1", "prev", "waiting")
		testkit.Await(t, "the wait in "+prefix, func() bool { return l.waits("q"+prefix) == 1 })
	}
}

// readOnly is the line of the documentation.
func readOnly(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "queues.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "ACL SETUSER luneo ") {
			return strings.Fields(line)[2:]
		}
	}
	t.Fatal("docs/queues.md has no line ACL SETUSER luneo …")
	return nil
}

// TestReadOnlyUser: the ACL of the documentation suffices for everything, and
// lets nothing be written; without CLIENT LIST and more, the rest goes on.
func TestReadOnlyUser(t *testing.T) {
	t.Parallel()
	rule := readOnly(t)
	for name, forbid := range map[string][]string{
		"as documented":         nil,
		"without extras":        {"-client|list", "-info", "-xinfo|stream"},
		"without SCAN":          {"-scan"},
		"without the keys":      {"resetkeys"},
		"without what it reads": {"-llen"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, l := testkit.Redis(t), newLedger()
			r.Feed(testkit.QueueKeys("bull", "q"))
			r.Cli(append(append([]string{"ACL", "SETUSER"}, rule...), forbid...)...)
			if out := r.Cli("ACL", "DRYRUN", "luneo", "SET", "bull:x", "1"); !strings.Contains(out, "no permissions") {
				t.Errorf("the user may write: %s", out)
			}
			user, _, _ := strings.Cut(rule[2], " ")
			w, _ := watch(t, l, func(o *bullmq.Options) {
				o.Servers = []bullmq.Server{{Name: "test", Connect: bullmq.Connect{URL: "redis://" + r.Addr, Username: "luneo", Password: strings.TrimPrefix(user, ">")}}}
			})
			switch name {
			case "without SCAN":
				wantNote(t, w, "allow +scan")
				return
			case "without the keys":
				wantNote(t, w, "read the keys")
				return
			case "without what it reads":
				testkit.Await(t, "the error", func() bool { return strings.Contains(w.Servers()[0].Error, "ACL of Luneo's user") })
				return
			case "without extras":
				wantNote(t, w, "CLIENT LIST")
				wantNote(t, w, "INFO")
				wantNote(t, w, "XINFO")
			}
			wantQueue(t, w, "q")
			r.Feed("XADD bull:q:events * event active jobId 1 prev waiting\r\n")
			testkit.Await(t, "the wait", func() bool { return l.waits("q") == 1 })
			if name == "as documented" && (len(w.Servers()[0].Notes) > 0 || w.Queues()[0].Workers != 0) {
				t.Errorf("%+v, %+v", w.Servers(), w.Queues())
			}
			if log := r.Cli("ACL", "LOG"); name == "as documented" && log != "" {
				t.Errorf("the ACL refused something: %s", log)
			}
			if _, err := w.Failures(t.Context(), "q"); err != nil {
				t.Error(err)
			}
		})
	}
}

func wantNote(t *testing.T, w *bullmq.Watcher, word string) {
	t.Helper()
	testkit.Await(t, "a note on "+word, func() bool {
		return slices.ContainsFunc(w.Servers()[0].Notes, func(n string) bool { return strings.Contains(n, word) })
	})
}

// TestWrongWaysIn: each says in one sentence what is wrong, once, without the
// password.
func TestWrongWaysIn(t *testing.T) {
	t.Parallel()
	r := testkit.Redis(t, testkit.WithPassword("s3cret"))
	secure := testkit.Redis(t, testkit.WithTLS())
	for name, c := range map[string]struct {
		connect bullmq.Connect
		want    string
	}{
		"wrong password":     {bullmq.Connect{URL: "redis://:geheim@" + r.Addr}, "refuses the user name or the password"},
		"no password":        {bullmq.Connect{URL: "redis://" + r.Addr}, "asks for a password"},
		"nobody there":       {bullmq.Connect{URL: "redis://:geheim@127.0.0.1:1"}, "connection refused"},
		"no such host":       {bullmq.Connect{URL: "redis://:geheim@nowhere.invalid"}, "nowhere.invalid"},
		"unknown authority":  {bullmq.Connect{URL: secure.URL}, "ca_file"},
		"TLS to a plain one": {bullmq.Connect{URL: "rediss://:geheim@" + r.Addr}, "TLS"},
		"plain to a TLS one": {bullmq.Connect{URL: "redis://" + secure.Addr}, "TLS"},
		"no such database":   {bullmq.Connect{URL: "redis://:s3cret@" + r.Addr + "/99"}, "no database"},
		"no such socket":     {bullmq.Connect{URL: "unix:///nowhere/redis.sock"}, "no such socket"},
		"no cluster":         {bullmq.Connect{URL: "redis://:s3cret@" + r.Addr, Cluster: true}, "cluster"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log testkit.Buffer
			w, stop := watch(t, newLedger(), func(o *bullmq.Options) {
				o.Servers = []bullmq.Server{{Name: "test", Connect: c.connect}}
				o.Logger = textLogger(&log)
			})
			testkit.Await(t, "the error", func() bool { return strings.Contains(w.Servers()[0].Error, c.want) })
			testkit.Await(t, "some attempts", func() bool { return errorsOf(t, w) > 3 })
			stop()
			if lines := strings.Count(log.String(), "\n"); lines > 2 || strings.Contains(log.String(), "geheim") || strings.Contains(w.Servers()[0].Error, "geheim") {
				t.Errorf("%d lines of log: %s", lines, log.String())
			}
		})
	}
}

// errorsOf is how often a watcher's one server has failed to answer.
func errorsOf(t *testing.T, w *bullmq.Watcher) float64 {
	t.Helper()
	r := prometheus.NewRegistry()
	r.MustRegister(w.Collector())
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "luneo_redis_errors_total" {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	return 0
}

func textLogger(to io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(to, nil)) }

// TestNoPartOfAPasswordIsShown: in no way that a Connect is printed, and not when
// a password that nobody escaped makes its URL unreadable.
func TestNoPartOfAPasswordIsShown(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"redis://u:geheim@h", "redis://:geheim/x@h", "redis://:geheim#x@h", "redis://:geheim?x@h", "redis://u:geheim%zz@h",
		"redis://:123#geheim@h", "redis://:123/geheim@h", "redis://:123?geheim@h", "redis://h?db=geheim", " redis://:geheim@h",
	} {
		c := bullmq.Connect{URL: url, Password: "geheim", SentinelPassword: "geheim"}
		shown := fmt.Sprintf("%v %+v %#v %v %s", c, bullmq.Server{Connect: c}, c, c.Check(), c.Address())
		if strings.Contains(shown, "geheim") || strings.Contains(shown, "123") {
			t.Errorf("%s: %s", url, shown)
		}
	}
	if err := (bullmq.Connect{URL: "redis://h/x"}).Check(); err == nil || !strings.Contains(err.Error(), "no number") {
		t.Errorf("a database that is no number: %v", err)
	}
}
