package testkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// SlackServer stands in for Slack: an incoming webhook and the methods of the
// Web API that post, update and upload. What is checked is in docs.slack.dev:
// "Sending messages using incoming webhooks", the pages of the methods, "Block
// Kit" with its blocks and elements, "Rate limits". It is safe for concurrent use.
//
// Clients that want slack.com itself reach it through ProxyURL.
type SlackServer struct {
	*webService
	// Token is the bot token that the Web API takes.
	Token string

	proxy    *slackProxy
	channels map[string]string // IDs by name
	archived bool
	word     string // with which every call is refused
	clock    int
	messages []SlackMessage
	files    []*SlackFile
}

// slackWebhookChannel is where the webhook posts.
const slackWebhookChannel = "C0WEBHOOK01"

// How a message came.
const (
	SlackWebhook = "webhook"
	SlackPost    = "post"   // chat.postMessage
	SlackUpdate  = "update" // chat.update
	SlackShare   = "file"   // files.completeUploadExternal, with a channel
)

// SlackMessage is a call that was accepted, or what is now in a channel.
type SlackMessage struct {
	// Method is one of SlackWebhook, SlackPost, SlackUpdate and SlackShare.
	Method   string
	Channel  string // its ID
	TS       string
	ThreadTS string
	Body     []byte
	Parsed   map[string]any
}

// NewSlackServer starts a fake on a free port, which knows the channels #alerts
// (C0ALERTS001) and #other (C0OTHER0001). It ends with the test.
func NewSlackServer(t testing.TB) *SlackServer {
	t.Helper()
	s := &SlackServer{
		Token:    strings.Join([]string{"xoxb", "1", "test"}, "-"),
		channels: map[string]string{"alerts": "C0ALERTS001", "other": "C0OTHER0001"},
	}
	s.webService = serveWeb(t, s.route, slackRefusal)
	s.proxy = proxySlack(t, s)
	return s
}

// WebhookURL is the incoming webhook.
func (s *SlackServer) WebhookURL() string {
	return s.URL + "/services/T0TEAM00001/B0HOOK00001/hooksecret"
}

// APIURL is a method of the Web API.
func (s *SlackServer) APIURL(method string) string { return s.URL + "/api/" + method }

// ChannelID is the ID of a channel; empty where there is none of the name.
func (s *SlackServer) ChannelID(name string) string {
	return s.channels[strings.TrimPrefix(name, "#")]
}

// Archive has every channel archived.
func (s *SlackServer) Archive() { s.change(func() { s.archived = true }) }

// Refuse answers every call with an error's word from now on, as Slack does:
// the webhook with the status that belongs to it, the Web API with 200. An empty
// word ends it.
func (s *SlackServer) Refuse(word string) { s.change(func() { s.word = word }) }

// Messages is what was accepted, in order: each update is one more.
func (s *SlackServer) Messages() []SlackMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// Await waits until n messages and updates were accepted and returns all.
func (s *SlackServer) Await(t testing.TB, n int) []SlackMessage {
	t.Helper()
	s.await(t, "messages", n, func() int { return len(s.messages) })
	return s.Messages()
}

// Current is each message as the channels show it after its updates, in the
// order of posting.
func (s *SlackServer) Current() []SlackMessage {
	var list []SlackMessage
	for _, m := range s.Messages() {
		i := slices.IndexFunc(list, func(old SlackMessage) bool { return old.Channel == m.Channel && old.TS == m.TS })
		if i < 0 {
			list = append(list, m)
			continue
		}
		list[i] = list[i].updated(m)
	}
	return list
}

// updated is the message after an update: what the update leaves out stays,
// but for blocks, which go when there is a text ("chat.update").
func (m SlackMessage) updated(by SlackMessage) SlackMessage {
	parsed := maps.Clone(m.Parsed)
	if _, told := by.Parsed["text"]; told {
		delete(parsed, "blocks")
	}
	maps.Copy(parsed, by.Parsed)
	m.Parsed, m.Method, m.Body = parsed, by.Method, by.Body
	return m
}

// Files is what was uploaded, whole or not, in order.
func (s *SlackServer) Files() []SlackFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]SlackFile, len(s.files))
	for i, file := range s.files {
		list[i] = *file
		list[i].Bytes = bytes.Clone(file.Bytes)
	}
	return list
}

func (s *SlackServer) route(r *http.Request, body []byte) reply {
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/services/"):
		return s.webhook(r, body)
	case strings.HasPrefix(path, "/api/"):
		return s.method(r, strings.TrimPrefix(path, "/api/"), body)
	case strings.HasPrefix(path, "/upload/"):
		return s.upload(r, body)
	}
	return slackWord(http.StatusNotFound, "not_found")
}

// webhook answers as "Sending messages using incoming webhooks" has it.
func (s *SlackServer) webhook(r *http.Request, body []byte) reply {
	if word := s.webhookRefusal(r.URL.Path); word != "" {
		return slackWord(slackStatus(word), word)
	}
	parsed, word := slackObject(r, body)
	if word != "" {
		return slackWord(http.StatusBadRequest, "invalid_payload")
	}
	if wrong := slackWrong(parsed); wrong.word != "" {
		return slackWord(slackStatus(wrong.word), wrong.word)
	}
	s.keep(SlackMessage{Method: SlackWebhook, Channel: slackWebhookChannel, ThreadTS: textOf(parsed["thread_ts"]), Body: body, Parsed: parsed})
	return reply{status: http.StatusOK, kind: "text/html", body: "ok"}
}

func (s *SlackServer) webhookRefusal(path string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	parts := strings.Split(strings.TrimPrefix(path, "/services/"), "/")
	switch {
	case s.word != "":
		return s.word
	case len(parts) != 3 || parts[0] != "T0TEAM00001" || parts[1] != "B0HOOK00001":
		return "no_service"
	case parts[2] != "hooksecret":
		return "invalid_token"
	case s.archived:
		return "channel_is_archived"
	}
	return ""
}

// slackStatus is the status that comes with a webhook's word.
func slackStatus(word string) int {
	switch word {
	case "invalid_token", "action_prohibited", "team_disabled", "posting_to_general_channel_denied":
		return http.StatusForbidden
	case "no_service", "no_team", "channel_not_found":
		return http.StatusNotFound
	case "channel_is_archived":
		return http.StatusGone
	case "rollup_error":
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// keep books a message and gives it its ts.
func (s *SlackServer) keep(m SlackMessage) SlackMessage {
	for _, text := range slackMentions(m.Parsed) {
		s.complain("a %s tells everyone: %s", m.Method, text)
	}
	if m.ThreadTS != "" && !s.begins(m.Channel, m.ThreadTS) {
		s.complain("a %s is in the thread of %s, which begins none in %s", m.Method, m.ThreadTS, m.Channel)
	}
	s.change(func() {
		if m.TS == "" {
			s.clock++
			m.TS = fmt.Sprintf("1700000000.%06d", s.clock)
		}
		s.messages = append(s.messages, m)
	})
	return m
}

// has reports whether a channel has a message.
func (s *SlackServer) has(channel, ts string) bool {
	return slices.ContainsFunc(s.Messages(), func(m SlackMessage) bool { return m.Channel == channel && m.TS == ts })
}

// begins reports whether a channel has a message that is no reply itself: a
// reply's ts is no thread's ("files.completeUploadExternal").
func (s *SlackServer) begins(channel, ts string) bool {
	return slices.ContainsFunc(s.Messages(), func(m SlackMessage) bool { return m.Channel == channel && m.TS == ts && m.ThreadTS == "" })
}

// slackWord is a webhook's answer.
func slackWord(status int, word string) reply {
	return reply{status: status, kind: "text/html", body: word, said: word}
}

// slackJSON is the Web API's answer.
func slackJSON(v map[string]any) reply {
	body, _ := json.Marshal(v) // strings are always JSON
	return reply{status: http.StatusOK, kind: "application/json; charset=utf-8", body: string(body), said: textOf(v["error"])}
}

// slackRefusal is how a fault's status looks: "Rate limits" for 429.
func slackRefusal(path string, status int) reply {
	word := strings.ToLower(strings.ReplaceAll(http.StatusText(status), " ", "_"))
	if !strings.HasPrefix(path, "/api/") {
		if status == http.StatusTooManyRequests {
			word = "rate_limited"
		}
		return slackWord(status, word)
	}
	if status == http.StatusTooManyRequests {
		word = "ratelimited"
	}
	return slackJSON(map[string]any{"ok": false, "error": word})
}

func textOf(v any) string {
	text, _ := v.(string) // anything else is none
	return text
}
