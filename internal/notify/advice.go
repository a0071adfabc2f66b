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
// errors of chat.postMessage, PagerDuty's from the Events API v2, the
// codes of mail servers from RFC 5321 4.2.3 and RFC 4954 6.
var lessons = []lesson{
	{"slack", regexp.MustCompile(`invalid_token|no_service|no_active_hooks|no_team`), "the webhook was revoked or belongs to another workspace: make a new one in Slack and put its URL into notifications.slack.webhook_url_file"},
	{"slack", regexp.MustCompile(`invalid_auth|not_authed|token_revoked|token_expired|account_inactive`), "the bot token is wrong or was revoked: copy it again from the app's page OAuth & Permissions (it begins with xoxb-)"},
	{"slack", regexp.MustCompile(`missing_scope`), "the bot lacks a permission: give the app the scope chat:write and install it again"},
	{"slack", regexp.MustCompile(`not_in_channel`), "invite the bot into the channel: /invite @its-name"},
	{"slack", regexp.MustCompile(`channel_not_found`), "there is no such channel, or the bot is not in it: check notifications.slack.channel and invite the bot"},
	{"slack", regexp.MustCompile(`channel_is_archived|is_archived`), "the channel is archived: name another in notifications.slack.channel"},
	{"slack", regexp.MustCompile(`action_prohibited|restricted_action`), "an administrator of the workspace does not allow this: ask for the app to be approved"},
	{"slack", regexp.MustCompile(`status code 429|ratelimited`), "Slack takes about one message a second for each channel; it is tried again"},
	{"pagerduty", regexp.MustCompile(`(?i)invalid routing key|routing_key`), "the routing key is not one of an Events API v2 integration: copy the Integration Key (32 characters) from the service's page Integrations"},
	{"email", regexp.MustCompile(`(?i)not support STARTTLS|not advertise the STARTTLS`), "the server offers no STARTTLS: use its port 587, or set notifications.email.require_tls to false for a server on this machine"},
	{"email", regexp.MustCompile(`(?i)unencrypted connection`), "the server offers no TLS, and a password is not sent without: use its port 587 or 465"},
	{"email", regexp.MustCompile(`(?i)not support SMTP AUTH|SMTP Auth autodiscover`), "the mail server takes no password: leave out notifications.email.username and password_file, or use its port 587"},
	{"email", regexp.MustCompile(`\b530\b`), "the mail server wants a user and a password: set notifications.email.username and password_file"},
	{"email", regexp.MustCompile(`\b(534|535|538)\b`), "the mail server refuses user and password: check notifications.email.username and password_file; large providers want a password made for apps"},
	{"email", regexp.MustCompile(`\b(550|551|553|554)\b`), "the mail server refuses the sender or the recipient: check notifications.email.from and to"},
	{"email", regexp.MustCompile(`\b(421|450|451|452|454)\b`), "the mail server is busy or wants to be asked again later; it is tried again"},
	{"email", regexp.MustCompile(`does not look like a TLS handshake`), "the server does not begin with TLS: use its port 587"},
	{"email", regexp.MustCompile(`(?i)timeout|deadline exceeded`), "the mail server did not answer in time: check notifications.email.smarthost, and that firewalls let its port through (many hold back 25); it is tried again"},
	{"", regexp.MustCompile(`status code 40[13]`), "the receiver does not accept the credentials: check its URL and its key"},
	{"", regexp.MustCompile(`status code 404|status code 410`), "nothing is at this address: check the URL"},
	{"", regexp.MustCompile(`status code 429`), "the receiver wants fewer messages; it is tried again"},
	{"", regexp.MustCompile(`status code 5\d\d`), "the receiver has a problem of its own; it is tried again"},
	{"", regexp.MustCompile(`(?i)no such host|server misbehaving`), "the name can't be found: check the address, and the DNS of this machine"},
	{"", regexp.MustCompile(`(?i)connection refused`), "nothing listens at this address and port: check both, and that the service runs"},
	{"", regexp.MustCompile(`(?i)x509|certificate|tls:`), "the certificate is not trusted: check the address, the clock of this machine and its list of authorities"},
	{"", regexp.MustCompile(`(?i)timeout|deadline exceeded`), "there was no answer in time: check firewalls and proxies (HTTPS_PROXY) between this machine and the receiver; it is tried again"},
	{"", regexp.MustCompile(`(?i)connection reset|EOF|broken pipe`), "the connection was cut off: check proxies in between; it is tried again"},
}

// advice says what to do about an error of a service; empty when nothing is known.
func advice(service, text string) string {
	for _, l := range lessons {
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
