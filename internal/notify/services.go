package notify

import "strings"

// messageTimeout bounds one attempt to tell a service: the back-off tries again.
const messageTimeout = "20s"

// config is a slack_config as far as Alertmanager has to know it: slackNotifier
// tells Slack.
func (s *Slack) config() yamlMap {
	c := yamlMap{"send_resolved": true, "channel": s.Channel, "api_url": s.WebhookURL}
	if s.BotToken != "" {
		c["api_url"] = strings.TrimSuffix(s.APIURL, "/") + "/chat.postMessage"
	}
	return c
}

// config is a pagerduty_config. Its dedup_key is made by Alertmanager of the
// group: the same from the first message to the one that resolves.
func (p *PagerDuty) config() yamlMap {
	c := yamlMap{
		"send_resolved": true,
		"timeout":       messageTimeout,
		"routing_key":   escapeTemplate(p.RoutingKey),
		"client":        "Luneo",
		"client_url":    `{{ template "luneo.link" . }}`,
		"description":   `{{ template "luneo.title" . }}`,
		"severity":      `{{ template "luneo.pagerduty.severity" . }}`,
		"source":        `{{ template "luneo.where" . }}`,
		"component":     `{{ .CommonLabels.component }}`,
		"class":         `{{ .CommonLabels.alertname }}`,
		"details": yamlMap{
			"what":     `{{ template "luneo.pagerduty.what" . }}`,
			"since":    `{{ template "luneo.since" . }}`,
			"firing":   `{{ template "luneo.pagerduty.list" .Alerts.Firing }}`,
			"resolved": `{{ template "luneo.pagerduty.list" .Alerts.Resolved }}`,
		},
		"links": yamlList{
			yamlMap{"href": `{{ template "luneo.dashboard" . }}`, "text": "Dashboard"},
			yamlMap{"href": `{{ template "luneo.runbook" . }}`, "text": "Runbook"},
			yamlMap{"href": `{{ template "luneo.query" . }}`, "text": "Query"},
			yamlMap{"href": `{{ template "luneo.silence" . }}`, "text": "Silence"},
		},
	}
	if p.URL != "" {
		c["url"] = p.URL
	}
	return c
}

// config is an email_config as far as Alertmanager has to know it: emailNotifier
// sends the mails, one to each address.
func (e *Email) config() yamlMap {
	return yamlMap{"send_resolved": true, "to": strings.Join(e.To, ", "), "from": e.From, "smarthost": e.Smarthost, "require_tls": e.RequireTLS}
}

func webhook(url string) yamlMap {
	return yamlMap{"send_resolved": true, "url": escapeTemplate(url), "timeout": messageTimeout, "max_alerts": maxWebhookAlerts}
}

// maxWebhookAlerts bounds the body of a webhook; truncatedAlerts says how many
// are missing.
const maxWebhookAlerts = 200

// escapeTemplate keeps a secret's braces from being read as a template.
func escapeTemplate(s string) string { return strings.ReplaceAll(s, "{{", `{{ "{{" }}`) }
