package kpi_test

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// walk reads a text with every method of the scanner and returns its tokens
// in one line.
func walk(text string) (string, error) {
	var s kpi.Scanner
	var b strings.Builder
	s.Reset([]byte(text))
	walkValue(&s, &b)
	s.End()
	return b.String(), s.Err()
}

func walkValue(s *kpi.Scanner, b *strings.Builder) {
	switch kind := s.Peek(); kind {
	case kpi.JSONObject, kpi.JSONArray:
		b.WriteByte(byte(kind))
		s.Open(kind)
		for s.More(kind) {
			if kind == kpi.JSONObject {
				b.Write(s.Key())
				b.WriteByte(':')
			}
			walkValue(s, b)
			b.WriteByte(' ')
		}
		b.WriteByte(byte(kind) + 2)
	case kpi.JSONString:
		b.Write(s.Text())
	case kpi.JSONNumber:
		b.WriteString(jsontext.Float(clamp(s.Float())).String())
	case kpi.JSONBool:
		b.WriteString(jsontext.Bool(s.Bool()).String())
	default:
		s.Skip()
		b.WriteString("null")
	}
}

func clamp(f float64) float64 { return min(max(f, -math.MaxFloat64), math.MaxFloat64) }

// reference does the same with the library, an implementation of its own. ok
// is false when the text nests deeper than a Scanner reads.
func reference(text string) (line string, ok bool, err error) {
	var b strings.Builder
	d := jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowDuplicateNames(true))
	for first := true; ; first = false {
		if !first && d.StackDepth() == 0 {
			_, err := d.ReadToken()
			if errors.Is(err, io.EOF) {
				return b.String(), true, nil
			}
			return "", true, errors.New("more than one value")
		}
		parent, n := d.StackIndex(d.StackDepth())
		t, err := d.ReadToken()
		if err != nil {
			return "", true, err
		}
		if d.StackDepth() > kpi.MaxDepth {
			return "", false, nil
		}
		name := parent == '{' && n%2 == 0
		switch t.Kind() {
		case '{', '[':
			b.WriteString(t.String())
			continue
		case '0':
			f, _ := t.Float() // too large is an infinity
			b.WriteString(jsontext.Float(clamp(f)).String())
		default:
			b.WriteString(t.String())
		}
		switch {
		case name && t.Kind() != '}':
			b.WriteByte(':')
		case d.StackDepth() > 0:
			b.WriteByte(' ')
		}
	}
}

func FuzzScanner(f *testing.F) {
	for _, text := range []string{
		``, ` `, `null`, `true`, `false`, `nul`, `truex`, `[]`, `{}`, `[1,2]`, `[1,]`, `[,1]`, `{"a":1}`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`,
		`{"a":1,"a":2}`, `"\u00e9\ud83d\ude00\n\/"`, `"\ud83d"`, `"\ude00"`, `"\ud83d\u0041"`, `"\x"`, "\"\xff\"", "\"a\xff\\n\"", "\"\t\"", `"`, `"\`, `"\u12`,
		`-`, `-0`, `01`, `1.`, `.5`, `1e`, `1e+`, `1e5`, `-1.5E-3`, `1e999`, `123456789012345678901234567890`, `[[[[[[[[]]]]]]]]`, `[[[[[[[[[]]]]]]]]]`,
		`1 2`, `[1}`, `{"a":1]`, "\ufeff1", "\x00", "1\x00", `{"a":{"b":[1,"x",null,true]},"c":-0.0}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, ok, wantErr := reference(text)
		got, err := walk(text)
		switch {
		case !ok:
			// Both may stop at another error before the depth counts.
		case (err != nil) != (wantErr != nil):
			t.Errorf("%q: got error %v, want %v", text, err, wantErr)
		case err == nil && got != want:
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		var s kpi.Scanner
		s.Reset([]byte(text))
		s.Skip()
		s.End()
		if (s.Err() != nil) != (err != nil) {
			t.Errorf("%q: skipped with %v, read with %v", text, s.Err(), err)
		}
		var syntax *kpi.SyntaxError
		if err != nil && (!errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(text)) {
			t.Errorf("%q: %v", text, err)
		}
	})
}

func TestScannerStopsAtDepth(t *testing.T) {
	t.Parallel()
	for depth, want := range map[int]string{
		kpi.MaxDepth:     "",
		kpi.MaxDepth + 1: "nested deeper than 8 levels at byte 8",
		1_000_000:        "nested deeper than 8 levels at byte 8",
	} {
		_, err := walk(strings.Repeat("[", depth) + strings.Repeat("]", depth))
		if got := message(err); got != want {
			t.Errorf("%d levels: %q", depth, got)
		}
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
