package app

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/luneo-platform/luneo/internal/bullmq"
	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/kpi"
)

// Watched is what knows the state of queues: the watcher of Redis, or a model.
type Watched interface {
	Queues() []kpi.QueueState
	Servers() []kpi.RedisState
	Failures(ctx context.Context, queueName string) (kpi.QueueFailures, error)
}

// openWatch makes the watcher of the queues in Redis, unless somebody else
// knows them or none is to be watched.
func (a *App) openWatch() (err error) {
	if a.watched = a.opts.Queues; a.watched != nil {
		return nil
	}
	servers := redisServers(a.opts.Config, os.Getenv)
	if len(servers) == 0 {
		return nil
	}
	a.watcher, err = bullmq.New(bullmq.Options{
		Servers:    servers,
		Recorder:   a.recorder,
		Positions:  a.recorder.Positions(),
		Observer:   a.observed,
		Registerer: a.registry,
		Logger:     a.opts.Logger,
	})
	if err != nil {
		return err
	}
	a.meter.FollowWaits(a.watcher.Waits())
	a.watched = a.watcher
	return nil
}

func (a *App) runWatch(ctx context.Context) error {
	if a.watcher == nil {
		return nil
	}
	return a.watcher.Run(ctx)
}

// observed tells what the watcher saw to those who show what arrives: waits are
// what clients could have sent too.
func (a *App) observed(events []kpi.Event) {
	a.queues.Followed(events)
	i := slices.IndexFunc(events, func(e kpi.Event) bool { return e.Type == kpi.TypeQueueWait })
	if i >= 0 {
		a.setup.Seen(events[i : i+1])
	}
}

// watchedNames are the queues that are there now.
func (a *App) watchedNames() (names []string) {
	if a.watched == nil {
		return nil
	}
	for _, q := range a.watched.Queues() {
		names = append(names, q.Name)
	}
	return names
}

// follows reports whether a queue's waits are known from Redis.
func (a *App) follows(queueName string) bool {
	return a.watcher != nil && a.watcher.Follows(queueName)
}

// redisServers are the servers that the configuration names; where it is
// silent the one of REDIS_URL, as many platforms' own code has it, or the
// default port of this host.
func redisServers(cfg config.Config, env func(string) string) []bullmq.Server {
	if cfg.Redis == nil {
		return []bullmq.Server{unnamedServer(env("REDIS_URL"))}
	}
	servers := make([]bullmq.Server, len(cfg.Redis))
	for i, r := range cfg.Redis {
		servers[i] = bullmq.Server{
			Name: r.Name, Origin: bullmq.OriginConfiguration, Prefixes: r.Prefixes, Queues: r.Queues,
			Connect: bullmq.Connect{
				URL: string(r.URL), Username: r.Username, Password: r.PasswordValue.Reveal(), CAFile: string(r.CAFile), Cluster: r.Cluster,
				SentinelMaster: r.SentinelMaster, Sentinels: r.Sentinels, SentinelPassword: r.SentinelPasswordValue.Reveal(),
			},
		}
	}
	return servers
}

const defaultRedis = "redis://127.0.0.1:6379"

func unnamedServer(fromEnv string) bullmq.Server {
	s := bullmq.Server{Origin: bullmq.OriginEnvironment, Connect: bullmq.Connect{URL: fromEnv}}
	if fromEnv == "" {
		s = bullmq.Server{Origin: bullmq.OriginDefault, Connect: bullmq.Connect{URL: defaultRedis}}
	}
	if s.Name = s.Connect.Address(); s.Name == "" {
		s.Name = "redis" // its URL can't be read; Check says so
	}
	return s
}

// checkRedis finds what is wrong with the servers without connecting.
func checkRedis(cfg config.Config) error {
	for _, s := range redisServers(cfg, os.Getenv) {
		if err := s.Connect.Check(); err != nil {
			return fmt.Errorf("redis %s (%s): %w", s.Name, s.Origin, err)
		}
	}
	return nil
}
