package bullmq

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// Workers are counted every workersEvery, and less often where that takes
	// Redis long: workersShare times what it took.
	workersEvery = 2 * time.Second
	workersShare = 100
	aboutEvery   = time.Minute
)

// about is what a server says of itself.
type about struct {
	version string
	replica bool
	cluster bool // a node of one
}

// connectionName is what a worker's connection is called
// (queue-base.js: clientName; worker.js adds ":w:" and the worker's name).
func connectionName(prefix, queue string) string {
	return prefix + ":" + base64.StdEncoding.EncodeToString([]byte(queue))
}

// countWorkers asks who is connected. A replica does not know: workers are
// connected to its master.
func (s *server) countWorkers(ctx context.Context) error {
	if s.forbidden.clients.Load() {
		return nil
	}
	counts := map[string]int{}
	err := s.eachMaster(ctx, func(ctx context.Context, node redis.Cmdable) error {
		ctx, cancel := context.WithTimeout(ctx, commandTimeout)
		defer cancel()
		list, err := node.ClientList(ctx).Result()
		if err != nil {
			return err
		}
		countNames(list, counts)
		return nil
	})
	if isForbidden(err) {
		s.forbidden.clients.Store(true)
		err = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workers = counts
	if info := s.about.Load(); s.forbidden.clients.Load() || info != nil && info.replica {
		s.workers = nil
	}
	return err
}

// countNames counts the connections of CLIENT LIST by their names, those of
// named workers under the name of their queue.
func countNames(list string, counts map[string]int) {
	for line := range strings.Lines(list) {
		_, rest, ok := strings.Cut(line, " name=")
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(rest, " ")
		name, _, _ = strings.Cut(strings.TrimSpace(name), ":w:")
		if name != "" {
			counts[name]++
		}
	}
}

// workersOf is how many workers a queue has, -1 when Redis does not tell.
func (s *server) workersOf(q *queue) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.workers == nil {
		return -1
	}
	return s.workers[connectionName(q.prefix, q.queue)]
}

// learnAbout reads the server's version and role.
func (s *server) learnAbout(ctx context.Context) error {
	if s.forbidden.info.Load() {
		return nil
	}
	text, err := s.client.Info(ctx).Result()
	if isForbidden(err) {
		s.forbidden.info.Store(true)
		return nil
	}
	if err != nil {
		return err
	}
	s.about.Store(aboutOf(text))
	return nil
}

func aboutOf(info string) *about {
	fields := map[string]string{}
	for line := range strings.Lines(info) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			fields[k] = v
		}
	}
	a := &about{version: "redis " + fields["redis_version"], replica: fields["role"] == "slave", cluster: fields["redis_mode"] == "cluster"}
	if fields["server_name"] == "valkey" {
		a.version = "valkey " + fields["valkey_version"]
	}
	return a
}
