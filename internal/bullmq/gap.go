package bullmq

import (
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"
)

// compare holds the position against what Redis says of the stream and tallies
// what is missing between them. It reports whether anything was.
//
// Redis 7 counts the entries that a stream has ever had (XINFO STREAM,
// entries-added); with it what is missing is exact, without it the least.
func (p *position) compare(info *redis.XInfoStream, t *tally) bool {
	first, _ := parseEntryID(info.FirstEntry.ID)
	last, _ := parseEntryID(info.LastGeneratedID)
	gone := info.EntriesAdded - info.Length // entries that were cut off
	switch {
	case info.EntriesAdded == 0: // before Redis 7, or empty
		return p.compareIDs(info.Length, first, last, t)
	case p.read == readNothing && last.compare(p.at) <= 0:
		p.read = info.EntriesAdded
		return false
	case p.read == readNothing && first.compare(p.at) > 0:
		p.read = gone // all that are left come after the position
		return false
	case p.read > info.EntriesAdded && gone == 0:
		t.miss(missedDeleted, 1) // how many there were before nobody knows
		p.rewind(last, entryID{}, info.EntriesAdded)
		return true
	case p.read > info.EntriesAdded, last.compare(p.at) < 0:
		t.miss(missedRewound, 1)
		p.rewind(last, last, info.EntriesAdded)
		return true
	case last.compare(p.at) == 0:
		missed := info.EntriesAdded - p.read
		known := p.read >= 0 && missed > 0
		p.read = info.EntriesAdded
		if known {
			t.miss(missedTrimmed, missed)
		}
		return known
	case p.read == readUncounted && first.compare(p.at) > 0:
		t.miss(missedTrimmed, 1)
		p.read = readNothing
		return true
	case p.read >= 0 && gone > p.read:
		t.miss(missedTrimmed, gone-p.read)
		p.read = gone
		return true
	default:
		return false
	}
}

// rewind goes on from where a stream that came back with less ends, or begins.
func (p *position) rewind(last, start entryID, added int64) {
	p.read = readUncounted
	if last.compare(p.at) < 0 {
		p.at = start
		if start == last {
			p.read = added
		}
	}
}

// What takes the place of position.read where it is unknown.
const (
	readNothing   = -1 // no entry was read yet: the position is a moment
	readUncounted = -2 // entries were read, but not how many came before them
)

// advance moves the position past n entries that were read.
func (p *position) advance(to entryID, n int) {
	p.at = to
	if p.read < 0 {
		p.read = readUncounted
		return
	}
	p.read += int64(n)
}

// compareIDs is compare for a Redis that does not count entries.
func (p *position) compareIDs(length int64, first, last entryID, t *tally) bool {
	switch {
	case length > 0 && last.compare(p.at) < 0:
		t.miss(missedRewound, 1)
		p.at = last
		return true
	case length > 0 && p.read == readUncounted && first.compare(p.at) > 0:
		t.miss(missedTrimmed, 1)
		p.read = readNothing
		return true
	default:
		return false
	}
}

// missing takes into account that there is no stream.
func (p *position) missing(t *tally) bool {
	if p.read == readNothing || p.read == 0 {
		return false
	}
	p.read = 0 // the next one is counted from its beginning
	t.miss(missedDeleted, 1)
	return true
}

// isMissingKey tells Redis' answer about a stream that does not exist.
func isMissingKey(err error) bool {
	return errors.Is(err, redis.Nil) || err != nil && strings.Contains(err.Error(), "no such key")
}

func isWrongType(err error) bool {
	return err != nil && strings.HasPrefix(err.Error(), "WRONGTYPE")
}

func isForbidden(err error) bool {
	return err != nil && strings.HasPrefix(err.Error(), "NOPERM")
}
