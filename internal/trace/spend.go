package trace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// Spend is what was spent from a moment on, until the next of a series.
type Spend struct {
	At    time.Time
	Money kpi.Money
}

// maxSpendRows bounds a series: a year of minutes, and some.
const maxSpendRows = 1_000_000

// ReadSpend reads a plain series of spend: CSV with the columns timestamp (RFC
// 3339, a date and a time of day, or seconds since 1970) and cents, gz or not.
// ok is false when the content is something else; an empty one is. Times have
// to rise.
func ReadSpend(r io.Reader) (series []Spend, ok bool, err error) {
	plain, err := decompress(r)
	if err != nil {
		return nil, false, err
	}
	reader := &Reader{lines: bufio.NewScanner(plain)}
	reader.lines.Buffer(make([]byte, 0, 64<<10), MaxLine)
	line, err := reader.scan()
	if err != nil {
		return nil, false, nil //nolint:nilerr // whoever reads it as a trace says what is wrong
	}
	p := spendParser{cols: newColumns(string(line))}
	if len(p.cols.names) != 2 || !p.cols.have("timestamp", "cents") {
		return nil, false, nil
	}
	p.time, p.cents = p.cols.find("timestamp"), p.cols.find("cents")
	for {
		line, err := reader.scan()
		if errors.Is(err, io.EOF) {
			return series, true, nil
		}
		if err == nil && len(series) == maxSpendRows {
			err = fmt.Errorf("has more than %d rows", maxSpendRows)
		}
		if err != nil {
			return nil, true, err
		}
		s, err := p.parse(line)
		if err == nil && len(series) > 0 && !s.At.After(series[len(series)-1].At) {
			err = &Error{Column: p.time + 1, Name: "timestamp", Detail: "is not after the one of the row before"}
		}
		if err != nil {
			return nil, true, reader.place(err)
		}
		series = append(series, s)
	}
}

type spendParser struct {
	cols        columns
	time, cents int
}

func (p *spendParser) parse(line []byte) (Spend, error) {
	row, err := p.cols.split(line)
	if err != nil {
		return Spend{}, err
	}
	at, err := row.span(p.time, time.Second, "seconds")
	if err != nil {
		at, err = row.instant(p.time)
	}
	if err != nil {
		return Spend{}, row.wrong(p.time, "RFC 3339 such as 2026-03-02T00:00:00Z, or seconds since 1970")
	}
	const most = 1e9 // ten million dollars in one step
	cents, err := strconv.ParseFloat(row.values[p.cents], 64)
	if err != nil || math.IsNaN(cents) || cents < 0 || cents > most {
		return Spend{}, row.wrong(p.cents, "a number of US cents from 0 to 1000000000")
	}
	return Spend{At: time.Unix(0, int64(at)).UTC(), Money: kpi.MoneyFromCents(cents)}, nil
}

// ByMinute spreads each step evenly over its minutes, to the millionth of a
// cent. A step lasts until the next row, but never longer than the shortest
// one: what lies between is a gap.
func ByMinute(series []Spend) []Spend {
	minutes := shortestStep(series)
	out := make([]Spend, 0, len(series)*minutes)
	for _, s := range series {
		each, rest := s.Money/kpi.Money(minutes), s.Money%kpi.Money(minutes)
		for m := range minutes {
			money := each
			if kpi.Money(m) < rest {
				money++
			}
			out = append(out, Spend{At: s.At.Add(time.Duration(m) * time.Minute), Money: money})
		}
	}
	return out
}

// shortestStep is in whole minutes, at least one and at most a day.
func shortestStep(series []Spend) int {
	const longest = 24 * time.Hour
	shortest := longest
	for i := 1; i < len(series); i++ {
		shortest = min(shortest, series[i].At.Sub(series[i-1].At))
	}
	if len(series) < 2 {
		shortest = time.Minute
	}
	return int(max(1, shortest/time.Minute))
}
