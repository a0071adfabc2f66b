package testkit_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/config"
	amcommon "github.com/prometheus/alertmanager/config/common"
	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/notify/slack"
	commoncfg "github.com/prometheus/common/config"

	"github.com/luneo-platform/luneo/internal/testkit"
)

func slackSender(t *testing.T, address string, change func(*config.SlackConfig)) sender {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	c := config.DefaultSlackConfig
	c.APIURL, c.HTTPConfig, c.Channel = &amcommon.SecretURL{URL: u}, amHTTP(), "#alerts"
	if change != nil {
		change(&c)
	}
	n, err := slack.New(&c, amTemplate(t), amLog())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// slackBot is a configuration with a bot token, behind the fake's proxy.
func slackBot(t *testing.T, s *testkit.SlackServer) sender {
	t.Helper()
	proxy, err := url.Parse(s.ProxyURL())
	if err != nil {
		t.Fatal(err)
	}
	return slackSender(t, "https://slack.com/api/chat.postMessage", func(c *config.SlackConfig) {
		c.UpdateMessage = true
		c.HTTPConfig.Authorization = &commoncfg.Authorization{Type: "Bearer", Credentials: commoncfg.Secret(s.Token)}
		c.HTTPConfig.ProxyURL = commoncfg.URL{URL: proxy}
		c.HTTPConfig.TLSConfig.CAFile = s.CAFile()
	})
}

// TestSlackTakesAlertmanager: a message to the webhook.
func TestSlackTakesAlertmanager(t *testing.T) {
	t.Parallel()
	s := testkit.NewSlackServer(t)
	mustNotify(t, amContext(t), slackSender(t, s.WebhookURL(), nil), firing())
	m := s.Await(t, 1)[0]
	if m.Method != testkit.SlackWebhook || m.TS == "" || m.Channel == "" || len(m.Parsed["attachments"].([]any)) != 1 || len(s.Problems()) != 0 {
		t.Errorf("%+v, problems %v", m, s.Problems())
	}
}

// TestSlackTakesAlertmanagersUpdate: the message of a group is updated, at
// slack.com, which Alertmanager has written into its code.
func TestSlackTakesAlertmanagersUpdate(t *testing.T) {
	t.Parallel()
	s := testkit.NewSlackServer(t)
	bot := slackBot(t, s)
	ctx := notify.WithNflogStore(amContext(t), nflog.NewStore(nil))
	mustNotify(t, ctx, bot, firing())
	mustNotify(t, ctx, bot, resolved())
	list := s.Await(t, 2)
	if list[0].Method != testkit.SlackPost || list[1].Method != testkit.SlackUpdate || list[0].TS != list[1].TS || list[1].Channel != s.ChannelID("#alerts") {
		t.Errorf("%+v", list)
	}
	if now := s.Current(); len(now) != 1 || !strings.Contains(string(now[0].Body), "RESOLVED") {
		t.Errorf("%+v", now)
	}
}

// TestSlackFaults: Alertmanager tells what may be tried again from what may
// not. It gives up at a 429.
func TestSlackFaults(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]func(*testkit.SlackServer) sender{
		"webhook": func(s *testkit.SlackServer) sender { return slackSender(t, s.WebhookURL(), nil) },
		"bot":     func(s *testkit.SlackServer) sender { return slackBot(t, s) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testkit.NewSlackServer(t)
			failures := webFailures()
			failures["429"] = failure{testkit.Status(http.StatusTooManyRequests, time.Minute), false, false}
			suffers(t, s, of(s), failures)
			if n := len(s.Messages()); n != 3 { // slow, lost and the last
				t.Errorf("%d messages", n)
			}
		})
	}
}

// TestSlackWebhookRefusals: each wrong webhook gets its word and status.
func TestSlackWebhookRefusals(t *testing.T) {
	t.Parallel()
	s := testkit.NewSlackServer(t)
	hook, hello := s.WebhookURL(), `{"text":"hello"}`
	for name, c := range map[string]struct {
		url, kind, body string
		status          int
		word            string
	}{
		"well":           {hook, asJSON, hello, 200, "ok"},
		"broken":         {hook, asJSON, `{"text":`, 400, "invalid_payload"},
		"a list":         {hook, asJSON, `[]`, 400, "invalid_payload"},
		"no JSON":        {hook, "text/plain", hello, 400, "invalid_payload"},
		"no UTF-8":       {hook, asJSON, "{\"text\":\"\xff\"}", 400, "invalid_payload"},
		"empty":          {hook, asJSON, `{}`, 400, "no_text"},
		"empty text":     {hook, asJSON, `{"text":"","attachments":[{"color":"good"}]}`, 400, "no_text"},
		"unknown block":  {hook, asJSON, `{"blocks":[{"type":"marquee"}]}`, 400, "invalid_blocks"},
		"wrong secret":   {hook + "x", asJSON, hello, 403, "invalid_token"},
		"another hook":   {s.URL + "/services/T0TEAM00001/B1/x", asJSON, hello, 404, "no_service"},
		"too many":       {hook, asJSON, `{"attachments":[` + repeat(101, `{"text":"a"}`) + `]}`, 400, "too_many_attachments"},
		"a wrong colour": {hook, asJSON, `{"attachments":[{"text":"a","color":"reddish"}]}`, 400, "invalid_attachments"},
	} {
		resp, body := post(t, c.url, c.kind, c.body)
		if resp.StatusCode != c.status || body != c.word {
			t.Errorf("%s: %s %s", name, resp.Status, body)
		}
	}
	s.Refuse("action_prohibited")
	if resp, body := post(t, hook, asJSON, hello); resp.StatusCode != http.StatusForbidden || body != "action_prohibited" {
		t.Errorf("%s %s", resp.Status, body)
	}
	s.Refuse("")
	s.Archive()
	if resp, body := post(t, hook, asJSON, hello); resp.StatusCode != http.StatusGone || body != "channel_is_archived" {
		t.Errorf("%s %s", resp.Status, body)
	}
	s.Break(testkit.Status(http.StatusTooManyRequests, 30*time.Second))
	if resp, body := post(t, hook, asJSON, hello); resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "30" || body != "rate_limited" {
		t.Errorf("%s %s", resp.Status, body)
	}
	if n := len(s.Messages()); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// repeat is a JSON list's inside.
func repeat(n int, one string) string {
	return strings.TrimSuffix(strings.Repeat(one+",", n), ",")
}

// slackCall calls a method and returns the answer.
func slackCall(t *testing.T, s *testkit.SlackServer, method, kind, body string) map[string]any {
	t.Helper()
	resp, answer := post(t, s.APIURL(method), kind, body, "Authorization", "Bearer "+s.Token)
	var v map[string]any
	if err := json.Unmarshal([]byte(answer), &v); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s", method, resp.Status, answer)
	}
	return v
}

// TestSlackMethods: each wrong call gets its error, with status 200.
func TestSlackMethods(t *testing.T) {
	t.Parallel()
	s := testkit.NewSlackServer(t)
	const form = "application/x-www-form-urlencoded"
	id := s.ChannelID("alerts")
	for name, c := range map[string]struct{ method, kind, body, word string }{
		"an unknown method":  {"chat.shout", asJSON, `{}`, "unknown_method"},
		"no JSON":            {"chat.postMessage", "text/csv", `{}`, "invalid_post_type"},
		"broken":             {"chat.postMessage", asJSON, `{`, "invalid_json"},
		"a list":             {"chat.postMessage", asJSON, `[]`, "json_not_object"},
		"no channel":         {"chat.postMessage", asJSON, `{"text":"a"}`, "channel_not_found"},
		"an unknown channel": {"chat.postMessage", asJSON, `{"channel":"#none","text":"a"}`, "channel_not_found"},
		"no text":            {"chat.postMessage", asJSON, `{"channel":"#alerts"}`, "no_text"},
		"a long text":        {"chat.postMessage", asJSON, `{"channel":"#alerts","text":"` + strings.Repeat("a", 40001) + `"}`, "msg_too_long"},
		"blocks no list":     {"chat.postMessage", asJSON, `{"channel":"#alerts","blocks":{}}`, "invalid_blocks_format"},
		"attachments":        {"chat.postMessage", asJSON, `{"channel":"#alerts","attachments":[{"fields":[{"short":true}]}]}`, "invalid_attachments"},
		"a name to update":   {"chat.update", asJSON, `{"channel":"#alerts","ts":"1.2","text":"a"}`, "channel_not_found"},
		"an unknown message": {"chat.update", asJSON, `{"channel":"` + id + `","ts":"1.2","text":"a"}`, "message_not_found"},
		"no file name":       {"files.getUploadURLExternal", form, "length=3", "invalid_arguments"},
		"no length":          {"files.getUploadURLExternal", form, "filename=a.png", "invalid_arguments"},
		"a file as JSON":     {"files.getUploadURLExternal", asJSON, `{}`, "invalid_post_type"},
		"an unknown file":    {"files.completeUploadExternal", form, `files=[{"id":"F1"}]`, "file_not_found"},
		"no files":           {"files.completeUploadExternal", form, `files=[]`, "invalid_arguments"},
		"a file's channel":   {"files.completeUploadExternal", form, `files=[{"id":"F1"}]&channel_id=alerts`, "invalid_channel"},
	} {
		if v := slackCall(t, s, c.method, c.kind, c.body); v["ok"] != false || v["error"] != c.word {
			t.Errorf("%s: %v", name, v)
		}
	}
	for word, header := range map[string]string{"not_authed": "", "invalid_auth": "Bearer other"} {
		if _, body := post(t, s.APIURL("auth.test"), asJSON, "", "Authorization", header); !strings.Contains(body, word) {
			t.Errorf("%q: %s", header, body)
		}
	}
	if v := slackCall(t, s, "auth.test", asJSON, ""); v["ok"] != true || v["team_id"] == "" {
		t.Error(v)
	}
	s.Break(testkit.Status(http.StatusTooManyRequests, time.Second))
	if resp, body := post(t, s.APIURL("auth.test"), asJSON, ""); resp.Header.Get("Retry-After") != "1" || body != `{"error":"ratelimited","ok":false}` {
		t.Errorf("%s %s", resp.Status, body)
	}
}

// TestSlackBlocks: each limit of Block Kit holds at its border.
func TestSlackBlocks(t *testing.T) {
	t.Parallel()
	s := testkit.NewSlackServer(t)
	plain := func(n int) string { return fmt.Sprintf(`{"type":"plain_text","text":"%s"}`, strings.Repeat("é", n)) }
	mark := func(n int) string { return fmt.Sprintf(`{"type":"mrkdwn","text":"%s"}`, strings.Repeat("é", n)) }
	section := func(n int) string { return `{"type":"section","text":` + mark(n) + `}` }
	button := func(text, rest string) string {
		return `{"type":"actions","elements":[{"type":"button","text":` + text + rest + `}]}`
	}
	for name, c := range map[string]struct{ well, wrong string }{
		"blocks":       {repeat(50, `{"type":"divider"}`), repeat(51, `{"type":"divider"}`)},
		"header":       {`{"type":"header","text":` + plain(150) + `}`, `{"type":"header","text":` + plain(151) + `}`},
		"plain header": {`{"type":"header","text":` + plain(1) + `}`, `{"type":"header","text":` + mark(1) + `}`},
		"section":      {section(3000), section(3001)},
		"empty text":   {section(1), section(0)},
		"a section":    {section(1), `{"type":"section"}`},
		"fields":       {`{"type":"section","fields":[` + repeat(10, mark(1)) + `]}`, `{"type":"section","fields":[` + repeat(11, mark(1)) + `]}`},
		"field":        {`{"type":"section","fields":[` + mark(2000) + `]}`, `{"type":"section","fields":[` + mark(2001) + `]}`},
		"block_id":     {`{"type":"divider","block_id":"` + strings.Repeat("a", 255) + `"}`, `{"type":"divider","block_id":"` + strings.Repeat("a", 256) + `"}`},
		"unique":       {`{"type":"divider","block_id":"a"},{"type":"divider","block_id":"b"}`, `{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}`},
		"context":      {`{"type":"context","elements":[` + repeat(10, mark(1)) + `]}`, `{"type":"context","elements":[` + repeat(11, mark(1)) + `]}`},
		"actions":      {`{"type":"actions","elements":[` + repeat(25, `{"type":"button","text":`+plain(1)+`}`) + `]}`, `{"type":"actions","elements":[` + repeat(26, `{"type":"button","text":`+plain(1)+`}`) + `]}`},
		"button":       {button(plain(75), ""), button(plain(76), "")},
		"plain button": {button(plain(1), ""), button(mark(1), "")},
		"url":          {button(plain(1), `,"url":"https://a.example/`+strings.Repeat("a", 2982)+`"`), button(plain(1), `,"url":"https://a.example/`+strings.Repeat("a", 2983)+`"`)},
		"a url":        {button(plain(1), `,"url":"https://a.example"`), button(plain(1), `,"url":"/silence"`)},
		"style":        {button(plain(1), `,"style":"danger"`), button(plain(1), `,"style":"green"`)},
		"alt_text":     {`{"type":"image","image_url":"https://a.example/b.png","alt_text":"b"}`, `{"type":"image","image_url":"https://a.example/b.png"}`},
		"type":         {`{"type":"divider"}`, `{"type":"marquee"}`},
		"property":     {`{"type":"divider"}`, `{"type":"divider","text":"a"}`},
		"emoji":        {`{"type":"section","text":{"type":"plain_text","text":"a","emoji":true}}`, `{"type":"section","text":{"type":"mrkdwn","text":"a","emoji":true}}`},
		"rich text":    {`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]}`, `{"type":"rich_text","elements":[{"type":"text","text":"a"}]}`},
	} {
		if v := slackCall(t, s, "chat.postMessage", asJSON, `{"channel":"#alerts","blocks":[`+c.well+`]}`); v["ok"] != true {
			t.Errorf("%s: %v", name, v)
		}
		v := slackCall(t, s, "chat.postMessage", asJSON, `{"channel":"#alerts","blocks":[`+c.wrong+`]}`)
		if v["error"] != "invalid_blocks" || !strings.Contains(fmt.Sprint(v["errors"]), "[json-pointer:/blocks") {
			t.Errorf("%s: %v", name, v)
		}
	}
	if v := slackCall(t, s, "chat.postMessage", asJSON, `{"channel":"#alerts","blocks":[`+repeat(5, section(2700))+`]}`); v["error"] != "msg_blocks_too_long" {
		t.Error(v)
	}
}

// TestSlackUpdates: what an update leaves out stays.
func TestSlackUpdates(t *testing.T) {
	t.Parallel()
	s := testkit.NewSlackServer(t)
	v := slackCall(t, s, "chat.postMessage", asJSON, `{"channel":"#alerts","text":"a","blocks":[{"type":"divider"}],"attachments":[{"text":"b"}]}`)
	update := `{"channel":"` + v["channel"].(string) + `","ts":"` + v["ts"].(string) + `",`
	if v := slackCall(t, s, "chat.update", asJSON, update+`"blocks":[{"type":"divider"},{"type":"divider"}]}`); v["ok"] != true {
		t.Error(v)
	}
	if now := s.Current()[0].Parsed; now["text"] != "a" || len(now["blocks"].([]any)) != 2 || now["attachments"] == nil {
		t.Error(now)
	}
	slackCall(t, s, "chat.update", asJSON, update+`"text":"c"}`)
	if now := s.Current()[0].Parsed; now["text"] != "c" || now["blocks"] != nil || len(s.Messages()) != 3 {
		t.Error(now)
	}
	if v := slackCall(t, s, "chat.update", asJSON, update+`"text":"`+strings.Repeat("a", 4001)+`"}`); v["error"] != "msg_too_long" {
		t.Error(v)
	}
}

// TestSlackMentions: texts that tell everyone are taken and told to the test.
func TestSlackMentions(t *testing.T) {
	t.Parallel()
	s := testkit.NewSlackServer(t)
	for _, body := range []string{
		`{"text":"&lt;!channel&gt; @here"}`, `{"text":"<!channel>"}`, `{"attachments":[{"text":"a","fields":[{"title":"<!here|here>"}]}]}`,
		`{"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"<!everyone>"}}]}`, `{"text":"@channel","link_names":true}`,
	} {
		if _, answer := post(t, s.WebhookURL(), asJSON, body); answer != "ok" {
			t.Errorf("%s: %s", body, answer)
		}
	}
	if list := s.Problems(); len(list) != 4 {
		t.Error(strings.Join(list, "\n"))
	}
	post(t, s.WebhookURL(), asJSON, `{"text":"a","thread_ts":"1.2"}`)
	if list := s.Problems(); len(list) != 5 || !strings.Contains(list[4], "thread") {
		t.Error(list)
	}
}

// TestSlackThreads: a reply is no thread's beginning, and no channel has
// another's threads.
func TestSlackThreads(t *testing.T) {
	t.Parallel()
	s := testkit.NewSlackServer(t)
	say := func(channel, thread string) string {
		v := slackCall(t, s, "chat.postMessage", asJSON, fmt.Sprintf(`{"channel":%q,"text":"a","thread_ts":%q}`, channel, thread))
		return v["ts"].(string)
	}
	first := say("#alerts", "")
	reply := say("#alerts", first)
	if list := s.Problems(); len(list) != 0 {
		t.Error(list)
	}
	say("#alerts", reply)
	say("#other", first)
	if list := s.Problems(); len(list) != 2 {
		t.Error(list)
	}
}

// TestSlackFiles: a picture in the thread of a message.
func TestSlackFiles(t *testing.T) {
	t.Parallel()
	s := testkit.NewSlackServer(t)
	const form = "application/x-www-form-urlencoded"
	ts := slackCall(t, s, "chat.postMessage", asJSON, `{"channel":"#alerts","text":"a"}`)["ts"].(string)
	v := slackCall(t, s, "files.getUploadURLExternal", form, "filename=a.png&length=3&alt_txt=chart")
	complete := url.Values{"files": {fmt.Sprintf(`[{"id":%q,"title":"Chart"}]`, v["file_id"])}, "channel_id": {s.ChannelID("alerts")}, "thread_ts": {ts}}.Encode()
	if v := slackCall(t, s, "files.completeUploadExternal", form, complete); v["error"] != "file_not_found" {
		t.Errorf("before it is there: %v", v)
	}
	if resp, _ := post(t, v["upload_url"].(string), "image/png", "four"); resp.StatusCode != http.StatusBadRequest {
		t.Error("more than was said is taken")
	}
	if resp, body := post(t, v["upload_url"].(string), "image/png", "PNG"); resp.StatusCode != http.StatusOK || body != "OK - 3" {
		t.Errorf("%s %s", resp.Status, body)
	}
	if v := slackCall(t, s, "files.completeUploadExternal", form, complete); v["ok"] != true {
		t.Error(v)
	}
	file := s.Files()[0]
	if string(file.Bytes) != "PNG" || file.ThreadTS != ts || !file.Complete || file.Title != "Chart" || file.AltText != "chart" || file.Channel != s.ChannelID("alerts") {
		t.Errorf("%+v", file)
	}
	if list := s.Await(t, 2); list[1].Method != testkit.SlackShare || list[1].ThreadTS != ts || len(s.Problems()) != 0 {
		t.Errorf("%+v %v", list, s.Problems())
	}
}
