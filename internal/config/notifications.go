package config

import (
	"fmt"
	"net"
	"net/mail"
	"strings"
)

// Notifications say who is told of alerts: in the short form (slack, pagerduty,
// email, webhook), by a whole configuration of Alertmanager, or by Alertmanagers
// elsewhere.
type Notifications struct {
	Slack     Slack     `yaml:"slack"`
	PagerDuty PagerDuty `yaml:"pagerduty"`
	Email     Email     `yaml:"email"`
	Webhook   Webhook   `yaml:"webhook"`
	Watchdog  Webhook   `yaml:"watchdog"`

	GroupWait      Duration `yaml:"group_wait" doc:"How long the first message of an alert waits for others of the same rule, to tell them together." min:"0s" max:"10m"`
	GroupInterval  Duration `yaml:"group_interval" doc:"How long after a message the next of the same rule goes out at the earliest, its end included." min:"1s" max:"1d"`
	RepeatInterval Duration `yaml:"repeat_interval" doc:"After how long what still fires is said again." min:"1m" max:"5d"`

	QuietTimes []QuietTime `yaml:"quiet_times" doc:"When nobody is told of what is not critical, in the zone of cost.timezone: mon-fri 22:00-07:00, sat,sun and the like. What still fires when they end is told then."`

	Fallback      string   `yaml:"fallback" doc:"Receiver that is told, in place of another one, once that has failed for fallback_after: slack, pagerduty, email or webhook, which is then told of nothing else (PagerDuty still of what is critical), or one of alertmanager_config_file."`
	FallbackAfter Duration `yaml:"fallback_after" doc:"How long a receiver has to fail before the fallback is told." min:"0s" max:"1d"`

	AlertmanagerConfigFile Path  `yaml:"alertmanager_config_file" doc:"A whole configuration in Alertmanager's own schema, in place of the keys above."`
	AlertmanagerURLs       []URL `yaml:"alertmanager_urls" doc:"Alertmanagers that get the alerts (API v2), in place of the one in this process."`
}

// Slack is told through an incoming webhook, or by a bot.
type Slack struct {
	WebhookURL     Secret `yaml:"webhook_url" doc:"Incoming webhook of a Slack app."`
	WebhookURLFile Path   `yaml:"webhook_url_file" doc:"File that holds the webhook's URL."`
	BotToken       Secret `yaml:"bot_token" doc:"Token of a bot (xoxb-…) with the scope chat:write, and files:write for charts: one message for each incident, which changes with it."`
	BotTokenFile   Path   `yaml:"bot_token_file" doc:"File that holds the bot's token."`
	APIURL         URL    `yaml:"api_url" doc:"Where Slack's Web API is."`
	Channel        string `yaml:"channel" doc:"Channel of the bot; a webhook has its own."`
	// What WebhookURL and BotToken or their files say, read by Load.
	WebhookURLValue Secret `yaml:"-"`
	BotTokenValue   Secret `yaml:"-"`
}

// Configured reports whether Slack is to be told.
func (s *Slack) Configured() bool { return s.WebhookURLValue != "" || s.BotTokenValue != "" }

// PagerDuty is told through its Events API v2.
type PagerDuty struct {
	RoutingKey     Secret `yaml:"routing_key" doc:"Integration key of an Events API v2 integration, 32 characters."`
	RoutingKeyFile Path   `yaml:"routing_key_file" doc:"File that holds the integration key."`
	URL            URL    `yaml:"url" doc:"Where PagerDuty takes events; that of its EU region is https://events.eu.pagerduty.com/v2/enqueue."`
	// What RoutingKey or its file says, read by Load.
	RoutingKeyValue Secret `yaml:"-"`
}

// Email goes out through a mail server.
type Email struct {
	To           []string `yaml:"to" doc:"Addresses that are told."`
	From         string   `yaml:"from" doc:"Address that mails come from."`
	Smarthost    string   `yaml:"smarthost" doc:"Mail server and port, as smtp.example.com:587; 465 is TLS from the first byte."`
	Username     string   `yaml:"username" doc:"User of the mail server."`
	Password     Secret   `yaml:"password" doc:"Password of the mail server."`
	PasswordFile Path     `yaml:"password_file" doc:"File that holds the password."`
	RequireTLS   bool     `yaml:"require_tls" doc:"Refuse a mail server that offers no STARTTLS."`
	// What Password or its file says, read by Load.
	PasswordValue Secret `yaml:"-"`
}

// Webhook is an address that gets Alertmanager's JSON. The address is a secret:
// it often holds one.
type Webhook struct {
	URL     Secret `yaml:"url" doc:"Address that gets each message as Alertmanager's JSON."`
	URLFile Path   `yaml:"url_file" doc:"File that holds the address."`
	// What URL or its file says, read by Load.
	URLValue Secret `yaml:"-"`
}

// Short reports whether anything of the short form is configured.
func (n *Notifications) Short() bool {
	return len(n.QuietTimes) > 0 || n.Slack.Configured() || n.PagerDuty.RoutingKeyValue != "" || len(n.Email.To) > 0 || n.Webhook.URLValue != "" || n.Watchdog.URLValue != ""
}

const notifications = "notifications"

func (l *loader) checkNotifications() {
	n := &l.cfg.Notifications
	l.checkSlack(&n.Slack)
	n.PagerDuty.RoutingKeyValue = l.optionalSecret(notifications+".pagerduty", secret{key: "routing_key", here: n.PagerDuty.RoutingKey, file: n.PagerDuty.RoutingKeyFile, check: l.checkRoutingKey})
	l.checkEmail(&n.Email)
	for path, w := range map[string]*Webhook{notifications + ".webhook": &n.Webhook, notifications + ".watchdog": &n.Watchdog} {
		w.URLValue = l.optionalSecret(path, secret{key: "url", here: w.URL, file: w.URLFile, check: l.checkSecretURL})
	}
	if n.RepeatInterval < n.GroupInterval {
		l.complain(notifications+".repeat_interval", "must not be shorter than group_interval: a group is looked at no more often")
	}
	l.checkOneForm(n)
}

// checkOneForm holds the three ways to say who is told apart.
func (l *loader) checkOneForm(n *Notifications) {
	for _, other := range []struct {
		key  string
		used bool
	}{
		{"alertmanager_config_file", n.AlertmanagerConfigFile != ""},
		{"alertmanager_urls", len(n.AlertmanagerURLs) > 0},
	} {
		if other.used && n.Short() {
			l.complain(notifications+"."+other.key, "can't stand beside slack, pagerduty, email, webhook, watchdog or quiet_times: write one or the other")
		}
	}
	if n.AlertmanagerConfigFile != "" && len(n.AlertmanagerURLs) > 0 {
		l.complain(notifications+".alertmanager_urls", "can't stand beside alertmanager_config_file: write one or the other")
	}
	if len(n.AlertmanagerURLs) > 0 && l.cfg.Prometheus.Mode == "external" {
		l.complain(notifications+".alertmanager_urls", "is for prometheus.mode embedded: in external mode your Prometheus evaluates rules and sends the alerts itself")
	}
}

func (l *loader) checkSlack(s *Slack) {
	const path = notifications + ".slack"
	s.WebhookURLValue = l.optionalSecret(path, secret{key: "webhook_url", here: s.WebhookURL, file: s.WebhookURLFile, check: l.checkSecretURL})
	s.BotTokenValue = l.optionalSecret(path, secret{key: "bot_token", here: s.BotToken, file: s.BotTokenFile, check: l.checkToken})
	bot := s.BotToken != "" || s.BotTokenFile != ""
	switch {
	case bot && (s.WebhookURL != "" || s.WebhookURLFile != ""):
		l.complain(path, "has a webhook and a bot; write one of them, or every message comes twice")
	case bot && s.Channel == "":
		l.complain(path+".channel", "is needed beside bot_token: the channel that the bot writes to, as #alerts")
	case !bot && s.Channel != "":
		l.complain(path+".channel", "is for bot_token: a webhook writes to the channel it was made for")
	}
}

// checkRoutingKey asks for the form of PagerDuty's keys
// (developer.pagerduty.com, Events API v2: routing_key).
func (l *loader) checkRoutingKey(path string, key Secret) {
	const characters = 32
	if n := len(key.Reveal()); n != characters {
		l.complain(path, "the key has %d characters; that of an Events API v2 integration has %d (its value is not shown)", n, characters)
	}
}

func (l *loader) checkEmail(e *Email) {
	const path = notifications + ".email"
	e.PasswordValue = l.optionalSecret(path, secret{key: "password", here: e.Password, file: e.PasswordFile, check: l.checkPassword})
	if len(e.To) == 0 {
		if e.From != "" || e.Smarthost != "" {
			l.complain(path+".to", "is needed: the addresses that are told")
		}
		return
	}
	for i, address := range e.To {
		l.checkMailAddress(fmt.Sprintf("%s.to[%d]", path, i), address)
	}
	l.checkMailAddress(path+".from", e.From)
	if host, port, err := net.SplitHostPort(e.Smarthost); err != nil || host == "" || port == "" {
		l.complain(path+".smarthost", "%s is not allowed: must be the mail server and its port, as smtp.example.com:587", shown(e.Smarthost))
	}
	if (e.Username == "") != (e.PasswordValue == "") {
		l.complain(path+".username", "and password (or password_file) belong together; write both or neither")
	}
}

func (l *loader) checkMailAddress(path, address string) {
	if _, err := mail.ParseAddress(address); err != nil || strings.ContainsAny(address, "\r\n{") {
		l.complain(path, "%s is not allowed: must be an e-mail address, as oncall@example.com", shown(address))
	}
}

// checkSecretURL is the check of a URL whose value is never shown.
func (l *loader) checkSecretURL(path string, s Secret) {
	const longest = 4096
	if len(s) > longest || webURL(s.Reveal()) == nil {
		l.complain(path, "must be an http:// or https:// URL (its value is not shown)")
	}
}
