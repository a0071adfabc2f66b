package testkit

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Mail is a mail that was accepted.
type Mail struct {
	// From and To are of the envelope.
	From string
	To   []string
	// User is who sent it; empty at a relay.
	User string
	TLS  bool

	Header  mail.Header
	Subject string // decoded
	Text    string // the part text/plain
	HTML    string // the part text/html
	// Parts is all others: pictures in the HTML and attachments.
	Parts []MailPart
	Raw   []byte
}

// MailPart is a part of a mail that is no text to read.
type MailPart struct {
	Type      string
	Name      string
	ContentID string // without < and >
	Inline    bool   // by its Content-Disposition, or as it has a Content-Id and none
	Bytes     []byte
}

// read takes the mail apart and returns what is wrong with it (RFC 5322 3.6,
// RFC 2045, RFC 2047, RFC 2392).
func (m *Mail) read() []string {
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		return []string{"Cannot parse: " + err.Error()}
	}
	m.Header = parsed.Header
	wrong := m.wrongHeader()
	if flaw := m.part(mailHeader(parsed.Header), parsed.Body, 0); flaw != nil {
		wrong = append(wrong, flaw.Error())
	}
	if strings.TrimSpace(m.Text+m.HTML) == "" {
		wrong = append(wrong, "There is nothing to read")
	}
	return append(wrong, m.missing()...)
}

func (m *Mail) wrongHeader() []string {
	var wrong []string
	for _, name := range []string{"From", "Date", "To", "Subject", "Message-Id", "Mime-Version"} {
		if n := len(m.Header[name]); n != 1 {
			wrong = append(wrong, fmt.Sprintf("%d headers %s", n, name))
		}
	}
	if _, err := m.Header.Date(); err != nil {
		wrong = append(wrong, "The Date is none")
	}
	for _, name := range []string{"From", "To"} {
		if _, err := m.Header.AddressList(name); err != nil {
			wrong = append(wrong, "The addresses of "+name+" are none")
		}
	}
	if id := m.Header.Get("Message-Id"); !mailID.MatchString(id) {
		wrong = append(wrong, "The Message-Id is none")
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || !utf8.ValidString(subject) {
		wrong = append(wrong, "The Subject cannot be decoded")
	}
	m.Subject = subject
	return wrong
}

var (
	mailID  = regexp.MustCompile(`^<[^<>@\s]+@[^<>@\s]+>$`)
	mailCID = regexp.MustCompile(`(?i)(?:src|href)\s*=\s*["']?cid:([^"'\s>]+)`)
)

// missing is the pictures that the HTML shows and the mail does not have.
func (m *Mail) missing() []string {
	var wrong []string
	for _, shown := range mailCID.FindAllStringSubmatch(m.HTML, -1) {
		if !slices.ContainsFunc(m.Parts, func(p MailPart) bool { return p.ContentID == shown[1] }) {
			wrong = append(wrong, "There is no part "+shown[1])
		}
	}
	return wrong
}

// mailHeader is what a part and a whole mail have in common.
type mailHeader map[string][]string

func (h mailHeader) get(name string) string {
	if list := h[name]; len(list) > 0 {
		return list[0]
	}
	return ""
}

// mailDepth bounds parts in parts.
const mailDepth = 8

// part reads a part, and the parts in it.
func (m *Mail) part(h mailHeader, body io.Reader, depth int) error {
	kind, params, err := mime.ParseMediaType(h.get("Content-Type"))
	if err != nil || depth > mailDepth {
		return fmt.Errorf("a Content-Type is none: %q", h.get("Content-Type"))
	}
	if strings.HasPrefix(kind, "multipart/") {
		return m.multipart(multipart.NewReader(body, params["boundary"]), depth)
	}
	content, err := decoded(h.get("Content-Transfer-Encoding"), body)
	if err != nil {
		return err
	}
	disposition, named, _ := mime.ParseMediaType(h.get("Content-Disposition")) // none is usual
	if strings.HasPrefix(kind, "text/") && disposition != "attachment" {
		return m.readable(kind, params["charset"], content)
	}
	id := strings.Trim(h.get("Content-Id"), "<>")
	name := named["filename"]
	if name == "" {
		name = params["name"]
	}
	m.Parts = append(m.Parts, MailPart{Type: kind, Name: name, ContentID: id, Inline: disposition == "inline" || disposition == "" && id != "", Bytes: content})
	return nil
}

func (m *Mail) multipart(parts *multipart.Reader, depth int) error {
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		switch {
		case errors.Is(err, io.EOF) && n > 0:
			return nil
		case err != nil:
			return fmt.Errorf("the parts are broken: %w", err)
		}
		if err := m.part(mailHeader(part.Header), part, depth+1); err != nil {
			return err
		}
	}
}

// readable keeps a text, of which there is one a kind.
func (m *Mail) readable(kind, charset string, content []byte) error {
	into := map[string]*string{"text/plain": &m.Text, "text/html": &m.HTML}[kind]
	switch {
	case into == nil || *into != "":
		return fmt.Errorf("one more %s", kind)
	case !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "us-ascii"):
		return fmt.Errorf("the charset of %s is %q", kind, charset)
	case !utf8.Valid(content):
		return fmt.Errorf("the %s is not UTF-8", kind)
	}
	*into = string(content)
	return nil
}

// decoded undoes a Content-Transfer-Encoding.
func decoded(encoding string, body io.Reader) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "", "7bit", "8bit":
	default:
		return nil, fmt.Errorf("the encoding is %q", encoding)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("a part in %q is broken: %w", encoding, err)
	}
	return content, nil
}
