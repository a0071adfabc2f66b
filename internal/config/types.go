package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// redacted stands for a secret wherever one would be shown.
const redacted = "<redacted>"

// Secret is a text that is never shown: it formats and marshals as <redacted>.
type Secret string

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// MarshalText hides the secret from encoders and loggers.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText keeps the text as it is.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = Secret(text)
	return nil
}

// Path is the name of a file.
type Path string

// Address is a host (may be empty: every address) and a port.
type Address string

// UnmarshalText accepts host:port.
func (a *Address) UnmarshalText(text []byte) error {
	host, port, err := net.SplitHostPort(string(text))
	if _, perr := strconv.ParseUint(port, 10, 16); err != nil || perr != nil || strings.ContainsAny(host, " /") {
		return errors.New("must be host:port with a port from 0 to 65535, as 127.0.0.1:4000 or [::1]:4000")
	}
	*a = Address(text)
	return nil
}

// URL is an http or https address, or empty. It may hold a password, which
// String hides.
type URL string

// UnmarshalText accepts an absolute http or https URL.
func (u *URL) UnmarshalText(text []byte) error {
	if len(text) > 0 {
		if p := webURL(string(text)); p == nil || p.RawQuery != "" || p.Fragment != "" {
			return errors.New("must be an http:// or https:// URL without query, as https://luneo.example.com")
		}
	}
	*u = URL(text)
	return nil
}

// webURL is an absolute http or https URL; nil when the text is none.
func webURL(text string) *url.URL {
	p, err := url.Parse(text)
	if err != nil || p.Scheme != "http" && p.Scheme != "https" || p.Hostname() == "" {
		return nil
	}
	return p
}

// String is the URL with user and password hidden.
func (u URL) String() string { return mask(string(u)) }

// MarshalText hides user and password.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// mask hides what stands before the last @, but for a scheme: it may be a
// user and a password.
func mask(s string) string {
	end := strings.LastIndexByte(s, '@')
	if end < 0 {
		return s
	}
	start := 0
	if i := strings.Index(s, "://"); i >= 0 && i < end {
		start = i + len("://")
	}
	return s[:start] + redacted + s[end:]
}

// Duration is a span of time, written as 90s, 15m, 1h30m, or in days as 30d.
type Duration time.Duration

// UnmarshalText accepts what time.ParseDuration does, and whole days.
func (d *Duration) UnmarshalText(text []byte) error {
	if days, ok := strings.CutSuffix(string(text), "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return errDuration()
		}
		*d = Duration(time.Duration(n) * day)
		return nil
	}
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return errDuration()
	}
	*d = Duration(v)
	return nil
}

func errDuration() error { return errors.New("must be a duration such as 90s, 15m, 1h or 30d") }

// MarshalText writes the duration without zero parts: 15m, not 15m0s; 2d, not 48h.
func (d Duration) MarshalText() ([]byte, error) {
	if v := time.Duration(d); v >= 2*day && v%day == 0 {
		return fmt.Appendf(nil, "%dd", v/day), nil
	}
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return []byte(s), nil
}

// Timezone is a name that time.LoadLocation knows.
type Timezone string

// UnmarshalText accepts Local, UTC and the names of the IANA time zone database.
func (z *Timezone) UnmarshalText(text []byte) error {
	if _, err := time.LoadLocation(string(text)); err != nil || len(text) == 0 {
		return errors.New("must be Local, UTC or a zone of the IANA database such as Europe/Paris")
	}
	*z = Timezone(text)
	return nil
}

// MarshalText writes the name.
func (z Timezone) MarshalText() ([]byte, error) { return []byte(z), nil }

// Location is the zone; UTC where its name is no longer known.
func (z Timezone) Location() *time.Location {
	location, err := time.LoadLocation(string(z))
	if err != nil {
		return time.UTC
	}
	return location
}

// windowText is what PromQL understands too: rules go back by a window's length.
var windowText = regexp.MustCompile(`^(\d+h)?(\d+m)?$`)

// Window is a rolling window. Its text becomes a label value, so it is kept
// exactly as it was written.
type Window struct {
	Text   string
	Length time.Duration
}

// UnmarshalText accepts a duration of whole minutes.
func (w *Window) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v%time.Minute != 0 || !windowText.Match(text) {
		return errors.New("must be a duration of whole minutes, such as 15m or 1h")
	}
	*w = Window{Text: string(text), Length: v}
	return nil
}

// MarshalText writes the window as it was written.
func (w Window) MarshalText() ([]byte, error) { return []byte(w.Text), nil }

// Bytes is a size.
type Bytes int64

type unit struct {
	name string
	size int64
}

// byteUnits returns the units, the ones that MarshalText prefers first.
func byteUnits() []unit {
	return []unit{
		{"GiB", 1 << 30},
		{"MiB", 1 << 20},
		{"GB", 1e9},
		{"MB", 1e6},
		{"KiB", 1 << 10},
		{"kB", 1e3},
		{"B", 1},
		{"", 1},
	}
}

// UnmarshalText accepts a whole number with an optional unit.
func (b *Bytes) UnmarshalText(text []byte) error {
	s := string(text)
	for _, u := range byteUnits() {
		number, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || n > math.MaxInt64/u.size || n < 0 {
			break
		}
		*b = Bytes(n * u.size)
		return nil
	}
	return errors.New("must be a size such as 512KiB, 8MiB or 1GB")
}

// MarshalText writes the size with the first unit of byteUnits that divides it.
func (b Bytes) MarshalText() ([]byte, error) {
	for _, u := range byteUnits()[:6] {
		if b > 0 && int64(b)%u.size == 0 {
			return fmt.Appendf(nil, "%d%s", int64(b)/u.size, u.name), nil
		}
	}
	return strconv.AppendInt(nil, int64(b), 10), nil
}
