package intake

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/luneo-platform/luneo/internal/kpi"
)

const (
	contentTypes = "application/json, application/x-ndjson, application/ndjson, text/plain, application/x-www-form-urlencoded, or none"
	encodings    = "gzip, zstd"

	// maxWindow bounds the memory that a zstd body can ask for; RFC 8878,
	// section 3.1.1.1.2, recommends at least 8 MiB.
	maxWindow = 8 << 20
	// keepBytes is the largest buffer that is kept between requests.
	keepBytes = 1 << 20
)

// checkContentType refuses bodies that are not JSON text in UTF-8. What fetch
// sends with a string body, text/plain, is accepted, and so is what curl -d
// says of any body, application/x-www-form-urlencoded.
func checkContentType(value string) error {
	switch value {
	case "", "application/json", "application/x-ndjson", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded":
		return nil
	}
	name, params, err := mime.ParseMediaType(value)
	if err != nil {
		return kpi.Errorf(kpi.KindUnsupported, "The Content-Type %s can't be read: send %s", kpi.Quote(value), contentTypes)
	}
	switch name {
	case "application/json", "application/x-ndjson", "application/ndjson", "text/plain", "application/x-www-form-urlencoded":
	default:
		return kpi.Errorf(kpi.KindUnsupported, "The Content-Type %s is not taken here: send %s", kpi.Quote(name), contentTypes)
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return kpi.Errorf(kpi.KindUnsupported, "The charset %s is not taken here: send utf-8", kpi.Quote(charset))
	}
	return nil
}

// body holds the bytes of a request and what it takes to read them.
type body struct {
	sent, expanded bytes.Buffer
	source         bytes.Reader
	gzip           *gzip.Reader
	zstd           *zstd.Decoder
}

// read returns the body's text, which is valid until the next call, and how
// many bytes were sent.
func (b *body) read(w http.ResponseWriter, r *http.Request, limit int64) (text []byte, sent int, err error) {
	encoding, err := encodingOf(r.Header)
	if err != nil {
		w.Header().Set("Accept-Encoding", encodings) // RFC 9110, section 12.5.3
		return nil, 0, err
	}
	if err := checkContentType(r.Header.Get("Content-Type")); err != nil {
		return nil, 0, err
	}
	if r.ContentLength > limit {
		return nil, 0, tooLarge(limit, "")
	}
	b.sent.Reset()
	n, err := b.sent.ReadFrom(io.LimitReader(r.Body, limit+1))
	var cut *http.MaxBytesError
	switch {
	case n > limit, errors.As(err, &cut):
		return nil, int(n), tooLarge(limit, "")
	case err != nil:
		return nil, int(n), &kpi.Error{Kind: kpi.KindMalformed, Message: "The body ended before it was complete", Err: err}
	case encoding == "":
		return b.sent.Bytes(), int(n), nil
	}
	text, err = b.expand(encoding, limit)
	return text, int(n), err
}

func tooLarge(limit int64, how string) error {
	return kpi.Errorf(kpi.KindTooLarge, "The body is larger than %d bytes%s: send fewer events at once", limit, how)
}

// encodingOf returns the one encoding of a body, "" for none.
func encodingOf(h http.Header) (string, error) {
	values := h["Content-Encoding"]
	if len(values) == 0 {
		return "", nil
	}
	value := strings.Join(values, ", ")
	switch encoding := strings.ToLower(strings.TrimSpace(value)); encoding {
	case "", "identity":
		return "", nil
	case "gzip", "zstd":
		return encoding, nil
	case "x-gzip":
		return "gzip", nil
	}
	return "", kpi.Errorf(kpi.KindUnsupported, "The Content-Encoding %s is not taken here: send one of %s, or none", kpi.Quote(value), encodings)
}

func (b *body) expand(encoding string, limit int64) ([]byte, error) {
	b.source.Reset(b.sent.Bytes())
	b.expanded.Reset()
	stream, err := b.open(encoding)
	if err == nil {
		_, err = b.expanded.ReadFrom(io.LimitReader(stream, limit+1))
	}
	switch {
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return nil, kpi.Errorf(kpi.KindTooLarge, "The zstd body needs a window of more than %d bytes: compress it without a long window", maxWindow)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return nil, kpi.Errorf(kpi.KindMalformed, "The %s body is cut off, or other data follows it", encoding)
	case err != nil:
		return nil, &kpi.Error{Kind: kpi.KindMalformed, Message: "The body is not valid " + encoding, Err: err}
	case int64(b.expanded.Len()) > limit:
		return nil, tooLarge(limit, " after expansion")
	}
	return b.expanded.Bytes(), nil
}

// open returns a stream of what the source expands to. The decoders start no
// goroutines and are used again.
func (b *body) open(encoding string) (io.Reader, error) {
	var err error
	switch {
	case encoding == "gzip" && b.gzip != nil:
		return b.gzip, b.gzip.Reset(&b.source)
	case encoding == "gzip":
		b.gzip, err = gzip.NewReader(&b.source)
		return b.gzip, err
	case b.zstd != nil:
		return b.zstd, b.zstd.Reset(&b.source)
	default:
		b.zstd, err = zstd.NewReader(&b.source, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		return b.zstd, err
	}
}

// trim lets go of buffers that one large request has grown.
func (b *body) trim() {
	for _, buffer := range []*bytes.Buffer{&b.sent, &b.expanded} {
		if buffer.Cap() > keepBytes {
			*buffer = bytes.Buffer{}
		}
	}
}
