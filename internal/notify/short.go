package notify

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// Short is the short form of a configuration: which services are told. Those
// without their address or key are left out. Its secrets are in plain.
type Short struct {
	Slack     Slack
	PagerDuty PagerDuty
	Email     Email
	// WebhookURL takes Alertmanager's JSON (version 4).
	WebhookURL string
	// WatchdogURL is asked every minute, as a dead man's switch.
	WatchdogURL string
	Timing      Timing
	// Quiet are the times when nobody is told of what is not critical, in the time
	// zone Zone: Local or a name of the IANA database.
	Quiet []Quiet
	Zone  string
	// Fallback is a receiver that is told only of what another one could not be
	// told. PagerDuty is told of what is critical nevertheless.
	Fallback string
}

// Slack is told through an incoming webhook, or by a bot.
type Slack struct {
	WebhookURL string
	// BotToken is for the Web API at APIURL, whose messages go to Channel.
	BotToken string
	APIURL   string
	Channel  string
}

func (s *Slack) configured() bool { return s.WebhookURL != "" || s.BotToken != "" }

// PagerDuty is told through its Events API v2.
type PagerDuty struct {
	RoutingKey string
	URL        string
}

// Email goes out through a mail server.
type Email struct {
	To        []string
	From      string
	Smarthost string
	Username  string
	Password  string
	// RequireTLS asks the server for STARTTLS and refuses to go on without. On
	// port 465 TLS begins with the first byte.
	RequireTLS bool
	// RootCAs vouch for the server; nil: those of the system.
	RootCAs *x509.CertPool
	// Dial connects to the server; nil: the network does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Timing is when groups of alerts are told.
type Timing struct {
	// GroupWait is how long the first message waits for company, GroupInterval
	// how long the next does, RepeatInterval after how long what still fires is
	// said again.
	GroupWait, GroupInterval, RepeatInterval time.Duration
}

// The receivers of the short form.
const (
	receiverSlack     = "slack"
	receiverPagerDuty = "pagerduty"
	receiverEmail     = "email"
	receiverWebhook   = "webhook"
	receiverWatchdog  = "watchdog"
	receiverNobody    = "nobody"
)

// watchdog is the alert that always fires.
const watchdog = `alertname="Watchdog"`

// critical is what wakes people up.
const critical = `severity="critical"`

type (
	yamlMap  = map[string]any
	yamlList = []any
)

// yaml writes the short form as a configuration of Alertmanager. The text has
// the secrets in plain.
func (s *Short) yaml() (string, error) {
	text, err := yaml.Marshal(yamlMap{
		"route":          s.route(),
		"receivers":      s.receivers(),
		"inhibit_rules":  inhibitRules(),
		"time_intervals": s.quietIntervals(),
	})
	if err != nil {
		return "", fmt.Errorf("write the configuration of Alertmanager: %w", err)
	}
	return string(text), nil
}

// route sends what pages to PagerDuty, and everything to the others. Alerts are
// grouped by their rule: ten queues that wait are one message. PagerDuty is for
// what is critical, unless there is nobody else to tell.
func (s *Short) route() yamlMap {
	routes := yamlList{
		s.watchdogRoute(),
		yamlMap{"receiver": receiverNobody, "matchers": yamlList{`severity="none"`}},
	}
	rest := s.others()
	if len(rest) > 1 || s.PagerDuty.RoutingKey != "" {
		rest = slices.DeleteFunc(rest, func(x service) bool { return x.name == s.Fallback })
	}
	if s.PagerDuty.RoutingKey != "" && len(rest) > 0 {
		routes = append(routes, yamlMap{"receiver": receiverPagerDuty, "continue": true, "matchers": yamlList{critical}})
	} else if s.PagerDuty.RoutingKey != "" {
		routes = append(routes, s.told(receiverPagerDuty))
	}
	for _, x := range rest {
		routes = append(routes, s.told(x.name))
	}
	return yamlMap{
		"receiver":        receiverNobody,
		"group_by":        yamlList{"alertname"},
		"group_wait":      s.Timing.GroupWait.String(),
		"group_interval":  s.Timing.GroupInterval.String(),
		"repeat_interval": s.Timing.RepeatInterval.String(),
		"routes":          routes,
	}
}

// told is the route of a receiver that is told of everything, though not at
// quiet times of what is not critical.
func (s *Short) told(receiver string) yamlMap {
	route := yamlMap{"receiver": receiver, "continue": true}
	if len(s.Quiet) > 0 {
		route["routes"] = yamlList{
			yamlMap{"matchers": yamlList{critical}},
			yamlMap{"mute_time_intervals": yamlList{quietName}},
		}
	}
	return route
}

// watchdogRoute passes the alert that always fires on to a dead man's switch.
func (s *Short) watchdogRoute() yamlMap {
	if s.WatchdogURL == "" {
		return yamlMap{"receiver": receiverNobody, "matchers": yamlList{watchdog}}
	}
	return yamlMap{
		"receiver": receiverWatchdog, "matchers": yamlList{watchdog},
		"group_wait": "1s", "group_interval": "1m", "repeat_interval": "1m",
	}
}

// service is a receiver that tells one service.
type service struct {
	name string
	// key is that of its configurations in a receiver.
	key     string
	configs yamlList
}

func (s service) receiver() yamlMap { return yamlMap{"name": s.name, s.key: s.configs} }

// others are the services beside PagerDuty.
func (s *Short) others() (list []service) {
	if s.Slack.configured() {
		list = append(list, service{receiverSlack, "slack_configs", yamlList{s.Slack.config()}})
	}
	if len(s.Email.To) > 0 {
		list = append(list, service{receiverEmail, "email_configs", yamlList{s.Email.config()}})
	}
	if s.WebhookURL != "" {
		list = append(list, service{receiverWebhook, "webhook_configs", yamlList{webhook(s.WebhookURL)}})
	}
	return list
}

func (s *Short) receivers() yamlList {
	all := s.others()
	if s.PagerDuty.RoutingKey != "" {
		all = append(all, service{receiverPagerDuty, "pagerduty_configs", yamlList{s.PagerDuty.config()}})
	}
	if s.WatchdogURL != "" {
		all = append(all, service{receiverWatchdog, "webhook_configs", yamlList{webhook(s.WatchdogURL)}})
	}
	list := yamlList{yamlMap{"name": receiverNobody}}
	for _, x := range all {
		list = append(list, x.receiver())
	}
	return list
}

// inhibitRules keep quiet what follows from something that is told already:
// without Redis nothing is known of queues, and the larger alert of a pair has
// said it all.
func inhibitRules() yamlList {
	return yamlList{
		yamlMap{"source_matchers": yamlList{`alertname="LuneoRedisDown"`}, "target_matchers": yamlList{`alertname=~"QueueWaitTimeHigh|QueueHasNoWorker|LuneoQueueEventsMissed"`}},
		yamlMap{"source_matchers": yamlList{`alertname="ErrorRateHigh"`}, "target_matchers": yamlList{`alertname="ErrorRateHighLowVolume"`}},
		yamlMap{"source_matchers": yamlList{`alertname="OpenAIBudgetExceeded"`}, "target_matchers": yamlList{`alertname="OpenAIBudgetNear"`}, "equal": yamlList{"budget"}},
	}
}
