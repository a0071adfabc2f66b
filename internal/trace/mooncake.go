package trace

import (
	"encoding/json"
	"fmt"
	"time"
)

const (
	// blockTokens is the size of Mooncake's cache blocks.
	blockTokens = 512
	// maxSeen bounds the memory for hash ids: two billion tokens of distinct
	// blocks. Later new blocks are not remembered.
	maxSeen = 1 << 22
)

func mooncakeCall(model string, input, output, cachedBlocks int64) *call {
	return &call{
		model: model, input: input, output: output,
		cached:   min(cachedBlocks*blockTokens, input),
		duration: modelledDuration(input, output),
	}
}

// mooncakeCSV reads the reduced form. blocks is -1 when the file has no such column.
type mooncakeCSV struct {
	cols                        columns
	model                       string
	time, input, output, blocks int
}

func newMooncakeCSV(cols columns, model string) *mooncakeCSV {
	return &mooncakeCSV{
		cols, model,
		cols.find("timestampms"), cols.find("inputlength"), cols.find("outputlength"), cols.find("prefixblocksseen"),
	}
}

func (m *mooncakeCSV) parse(line []byte) (record, error) {
	row, err := m.cols.split(line)
	if err != nil {
		return record{}, err
	}
	at, err := row.span(m.time, time.Millisecond, "milliseconds")
	if err != nil {
		return record{}, err
	}
	input, err := row.count(m.input, "tokens")
	if err != nil {
		return record{}, err
	}
	output, err := row.count(m.output, "tokens")
	if err != nil {
		return record{}, err
	}
	var blocks int64
	if m.blocks >= 0 {
		if blocks, err = row.count(m.blocks, "blocks"); err != nil {
			return record{}, err
		}
	}
	return record{at: at, timed: true, event: mooncakeCall(m.model, input, output, blocks)}, nil
}

// mooncakeJSON reads the original JSONL.
type mooncakeJSON struct {
	model string
	seen  map[int64]struct{}
}

func (m *mooncakeJSON) parse(line []byte) (record, error) {
	var row struct {
		Timestamp *float64 `json:"timestamp"`
		Input     *int64   `json:"input_length"`
		Output    *int64   `json:"output_length"`
		Hashes    []int64  `json:"hash_ids"`
	}
	if err := json.Unmarshal(line, &row); err != nil {
		return record{}, jsonError(err)
	}
	if row.Timestamp == nil || *row.Timestamp < 0 || *row.Timestamp > float64(century/time.Millisecond) {
		return record{}, &Error{Name: "timestamp", Detail: "is missing or not a number of milliseconds of less than a hundred years"}
	}
	if err := checkTokens("input_length", row.Input); err != nil {
		return record{}, err
	}
	if err := checkTokens("output_length", row.Output); err != nil {
		return record{}, err
	}
	at := time.Duration(*row.Timestamp * float64(time.Millisecond))
	return record{at: at, timed: true, event: mooncakeCall(m.model, *row.Input, *row.Output, m.leadingSeen(row.Hashes))}, nil
}

func checkTokens(name string, n *int64) error {
	if n == nil || *n < 0 || *n > maxTokens {
		return &Error{Name: name, Detail: fmt.Sprintf("is missing or not a whole number of tokens from 0 to %d", maxTokens)}
	}
	return nil
}

// leadingSeen counts the leading blocks that an earlier request had, and
// remembers all of this one.
func (m *mooncakeJSON) leadingSeen(hashes []int64) int64 {
	var n int64
	for _, h := range hashes {
		if _, ok := m.seen[h]; !ok {
			break
		}
		n++
	}
	for _, h := range hashes {
		if len(m.seen) < maxSeen {
			m.seen[h] = struct{}{}
		}
	}
	return n
}
