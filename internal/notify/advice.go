package notify

import (
	"regexp"
	"strings"
)

// lesson is what an answer of a service means.
type lesson struct {
	service string // of which service, empty for any
	answer  *regexp.Regexp
	advice  string
}

// lessons are the answers that people meet. Slack's words are from
// docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and the
// errors of chat.postMessage, PagerDuty's from the Events API v2.
func lessons() []lesson {
	re := regexp.MustCompile
	return []lesson{
		{"slack", re(`invalid_token|no_service|no_active_hooks|no_team`), "the webhook was revoked or belongs to another workspace: make a new one in Slack and put its URL into notifications.slack.webhook_url_file"},
		{"slack", re(`invalid_auth|not_authed|token_revoked|token_expired|account_inactive`), "the bot token is wrong or was revoked: copy it again from the app's page OAuth & Permissions (it begins with xoxb-)"},
		{"slack", re(`missing_scope`), "the bot lacks a permission: give the app the scope chat:write and install it again"},
		{"slack", re(`not_in_channel`), "invite the bot into the channel: /invite @its-name"},
		{"slack", re(`channel_not_found`), "there is no such channel, or the bot is not in it: check notifications.slack.channel and invite the bot"},
		{"slack", re(`channel_is_archived|is_archived`), "the channel is archived: name another in notifications.slack.channel"},
		{"slack", re(`action_prohibited|restricted_action`), "an administrator of the workspace does not allow this: ask for the app to be approved"},
		{"slack", re(`status code 429|ratelimited`), "Slack takes about one message a second for each channel; it is tried again"},
		{"pagerduty", re(`(?i)invalid routing key|routing_key`), "the routing key is not one of an Events API v2 integration: copy the Integration Key (32 characters) from the service's page Integrations"},
		{"email", re(`(?i)\b535\b|auth`), "the mail server refuses user and password: check notifications.email.username and password_file; large providers want a password made for apps"},
		{"email", re(`\b550\b|\b553\b|\b554\b`), "the mail server refuses the sender or the recipient: check notifications.email.from and to"},
		{"email", re(`(?i)starttls|require_tls`), "the server offers no STARTTLS: use its port 587, or set notifications.email.require_tls to false for a server on this machine"},
		{"", re(`status code 40[13]`), "the receiver does not accept the credentials: check its URL and its key"},
		{"", re(`status code 404|status code 410`), "nothing is at this address: check the URL"},
		{"", re(`status code 429`), "the receiver wants fewer messages; it is tried again"},
		{"", re(`status code 5\d\d`), "the receiver has a problem of its own; it is tried again"},
		{"", re(`(?i)no such host|server misbehaving`), "the name can't be found: check the address, and the DNS of this machine"},
		{"", re(`(?i)connection refused`), "nothing listens at this address and port: check both, and that the service runs"},
		{"", re(`(?i)x509|certificate|tls:`), "the certificate is not trusted: check the address, the clock of this machine and its list of authorities"},
		{"", re(`(?i)timeout|deadline exceeded`), "there was no answer in time: check firewalls and proxies (HTTPS_PROXY) between this machine and the receiver; it is tried again"},
		{"", re(`(?i)connection reset|EOF|broken pipe`), "the connection was cut off: check proxies in between; it is tried again"},
	}
}

// advice says what to do about an error of a service; empty when nothing is known.
func advice(service, text string) string {
	for _, l := range lessons() {
		if (l.service == "" || l.service == service) && l.answer.MatchString(text) {
			return l.advice
		}
	}
	return ""
}

// sentence lists words: a, b and c.
func sentence(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
