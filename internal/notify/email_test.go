package notify_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/notify"
	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/monitoring"
)

// mailbox is a mail server, and how it is told of alerts.
func mailbox(t *testing.T, o testkit.MailOptions) (*testkit.MailServer, notify.Email) {
	t.Helper()
	m := testkit.NewMailServer(t, o)
	t.Cleanup(func() {
		for _, p := range m.Problems() {
			t.Error(p)
		}
	})
	e := notify.Email{To: []string{"oncall@example.com"}, From: "Luneo <luneo@example.com>", Smarthost: m.Addr}
	if !o.Relay {
		e.RootCAs = x509.NewCertPool()
		e.RootCAs.AppendCertsFromPEM(m.CA(t))
		e.Username, e.Password, e.RequireTLS = m.User, m.Password, true
	}
	return m, e
}

// at has a mail server found under an address.
func at(m *testkit.MailServer, address string, e *notify.Email) {
	e.Smarthost = address
	e.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, m.Addr)
	}
}

func mailing(e notify.Email, draw notify.Draw) notify.Settings {
	return notify.Settings{Short: notify.Short{Email: e, Timing: timing()}, Draw: draw, Templates: monitoring.Templates()}
}

// sample is what becomes of a sample.
func sample(t *testing.T, ctx context.Context, s notify.Settings) notify.Outcome {
	t.Helper()
	p, err := notify.Prepare(s, &url.URL{Scheme: "https", Host: "luneo.example.com"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	list, err := p.Test(ctx, "")
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	return list[0]
}

// TestMailArrives: in each way that a mail server may want it.
func TestMailArrives(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options testkit.MailOptions
		change  func(*testkit.MailServer, *notify.Email)
	}{
		"STARTTLS":      {testkit.MailOptions{}, nil},
		"AUTH LOGIN":    {testkit.MailOptions{LoginOnly: true}, nil},
		"port 465":      {testkit.MailOptions{ImplicitTLS: true}, func(m *testkit.MailServer, e *notify.Email) { at(m, "localhost:465", e) }},
		"LOGIN at 465":  {testkit.MailOptions{ImplicitTLS: true, LoginOnly: true}, func(m *testkit.MailServer, e *notify.Email) { at(m, "127.0.0.1:465", e) }},
		"relay":         {testkit.MailOptions{Relay: true}, nil},
		"on this host":  {testkit.MailOptions{}, func(_ *testkit.MailServer, e *notify.Email) { e.RequireTLS, e.RootCAs = false, nil }},
		"opportunistic": {testkit.MailOptions{}, func(m *testkit.MailServer, e *notify.Email) { e.RequireTLS = false; at(m, "localhost:587", e) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, e := mailbox(t, c.options)
			if c.change != nil {
				c.change(m, &e)
			}
			out := sample(t, t.Context(), mailing(e, nil))
			if !out.OK || out.Status != 250 || out.Answer != "2.0.0 OK" || out.Integration != "email[0]" {
				t.Fatalf("%+v", out)
			}
			got := m.Mails()[0]
			if got.From != "luneo@example.com" || len(got.To) != 1 || got.To[0] != "oncall@example.com" || got.TLS == c.options.Relay || (got.User == "") != c.options.Relay {
				t.Errorf("%+v", got)
			}
			if h := got.Header; h.Get("From") != `"Luneo" <luneo@example.com>` || h.Get("Auto-Submitted") != "auto-generated" || h.Get("User-Agent") != "" || h.Get("References") != "" || !strings.HasSuffix(h.Get("Message-Id"), "@example.com>") {
				t.Errorf("%+v", h)
			}
			if !strings.Contains(got.Text, "nothing is wrong") || !strings.Contains(got.HTML, "nothing is wrong") || got.Subject != "CRITICAL: Test notification from Luneo: nothing is wrong" {
				t.Errorf("%q %q %q", got.Subject, got.Text, got.HTML)
			}
			if last := m.AwaitEnded(t, 1)[0]; last.Said != "" {
				t.Errorf("the server refused something: %+v", last)
			}
		})
	}
}

// TestMailRefused: what a server says is told, with what to do about it.
func TestMailRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options testkit.MailOptions
		fault   testkit.Fault
		change  func(*testkit.MailServer, *notify.Email)
		status  int
		err     string
		advice  string
	}{
		"password":      {fault: testkit.RefuseAuth(), status: 535, err: `535 "5.7.8 Authentication credentials invalid"`, advice: "refuses user and password"},
		"recipient":     {fault: testkit.RefuseRecipient(), status: 550, err: `send RCPT command: 550 "5.1.1 No such user here"`, advice: "refuses the sender or the recipient"},
		"greylisted":    {fault: testkit.Greylist(), status: 451, err: `send RCPT command: 451 "4.7.1 Greylisted, try again later"`, advice: "asked again later"},
		"unavailable":   {fault: testkit.Status(421, 0), status: 421, err: "421", advice: "asked again later"},
		"disconnected":  {fault: testkit.Disconnect(), err: "send the mail: ", advice: "cut off"},
		"reset":         {fault: testkit.Reset(), err: "reset by peer", advice: "cut off"},
		"no STARTTLS":   {options: testkit.MailOptions{Relay: true}, change: func(_ *testkit.MailServer, e *notify.Email) { e.RequireTLS = true }, err: "STARTTLS", advice: "offers no STARTTLS"},
		"no AUTH":       {options: testkit.MailOptions{Relay: true}, change: func(_ *testkit.MailServer, e *notify.Email) { e.Username, e.Password = "a", "b" }, err: "does not support SMTP AUTH", advice: "takes no password"},
		"no user":       {change: func(_ *testkit.MailServer, e *notify.Email) { e.Username = "" }, status: 530, err: "530", advice: "wants a user"},
		"who signed it": {change: func(_ *testkit.MailServer, e *notify.Email) { e.RootCAs = x509.NewCertPool() }, err: "x509", advice: "certificate is not trusted"},
		"another name":  {change: func(m *testkit.MailServer, e *notify.Email) { at(m, "mail.example.com:587", e) }, err: "x509", advice: "certificate is not trusted"},
		"of a password": {change: func(m *testkit.MailServer, e *notify.Email) { e.RequireTLS = false; at(m, "mail.example.com:587", e) }, err: "x509", advice: "certificate is not trusted"},
		"no TLS at 465": {change: func(m *testkit.MailServer, e *notify.Email) { at(m, "127.0.0.1:465", e) }, err: "TLS handshake", advice: "does not begin with TLS"},
		"nobody there":  {change: func(_ *testkit.MailServer, e *notify.Email) { e.Smarthost = "127.0.0.1:1" }, err: "connection refused", advice: "nothing listens"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, e := mailbox(t, c.options)
			if c.change != nil {
				c.change(m, &e)
			}
			m.Break(c.fault)
			out := sample(t, t.Context(), mailing(e, nil))
			if out.OK || out.Status != c.status || !strings.Contains(out.Error, c.err) || !strings.Contains(out.Advice, c.advice) {
				t.Errorf("%+v", out)
			}
			if strings.Contains(out.Error+out.Answer, m.Password) || len(m.Mails()) > 0 {
				t.Errorf("%+v %d mails", out, len(m.Mails()))
			}
		})
	}
}

// TestMailTriedAgain: what may pass is, at once; what the server refuses for
// good waits for the group's next interval.
func TestMailTriedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault testkit.Fault
		retry bool
	}{
		"greylisted":   {testkit.Greylist(), true},
		"disconnected": {testkit.Disconnect(), true},
		"reset":        {testkit.Reset(), true},
		"password":     {testkit.RefuseAuth(), false},
		"recipient":    {testkit.RefuseRecipient(), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, e := mailbox(t, testkit.MailOptions{})
			m.Break(c.fault)
			n := run(t, mailing(e, nil), manyQueues(1)...)
			m.AwaitEnded(t, 2)
			m.Heal()
			m.Await(t, 1)
			outcomes := n.Outcomes()
			if first := outcomes[len(outcomes)-1]; first.OK || first.Retry != c.retry {
				t.Errorf("%+v", first)
			}
			testkit.Await(t, "the note that it arrived", func() bool { return n.Outcomes()[0].OK })
			if got := m.Mails(); len(got) != 1 {
				t.Errorf("%d mails", len(got))
			}
		})
	}
}

// TestMailComesTwice: a mail whose acceptance was lost keeps its Message-ID.
func TestMailComesTwice(t *testing.T) {
	t.Parallel()
	m, e := mailbox(t, testkit.MailOptions{})
	m.Break(testkit.Lost())
	run(t, mailing(e, nil), manyQueues(1)...)
	m.Await(t, 1)
	m.Heal()
	got := m.Await(t, 2)
	if a, b := got[0].Header.Get("Message-Id"), got[1].Header.Get("Message-Id"); a != b || got[1].Header.Get("References") != "" {
		t.Errorf("%s, then %+v", a, got[1].Header)
	}
}

// TestMailServerSaysNothing: the end of the context ends the attempt.
func TestMailServerSaysNothing(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"localhost:587", "localhost:465"} {
		m, e := mailbox(t, testkit.MailOptions{})
		at(m, address, &e)
		m.Break(testkit.Hang())
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan notify.Outcome, 1)
		go func() { done <- sample(t, ctx, mailing(e, nil)) }()
		m.AwaitAttempts(t, 1)
		cancel()
		if out := <-done; out.OK || out.Error != "talk to the mail server: context canceled" {
			t.Errorf("%+v", out)
		}
	}
}

// TestMailServerFallsSilent: after its greeting, too.
func TestMailServerFallsSilent(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			left <- err
			return
		}
		defer conn.Close() //nolint:errcheck // the client has gone
		_, _ = io.WriteString(conn, "220 localhost ESMTP\r\n")
		in := bufio.NewReader(conn)
		_, err = in.ReadString('\n') // EHLO
		cancel()
		if err == nil {
			_, err = in.ReadString('\n')
		}
		left <- err
	}()
	out := sample(t, ctx, mailing(notify.Email{To: []string{"a@example.com"}, From: "b@example.com", Smarthost: l.Addr().String()}, nil))
	if out.OK || out.Error != "talk to the mail server: context canceled" {
		t.Errorf("%+v", out)
	}
	if err := <-left; !errors.Is(err, io.EOF) {
		t.Errorf("the connection ended with %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// TestMailToSeveral: each address gets a mail of its own.
func TestMailToSeveral(t *testing.T) {
	t.Parallel()
	m, e := mailbox(t, testkit.MailOptions{})
	e.To = []string{"Team größe <team@example.com>", "lead@example.com"}
	n := run(t, mailing(e, nil), manyQueues(1)...)
	told := map[string]string{}
	for _, got := range m.Await(t, 2) {
		told[strings.Join(got.To, " ")] = got.Header.Get("Message-Id")
	}
	if len(told) != 2 || told["team@example.com"] == "" || told["team@example.com"] == told["lead@example.com"] {
		t.Errorf("%v", told)
	}
	if got := n.Receivers()[0].Integrations; len(got) != 2 || got[0] != "email[0]" || got[1] != "email[1]" {
		t.Errorf("%v", got)
	}
}

// TestMailAddresses: one that is none is found before anything is sent.
func TestMailAddresses(t *testing.T) {
	t.Parallel()
	good := notify.Email{To: []string{"a@example.com"}, From: "b@example.com", Smarthost: "127.0.0.1:25"}
	for want, change := range map[string]func(*notify.Email){
		`address "nobody" of a mail`: func(e *notify.Email) { e.To = append(e.To, "nobody") },
		"that mails come from":       func(e *notify.Email) { e.From = "b" },
		"127.0.0.1":                  func(e *notify.Email) { e.Smarthost = "127.0.0.1" },
	} {
		e := good
		change(&e)
		if _, err := notify.Prepare(mailing(e, nil), &url.URL{}, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
	}
}

// TestMailThread: the mails of an incident answer its first; the next incident
// begins anew.
func TestMailThread(t *testing.T) {
	t.Parallel()
	m, e := mailbox(t, testkit.MailOptions{Relay: true})
	n := run(t, mailing(e, nil), manyQueues(1)...)
	for i, alerts := range [][]kpi.Alert{manyQueues(2), allEnded(manyQueues(2)), {again()}} {
		m.Await(t, i+1)
		if err := n.Send(t.Context(), alerts); err != nil {
			t.Fatal(err)
		}
	}
	ids := map[string]bool{}
	got := m.Await(t, 4)
	first := got[0].Header.Get("Message-Id")
	for i, mail := range got {
		want := ""
		if i == 1 || i == 2 {
			want = first
		}
		if mail.Header.Get("In-Reply-To") != want || mail.Header.Get("References") != want {
			t.Errorf("%d answers %q, not %q", i, mail.Header["References"], want)
		}
		ids[mail.Header.Get("Message-Id")] = true
	}
	if len(ids) != 4 || !strings.HasPrefix(got[2].Subject, "Resolved") {
		t.Errorf("%v %q", ids, got[2].Subject)
	}
}

// again is a later alert of the same rule.
func again() kpi.Alert {
	a := queueWaits("uploads", "3m", 180)
	a.StartsAt = time.Now()
	return a
}

// dot is a tiny picture.
func dot(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestMailChart: the chart is in the mail, and what it shows in words.
func TestMailChart(t *testing.T) {
	t.Parallel()
	picture := dot(t)
	drawn := make(chan notify.Pictured, 10)
	draw := func(_ context.Context, p notify.Pictured) (*notify.Picture, error) {
		drawn <- p
		return &notify.Picture{PNG: picture, Alt: "It \"rises\" to <b>}} {{ 5 }} & `more`"}, nil
	}
	for _, alerts := range [][]kpi.Alert{manyQueues(1), manyQueues(3)} {
		m, e := mailbox(t, testkit.MailOptions{})
		n := run(t, mailing(e, draw), alerts...)
		got := m.Await(t, 1)[0]
		if len(got.Parts) != 1 || got.Parts[0].Type != "image/png" || !got.Parts[0].Inline || got.Parts[0].Name != "chart.png" || !bytes.Equal(got.Parts[0].Bytes, picture) {
			t.Fatalf("%+v", got.Parts)
		}
		if want := `<img src="cid:` + got.Parts[0].ContentID + `"`; strings.Count(got.HTML, "<img") != 1 || !strings.Contains(got.HTML, want) || strings.Contains(got.HTML, notify.ChartPath) {
			t.Errorf("no %s in %s", want, got.HTML)
		}
		if want := "alt=\"It &#34;rises&#34; to &lt;b&gt;}} {{ 5 }} &amp; `more`\""; !strings.Contains(got.HTML, want) {
			t.Errorf("no %s in %s", want, got.HTML)
		}
		if kind := got.Header.Get("Content-Type"); !strings.HasPrefix(kind, "multipart/related") {
			t.Error(kind)
		}
		if p := <-drawn; p.Rule != "QueueWaitTimeHigh" || p.Dark || (len(alerts) == 1) != (p.Labels["queue_name"] == "render-00") {
			t.Errorf("%+v", p)
		}
		if err := n.Send(t.Context(), allEnded(alerts)); err != nil {
			t.Fatal(err)
		}
		if last := m.Await(t, 2)[1]; len(last.Parts) != 0 || strings.Contains(last.HTML, "<img") || len(drawn) != 0 {
			t.Errorf("%+v", last)
		}
	}
}

// TestMailWithoutChart: a chart that fails or takes too long keeps no mail back.
func TestMailWithoutChart(t *testing.T) {
	t.Parallel()
	for name, draw := range map[string]notify.Draw{
		"fails":     func(context.Context, notify.Pictured) (*notify.Picture, error) { return nil, errors.New("no history") },
		"of nobody": func(context.Context, notify.Pictured) (*notify.Picture, error) { return nil, nil },
		"hangs": func(ctx context.Context, _ notify.Pictured) (*notify.Picture, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, e := mailbox(t, testkit.MailOptions{})
			run(t, mailing(e, draw), manyQueues(1)...)
			got := m.Await(t, 1)[0]
			if len(got.Parts) != 0 || strings.Contains(got.HTML, "<img") || !strings.HasPrefix(got.Header.Get("Content-Type"), "multipart/alternative") {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestMailSubject: one line that is not too long, whatever the alert says.
func TestMailSubject(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ summary, want string }{
		"lines":    {"one\r\nBcc: evil@example.com\r\n\r\ntwo\x00\x1b[31m\u2028three", "CRITICAL: one Bcc: evil@example.com two [31m three"},
		"letters":  {"größe 寿司 🦆 über", "CRITICAL: größe 寿司 🦆 über"},
		"encoded":  {"=?utf-8?q?x?= a", "CRITICAL: = ?utf-8?q?x?= a"},
		"long":     {strings.Repeat("寿", 10_000), ""},
		"one word": {strings.Repeat("x", 10_000), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, e := mailbox(t, testkit.MailOptions{Relay: true})
			a := queueWaits("renders", "5m", 300)
			a.Annotations["summary"] = c.summary
			run(t, mailing(e, nil), a)
			got := m.Await(t, 1)[0]
			if len(got.Header["Bcc"]) > 0 || len(got.To) != 1 {
				t.Errorf("%+v", got.Header)
			}
			if c.want != "" && got.Subject != c.want || utf8.RuneCountInString(got.Subject) > 200 || c.want == "" && !strings.HasSuffix(got.Subject, "…") {
				t.Errorf("%q", got.Subject)
			}
		})
	}
}
