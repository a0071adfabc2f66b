package recorder

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// TestIndexAgreesWithAMap drives the index and a map with the same random
// additions and removals, with tags that collide often.
func TestIndexAgreesWithAMap(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	x, want := newIDIndex(), map[uint64]fingerprint{}
	print := func() (p fingerprint) {
		binary.BigEndian.PutUint32(p[:], rng.Uint32()&0xFF00000E) // few homes, at both ends of the table
		binary.BigEndian.PutUint64(p[8:], rng.Uint64())
		return p
	}
	for pos := uint64(1); pos < 20_000; pos++ {
		p := print()
		x.add(wordOf(p, pos))
		want[pos] = p
		if rng.IntN(3) > 0 {
			for victim, p := range want { // any
				x.remove(wordOf(p, victim))
				x.remove(wordOf(p, victim)) // a second time does nothing
				delete(want, victim)
				break
			}
		}
		if pos%500 == 0 {
			checkIndex(t, &x, want)
		}
	}
	checkIndex(t, &x, want)
}

func checkIndex(t *testing.T, x *idIndex, want map[uint64]fingerprint) {
	t.Helper()
	if x.n != len(want) {
		t.Fatalf("%d words, want %d", x.n, len(want))
	}
	for pos, p := range want {
		if x.find(p, func(low uint32) bool { return low == uint32(pos) }) < 0 {
			t.Fatalf("position %d is lost", pos)
		}
	}
	used := 0
	for _, w := range x.words {
		if w != 0 {
			used++
		}
	}
	if used != len(want) {
		t.Fatalf("%d words in the table, want %d", used, len(want))
	}
}
