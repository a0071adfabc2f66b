package bullmq

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// entryID is the id of a stream's entry: milliseconds since 1970 on Redis'
// clock and a number within the millisecond
// (redis.io/docs/latest/develop/data-types/streams).
type entryID struct{ ms, seq int64 }

func parseEntryID(s string) (entryID, bool) {
	ms, seq, ok := strings.Cut(s, "-")
	if !ok {
		return entryID{}, false
	}
	m, err := strconv.ParseUint(ms, 10, 63)
	if err != nil {
		return entryID{}, false
	}
	n, err := strconv.ParseUint(seq, 10, 64)
	if err != nil {
		return entryID{}, false
	}
	return entryID{int64(m), int64(n)}, true
}

// String is the id as Redis writes it.
func (id entryID) String() string {
	return strconv.FormatInt(id.ms, 10) + "-" + strconv.FormatUint(uint64(id.seq), 10)
}

func (id entryID) compare(other entryID) int {
	return cmp.Or(cmp.Compare(id.ms, other.ms), cmp.Compare(uint64(id.seq), uint64(other.seq)))
}

// position is how far the follower of a queue has come.
type position struct {
	at entryID
	// read is how many entries the stream had had up to at, or below 0 readNothing or readUncounted.
	// Redis 7 counts them too, so that what is missing can be told.
	read int64
	// name is the queue's label.
	name string
}

// String is what the recorder keeps of it.
func (p position) String() string { return fmt.Sprintf("%s %d %s", p.at, p.read, p.name) }

func parsePosition(s string) (position, bool) {
	parts := strings.SplitN(s, " ", 3)
	if len(parts) != 3 {
		return position{}, false
	}
	at, ok := parseEntryID(parts[0])
	read, err := strconv.ParseInt(parts[1], 10, 64)
	if !ok || err != nil || parts[2] == "" {
		return position{}, false
	}
	return position{at, read, parts[2]}, true
}

// sourceKind begins the names of the sources that this package follows.
const sourceKind = "bullmq"

// place is a queue as the configuration and Redis name it.
type place struct{ server, prefix, queue string }

// source names what is followed, for the recorder. A line can't be in a
// server's or a prefix's name, so that two places never share one.
func (p place) source() string {
	return strings.Join([]string{sourceKind, p.server, p.prefix, p.queue}, "\n")
}

func parseSource(s string) (place, bool) {
	parts := strings.SplitN(s, "\n", 4)
	if len(parts) != 4 || parts[0] != sourceKind {
		return place{}, false
	}
	return place{parts[1], parts[2], parts[3]}, true
}

func (p place) position(at position) kpi.Position {
	return kpi.Position{Source: p.source(), State: at.String()}
}
