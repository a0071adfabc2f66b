package main

import (
	"fmt"
	"strings"

	"github.com/luneo-platform/luneo/internal/number"
	"github.com/luneo-platform/luneo/internal/queues"
)

// screenStyle is where a table is shown: the width is 0 when there is none.
type screenStyle struct {
	width  int
	colour bool
}

// Sequences of ANSI terminals (ECMA-48, SGR).
const (
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	bold   = "\x1b[1m"
	plain  = "\x1b[0m"
)

// queueColumn is one column of the table.
type queueColumn struct {
	head  string
	width int // 0: as wide as what is in it
	left  bool
	// keep says which columns stay on narrow terminals: the highest.
	keep int
	text func(*queues.Queue) string
	// colour is a colour, or empty.
	colour func(*queues.Queue) string
}

func queueColumns() []queueColumn {
	none := func(*queues.Queue) string { return "" }
	state := func(of func(*queues.States) int64) func(*queues.Queue) string {
		return func(q *queues.Queue) string {
			if q.States == nil {
				return number.Unknown
			}
			return number.Count(float64(of(q.States)))
		}
	}
	return []queueColumn{
		{"QUEUE", 0, true, 100, func(q *queues.Queue) string { return printable(q.Name) }, none},
		{"WAITING", 8, false, 90, state(func(s *queues.States) int64 { return s.Waiting + s.Prioritized + s.Paused }), none},
		{"ACTIVE", 7, false, 50, state(func(s *queues.States) int64 { return s.Active }), none},
		{"DELAYED", 8, false, 20, state(func(s *queues.States) int64 { return s.Delayed }), dueColour},
		{"FAILED", 7, false, 30, state(func(s *queues.States) int64 { return s.Failed }), none},
		{"OLDEST", 10, false, 95, func(q *queues.Queue) string { return orUnknown(q.OldestSeconds, number.Seconds) }, oldestColour},
		{"P50", 9, false, 40, func(q *queues.Queue) string { return orUnknown(q.WaitP50Seconds, number.Seconds) }, waitColour(func(q *queues.Queue) *float64 { return q.WaitP50Seconds })},
		{"P95", 9, false, 60, func(q *queues.Queue) string { return orUnknown(q.WaitP95Seconds, number.Seconds) }, waitColour(func(q *queues.Queue) *float64 { return q.WaitP95Seconds })},
		{"IN/S", 7, false, 35, func(q *queues.Queue) string { return orUnknown(q.InPerSecond, perSecond) }, none},
		{"OUT/S", 7, false, 36, func(q *queues.Queue) string { return orUnknown(q.OutPerSecond, perSecond) }, none},
		{"TO DRAIN", 11, false, 45, func(q *queues.Queue) string { return drainCell(q) }, none},
	}
}

// whyLeast is the least width in which the reason is worth its place.
const whyLeast = 30

// queueTable is what is known of all queues, for people.
func queueTable(p *queues.Page, style screenStyle) string {
	var b strings.Builder
	for _, line := range serverLines(p) {
		writeLine(&b, style, line)
	}
	if len(p.Queues) == 0 {
		for _, text := range []string{
			"No queue is known yet.",
			"Point Luneo at the Redis of BullMQ: redis: redis://HOST:6379 in luneo.yml, or REDIS_URL.",
			"Other queues are there as soon as POST /api/metrics/queue-wait tells of them.",
		} {
			writeLine(&b, style, tinted{text: text})
		}
		return b.String()
	}
	writeLine(&b, style, totalLine(p))
	b.WriteByte('\n')
	writeQueues(&b, p.Queues, style)
	return b.String()
}

// tinted is a line of one colour.
type tinted struct{ text, colour string }

func writeLine(b *strings.Builder, style screenStyle, line tinted) {
	b.WriteString(style.tint(cell(line.text, style.width), line.colour) + "\n")
}

// tint colours a text where colours are wanted.
func (s screenStyle) tint(text, colour string) string {
	if !s.colour || colour == "" {
		return text
	}
	return colour + text + plain
}

// cell keeps a text within a width; 0 is any.
func cell(text string, width int) string {
	if width == 0 {
		return text
	}
	return fitted(text, width)
}

// serverLines say how each Redis is. One that nobody named and that never
// answered is not there.
func serverLines(p *queues.Page) (lines []tinted) {
	for _, s := range p.Servers {
		where := printable(s.Address)
		switch {
		case s.Up && s.Replica:
			lines = append(lines, tinted{fmt.Sprintf("%s at %s, a replica: %s.", redisVersion(s), where, queuesCount(s.Queues)), ""})
		case s.Up:
			lines = append(lines, tinted{fmt.Sprintf("%s at %s: %s.", redisVersion(s), where, queuesCount(s.Queues)), ""})
		case s.Origin == "default" && s.Version == "":
			lines = append(lines, tinted{fmt.Sprintf("No Redis at %s, where one is looked for when none is named.", where), ""})
		case s.Error == "" && s.Since == nil:
			lines = append(lines, tinted{fmt.Sprintf("%s: it is being asked for the first time.", redisName(s)), ""})
		default:
			lines = append(lines, tinted{strings.TrimSpace(fmt.Sprintf("%s does not answer, so its queues are not known. %s", redisName(s), printable(s.Error))), red})
		}
	}
	return lines
}

// redisName is "Redis eu at 10.0.0.7:6379", where its name says more than its
// address.
func redisName(s queues.Server) string {
	if s.Name == s.Address {
		return "Redis at " + printable(s.Address)
	}
	return "Redis " + printable(s.Name) + " at " + printable(s.Address)
}

// redisVersion is "Redis 7.0.15".
func redisVersion(s queues.Server) string {
	if s.Version == "" {
		return "Redis"
	}
	v := printable(s.Version)
	return strings.ToUpper(v[:1]) + v[1:]
}

func queuesCount(n int) string {
	if n == 1 {
		return "1 queue"
	}
	return number.Count(float64(n)) + " queues"
}

func totalLine(p *queues.Page) tinted {
	text := queuesCount(p.All.Queues)
	if s := p.All.States; s != nil {
		text += fmt.Sprintf(", %s waiting, %s active", number.Count(float64(s.Waiting+s.Prioritized+s.Paused)), number.Count(float64(s.Active)))
	}
	switch oldest := p.All.OldestSeconds; {
	case oldest == nil:
	case *oldest == 0:
		text += ", no job waits"
	default:
		text += fmt.Sprintf(", the oldest %s in %s", number.Seconds(*oldest), printable(p.All.Worst))
	}
	return tinted{text + ".", ""}
}

// writeQueues writes the columns that fit, and the reason where there is room
// left.
func writeQueues(b *strings.Builder, list []queues.Queue, style screenStyle) {
	columns, left := fit(queueColumns(), list, style.width)
	heads := ""
	for _, c := range columns {
		heads += c.pad(c.head)
	}
	if left != 0 {
		heads += "  WHY"
	}
	b.WriteString(style.tint(strings.TrimRight(heads, " "), bold) + "\n")
	for i := range list {
		q := &list[i]
		line := ""
		for _, c := range columns {
			line += style.tint(c.pad(c.text(q)), c.colour(q))
		}
		if left != 0 {
			line += "  " + style.tint(cell(q.ReasonWords, max(0, left)), reasonColour(q))
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// fit leaves columns out until the others fit into a width. What is left is for
// the reason: 0 for nothing, less for any width.
func fit(columns []queueColumn, list []queues.Queue, width int) (fitting []queueColumn, left int) {
	columns[0].width = nameWidth(columns[0], list, width)
	if width == 0 {
		return columns, -1
	}
	for {
		used := 2 // before the reason
		least := 0
		for i, c := range columns {
			used += c.width
			if c.keep < columns[least].keep {
				least = i
			}
		}
		switch {
		case width-used >= whyLeast:
			return columns, width - used
		case len(columns) <= 3: // queue, waiting, oldest
			return columns, 0
		}
		columns = append(columns[:least:least], columns[least+1:]...)
	}
}

// nameWidth is that of the longest name, within a quarter of the screen or so.
func nameWidth(c queueColumn, list []queues.Queue, width int) int {
	const least, most, usual = 12, 40, 4
	longest := least
	for i := range list {
		longest = max(longest, columns(c.text(&list[i]))+1)
	}
	if width > 0 {
		longest = min(longest, max(least, width/usual))
	}
	return min(longest, most)
}

// pad writes a text in the column's width.
func (c queueColumn) pad(text string) string {
	shown := cell(text, c.width-1)
	space := strings.Repeat(" ", max(0, c.width-columns(shown)))
	if c.left {
		return shown + space
	}
	return space + shown
}

func orUnknown(v *float64, write func(float64) string) string {
	if v == nil {
		return number.Unknown
	}
	return write(*v)
}

// perSecond writes a rate: 0, 0.07, 4.2, 120.
func perSecond(v float64) string {
	switch {
	case v >= 9.95:
		return number.Count(v)
	case v >= 0.995 || v < 0.005:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	default:
		return strings.TrimRight(fmt.Sprintf("%.2f", v), "0")
	}
}

// drainCell is shorter than the words for the whole page.
func drainCell(q *queues.Queue) string {
	switch {
	case q.DrainSeconds != nil && *q.DrainSeconds == 0, q.DrainWords == "not known":
		return number.Unknown
	case q.DrainWords == "does not shrink":
		return "steady"
	default:
		return q.DrainWords
	}
}

func oldestColour(q *queues.Queue) string {
	if q.Level == queues.LevelFiring {
		return red
	}
	return overColour(q.OldestSeconds, q.LimitSeconds)
}

func waitColour(of func(*queues.Queue) *float64) func(*queues.Queue) string {
	return func(q *queues.Queue) string { return overColour(of(q), q.LimitSeconds) }
}

// overColour is red above a limit and yellow above half of it.
func overColour(v *float64, limit float64) string {
	switch {
	case v == nil || *v <= limit/2:
		return ""
	case *v <= limit:
		return yellow
	default:
		return red
	}
}

func dueColour(q *queues.Queue) string {
	if q.Due > 0 {
		return yellow
	}
	return ""
}

func reasonColour(q *queues.Queue) string {
	switch q.Reason {
	case "no_worker":
		return red
	case "paused":
		return yellow
	}
	return ""
}
