package trace

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// MaxLine is the most bytes of one line.
const MaxLine = 1 << 20

// DefaultModel stands in where a trace names no model.
const DefaultModel = "gpt-4o"

// Options say how to read a trace.
type Options struct {
	// Model of the calls of a trace that names none; DefaultModel when empty.
	Model string
}

// Row is one row of a trace.
type Row struct {
	// Line is its place in the decompressed file, from 1; Number counts rows only.
	Line, Number int
	// Offset is when it happened, from the first row; negative when the trace
	// is not in order. A line of NDJSON without a timestamp has that of the
	// line before.
	Offset time.Duration
	// At is the time that the file says; after 1970 when it names no date.
	At time.Time
	// ID names it; see the package's documentation.
	ID    string
	event event
}

// AppendJSON appends the row as one event of a batch, as if it had happened at
// the given time.
func (r *Row) AppendJSON(dst []byte, at time.Time) ([]byte, error) {
	return r.event.appendJSON(dst, r.ID, at)
}

// Reader reads the rows of one trace. It is not safe for concurrent use.
type Reader struct {
	format Format
	lines  *bufio.Scanner
	parser parser
	line   int
	rows   int
	first  time.Duration
	timed  bool // first is known
	last   time.Duration
	chain  [sha256.Size]byte
	head   []byte // a first line that is a row, until it is read
}

// Open recognises the trace that r holds and reads its header. Errors of the
// content are *Error.
func Open(r io.Reader, o Options) (*Reader, error) {
	if o.Model == "" {
		o.Model = DefaultModel
	}
	if len(o.Model) > 256 {
		return nil, fmt.Errorf("model has %d bytes, at most 256 are allowed", len(o.Model))
	}
	plain, err := decompress(r)
	if err != nil {
		return nil, err
	}
	reader := &Reader{lines: bufio.NewScanner(plain)}
	reader.lines.Buffer(make([]byte, 0, 64<<10), MaxLine)
	return reader, reader.begin(o.Model)
}

// decompress returns the content of gzip, and anything else as it is.
func decompress(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(r)
	magic, err := buffered.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the beginning: %w", err)
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return buffered, nil
	}
	plain, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("read the gzip header: %w", err)
	}
	return plain, nil
}

func (r *Reader) begin(model string) error {
	line, err := r.scan()
	if errors.Is(err, io.EOF) {
		return &Error{Line: 1, Detail: "is missing: the trace is empty"}
	}
	if err != nil {
		return err
	}
	var header bool
	r.format, r.parser, header, err = detect(line, model)
	if err != nil {
		return r.place(err)
	}
	if !header {
		r.head = bytes.Clone(line)
	}
	r.chain = sha256.Sum256([]byte(string(r.format) + "\n" + model))
	return nil
}

// Format is the form that was recognised.
func (r *Reader) Format() Format { return r.format }

// Next returns the next row, and io.EOF after the last. Errors of the content
// are *Error; nothing can be read after one.
func (r *Reader) Next() (*Row, error) {
	line := r.head
	r.head = nil
	if line == nil {
		var err error
		if line, err = r.scan(); err != nil {
			return nil, err
		}
	}
	rec, err := r.parser.parse(line)
	if err != nil {
		return nil, r.place(err)
	}
	r.rows++
	return &Row{Line: r.line, Number: r.rows, Offset: r.offset(rec), At: time.Unix(0, int64(r.first+r.last)).UTC(), ID: r.name(line), event: rec.event}, nil
}

func (r *Reader) offset(rec record) time.Duration {
	if rec.timed {
		if !r.timed {
			r.first, r.timed = rec.at, true
		}
		r.last = rec.at - r.first
	}
	return r.last
}

// name continues the chain of hashes by one row.
func (r *Reader) name(line []byte) string {
	h := sha256.New()
	_, _ = h.Write(r.chain[:])
	_, _ = h.Write(line)
	h.Sum(r.chain[:0])
	return string(r.format) + "-" + hex.EncodeToString(r.chain[:12])
}

// scan returns the next line that is not blank, without white space around it.
func (r *Reader) scan() ([]byte, error) {
	for r.lines.Scan() {
		r.line++
		line := r.lines.Bytes()
		if r.line == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line, nil
		}
	}
	err := r.lines.Err()
	if errors.Is(err, bufio.ErrTooLong) {
		return nil, &Error{Line: r.line + 1, Detail: fmt.Sprintf("is longer than %d bytes", MaxLine)}
	}
	if err != nil {
		return nil, fmt.Errorf("read after line %d: %w", r.line, err)
	}
	return nil, io.EOF
}

// place adds the line's number to an error of its content.
func (r *Reader) place(err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.Line = r.line
	}
	return err
}
