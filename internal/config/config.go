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
	Listen          Address   `yaml:"listen" doc:"Address and port to listen on; port 0 takes a free one."`
	PublicURL       URL       `yaml:"public_url" doc:"Where links in messages point; the listen address when empty."`
	DataDir         string    `yaml:"data_dir" doc:"Folder that holds the journal and the snapshots."`
	WebConfigFile   Path      `yaml:"web_config_file" doc:"exporter-toolkit's web configuration file: TLS and web users."`
	Users           []User    `yaml:"users" doc:"Roles of the web users."`
	Tokens          []Token   `yaml:"tokens" doc:"Bearer tokens."`
	Anonymous       Anonymous `yaml:"anonymous"`
	Limits          Limits    `yaml:"limits"`
	OpenAI          OpenAI    `yaml:"openai"`
	Cost            Cost      `yaml:"cost"`
	ShutdownTimeout Duration  `yaml:"shutdown_timeout" doc:"How long requests in flight may take to end at shutdown." min:"1s" max:"10m"`
	Log             Log       `yaml:"log"`
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
}

// Cost configures the spend windows.
type Cost struct {
	Windows []Window `yaml:"windows" doc:"Rolling windows of AI spend, in whole minutes." min:"1m" max:"24h"`
}

// Log configures the log.
type Log struct {
	Level  string `yaml:"level" doc:"Least severity that is logged." allowed:"debug,info,warn,error"`
	Format string `yaml:"format" doc:"auto writes text on a terminal and JSON elsewhere." allowed:"auto,text,json"`
}

// Default returns the configuration of a Luneo that was told nothing.
func Default() Config {
	return Config{
		Listen:  "127.0.0.1:4000",
		DataDir: "./luneo-data",
		Limits: Limits{
			LabelValues: 200, BodyBytes: 8 << 20, BatchEvents: 10_000, DedupIDs: 5_000_000,
		},
		Cost: Cost{Windows: []Window{
			{"15m", 15 * time.Minute}, {"1h", time.Hour}, {"24h", 24 * time.Hour},
		}},
		ShutdownTimeout: Duration(15 * time.Second),
		Log:             Log{Level: "info", Format: "auto"},
	}
}
