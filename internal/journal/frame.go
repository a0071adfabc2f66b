package journal

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// A frame holds one record:
//
//	magic  4 bytes
//	length 4 bytes, of the record
//	seq    8 bytes, its number
//	crc    4 bytes, CRC-32C of length, seq and record
//	record
//
// Numbers are little-endian. The magic is not valid UTF-8, so that no text a
// client sends can pose as a frame when the reader looks for the next one
// behind damage.
const (
	frameHeader = 20
	// MaxRecord is the most bytes of one record.
	MaxRecord = 64 << 20
)

var (
	frameMagic = []byte{0xF5, 0x4C, 0xFE, 0x0B}
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

func appendFrame(b []byte, seq uint64, record []byte) []byte {
	start := len(b)
	b = append(b, frameMagic...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(record)))
	b = binary.LittleEndian.AppendUint64(b, seq)
	sum := crc32.Update(crc32.Checksum(b[start+4:], castagnoli), castagnoli, record)
	b = binary.LittleEndian.AppendUint32(b, sum)
	return append(b, record...)
}

// parseFrame reads the frame at the start of b. It returns the frame's whole
// length, or 0 when there is no sound frame there.
func parseFrame(b []byte) (seq uint64, record []byte, n int) {
	if len(b) < frameHeader || !bytes.Equal(b[:4], frameMagic) {
		return 0, nil, 0
	}
	length := int(binary.LittleEndian.Uint32(b[4:]))
	if length > MaxRecord || length > len(b)-frameHeader {
		return 0, nil, 0
	}
	record = b[frameHeader : frameHeader+length]
	sum := crc32.Update(crc32.Checksum(b[4:16], castagnoli), castagnoli, record)
	if sum != binary.LittleEndian.Uint32(b[16:]) {
		return 0, nil, 0
	}
	return binary.LittleEndian.Uint64(b[8:]), record, frameHeader + length
}

// hole is a stretch of a segment that holds no sound frame.
type hole struct {
	offset, length int
	// tail says that no sound frame follows: a write that was cut short, or
	// damage at the very end.
	tail bool
}

// scan walks the frames of a segment's content, from offset at. It calls
// frame for each sound one and returns the stretches between them that are
// not. Zeros up to the end are no hole: that is space written ahead.
func scan(data []byte, at int, frame func(seq uint64, record []byte) error) ([]hole, error) {
	var holes []hole
	for at < len(data) {
		if seq, record, n := parseFrame(data[at:]); n > 0 {
			if err := frame(seq, record); err != nil {
				return holes, err
			}
			at += n
			continue
		}
		next := nextFrame(data, at+1)
		if next < 0 {
			if end := trimZeros(data[at:]); end > 0 {
				holes = append(holes, hole{offset: at, length: end, tail: true})
			}
			break
		}
		holes = append(holes, hole{offset: at, length: next - at})
		at = next
	}
	return holes, nil
}

// nextFrame returns the offset of the first sound frame from at on, or -1.
func nextFrame(data []byte, at int) int {
	for at < len(data) {
		i := bytes.Index(data[at:], frameMagic)
		if i < 0 {
			return -1
		}
		if _, _, n := parseFrame(data[at+i:]); n > 0 {
			return at + i
		}
		at += i + 1
	}
	return -1
}

// trimZeros returns the length of b without the zeros at its end.
func trimZeros(b []byte) int {
	return len(bytes.TrimRight(b, "\x00"))
}
