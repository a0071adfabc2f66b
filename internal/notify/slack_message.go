package notify

import (
	"context"
	"fmt"
	"strings"

	"github.com/prometheus/alertmanager/alert"
	amnotify "github.com/prometheus/alertmanager/notify"
)

// slackMessage is a message of chat.postMessage, chat.update and of incoming
// webhooks (docs.slack.dev/reference/methods/chat.postMessage). Text is what a
// phone shows; the coloured bar is an attachment's.
type slackMessage struct {
	Channel     string            `json:"channel,omitempty"`
	TS          string            `json:"ts,omitempty"`
	ThreadTS    string            `json:"thread_ts,omitempty"`
	Broadcast   bool              `json:"reply_broadcast,omitempty"`
	Text        string            `json:"text"`
	Attachments []slackAttachment `json:"attachments,omitempty"`
	// about is what the message is about, for its chart.
	about Pictured
	// UnfurlLinks is false: previews of our own links tell nothing.
	UnfurlLinks bool `json:"unfurl_links"`
}

// slackAttachment is docs.slack.dev/messaging/formatting-message-text,
// "secondary message attachments".
type slackAttachment struct {
	Color      string       `json:"color"`
	Fallback   string       `json:"fallback"`
	Text       string       `json:"text"`
	Fields     []slackField `json:"fields"`
	Footer     string       `json:"footer"`
	ImageURL   string       `json:"image_url,omitempty"`
	MarkdownIn []string     `json:"mrkdwn_in"`
}

type slackField struct {
	Title string `json:"title"`
	Value string `json:"value"`
	Short bool   `json:"short"`
}

// message renders the templates of luneo.tmpl.
func (s *slackNotifier) message(ctx context.Context, alerts []*alert.Alert) (*slackMessage, error) {
	data := amnotify.GetTemplateData(ctx, s.template, alerts, s.logger)
	var err error
	render := amnotify.TmplText(s.template, data, &err)
	luneo := func(name string) string {
		return strings.TrimSpace(render(`{{ template "luneo.slack.` + name + `" . }}`))
	}
	title := luneo("title")
	m := &slackMessage{
		about: picturedOf(alerts),
		Text:  "*" + title + "*",
		Attachments: []slackAttachment{{
			Color: luneo("color"), Fallback: title, Text: luneo("text"), Footer: luneo("footer"), MarkdownIn: []string{"text", "fields"},
			Fields: []slackField{
				{Title: "Where", Value: luneo("where"), Short: true},
				{Title: luneo("when.title"), Value: luneo("when"), Short: true},
			},
		}},
	}
	if err != nil {
		return nil, fmt.Errorf("write the message: %w", err)
	}
	if s.to.BotToken == "" { // a bot uploads it
		m.Attachments[0].ImageURL = luneo("chart")
	}
	return m, nil
}
