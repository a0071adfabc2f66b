package trace

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Format names a form of trace.
type Format string

// The formats that Open recognises.
const (
	Azure    Format = "azure"
	BurstGPT Format = "burstgpt"
	Mooncake Format = "mooncake"
	Luneo    Format = "luneo"
)

// record is what one row says.
type record struct {
	// at is when it happened, since any fixed moment; meaningless without timed.
	at    time.Duration
	timed bool
	event event
}

// event is a row's content that can be written for the wire.
type event interface {
	appendJSON(dst []byte, id string, at time.Time) ([]byte, error)
}

// parser reads the rows of one format. It keeps nothing of line. Errors are
// *Error without the line's number.
type parser interface {
	parse(line []byte) (record, error)
}

// detect chooses the parser by the first line. header says that the line holds
// no row.
func detect(line []byte, model string) (f Format, p parser, header bool, err error) {
	if line[0] == '{' {
		f, p, err = detectJSON(line, model)
		return f, p, false, err
	}
	f, p, err = detectCSV(string(line), model)
	return f, p, true, err
}

func detectJSON(line []byte, model string) (Format, parser, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(line, &members); err != nil {
		return "", nil, jsonError(err)
	}
	if _, ok := members["type"]; ok {
		return Luneo, objectParser{}, nil
	}
	if _, ok := members["input_length"]; ok {
		return Mooncake, &mooncakeJSON{model: model, seen: map[int64]struct{}{}}, nil
	}
	return "", nil, &Error{Detail: `is a JSON object with neither "type" (Luneo's events) nor "input_length" (Mooncake)`}
}

func detectCSV(header, model string) (Format, parser, error) {
	cols := newColumns(header)
	switch {
	case cols.have("timestamp", "contexttokens", "generatedtokens"):
		return Azure, newAzure(cols, model), nil
	case cols.have("requesttokens", "responsetokens", "model"):
		p, err := newBurstGPT(cols)
		return BurstGPT, p, err
	case cols.have("timestampms", "inputlength", "outputlength"):
		return Mooncake, newMooncakeCSV(cols, model), nil
	}
	return "", nil, &Error{Detail: "is no header of a known trace: found " + clip(header) + ", expected " +
		"TIMESTAMP,ContextTokens,GeneratedTokens (Azure), Timestamp,Model,Request tokens,Response tokens (BurstGPT), " +
		"timestamp_ms,input_length,output_length (Mooncake) or JSON lines"}
}

// columns are the names of a CSV header.
type columns struct {
	names []string // as the file writes them
	keys  []string // lower case, letters and digits only
}

func newColumns(header string) columns {
	var c columns
	for name := range strings.SplitSeq(header, ",") {
		name = unquote(name)
		c.names = append(c.names, name)
		c.keys = append(c.keys, normalise(name))
	}
	return c
}

// normalise reduces a name to its lower case letters and digits.
func normalise(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return -1
	}, name)
}

// find returns the place of the first of the keys that is there, or -1.
func (c columns) find(keys ...string) int {
	for _, key := range keys {
		if i := slices.Index(c.keys, key); i >= 0 {
			return i
		}
	}
	return -1
}

func (c columns) have(keys ...string) bool {
	for _, key := range keys {
		if !slices.Contains(c.keys, key) {
			return false
		}
	}
	return true
}
