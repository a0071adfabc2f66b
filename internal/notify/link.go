package notify

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/safefile"
)

// SilencePath is the page that a link in a message leads to. Whoever has such a
// link may silence what it names, and nothing else, without a password: it is
// for a phone at night. It is signed, and holds for linkHolds from the moment
// that its alert began.
const SilencePath = "/silence"

const (
	linkHolds = 7 * 24 * time.Hour
	// maxLink keeps links below what services take: Slack's are at most 3,000
	// characters. An alert with more to say gets none.
	maxLink = 2_000
	// linkToken is the parameter that says what may be silenced.
	linkToken = "t"
	keyBytes  = 32
)

// Annotations: links that silence an alert and all of its rule, which every alert
// gets, and links to pictures of the one and of all.
const (
	silenceAnnotation    = "silence_url"
	silenceAllAnnotation = "silence_all_url"
	chartAnnotation      = "chart_url"
	chartAllAnnotation   = "chart_all_url"
)

// What a link is for.
const (
	forSilence = "silence"
	forChart   = "chart"
)

// permit is what a link lets its owner silence, or see.
type permit struct {
	Labels map[string]string `json:"l"`
	// From is when the alert began, seconds since 1970.
	From int64 `json:"f"`
}

// signer signs permits with a key of its own.
type signer struct{ key []byte }

// newSigner reads the key, or makes one where there is none.
func newSigner(file string) (*signer, error) {
	key, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key = make([]byte, keyBytes)
		if _, err := rand.Read(key); err != nil {
			return nil, fmt.Errorf("make the key of links: %w", err)
		}
		err = safefile.Replace(file, key)
	}
	if err != nil {
		return nil, fmt.Errorf("the key of links in messages: %w", err)
	}
	if len(key) < keyBytes {
		return nil, fmt.Errorf("the key of links in messages, %s, is shorter than %d bytes: remove it, and a new one is made; links of messages from before then no longer work", file, keyBytes)
	}
	return &signer{key}, nil
}

// sign writes a permit for something as text for a URL.
func (s *signer) sign(purpose string, p permit) string {
	text, err := json.Marshal(p)
	if err != nil { // texts and a number
		return ""
	}
	body := base64.RawURLEncoding.EncodeToString(text)
	return body + "." + base64.RawURLEncoding.EncodeToString(s.mac(purpose, body))
}

func (s *signer) mac(purpose, body string) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte("luneo " + purpose + "\n" + body))
	return h.Sum(nil)
}

// read is the permit that a text holds, if it is one of ours for this purpose and
// has not run out.
func (s *signer) read(purpose, token string, now time.Time) (permit, error) {
	body, signature, _ := strings.Cut(token, ".")
	sum, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || !hmac.Equal(sum, s.mac(purpose, body)) {
		return permit{}, kpi.Errorf(kpi.KindForbidden, "This link is not one of this Luneo's, or a part of it is missing. Open it from the message itself.")
	}
	text, err := base64.RawURLEncoding.DecodeString(body)
	var p permit
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil || len(p.Labels) == 0 {
		return permit{}, kpi.Errorf(kpi.KindForbidden, "This link is not one of this Luneo's.")
	}
	if now.After(time.Unix(p.From, 0).Add(linkHolds)) {
		return permit{}, kpi.Errorf(kpi.KindForbidden, "This link has run out: it held for a week. See the page Alerts.")
	}
	return p, nil
}

// PreStore gives each alert the links that silence it, wherever it comes from.
// It is called with the lock of the alerts held.
func (s stored) PreStore(a *alert.Alert, existing bool) error {
	if err := s.Silencer.PreStore(a, existing); err != nil {
		return err
	}
	annotate(a, s.links(a))
	return nil
}

// links are those that every alert gets.
func (n *Notifier) links(a *alert.Alert) map[model.LabelName]string {
	if a.Name() == "" {
		return nil
	}
	one, all := permits(a)
	return map[model.LabelName]string{silenceAnnotation: n.link(forSilence, SilencePath, one), silenceAllAnnotation: n.link(forSilence, SilencePath, all)}
}

// permits are for an alert alone, and for all of its rule.
func permits(a *alert.Alert) (one, all permit) {
	from := a.StartsAt.Unix()
	return permit{texts(a.Labels), from}, permit{map[string]string{model.AlertNameLabel: a.Name()}, from}
}

// chartLinks are those to pictures of an alert of Luneo's rules: nobody else's
// can be drawn. There are none where they would lead to this machine only.
func (n *Notifier) chartLinks(a *alert.Alert) map[model.LabelName]string {
	if n.o.Settings.Draw == nil || LeadsHome(n.o.ExternalURL) {
		return nil
	}
	one, all := permits(a)
	return map[model.LabelName]string{chartAnnotation: n.link(forChart, ChartPath, one), chartAllAnnotation: n.link(forChart, ChartPath, all)}
}

// annotate adds links, but for those that are too long.
func annotate(a *alert.Alert, links map[model.LabelName]string) {
	annotations := a.Annotations.Clone()
	if annotations == nil {
		annotations = model.LabelSet{}
	}
	for name, link := range links {
		if len(link) <= maxLink {
			annotations[name] = model.LabelValue(link)
		}
	}
	a.Annotations = annotations
}

func (n *Notifier) link(purpose, path string, p permit) string {
	u := n.o.ExternalURL.JoinPath(path)
	u.RawQuery = url.Values{linkToken: {n.signer.sign(purpose, p)}}.Encode()
	return u.String()
}

// LeadsHome says whether an address means this machine wherever it is read.
func LeadsHome(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}
