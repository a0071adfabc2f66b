package notify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/nflog"
	amnotify "github.com/prometheus/alertmanager/notify"
	gomail "github.com/wneessen/go-mail"
)

// storeMessageID is where the log of notifications keeps the Message-ID of an
// incident's first mail: those that follow answer it, so that mail clients show
// one thread.
const storeMessageID = "messageId"

// message renders the templates of luneo.tmpl.
func (e *emailNotifier) message(ctx context.Context, store *nflog.Store, alerts []*alert.Alert) (*gomail.Msg, error) {
	id, err := e.messageID(ctx)
	if err != nil {
		return nil, err
	}
	data := amnotify.GetTemplateData(ctx, e.template, alerts, e.logger)
	text, html := amnotify.TmplText(e.template, data, &err), amnotify.TmplHTML(e.template, data, &err)
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(e.from)
	m.ToMailAddress(e.to)
	m.Subject(subjectLine(text(`{{ template "luneo.title" . }}`)))
	m.SetDate()
	m.SetMessageIDWithValue(id)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834 5
	if first, ok := store.GetStr(storeMessageID); ok {
		m.SetGenHeader(gomail.HeaderInReplyTo, first)
		m.SetGenHeader(gomail.HeaderReferences, first)
	}
	place := noChart
	if pic := e.picture(ctx, alerts); pic != nil {
		cid := "chart." + id
		if err := m.EmbedReader("chart.png", bytes.NewReader(pic.PNG), gomail.WithFileContentID("<"+cid+">"), gomail.WithFileContentType("image/png")); err != nil {
			return nil, fmt.Errorf("put the chart into the mail: %w", err)
		}
		place = inlineChart(cid, pic.Alt)
	}
	m.SetBodyString(gomail.TypeTextPlain, text(`{{ template "luneo.email.text" . }}`))
	m.AddAlternativeString(gomail.TypeTextHTML, html(place+`{{ template "luneo.email.html" . }}`))
	if err != nil {
		return nil, fmt.Errorf("write the message: %w", err)
	}
	return m, nil
}

// noChart leaves the place of the picture in luneo.email.html empty: a link to it
// is of no use to a mail client that can't reach this machine. (A definition with
// nothing in it would replace none.)
const noChart = `{{ define "luneo.email.chart" }}{{ "" }}{{ end }}`

// inlineChart defines the place of the picture anew.
func inlineChart(cid, alt string) string {
	return `{{ define "luneo.email.chart" }}{{ template "luneo.email.chart.row" . }}{{ end }}` +
		`{{ define "luneo.email.chart.src" }}cid:` + cid + `{{ end }}` +
		`{{ define "luneo.email.chart.alt" }}{{ ` + strconv.Quote(alt) + ` }}{{ end }}`
}

// messageID is the same each time that a message is tried, so that one whose
// acceptance was lost on the way can be told to have come twice.
func (e *emailNotifier) messageID(ctx context.Context) (string, error) {
	group, err := amnotify.ExtractGroupKey(ctx)
	if err != nil {
		return "", err
	}
	flush, ok := amnotify.Now(ctx)
	if !ok {
		flush = time.Now()
	}
	hash := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d", group, e.to.Address, flush.UnixNano()))
	const length = 10 // a header of one line, which some clients need
	return hex.EncodeToString(hash[:length]) + "@" + e.domain(), nil
}

// domain is that of the address that mails come from.
func (e *emailNotifier) domain() string {
	domain := e.from.Address[strings.LastIndex(e.from.Address, "@")+1:]
	if !ascii(domain) {
		return "luneo.invalid"
	}
	return domain
}

// subjectLine is a text in one line that is not too long, and of which nothing
// reads as encoded (RFC 2047 2).
func subjectLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	const longest = 200
	line := []rune(strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "=?", "= ?"))
	if len(line) > longest {
		line = append(line[:longest-1], '…')
	}
	return string(line)
}

// drawPatience is how long a mail waits for its chart.
const drawPatience = 3 * time.Second

// picture is the chart of alerts that fire; nil where there is none, or none in
// time: the mail goes without it.
func (e *emailNotifier) picture(ctx context.Context, alerts []*alert.Alert) *Picture {
	about := picturedOf(alerts)
	if e.draw == nil || about.Rule == "" || !about.To.IsZero() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, drawPatience)
	defer cancel()
	pic, err := e.draw(ctx, about)
	if err != nil {
		e.logger.Warn("a message goes without its chart", "err", err)
		return nil
	}
	return pic
}
