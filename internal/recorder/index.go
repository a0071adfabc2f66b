package recorder

import "encoding/binary"

// idIndex finds the position of a fingerprint. It is an open table of words
// with linear probing: in each the first 32 bits of a fingerprint and the low
// bits of a position. A built-in map of the fingerprints themselves takes
// three times the memory, and a lookup in it, being mostly cache misses, twice
// the time. What a word stands for is checked by its owner, who has the
// fingerprints.
type idIndex struct {
	words []uint64 // 0 is empty; their number is a power of two
	shift uint     // from a tag to its home
	n     int
}

const minIndexBits = 10

func newIDIndex() idIndex {
	return idIndex{words: make([]uint64, 1<<minIndexBits), shift: 32 - minIndexBits}
}

// tagOf is never 0, so that no word is.
func tagOf(print fingerprint) uint32 { return binary.BigEndian.Uint32(print[:]) | 1 }

func wordOf(print fingerprint, pos uint64) uint64 {
	return uint64(tagOf(print))<<32 | uint64(uint32(pos))
}

func (x *idIndex) home(word uint64) int { return int(uint32(word>>32) >> x.shift) }

func (x *idIndex) after(i int) int { return (i + 1) & (len(x.words) - 1) }

// find returns the place of the first word with the fingerprint's tag that is
// accepted, and -1 when there is none.
func (x *idIndex) find(print fingerprint, accept func(low uint32) bool) int {
	tag := tagOf(print)
	for i := int(tag >> x.shift); x.words[i] != 0; i = x.after(i) {
		if uint32(x.words[i]>>32) == tag && accept(uint32(x.words[i])) {
			return i
		}
	}
	return -1
}

// warm reads the homes of fingerprints that will be looked for. These reads
// don't wait for each other, as those of find do, so the misses overlap. What
// it returns keeps them from being left out.
func (x *idIndex) warm(entries []entry) (mixed uint64) {
	for i := range entries {
		mixed ^= x.words[tagOf(entries[i].id.print)>>x.shift]
	}
	return mixed
}

// add puts a word in.
func (x *idIndex) add(word uint64) {
	if x.n*3 >= len(x.words)*2 {
		x.grow()
	}
	i := x.home(word)
	for x.words[i] != 0 {
		i = x.after(i)
	}
	x.words[i] = word
	x.n++
}

func (x *idIndex) grow() {
	old := x.words
	x.words = make([]uint64, 2*len(old))
	x.shift--
	x.n = 0
	for _, word := range old {
		if word != 0 {
			x.add(word)
		}
	}
}

// remove takes a word out, when it is there, and moves those behind it closer
// to their homes, so that no gap cuts them off (Knuth, volume 3, 6.4,
// algorithm R).
func (x *idIndex) remove(word uint64) {
	gap := x.home(word)
	for x.words[gap] != word {
		if x.words[gap] == 0 {
			return
		}
		gap = x.after(gap)
	}
	x.n--
	mask := len(x.words) - 1
	for i := x.after(gap); x.words[i] != 0; i = x.after(i) {
		if (i-x.home(x.words[i]))&mask >= (i-gap)&mask {
			x.words[gap] = x.words[i]
			gap = i
		}
	}
	x.words[gap] = 0
}
