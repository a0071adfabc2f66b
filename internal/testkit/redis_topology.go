package testkit

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// SentinelSet is a master, a replica of it and a Sentinel that watches them.
type SentinelSet struct {
	Master, Replica *RedisServer
	// Name is the master's; Addr is the Sentinel's.
	Name, Addr string

	sentinel *RedisServer
}

// Sentinel starts one.
func Sentinel(t testing.TB) *SentinelSet {
	t.Helper()
	if _, err := exec.LookPath("redis-sentinel"); err != nil {
		Missing(t, "redis-sentinel is not installed")
	}
	s := &SentinelSet{Master: Redis(t), Name: "luneo-test"}
	host, port, _ := net.SplitHostPort(s.Master.Addr)
	s.Replica = Redis(t, WithRedisArgs("--replicaof", host, port, "--repl-diskless-sync-delay", "0"))
	s.sentinel = &RedisServer{t: t, dir: t.TempDir()}
	own := freePort(t)
	s.Addr = "127.0.0.1:" + own
	file := filepath.Join(s.sentinel.dir, "sentinel.conf")
	text := fmt.Sprintf("port %s\nsentinel monitor %s %s %s 1\nsentinel down-after-milliseconds %s 500\nsentinel failover-timeout %s 3000\n", own, s.Name, host, port, s.Name, s.Name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.sentinel.args = []string{file, "--sentinel"}
	s.sentinel.cli = []string{"-p", own}
	s.sentinel.Restart()
	t.Cleanup(s.sentinel.Kill)
	s.Await("the replica to be known", func() bool {
		return s.sentinel.says("127.0.0.1", "SENTINEL", "replicas", s.Name) && s.Replica.says("master_link_status:up", "INFO", "replication")
	})
	return s
}

// Failover kills the master and waits until the replica has taken its place.
func (s *SentinelSet) Failover() {
	s.Master.Kill()
	s.Await("a failover", func() bool { return s.Replica.says("role:master", "INFO", "replication") })
}

// Await polls until a condition holds.
func (s *SentinelSet) Await(what string, ok func() bool) { Await(s.Master.t, what, ok) }

// RedisCluster starts a cluster of three masters and returns one of them.
func RedisCluster(t testing.TB) *RedisServer {
	t.Helper()
	var nodes []*RedisServer
	var addresses []string
	for range 3 {
		n := Redis(t, WithRedisArgs("--cluster-enabled", "yes", "--cluster-node-timeout", "2000"))
		nodes = append(nodes, n)
		addresses = append(addresses, n.Addr)
	}
	args := append(append([]string{"--cluster", "create"}, addresses...), "--cluster-yes")
	if out, err := exec.Command("redis-cli", args...).CombinedOutput(); err != nil {
		t.Fatalf("redis-cli --cluster create: %v: %s", err, out)
	}
	for _, n := range nodes {
		Await(t, "the cluster", func() bool { return n.says("cluster_state:ok", "CLUSTER", "INFO") })
	}
	return nodes[0]
}
