package testkit

import (
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// method answers a call of the Web API: nearly always with 200, and in the JSON
// whether it was one ("Using the Slack Web API").
func (s *SlackServer) method(r *http.Request, name string, body []byte) reply {
	if word := s.unauthorized(r); word != "" {
		return slackError(word)
	}
	switch name {
	case "auth.test":
		return slackJSON(map[string]any{"ok": true, "url": "https://example.slack.com/", "team": "Example", "user": "luneo", "team_id": "T0TEAM00001", "user_id": "U0BOT000001", "bot_id": "B0BOT000001"})
	case "chat.postMessage", "chat.update":
		return s.chat(r, strings.TrimPrefix(name, "chat."), body)
	case "files.getUploadURLExternal":
		return s.uploadURL(r, body)
	case "files.completeUploadExternal":
		return s.completeUpload(r, body)
	}
	return slackError("unknown_method")
}

func (s *SlackServer) unauthorized(r *http.Request) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !bearer || token == "":
		return "not_authed"
	case token != s.Token:
		return "invalid_auth"
	}
	return s.word
}

// chat answers chat.postMessage and chat.update.
func (s *SlackServer) chat(r *http.Request, method string, body []byte) reply {
	parsed, word := slackObject(r, body)
	if word != "" {
		return slackError(word)
	}
	m := SlackMessage{Method: SlackPost, ThreadTS: textOf(parsed["thread_ts"]), Body: body, Parsed: parsed}
	if method == "update" {
		m.Method, m.TS = SlackUpdate, textOf(parsed["ts"])
	}
	if m.Channel, word = s.channel(textOf(parsed["channel"]), m.Method == SlackUpdate); word != "" {
		return slackError(word)
	}
	if m.Method == SlackUpdate && !s.has(m.Channel, m.TS) {
		return slackError("message_not_found")
	}
	if wrong := slackWrong(parsed); wrong.word != "" {
		return slackError(wrong.word, wrong.messages...)
	}
	if m.Method == SlackUpdate && utf8.RuneCountInString(textOf(parsed["text"])) > slackUpdateText {
		return slackError("msg_too_long")
	}
	m = s.keep(m)
	return slackJSON(map[string]any{"ok": true, "channel": m.Channel, "ts": m.TS, "text": textOf(parsed["text"]), "message": map[string]any{"text": textOf(parsed["text"]), "ts": m.TS}})
}

// channel finds the ID of a channel. Names are for posting alone.
func (s *SlackServer) channel(asked string, idOnly bool) (id, word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := slices.Contains([]string{s.channels["alerts"], s.channels["other"], slackWebhookChannel}, asked)
	switch byName := s.channels[strings.TrimPrefix(asked, "#")]; {
	case known:
		id = asked
	case byName != "" && !idOnly:
		id = byName
	default:
		return "", "channel_not_found"
	}
	if s.archived {
		return "", "is_archived"
	}
	return id, ""
}

// slackObject is the JSON object of a call, or what is wrong with it.
func slackObject(r *http.Request, body []byte) (map[string]any, string) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Header.Get("Content-Type") == "":
		return nil, "missing_post_type"
	case r.Method != http.MethodPost || err != nil || kind != "application/json":
		return nil, "invalid_post_type"
	case params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8"):
		return nil, "invalid_charset"
	case !utf8.Valid(body):
		return nil, "invalid_json"
	}
	var v any
	if json.Unmarshal(body, &v) != nil {
		return nil, "invalid_json"
	}
	parsed, ok := v.(map[string]any)
	if !ok {
		return nil, "json_not_object"
	}
	return parsed, ""
}

// slackError is a refusal, with the places that are wrong.
func slackError(word string, messages ...string) reply {
	v := map[string]any{"ok": false, "error": word}
	if len(messages) > 0 {
		v["errors"] = messages
		v["response_metadata"] = map[string]any{"messages": messages}
	}
	return slackJSON(v)
}
