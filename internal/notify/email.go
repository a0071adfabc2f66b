package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
	"unicode"

	"github.com/prometheus/alertmanager/alert"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"
	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// emailNotifier tells one address through a mail server. Alertmanager's own
// waits without end for a server that says nothing, and carries no chart.
type emailNotifier struct {
	server   Email
	host     string
	from, to *mail.Address
	template *template.Template
	draw     Draw // may be nil
	logger   *slog.Logger
}

// integrations are what takes the place of Alertmanager's own, one for each
// address: one that is refused holds up no other.
func (e *Email) integrations(t *template.Template, draw Draw, logger *slog.Logger) ([]amnotify.Integration, error) {
	host, _, err := net.SplitHostPort(e.Smarthost)
	if err != nil {
		return nil, fmt.Errorf("the mail server %q: %w", e.Smarthost, err)
	}
	from, err := mail.ParseAddress(e.From)
	if err != nil {
		return nil, fmt.Errorf("the address %q that mails come from: %w", e.From, err)
	}
	var list []amnotify.Integration
	draw = draw.atMost(maxDrawn) // for all addresses
	for i, address := range e.To {
		to, err := mail.ParseAddress(address)
		if err != nil {
			return nil, fmt.Errorf("the address %q of a mail: %w", address, err)
		}
		n := &emailNotifier{server: *e, host: host, from: from, to: to, template: t, draw: draw, logger: logger.With("integration", receiverEmail)}
		list = append(list, amnotify.NewIntegration(n, sendResolved{}, receiverEmail, i, receiverEmail))
	}
	return list, nil
}

// Notify tells of a group of alerts. What may pass is tried again with back-off;
// what the server refuses for good, a password among it, waits for the group's
// next interval.
func (e *emailNotifier) Notify(ctx context.Context, alerts ...*alert.Alert) (retry bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	store := remembered(ctx)
	m, err := e.message(ctx, store, alerts)
	if err != nil {
		return false, err
	}
	text, err := e.send(ctx, m)
	if err != nil {
		return failed(ctx, err)
	}
	answered(ctx, accepted, []byte(text))
	if _, ok := store.GetStr(storeMessageID); !ok {
		store.SetStr(storeMessageID, m.GetMessageID())
	}
	return false, nil
}

// Replies of a mail server (RFC 5321 4.2.1).
const (
	accepted  = 250
	permanent = 500 // and above
)

func failed(ctx context.Context, err error) (retry bool, _ error) {
	said, ok := errors.AsType[*textproto.Error](err)
	if !ok {
		if ctx.Err() != nil { // what the connection says of its end is of no use
			err = fmt.Errorf("talk to the mail server: %w", ctx.Err())
		}
		return true, err
	}
	answered(ctx, said.Code, []byte(said.Msg))
	if said.Code >= permanent {
		return false, amnotify.NewErrorWithReason(amnotify.ClientErrorReason, err)
	}
	return true, amnotify.NewErrorWithReason(amnotify.ServerErrorReason, err)
}

// send hands a message to the server, and returns what it says to it. The end of
// ctx ends it at once.
func (e *emailNotifier) send(ctx context.Context, m *gomail.Msg) (answer string, err error) {
	dial := e.server.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, "tcp", e.server.Smarthost)
	if err != nil {
		return "", fmt.Errorf("connect to the mail server: %w", err)
	}
	defer func() { _ = conn.Close() }()                         // perhaps it was
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // a deadline would be set anew by the client
	client, err := e.login(ctx, conn)
	if err != nil {
		return "", err
	}
	answer, err = e.hand(client, m)
	if _, refused := errors.AsType[*textproto.Error](err); err == nil || refused { // else it would end a mail in the middle
		_ = conn.SetDeadline(time.Now().Add(goodbye))
		_ = client.Quit() // all is said
	}
	return answer, err
}

// goodbye is how long a server may take to say goodbye.
const goodbye = time.Second

// login greets the server, over TLS as configured, and says who is there.
func (e *emailNotifier) login(ctx context.Context, conn net.Conn) (*smtp.Client, error) {
	secure, policy := e.secure()
	options := []gomail.Option{gomail.WithTimeout(attemptTimeout), gomail.WithTLSConfig(secure), gomail.WithTLSPolicy(policy)}
	if _, port, _ := net.SplitHostPort(e.server.Smarthost); port == implicitTLS {
		conn, options = tls.Client(conn, secure), append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	options = append(options, gomail.WithDialContextFunc(func(context.Context, string, string) (net.Conn, error) { return conn, nil }))
	if e.server.Username != "" {
		options = append(options, gomail.WithUsername(e.server.Username), gomail.WithPassword(e.server.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	if ascii(e.from.Address) && ascii(e.to.Address) { // else a server on the way may lack it, for nothing
		options = append(options, gomail.WithoutSMTPUTF8())
	}
	c, err := gomail.NewClient(e.host, options...)
	if err != nil {
		return nil, fmt.Errorf("prepare to talk to the mail server: %w", err)
	}
	client, err := c.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("greet the mail server: %w", err)
	}
	return client, nil
}

// implicitTLS is the port where TLS begins with the first byte (RFC 8314 3.3).
const implicitTLS = "465"

// secure says how the connection is encrypted. Where TLS is not required, one
// that nobody vouches for is better than none (RFC 7435), unless it would hide
// who gets a password.
func (e *emailNotifier) secure() (*tls.Config, gomail.TLSPolicy) {
	c := &tls.Config{ServerName: e.host, RootCAs: e.server.RootCAs, MinVersion: tls.VersionTLS12}
	if e.server.RequireTLS {
		return c, gomail.TLSMandatory
	}
	c.InsecureSkipVerify = e.server.Username == "" || local(e.host)
	return c, gomail.TLSOpportunistic
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// hand is a transaction (RFC 5321 3.3).
func (e *emailNotifier) hand(client *smtp.Client, m *gomail.Msg) (answer string, err error) {
	var content bytes.Buffer // before anything is said
	if _, err := m.WriteTo(&content); err != nil {
		return "", fmt.Errorf("write the mail: %w", err)
	}
	from, to := mail.Address{Address: e.from.Address}, mail.Address{Address: e.to.Address}
	if err := client.Mail(from.String()); err != nil {
		return "", fmt.Errorf("send MAIL command: %w", err)
	}
	if err := client.Rcpt(to.String()); err != nil {
		return "", fmt.Errorf("send RCPT command: %w", err)
	}
	w, err := client.Data()
	if err != nil {
		return "", fmt.Errorf("send DATA command: %w", err)
	}
	if _, err := w.Write(content.Bytes()); err != nil {
		return "", fmt.Errorf("send the mail: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("send the mail: %w", err)
	}
	if d, ok := w.(*smtp.DataCloser); ok {
		answer = d.ServerResponse()
	}
	return answer, nil
}
