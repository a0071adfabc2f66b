package recorder

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// fingerprint stands for a credential, a type and an id.
type fingerprint [16]byte

// identity is what is remembered of an event that has an id.
type identity struct {
	print   fingerprint
	content uint32 // hash of what is counted: an id with other content is a conflict
}

// fingerprintOf is cut from SHA-256, so that no client can make its ids
// collide with another's.
func fingerprintOf(credential string, kind byte, id string) fingerprint {
	var buf [256]byte
	b := append(buf[:0], credential...)
	b = append(append(b, 0, kind), id...)
	sum := sha256.Sum256(b)
	return fingerprint(sum[:16])
}

// ids remembers the newest identities in the order they came. Positions count
// up forever; the ring of chunks holds those from tail to head. A chunk is
// never written below head, so that a frozen copy can be read meanwhile.
type ids struct {
	limit      int
	chunks     []*idChunk // chunks[0] holds position base
	base       uint64
	tail, head uint64
	index      idIndex
	warmed     uint64
	// limitedAt is the time of the last identity that the limit pushed out;
	// 0 when only age did.
	limitedAt int64
}

const idChunkLen = 1 << 14

type idChunk [idChunkLen]idEntry

type idEntry struct {
	identity
	at uint32 // seconds since 1970
}

func newIDs(limit int) *ids {
	return &ids{limit: limit, index: newIDIndex()}
}

func (s *ids) entry(pos uint64) *idEntry {
	return &s.chunks[(pos-s.base)/idChunkLen][pos%idChunkLen]
}

// warm makes the coming lookups of the entries' identities quick.
func (s *ids) warm(entries []entry) { s.warmed ^= s.index.warm(entries) }

// find returns what is remembered under a fingerprint.
func (s *ids) find(now time.Time, print fingerprint) (identity, bool) {
	old := now.Add(-IDWindow).Unix()
	i := s.index.find(print, func(low uint32) bool {
		e := s.entry(s.position(low))
		return e.print == print && int64(e.at) > old
	})
	if i < 0 {
		return identity{}, false
	}
	return s.entry(s.position(uint32(s.index.words[i]))).identity, true
}

// position completes the low bits of one between tail and head.
func (s *ids) position(low uint32) uint64 {
	return s.tail + uint64(low-uint32(s.tail)) // modulo 2^32 on purpose
}

// add remembers an identity that find did not return.
func (s *ids) add(now time.Time, id identity) {
	if s.head == s.base+uint64(len(s.chunks))*idChunkLen {
		s.chunks = append(s.chunks, new(idChunk))
	}
	*s.entry(s.head) = idEntry{identity: id, at: uint32(now.Unix())} // until 2106
	s.index.add(wordOf(id.print, s.head))
	s.head++
}

// forget drops what is past the limit or too old. It is called between
// commits, since what it drops can't be rolled back.
func (s *ids) forget(now time.Time) {
	old := now.Add(-IDWindow).Unix()
	for s.tail < s.head {
		e := s.entry(s.tail)
		over := s.head-s.tail > uint64(s.limit)
		if !over && int64(e.at) > old {
			break
		}
		if over && int64(e.at) > old {
			s.limitedAt = int64(e.at)
		}
		s.index.remove(wordOf(e.print, s.tail))
		s.tail++
		if s.tail == s.base+idChunkLen {
			s.chunks = s.chunks[1:]
			s.base = s.tail
		}
	}
}

// window is how far back an id is remembered now.
func (s *ids) window(now time.Time) time.Duration {
	if s.limitedAt == 0 {
		return IDWindow
	}
	return min(IDWindow, now.Sub(time.Unix(s.limitedAt, 0)))
}

// mark returns the place to roll back to.
func (s *ids) mark() uint64 { return s.head }

// rollback forgets what was added since the mark: it did not reach the disk.
func (s *ids) rollback(mark uint64) {
	for s.head > mark {
		s.head--
		s.index.remove(wordOf(s.entry(s.head).print, s.head))
	}
}

const idEntryBytes = 16 + 4 + 4

// freeze returns what writes the identities as they are now.
func (s *ids) freeze() func(io.Writer) error {
	frozen := ids{chunks: append([]*idChunk(nil), s.chunks...), base: s.base, tail: s.tail, head: s.head, limitedAt: s.limitedAt}
	return frozen.write
}

func (s *ids) write(w io.Writer) error {
	b := binary.LittleEndian.AppendUint64(nil, s.head-s.tail)
	b = binary.LittleEndian.AppendUint64(b, uint64(s.limitedAt))
	for pos := s.tail; pos < s.head; pos++ {
		e := s.entry(pos)
		b = append(b, e.print[:]...)
		b = binary.LittleEndian.AppendUint32(b, e.content)
		b = binary.LittleEndian.AppendUint32(b, e.at)
		if len(b) >= 64<<10 {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := w.Write(b)
	return err
}

// read replaces the identities by written ones.
func (s *ids) read(r io.Reader) error {
	*s = *newIDs(s.limit)
	head := make([]byte, 16)
	if _, err := io.ReadFull(r, head); err != nil {
		return fmt.Errorf("reading the remembered ids: %w", err)
	}
	n := binary.LittleEndian.Uint64(head)
	limitedAt := int64(binary.LittleEndian.Uint64(head[8:]))
	b := make([]byte, idEntryBytes)
	for range n {
		if _, err := io.ReadFull(r, b); err != nil {
			return fmt.Errorf("reading the remembered ids: %w", err)
		}
		id := identity{print: fingerprint(b[:16]), content: binary.LittleEndian.Uint32(b[16:])}
		s.add(time.Unix(int64(binary.LittleEndian.Uint32(b[20:])), 0), id)
	}
	s.limitedAt = limitedAt
	return nil
}
