// Package config turns the file luneo.yml, LUNEO_* environment variables and
// flags into one plain struct. Flags beat the environment, which beats the
// file, which beats the defaults.
//
// It guarantees that a Config without error is complete and in range, and that
// an error lists everything that is wrong, each with its place, the key, the
// value and what is allowed; a secret is never among the values. It reads
// files (the configuration and token files) and nothing else: it does not look
// at the network, and does not check that other files or folders exist.
//
// A key whose value is empty (null) keeps its default. Paths of files written
// in luneo.yml are relative to its folder, those in flags and the environment
// to the working directory, and so is data_dir everywhere. YAML anchors,
// aliases and merge keys are refused.
package config

import (
	"net/netip"
	"time"
)

// Config is the whole configuration. It is plain data: copy it, compare it.
//
// The tags are the schema: yaml is the key, doc its description, min and max
// the range (both allowed), allowed the words that a text may be.
type Config struct {
	Listen          Address       `yaml:"listen" doc:"Address and port to listen on; port 0 takes a free one."`
	PublicURL       URL           `yaml:"public_url" doc:"Where links in messages point; the listen address when empty."`
	Instance        string        `yaml:"instance" doc:"Label instance of this Luneo's own series; the host name when empty, never the port."`
	DataDir         string        `yaml:"data_dir" doc:"Folder that holds the journal, the snapshots and the history."`
	WebConfigFile   Path          `yaml:"web_config_file" doc:"exporter-toolkit's web configuration file: TLS and web users."`
	Users           []User        `yaml:"users" doc:"Roles of the web users."`
	Tokens          []Token       `yaml:"tokens" doc:"Bearer tokens."`
	Anonymous       Anonymous     `yaml:"anonymous"`
	Limits          Limits        `yaml:"limits"`
	Redis           Servers       `yaml:"redis" doc:"Redis servers whose BullMQ queues are watched: a URL, or a list. When absent REDIS_URL is tried, then 127.0.0.1:6379; [] or none watches nothing."`
	OpenAI          OpenAI        `yaml:"openai"`
	Prometheus      Prometheus    `yaml:"prometheus"`
	Cost            Cost          `yaml:"cost"`
	Alerts          Alerts        `yaml:"alerts"`
	Notifications   Notifications `yaml:"notifications"`
	ShutdownTimeout Duration      `yaml:"shutdown_timeout" doc:"How long requests in flight may take to end at shutdown." min:"1s" max:"10m"`
	Log             Log           `yaml:"log"`
}

// User gives a web user of the web configuration file a role.
type User struct {
	Name string `yaml:"name"`
	Role string `yaml:"role" allowed:"read,admin"`
}

// Token is a bearer token.
type Token struct {
	Name      string   `yaml:"name"`
	Token     Secret   `yaml:"token"`
	TokenFile Path     `yaml:"token_file"`
	Scopes    []string `yaml:"scopes" allowed:"ingest,openai,read,admin"`
	// Value is the token itself, from token or read from token_file by Load.
	Value Secret `yaml:"-"`
}

// Anonymous says what callers without a credential may do, by address.
type Anonymous struct {
	Scopes []string       `yaml:"scopes" doc:"What callers without a credential may do." allowed:"ingest,openai,read,admin"`
	From   []netip.Prefix `yaml:"from" doc:"Addresses (CIDR) that anonymous.scopes holds for."`
}

// Configured reports whether anything was said about anonymous callers, be it
// that they may do nothing.
func (a Anonymous) Configured() bool { return a.Scopes != nil || a.From != nil }

// Limits bound what clients can make Luneo hold.
type Limits struct {
	LabelValues int   `yaml:"label_values" doc:"Distinct values of a label for each type of event before new ones become other." min:"1" max:"100000"`
	BodyBytes   Bytes `yaml:"body_bytes" doc:"Largest request body, after decompression." min:"1KiB" max:"1GiB"`
	BatchEvents int   `yaml:"batch_events" doc:"Most events in one batch." min:"1" max:"1000000"`
	DedupIDs    int   `yaml:"dedup_ids" doc:"Event ids remembered to find duplicates." min:"1000" max:"100000000"`
	IngestRate  int   `yaml:"ingest_rate" doc:"Events a second for each credential; 0 is unlimited." min:"0" max:"1000000000"`
}

// OpenAI configures what is known of the OpenAI API.
type OpenAI struct {
	PricesFile Path `yaml:"prices_file" doc:"Price table that overrides the built-in one."`
	// Upstreams are those of the gateway, by name.
	Upstreams       map[string]Upstream `yaml:"upstreams"`
	ShutdownTimeout Duration            `yaml:"shutdown_timeout" doc:"How long calls through the gateway, streams included, may take to end at shutdown." min:"1s" max:"1h"`
	Budgets         []Budget            `yaml:"budgets" doc:"Soft limits of spend that alert at 80 % and at 100 %, and hold up no call."`
}

// Budget is a soft limit of what calls may cost in a day or a month of
// cost.timezone.
type Budget struct {
	Name       string `yaml:"name"`
	LimitCents int    `yaml:"limit_cents" min:"1" max:"1000000000"`
	Period     string `yaml:"period" allowed:"day,month"`
	// Tag, when not empty, has the budget be about calls with this tag only.
	Tag string `yaml:"tag"`
}

// Upstream is an API that the gateway passes calls on to, under /openai/{name}/.
type Upstream struct {
	BaseURL URL `yaml:"base_url"`
	// Key takes the place of the caller's Authorization, when there is one.
	Key     Secret `yaml:"key"`
	KeyFile Path   `yaml:"key_file"`
	// KeyHeader is where the key goes; by the address when empty.
	KeyHeader string `yaml:"key_header" allowed:"authorization,api-key"`
	// IncludeUsage says whether streamed chats are asked for their usage where
	// the caller does not ask; pass when empty.
	IncludeUsage string `yaml:"include_usage" allowed:"pass,inject"`
	// Models says which model an Azure deployment has, by the deployment's name.
	Models map[string]string `yaml:"models"`
	// KeyValue is the key itself, from key or read from key_file by Load.
	KeyValue Secret `yaml:"-"`
}

// DefaultUpstream is the name of the one that answers at /openai/v1/ too.
const DefaultUpstream = "openai"

// Prometheus configures the embedded Prometheus, or names an external one.
type Prometheus struct {
	Mode               string   `yaml:"mode" doc:"embedded keeps history and evaluates rules in this process; external leaves both to the Prometheus at query_url." allowed:"embedded,external"`
	QueryURL           URL      `yaml:"query_url" doc:"External mode: base URL of the Prometheus API that cost and dashboards ask."`
	QueryHeaders       []Header `yaml:"query_headers" doc:"External mode: headers of every query, such as a tenant's or a bearer token."`
	ScrapeInterval     Duration `yaml:"scrape_interval" doc:"How often Luneo scrapes itself; the targets of scrape_config_files say their own, 15s when they don't." min:"100ms" max:"5m"`
	EvaluationInterval Duration `yaml:"evaluation_interval" doc:"How often rules are evaluated." min:"100ms" max:"5m"`
	Retention          Duration `yaml:"retention" doc:"How long history is kept." min:"2h" max:"3650d"`
	RetentionSize      Bytes    `yaml:"retention_size" doc:"How large the blocks of history may grow; 0 is unlimited." min:"0" max:"1000000GB"`
	OutOfOrderWindow   Duration `yaml:"out_of_order_window" doc:"How late a sample may come." min:"0s" max:"24h"`
	QueryTimeout       Duration `yaml:"query_timeout" doc:"Longest time of a query." min:"1s" max:"10m"`
	QueryMaxSamples    int      `yaml:"query_max_samples" doc:"Most samples that one query may hold in memory." min:"10000" max:"1000000000"`
	QueryConcurrency   int      `yaml:"query_concurrency" doc:"Most queries at a time." min:"1" max:"1000"`
	ScrapeConfigFiles  []Path   `yaml:"scrape_config_files" doc:"Files with scrape_configs in Prometheus' own schema: static, file, DNS and HTTP service discovery."`
	BuiltinRules       bool     `yaml:"builtin_rules" doc:"Whether the rules of monitoring/prometheus/alerts.yml are evaluated."`
	RuleFiles          []Path   `yaml:"rule_files" doc:"Further rule files in Prometheus' own schema."`
	RemoteWrite        Raw      `yaml:"remote_write" doc:"Where samples are sent to as well, in Prometheus' own schema."`
}

// Cost configures the spend windows and what is usual for them.
type Cost struct {
	Windows    []Window `yaml:"windows" doc:"Rolling windows of AI spend, in whole minutes." min:"1m" max:"24h"`
	History    Duration `yaml:"history" doc:"How far back the baseline looks." min:"1d" max:"365d"`
	Method     string   `yaml:"method" doc:"How the usual is made of several days: their median, or their mean without a fifth at either end." allowed:"median,trimmed_mean"`
	MinDays    int      `yaml:"min_days" doc:"Usable days before there is a baseline." min:"1" max:"28"`
	Timezone   Timezone `yaml:"timezone" doc:"Zone whose hours and weekdays the baseline compares: Local, UTC or a name such as Europe/Paris."`
	FloorCents int      `yaml:"floor_cents" doc:"CostSpikeDetected keeps quiet at or below this spend in a window; 0 is the guide's letter." min:"0" max:"100000000"`
}

// Alerts guards the alerts against single events; see luneo_alert_* on /metrics.
type Alerts struct {
	MinEvents int `yaml:"min_events" doc:"ErrorRateHigh needs this many events in its window, or min_errors failures." min:"0" max:"1000000000"`
	MinErrors int `yaml:"min_errors" doc:"ErrorRateHigh needs this many failures in its window, or min_events events." min:"0" max:"1000000000"`
}

// Log configures the log.
type Log struct {
	Level  string `yaml:"level" doc:"Least severity that is logged." allowed:"debug,info,warn,error"`
	Format string `yaml:"format" doc:"auto writes text on a terminal and JSON elsewhere." allowed:"auto,text,json"`
}

const day = 24 * time.Hour

// Default returns the configuration of a Luneo that was told nothing.
func Default() Config {
	return Config{
		Listen:  "127.0.0.1:4000",
		DataDir: "./luneo-data",
		Limits: Limits{
			LabelValues: 200, BodyBytes: 8 << 20, BatchEvents: 10_000, DedupIDs: 5_000_000,
		},
		OpenAI: OpenAI{Upstreams: map[string]Upstream{DefaultUpstream: Upstream{BaseURL: "https://api.openai.com/v1"}.withDefaults()}, ShutdownTimeout: Duration(time.Minute)},
		Prometheus: Prometheus{
			Mode:           "embedded",
			ScrapeInterval: Duration(5 * time.Second), EvaluationInterval: Duration(5 * time.Second),
			Retention: Duration(30 * day), RetentionSize: 2e9, OutOfOrderWindow: Duration(10 * time.Minute),
			QueryTimeout: Duration(time.Minute), QueryMaxSamples: 20_000_000, QueryConcurrency: 8,
			BuiltinRules: true,
		},
		Cost: Cost{
			Windows: []Window{{"15m", 15 * time.Minute}, {"1h", time.Hour}, {"24h", 24 * time.Hour}},
			History: Duration(28 * day), Method: "median", MinDays: 3, Timezone: "Local", FloorCents: 10,
		},
		Alerts: Alerts{MinEvents: 20, MinErrors: 5},
		Notifications: Notifications{
			Slack: Slack{APIURL: "https://slack.com/api/"}, PagerDuty: PagerDuty{URL: "https://events.pagerduty.com/v2/enqueue"},
			Email:     Email{RequireTLS: true},
			GroupWait: Duration(10 * time.Second), GroupInterval: Duration(time.Minute), RepeatInterval: Duration(4 * time.Hour), FallbackAfter: Duration(5 * time.Minute),
		},
		ShutdownTimeout: Duration(15 * time.Second),
		Log:             Log{Level: "info", Format: "auto"},
	}
}
