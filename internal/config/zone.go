package config

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Name is the zone by its name in the IANA database, which browsers know too.
// For Local it is what TZ or the machine's files say, UTC when they say nothing.
func (z Timezone) Name() string {
	if z != "Local" {
		return string(z)
	}
	for _, name := range []string{strings.TrimPrefix(os.Getenv("TZ"), ":"), linkedZone("/etc/localtime"), writtenZone("/etc/timezone")} {
		if _, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
			return name
		}
	}
	return "UTC"
}

// linkedZone is the zone whose file a link points at; empty when it is none.
func linkedZone(link string) string {
	file, err := filepath.EvalSymlinks(link)
	if err != nil {
		return ""
	}
	_, name, _ := strings.Cut(filepath.ToSlash(file), "zoneinfo/")
	return name
}

// writtenZone is the zone that a file names, as Debian's does.
func writtenZone(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
