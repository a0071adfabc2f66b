package config_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/testkit"
)

func write(t testing.TB, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "luneo.yml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestFileErrors(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/conf.*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(config.Sources{File: file})
			if _, ok := errors.AsType[config.Errors](err); !ok {
				t.Fatalf("error %v is a %T", err, err)
			}
			if strings.Contains(err.Error(), "geheim") {
				t.Errorf("a secret is shown: %v", err)
			}
			testkit.Golden(t, strings.TrimSuffix(file, ".yml")+".golden", err.Error()+"\n")
		})
	}
}

func TestEnvironmentAndFlagErrors(t *testing.T) {
	t.Parallel()
	_, err := config.Load(config.Sources{
		Environ: []string{
			"LUNEO_LISTNE=x", "LUNEO_LIMITS_BODY_BYTES=2GiB", "LUNEO_COST_WINDOWS=1h,60m",
			"LUNEO_ANONYMOUS_FROM=10.0.0.0/33", "LUNEO_PUBLIC_URL=admin:geheim@example.com", "HOME=/root",
			"LUNEO_TESTDATA=/x", "LUNEO_CONFIG=x", "LUNEO_TOKEN=geheim", "LUNEO_URL=x", "LUNEO_REQUIRE_ALL=1", "LUNEO_SHOTS=x", "LUNEO_LONG=1",
		},
		Flags: map[string]string{"lisen": "x", "log-level": "loud"},
	})
	if err == nil {
		t.Fatal("no error")
	}
	testkit.Golden(t, "testdata/environment.golden", err.Error()+"\n")
}

func TestUnreadableFiles(t *testing.T) {
	t.Parallel()
	big := write(t, strings.Repeat("# comment\n", 120_000))
	for name, file := range map[string]string{
		"no such file":          filepath.Join(t.TempDir(), "none.yml"),
		"larger than 1048576 b": big,
		"is a directory":        t.TempDir(),
	} {
		if _, err := config.Load(config.Sources{File: file}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	const file, env, flagValue = "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"
	for _, tc := range []struct{ file, env, flag, want string }{
		{want: "127.0.0.1:4000"},
		{file: file, want: file},
		{env: env, want: env},
		{flag: flagValue, want: flagValue},
		{file: file, env: env, want: env},
		{file: file, flag: flagValue, want: flagValue},
		{env: env, flag: flagValue, want: flagValue},
		{file: file, env: env, flag: flagValue, want: flagValue},
	} {
		t.Run(fmt.Sprintf("%+v", tc), func(t *testing.T) {
			t.Parallel()
			var s config.Sources
			if tc.file != "" {
				s.File = write(t, "listen: "+tc.file+"\n")
			}
			if tc.env != "" {
				s.Environ = []string{"LUNEO_LISTEN=" + tc.env}
			}
			if tc.flag != "" {
				s.Flags = map[string]string{"listen": tc.flag}
			}
			got, err := config.Load(s)
			if err != nil || string(got.Listen) != tc.want {
				t.Errorf("got %q, %v; want %q", got.Listen, err, tc.want)
			}
		})
	}
}

func TestEveryKeyFromEverySource(t *testing.T) {
	t.Parallel()
	values := map[string]string{
		"listen": "[::1]:0", "public_url": "https://luneo.example", "data_dir": "d", "web_config_file": "/w.yml",
		"anonymous.scopes": "read, ingest", "anonymous.from": "10.0.0.0/8,::1/128", "limits.label_values": "7",
		"limits.body_bytes": "1MB", "limits.batch_events": "8", "limits.dedup_ids": "2000", "limits.ingest_rate": "9",
		"redis":    "redis://a, rediss://b:7000/2",
		"instance": "eu-1", "prometheus.mode": "embedded", "prometheus.query_url": "", "prometheus.scrape_interval": "1s",
		"prometheus.evaluation_interval": "2s", "prometheus.retention": "40d", "prometheus.retention_size": "3GB",
		"prometheus.out_of_order_window": "5m", "prometheus.query_timeout": "30s", "prometheus.query_max_samples": "50000",
		"prometheus.query_concurrency": "2", "prometheus.scrape_config_files": "/a.yml,/b.yml", "prometheus.builtin_rules": "false",
		"prometheus.rule_files": "/r.yml",
		"cost.history":          "14d", "cost.min_days": "4", "cost.method": "trimmed_mean", "cost.timezone": "Europe/Paris", "cost.floor_cents": "0",
		"alerts.min_events": "1", "alerts.min_errors": "0",
		"notifications.slack.webhook_url": "", "notifications.slack.webhook_url_file": "", "notifications.slack.bot_token": "", "notifications.slack.bot_token_file": "",
		"notifications.slack.api_url": "https://slack.example/api/", "notifications.slack.channel": "",
		"notifications.pagerduty.routing_key": "", "notifications.pagerduty.routing_key_file": "", "notifications.pagerduty.url": "https://events.eu.pagerduty.com/v2/enqueue",
		"notifications.email.to": "a@example.com, b@example.com", "notifications.email.from": "luneo@example.com", "notifications.email.smarthost": "mail:587",
		"notifications.email.username": "", "notifications.email.password": "", "notifications.email.password_file": "", "notifications.email.require_tls": "false",
		"notifications.webhook.url": "", "notifications.webhook.url_file": "", "notifications.watchdog.url": "", "notifications.watchdog.url_file": "",
		"notifications.group_wait": "5s", "notifications.group_interval": "2m", "notifications.repeat_interval": "1h", "notifications.quiet_times": "", "notifications.fallback": "email", "notifications.fallback_after": "7m",
		"notifications.alertmanager_config_file": "", "notifications.alertmanager_urls": "",
		"openai.prices_file": "/p.json", "openai.shutdown_timeout": "5m", "cost.windows": "60m,2h", "shutdown_timeout": "3s", "log.level": "debug", "log.format": "json",
	}
	want := config.Default()
	want.Listen, want.PublicURL, want.DataDir, want.WebConfigFile = "[::1]:0", "https://luneo.example", "d", "/w.yml"
	want.Redis = config.Servers{{Name: "a:6379", URL: "redis://a"}, {Name: "b:7000/2", URL: "rediss://b:7000/2"}}
	want.Anonymous = config.Anonymous{
		Scopes: []string{"read", "ingest"},
		From:   []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")},
	}
	want.Limits = config.Limits{LabelValues: 7, BodyBytes: 1_000_000, BatchEvents: 8, DedupIDs: 2000, IngestRate: 9}
	want.OpenAI.PricesFile, want.OpenAI.ShutdownTimeout = "/p.json", config.Duration(5*time.Minute)
	want.Instance = "eu-1"
	want.Prometheus = config.Prometheus{
		Mode: "embedded", ScrapeInterval: config.Duration(time.Second), EvaluationInterval: config.Duration(2 * time.Second),
		Retention: config.Duration(40 * 24 * time.Hour), RetentionSize: 3e9, OutOfOrderWindow: config.Duration(5 * time.Minute),
		QueryTimeout: config.Duration(30 * time.Second), QueryMaxSamples: 50_000, QueryConcurrency: 2,
		ScrapeConfigFiles: []config.Path{"/a.yml", "/b.yml"}, RuleFiles: []config.Path{"/r.yml"},
	}
	want.Alerts = config.Alerts{MinEvents: 1}
	want.Notifications = config.Notifications{
		Slack: config.Slack{APIURL: "https://slack.example/api/"}, PagerDuty: config.PagerDuty{URL: "https://events.eu.pagerduty.com/v2/enqueue"},
		Email:     config.Email{To: []string{"a@example.com", "b@example.com"}, From: "luneo@example.com", Smarthost: "mail:587"},
		GroupWait: config.Duration(5 * time.Second), GroupInterval: config.Duration(2 * time.Minute), RepeatInterval: config.Duration(time.Hour),
		QuietTimes: []config.QuietTime{}, Fallback: "email", FallbackAfter: config.Duration(7 * time.Minute),
		AlertmanagerURLs: []config.URL{},
	}
	want.Cost = config.Cost{Method: "trimmed_mean", History: config.Duration(14 * 24 * time.Hour), MinDays: 4, Timezone: "Europe/Paris"}
	want.Cost.Windows = []config.Window{{Text: "60m", Length: time.Hour}, {Text: "2h", Length: 2 * time.Hour}}
	want.ShutdownTimeout = config.Duration(3 * time.Second)
	want.Log = config.Log{Level: "debug", Format: "json"}

	var environ []string
	flags := map[string]string{}
	for _, k := range config.Keys() {
		text, ok := values[k.Path]
		if !ok {
			t.Fatalf("the test has no value for %s", k.Path)
		}
		if k.Doc == "" {
			t.Errorf("%s has no doc", k.Path)
		}
		environ = append(environ, k.Env+"="+text)
		if k.Flag != "" {
			flags[k.Flag] = text
		}
	}
	for name, s := range map[string]config.Sources{"environment": {Environ: environ}, "flags": {Flags: flags}} {
		got, err := config.Load(s)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v\nwant %+v", name, got, err, want)
		}
	}
	var out bytes.Buffer
	if err := want.WriteYAML(&out); err != nil {
		t.Fatal(err)
	}
	if got, err := config.Load(config.Sources{File: write(t, out.String())}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("file: got %+v, %v\nwant %+v\n%s", got, err, want, out.String())
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, k := range config.Keys() {
		fmt.Fprintf(&b, "%s\t%s\t--%s\t%s\t%q\n", k.Path, k.Env, k.Flag, k.Type, k.Default)
	}
	testkit.Golden(t, "testdata/keys.golden", b.String())
}

func TestDefaultRoundTrip(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := config.Default().WriteYAML(&out); err != nil {
		t.Fatal(err)
	}
	testkit.Golden(t, "testdata/default.golden", out.String())
	got, err := config.Load(config.Sources{File: write(t, out.String())})
	if err != nil || !reflect.DeepEqual(got, config.Default()) {
		t.Errorf("got %+v, %v", got, err)
	}
	if empty, err := config.Load(config.Sources{File: write(t, "")}); err != nil || !reflect.DeepEqual(empty, config.Default()) {
		t.Errorf("empty file: got %+v, %v", empty, err)
	}
}

func TestTokenFile(t *testing.T) {
	t.Parallel()
	file := write(t, "tokens: [{name: w, token_file: secret, scopes: [ingest]}]\n")
	secret := filepath.Join(filepath.Dir(file), "secret")
	for content, want := range map[string]string{
		"abc": "abc", "abc\n": "abc", "abc\r\n": "abc", "abc\n\n": "", "": "", "a b": "",
	} {
		if err := os.WriteFile(secret, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := config.Load(config.Sources{File: file})
		switch {
		case want == "" && (err == nil || !strings.Contains(err.Error(), file+":1:32: tokens[0].token_file: the token")):
			t.Errorf("%q: got error %v", content, err)
		case want != "" && (err != nil || got.Tokens[0].Value.Reveal() != want):
			t.Errorf("%q: got %v, want %q", content, err, want)
		}
	}
}

func TestSecretsAreHidden(t *testing.T) {
	t.Parallel()
	file := write(t, `
public_url: https://ops:geheim-url@luneo.example/x
tokens:
  - {name: a, token: geheim-token, scopes: [admin]}
`)
	c, err := config.Load(config.Sources{File: file})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Tokens[0].Value.Reveal(); got != "geheim-token" {
		t.Errorf("the token is %q", got)
	}
	var out bytes.Buffer
	if err := c.WriteYAML(&out); err != nil {
		t.Fatal(err)
	}
	all := out.String() + fmt.Sprintf("%v %+v %#v %s", c.Tokens, c.Tokens, c.Tokens, c.PublicURL)
	if strings.Contains(all, "geheim") || !strings.Contains(out.String(), "token: <redacted>") ||
		!strings.Contains(out.String(), "https://<redacted>@luneo.example/x") {
		t.Errorf("not redacted:\n%s", all)
	}
}

func TestAnonymousConfigured(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, "anonymous: {}": false, "anonymous:": false,
		"anonymous: {scopes: []}":                               true,
		"anonymous: {scopes: [read], from: [10.0.0.0/8]}":       true,
		"anonymous: {scopes: [], from: [10.0.0.0/8, fd00::/8]}": true,
	} {
		c, err := config.Load(config.Sources{File: write(t, text)})
		if err != nil || c.Anonymous.Configured() != want {
			t.Errorf("%q: got %v, %v; want %v", text, c.Anonymous.Configured(), err, want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	name := filepath.Join(f.TempDir(), "luneo.yml")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(config.Sources{File: name})
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without text")
			}
			return
		}
		if len(c.Cost.Windows) == 0 || c.Limits.LabelValues < 1 || c.ShutdownTimeout <= 0 {
			t.Errorf("accepted out of range: %+v", c)
		}
		if err := c.WriteYAML(&bytes.Buffer{}); err != nil {
			t.Errorf("an accepted configuration can't be written: %v", err)
		}
	})
}
