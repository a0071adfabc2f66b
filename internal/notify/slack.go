package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/nflog"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"
)

// slackNotifier tells a channel of Slack, through an incoming webhook or by a
// bot. Alertmanager's own has no threads, has the address of chat.update in its
// code, and does not try again what Slack answered with 429.
//
// A bot has one message for each incident (docs.slack.dev, chat.postMessage and
// chat.update): it changes with the incident and turns green when it has ended,
// and what changed is said in its thread. A webhook's answer does not name the
// message, so each change is a message of its own.
type slackNotifier struct {
	to       Slack
	template *template.Template
	client   *http.Client
	draw     Draw // may be nil
	logger   *slog.Logger
}

// integration is what takes the place of Alertmanager's own.
func (s *Slack) integration(t *template.Template, draw Draw, logger *slog.Logger) amnotify.Integration {
	n := &slackNotifier{to: *s, template: t, client: &http.Client{CheckRedirect: noRedirect}, draw: draw, logger: logger.With("integration", receiverSlack)}
	return amnotify.NewIntegration(n, sendResolved{}, receiverSlack, 0, receiverSlack)
}

// noRedirect: a redirect would carry the message, and a token, elsewhere.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// sendResolved says that the end of alerts is told, too.
type sendResolved struct{}

// SendResolved is always true.
func (sendResolved) SendResolved() bool { return true }

// Where the log of notifications keeps what a later message needs: the names
// that Alertmanager's own notifier uses.
const (
	storeTS      = "threadTs"
	storeChannel = "channelId"
)

// Notify tells of a group of alerts. An error with retry is tried again with
// back-off.
func (s *slackNotifier) Notify(ctx context.Context, alerts ...*alert.Alert) (retry bool, err error) {
	m, err := s.message(ctx, alerts)
	if err != nil {
		return false, err
	}
	if s.to.BotToken == "" {
		_, retry, err = s.call(ctx, s.to.WebhookURL, m)
		return retry, err
	}
	store := remembered(ctx)
	m.Channel = s.to.Channel
	if ts, ok := store.GetStr(storeTS); ok {
		return s.update(ctx, m, store, ts)
	}
	return s.post(ctx, m, store)
}

// remembered is what the log of notifications keeps of the incident's messages
// before; nothing for a sample.
func remembered(ctx context.Context) *nflog.Store {
	if store, ok := amnotify.NflogStore(ctx); ok {
		return store
	}
	return nflog.NewStore(nil)
}

// post begins the message of an incident.
func (s *slackNotifier) post(ctx context.Context, m *slackMessage, store *nflog.Store) (retry bool, err error) {
	answer, retry, err := s.api(ctx, "chat.postMessage", m)
	if err != nil {
		return retry, err
	}
	store.SetStr(storeTS, answer.TS)
	store.SetStr(storeChannel, answer.Channel)
	if s.draw != nil && m.about.Rule != "" {
		about := m.about
		later(ctx, func(ctx context.Context) error { return s.chart(ctx, answer, about) })
	}
	return false, nil
}

// update changes the message of an incident, and says in its thread what has
// changed. One that somebody has deleted is begun anew.
func (s *slackNotifier) update(ctx context.Context, m *slackMessage, store *nflog.Store, ts string) (retry bool, err error) {
	channel, _ := store.GetStr(storeChannel)
	changed := *m
	changed.TS, changed.Channel = ts, channel
	answer, retry, err := s.api(ctx, "chat.update", &changed)
	if answer.Error == "message_not_found" || answer.Error == "cant_update_message" || answer.Error == "edit_window_closed" {
		return s.post(ctx, m, store)
	}
	if err != nil {
		return retry, err
	}
	reason, _ := amnotify.NotificationReason(ctx)
	note := slackMessage{Channel: channel, ThreadTS: ts, Text: m.Text}
	if reason == amnotify.ReasonRepeatIntervalElapsed {
		note.Text, note.Broadcast = "Still so. "+m.Text, true // a reminder that stays in the thread reminds nobody
	}
	_, retry, err = s.api(ctx, "chat.postMessage", &note)
	return retry, err
}

// slackAnswer is what the Web API says; of a webhook's, Error alone.
type slackAnswer struct {
	OK      bool   `json:"ok"`
	Error   string `json:"error"`
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	// Of files.getUploadURLExternal.
	UploadURL string `json:"upload_url"`
	FileID    string `json:"file_id"`
}

// api calls a method of the Web API, which says what went wrong under 200, too.
func (s *slackNotifier) api(ctx context.Context, method string, body any) (slackAnswer, bool, error) {
	text, retry, err := s.call(ctx, s.method(method), body)
	if err != nil {
		return slackAnswer{}, retry, err
	}
	return read(method, text)
}

func (s *slackNotifier) method(name string) string {
	return strings.TrimSuffix(s.to.APIURL, "/") + "/" + name
}

func read(method string, text []byte) (slackAnswer, bool, error) {
	var a slackAnswer
	if err := json.Unmarshal(text, &a); err != nil {
		return slackAnswer{}, true, fmt.Errorf("%s: the answer is no JSON: %q", method, shortened(text))
	}
	if !a.OK {
		return a, passes(a.Error), amnotify.NewErrorWithReason(amnotify.ClientErrorReason, fmt.Errorf("%s: slack answered %s", method, a.Error))
	}
	return a, false, nil
}

// passes says which errors of the Web API are Slack's own and pass
// (docs.slack.dev/reference/methods/chat.postMessage, "Errors").
func passes(word string) bool {
	switch word {
	case "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout":
		return true
	}
	return false
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 64 << 10

// call posts JSON, and returns the body of an answer 2xx.
func (s *slackNotifier) call(ctx context.Context, address string, body any) (text []byte, retry bool, err error) {
	content, err := json.Marshal(body)
	if err != nil {
		return nil, false, fmt.Errorf("write the message: %w", err)
	}
	return s.send(ctx, address, content, "application/json; charset=utf-8")
}

// send posts what is already written, and returns the body of an answer 2xx.
func (s *slackNotifier) send(ctx context.Context, address string, content []byte, contentType string) (text []byte, retry bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(content))
	if err != nil {
		return nil, false, withoutAddress(err)
	}
	req.Header.Set("Content-Type", contentType)
	if s.to.BotToken != "" && strings.HasPrefix(address, s.method("")) { // where files go to, an answer says
		req.Header.Set("Authorization", "Bearer "+s.to.BotToken)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, true, withoutAddress(err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read as far as it is of use
	text, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, true, withoutAddress(err)
	}
	answered(ctx, resp.StatusCode, text)
	return text, retryable(resp.StatusCode), s.refusal(ctx, resp, text)
}

// refusal is the error of an answer that is not 2xx. Where Slack says how long
// to wait it is waited for, at most as long as ctx.
func (s *slackNotifier) refusal(ctx context.Context, resp *http.Response, text []byte) error {
	if resp.StatusCode/100 == 2 {
		return nil
	}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && resp.StatusCode == http.StatusTooManyRequests {
		wait(ctx, min(time.Duration(seconds)*time.Second, longestWait))
	}
	err := fmt.Errorf("unexpected status code %d: %s", resp.StatusCode, shortened(text))
	return amnotify.NewErrorWithReason(amnotify.GetFailureReasonFromStatusCode(resp.StatusCode), err)
}

const (
	// attemptTimeout bounds one attempt: the back-off tries again.
	attemptTimeout = 20 * time.Second
	// longestWait is the longest Retry-After that is waited for at once.
	longestWait = time.Minute
)

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func retryable(status int) bool { return status == http.StatusTooManyRequests || status >= 500 }

// shortened is an answer as an error quotes it.
func shortened(text []byte) string {
	const longest = 300
	s := strings.ToValidUTF8(strings.TrimSpace(string(text)), "?")
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return s
}

// withoutAddress keeps an address, which is a secret, out of an error.
func withoutAddress(err error) error {
	if e, ok := err.(*url.Error); ok { //nolint:errorlint // what net/http returns is not wrapped
		return e.Err
	}
	return err
}
