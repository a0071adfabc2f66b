package bullmq

import (
	"regexp"
	"strings"
)

// reasonRunes bounds a normalised reason.
const reasonRunes = 200

// replacement is one kind of detail that differs between failures of one cause.
type replacement struct {
	find *regexp.Regexp
	with string
}

// replacements take out of a reason what tells one job from another. The order
// counts: an id holds numbers.
func replacements() []replacement {
	return []replacement{
		{uuids, "<id>"},
		{times, "<time>"},
		{mails, "<mail>"},
		{addresses, "<address>"},
		{hexes, "<id>"},
		{codes, "${1}\x00${2}\x00"},
		{numbers, "<n>"},
		{spaces, " "},
	}
}

var (
	uuids     = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	times     = regexp.MustCompile(`\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?`)
	mails     = regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`)
	addresses = regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b`)
	hexes     = regexp.MustCompile(`(?i)\b(0x[0-9a-f]+|[a-z]{0,8}[_-]?[0-9a-f]*(?:\d[a-f]|[a-f]\d)[0-9a-z]{6,})\b`)
	// What a status or an error code says stays: 429 and 500 are two causes.
	codes   = regexp.MustCompile(`(?i)\b(status(?: code)?:? ?|code:? ?|http:? ?|error:? ?|errno:? ?)(\d{3})\b`)
	kept    = regexp.MustCompile("\x00(\\d+)\x00")
	numbers = regexp.MustCompile(`\d+(\.\d+)*`)
	spaces  = regexp.MustCompile(`\s+`)
)

// normalise is a failure's reason without what differs from job to job: ids,
// addresses, times and numbers. Only its first line counts.
func normalise(reason string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(reason, "\x00", ""), "\uFFFD")), "\n")
	line = cut(line, 4*reasonRunes)
	for _, r := range replacements() {
		if r.find == numbers {
			line = kept.ReplaceAllStringFunc(line, spell)
		}
		line = r.find.ReplaceAllString(line, r.with)
	}
	line = cut(strings.TrimSpace(unspell(line)), reasonRunes)
	if line == "" {
		return "no reason given"
	}
	return line
}

// spell writes the digits of a code that stays as runes that are no digits.
func spell(code string) string {
	return strings.Map(func(r rune) rune {
		if r == 0 {
			return -1
		}
		return r - '0' + spelled
	}, code)
}

// spelled is the first of ten runes that no text holds: private use.
const spelled = '\uE000'

func unspell(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= spelled && r < spelled+10 {
			return r - spelled + '0'
		}
		return r
	}, s)
}
