package testkit_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/notify/email"
	commoncfg "github.com/prometheus/common/config"

	"github.com/luneo-platform/luneo/internal/testkit"
)

func mailSender(t *testing.T, m *testkit.MailServer, change func(*config.EmailConfig)) sender {
	t.Helper()
	host, port, err := net.SplitHostPort(m.Addr)
	if err != nil {
		t.Fatal(err)
	}
	wantTLS := true
	c := config.DefaultEmailConfig
	c.To, c.From, c.Hello = "Team <team@example.com>, lead@example.com", "Luneo <luneo@example.com>", "luneo.example.com"
	c.Smarthost, c.RequireTLS, c.TLSConfig = config.HostPort{Host: host, Port: port}, &wantTLS, &commoncfg.TLSConfig{CAFile: m.CAFile}
	c.AuthUsername, c.AuthPassword, c.Headers = m.User, commoncfg.Secret(m.Password), map[string]string{}
	c.Text = `{{ range .Alerts }}{{ .Annotations.summary }} {{ .Labels.queue_name }}{{ end }}`
	if change != nil {
		change(&c)
	}
	return email.New(&c, amTemplate(t), amLog())
}

// TestMailTakesAlertmanager: a mail in each way that a smarthost may want it.
func TestMailTakesAlertmanager(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for name, c := range map[string]struct {
		options testkit.MailOptions
		change  func(*config.EmailConfig)
	}{
		"STARTTLS":     {testkit.MailOptions{}, nil},
		"AUTH LOGIN":   {testkit.MailOptions{LoginOnly: true}, nil},
		"implicit TLS": {testkit.MailOptions{ImplicitTLS: true}, func(c *config.EmailConfig) { c.ForceImplicitTLS = &yes }},
		"relay":        {testkit.MailOptions{Relay: true}, func(c *config.EmailConfig) { c.RequireTLS, c.AuthUsername = &no, "" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := testkit.NewMailServer(t, c.options)
			mustNotify(t, amContext(t), mailSender(t, m, c.change), firing())
			got := m.Await(t, 1)[0]
			if got.From != "luneo@example.com" || len(got.To) != 2 || got.To[0] != "team@example.com" || got.TLS == c.options.Relay || (got.User == "") != c.options.Relay {
				t.Errorf("%+v", got)
			}
			if !strings.Contains(got.Subject, "QueueWaitTimeHigh") || got.Text != "Jobs wait for 寿司 größe <a&b>" || !strings.Contains(got.HTML, "größe &lt;a&amp;b&gt;") {
				t.Errorf("%q %q %q", got.Subject, got.Text, got.HTML)
			}
			if last := m.AwaitEnded(t, 1)[0]; !last.Accepted || last.Status != 250 {
				t.Errorf("%+v", last)
			}
		})
	}
}

// TestMailFaults: all can be tried again, as Alertmanager sees it. It waits for
// a greeting without end, whatever its context says.
func TestMailFaults(t *testing.T) {
	t.Parallel()
	m := testkit.NewMailServer(t, testkit.MailOptions{})
	s := mailSender(t, m, nil)
	suffers(t, m, s, map[string]failure{
		"421":        {testkit.Status(421, 0), true, false},
		"auth":       {testkit.RefuseAuth(), true, false},
		"recipient":  {testkit.RefuseRecipient(), true, false},
		"greylist":   {testkit.Greylist(), true, false},
		"disconnect": {testkit.Disconnect(), true, false},
		"reset":      {testkit.Reset(), true, false},
		"lost":       {testkit.Lost(), true, true},
	})
	m.Break(testkit.Slow(time.Nanosecond))
	mustNotify(t, amContext(t), s, firing())
	m.Break(testkit.Hang())
	before := len(m.Attempts())
	done := make(chan error, 1)
	go func() {
		_, err := s.Notify(amContext(t), firing())
		done <- err
	}()
	m.AwaitAttempts(t, before+1)
	m.Heal()
	if err := <-done; err == nil {
		t.Error("a mail that nobody took was sent")
	}
	if n := len(m.Mails()); n != 3 { // lost, healed, slow
		t.Errorf("%d mails", n)
	}
	codes := map[int]bool{}
	for _, a := range m.Attempts() {
		codes[a.Status] = true
	}
	for _, code := range []int{0, 250, 421, 451, 535, 550} {
		if !codes[code] {
			t.Errorf("no attempt ended with %d: %+v", code, m.Attempts())
		}
	}
}

// talk sends lines and returns the code of the last reply.
func talk(t *testing.T, m *testkit.MailServer, lines ...string) string {
	t.Helper()
	conn, err := net.Dial("tcp", m.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // the test is over with it
	in := bufio.NewReader(conn)
	last := reply(t, in)
	for _, line := range lines {
		if _, err := io.WriteString(conn, line); err != nil {
			t.Fatal(err)
		}
		last = reply(t, in)
	}
	return last
}

// reply is a reply's last line.
func reply(t *testing.T, in *bufio.Reader) string {
	t.Helper()
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return err.Error()
		}
		if len(line) < 4 || line[3] == ' ' {
			return strings.TrimSpace(line)
		}
	}
}

// TestMailRefusesCommands: what is out of order or not of the form gets its code.
func TestMailRefusesCommands(t *testing.T) {
	t.Parallel()
	m, relay := testkit.NewMailServer(t, testkit.MailOptions{}), testkit.NewMailServer(t, testkit.MailOptions{Relay: true})
	const hello, from, to = "EHLO a.example\r\n", "MAIL FROM:<a@a.example>\r\n", "RCPT TO:<b@a.example>\r\n"
	for name, c := range map[string]struct {
		server *testkit.MailServer
		lines  []string
		want   string
	}{
		"no hello":      {relay, []string{from}, "503"},
		"a long name":   {relay, []string{"EHLO a b\r\n"}, "501"},
		"no TLS":        {m, []string{hello, from}, "530"},
		"a password":    {m, []string{hello, "AUTH PLAIN AGEAYg==\r\n"}, "538"},
		"TLS at relay":  {relay, []string{hello, "STARTTLS\r\n"}, "503"},
		"a space":       {relay, []string{hello, "MAIL FROM: <a@a.example>\r\n"}, "501"},
		"no brackets":   {relay, []string{hello, "MAIL FROM:a@a.example\r\n"}, "501"},
		"twice":         {relay, []string{hello, from, from}, "503"},
		"nobody":        {relay, []string{hello, from, "RCPT TO:<>\r\n"}, "501"},
		"RCPT at once":  {relay, []string{hello, to}, "503"},
		"DATA at once":  {relay, []string{hello, from, "DATA\r\n"}, "503"},
		"after RSET":    {relay, []string{hello, from, to, "RSET\r\n", "DATA\r\n"}, "503"},
		"unknown":       {relay, []string{"TURN\r\n"}, "502"},
		"a long line":   {relay, []string{"EHLO " + strings.Repeat("a", 600) + "\r\n"}, "500"},
		"LF alone":      {relay, []string{"EHLO a.example\n"}, "EOF"},
		"goes well":     {relay, []string{hello, from, to, "DATA\r\n"}, "354"},
		"and goodbye":   {relay, []string{hello, "QUIT\r\n"}, "221"},
		"lower case":    {relay, []string{"ehlo a.example\r\n", "mail from:<a@a.example> SIZE=3\r\n"}, "250"},
		"nothing to do": {relay, []string{"NOOP\r\n"}, "250"},
	} {
		if got := talk(t, c.server, c.lines...); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestMailRefusesPasswords: a wrong one is told apart from one that is not encoded.
func TestMailRefusesPasswords(t *testing.T) {
	t.Parallel()
	m := testkit.NewMailServer(t, testkit.MailOptions{})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(m.CA(t))
	for line, want := range map[string]string{
		"AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00"+m.User+"\x00"+m.Password)): "235",
		"AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00"+m.User+"\x00other")):       "535",
		"AUTH PLAIN !!!":          "501",
		"AUTH XOAUTH2 a":          "504",
		"MAIL FROM:<a@a.example>": "530",
	} {
		client, err := smtp.Dial(m.Addr)
		if err != nil {
			t.Fatal(err)
		}
		if err := client.StartTLS(&tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}); err != nil {
			t.Fatal(err)
		}
		id, err := client.Text.Cmd("%s", line)
		if err != nil {
			t.Fatal(err)
		}
		client.Text.StartResponse(id)
		code, text, _ := client.Text.ReadResponse(0)
		client.Text.EndResponse(id)
		if fmt.Sprint(code) != want {
			t.Errorf("%s: %d %s", line, code, text)
		}
		_ = client.Close()
	}
}

const mailHead = "From: a@a.example\r\nTo: b@a.example\r\nSubject: =?utf-8?q?gr=C3=B6=C3=9Fe?=\r\nDate: Sat, 01 Aug 2026 10:00:00 +0000\r\nMessage-Id: <1@a.example>\r\nMIME-Version: 1.0\r\n"

const mailRelated = "Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n..a\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<img src=\"cid:chart\">\r\n--b--\r\n" +
	"--r\r\nContent-Type: image/png; name=c.png\r\nContent-Id: <chart>\r\nContent-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n--r--\r\n"

// TestMailContent: a mail with a picture is taken apart, and what the standards
// forbid is refused.
func TestMailContent(t *testing.T) {
	t.Parallel()
	m := testkit.NewMailServer(t, testkit.MailOptions{Relay: true})
	send := func(content string) string {
		return talk(t, m, "EHLO a.example\r\n", "MAIL FROM:<a@a.example>\r\n", "RCPT TO:<b@a.example>\r\n", "DATA\r\n", content+"\r\n.\r\n")
	}
	well := mailHead + mailRelated
	if got := send(well); !strings.HasPrefix(got, "250") {
		t.Fatal(got)
	}
	got := m.Await(t, 1)[0]
	if got.Subject != "größe" || got.Text != ".a" || !strings.Contains(got.HTML, "cid:chart") || len(got.Parts) != 1 || !got.Parts[0].Inline || string(got.Parts[0].Bytes) != "PNG" || got.Parts[0].Name != "c.png" {
		t.Errorf("%+v", got)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"no Date":        {"Date: ", "X-Date: ", "0 headers Date"},
		"a date":         {"01 Aug", "32 Aug", "The Date is none"},
		"two From":       {"From: ", "From: c@a.example\r\nFrom: ", "2 headers From"},
		"an address":     {"From: a@a.example", "From: somebody", "The addresses of From are none"},
		"no Message-Id":  {"<1@a.example>", "1", "The Message-Id is none"},
		"a subject":      {"utf-8?q", "klingon?q", "The Subject cannot be decoded"},
		"8 bits":         {"=?utf-8?q?gr=C3=B6=C3=9Fe?=", "größe", "8-bit"},
		"LF alone":       {"\r\nTo:", "\nTo:", "LF alone"},
		"a long line":    {"..a", strings.Repeat("a", 999), "longer than 998"},
		"a picture":      {"<chart>", "<other>", "There is no part chart"},
		"broken base64":  {"UE5H", "UE5", `"base64" is broken`},
		"a charset":      {"charset=utf-8", "charset=latin1", "charset"},
		"no end":         {"--b--", "", "is broken"},
		"nothing to say": {mailRelated, "Content-Type: text/plain; charset=utf-8\r\n\r\n", "nothing to read"},
		"no type":        {"multipart/related; boundary=r", "", "Content-Type is none"},
	} {
		if got := send(strings.Replace(well, c.old, c.new, 1)); !strings.HasPrefix(got, "554") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if n := len(m.Mails()); n != 1 {
		t.Errorf("%d mails", n)
	}
}
