package pricing

import (
	"strings"
	"time"
)

// maxNameLen bounds the names that are looked at.
const maxNameLen = 256

// isPlainName reports whether a table may have the name as a key.
func isPlainName(s string) bool {
	if s == "" || len(s) > maxNameLen {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("._:-", rune(c)) {
			return false
		}
	}
	return true
}

// plainName brings the spellings of one name together: upper case, what
// routers put in front (openai/gpt-4o, openrouter/openai/gpt-4o), and names
// without points, which Azure's deployments can't have (gpt-35-turbo,
// gpt-5-1-codex).
func plainName(s string) string {
	s = strings.ToLower(s)
	s = strings.TrimPrefix(s, "openrouter/")
	s = strings.TrimPrefix(s, "openai/")
	if rest, ok := strings.CutPrefix(s, "gpt-35-"); ok {
		return "gpt-3.5-" + rest
	}
	rest, ok := strings.CutPrefix(s, "gpt-5-")
	if ok && rest != "" && isDigit(rest[0]) && (len(rest) == 1 || rest[1] == '-') {
		return "gpt-5." + rest
	}
	return s
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// undated cuts the date off a snapshot's name: gpt-4o-2024-08-06.
func undated(name string) (string, bool) {
	at := len(name) - len("-"+time.DateOnly)
	if at < 1 || name[at] != '-' {
		return "", false
	}
	if _, err := time.Parse(time.DateOnly, name[at+1:]); err != nil {
		return "", false
	}
	return name[:at], true
}

// fineTuned returns the key of the fine-tuned price that a name asks for:
// ft:gpt-4o-mini-2024-07-18 for ft:gpt-4o-mini-2024-07-18:acme:name:id, and
// for gpt-4o-mini-2024-07-18.ft-id, which is Azure's way to write it.
func fineTuned(name string) (string, bool) {
	if rest, ok := strings.CutPrefix(name, "ft:"); ok {
		base, _, _ := strings.Cut(rest, ":")
		return "ft:" + base, true
	}
	base, _, ok := strings.Cut(name, ".ft-")
	return "ft:" + base, ok
}

// resolve finds the entry for a name that is not in the table as it stands.
func resolve(names map[string]*entry, name string) *entry {
	name = plainName(name)
	if key, ok := fineTuned(name); ok {
		name = key
	}
	if e := names[name]; e != nil {
		return e
	}
	if base, ok := undated(name); ok {
		return names[base]
	}
	return nil
}
