package trace_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/internal/trace"
)

// noon is when the events of these tests are said to happen.
var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// render writes a whole trace as a golden file has it.
func render(content io.Reader, o trace.Options) (string, error) {
	r, err := trace.Open(content, o)
	if err != nil {
		return "", err
	}
	out := fmt.Sprintf("format %s\n", r.Format())
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		body, err := row.AppendJSON(nil, noon)
		if err != nil {
			return out, err
		}
		out += fmt.Sprintf("line %d row %d %v %s\n", row.Line, row.Number, row.Offset, body)
	}
}

func fixtures(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.csv", "*.jsonl", "*.ndjson"} {
		found, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) != 8 {
		t.Fatalf("found %d fixtures, want 8", len(files))
	}
	return files
}

func TestReadsEachFormat(t *testing.T) {
	t.Parallel()
	for _, name := range fixtures(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got, err := render(bytes.NewReader(content), trace.Options{})
			if err != nil {
				t.Fatal(err)
			}
			testkit.Golden(t, name+".golden", got)
		})
	}
}

func TestGzipAndLineEndsChangeNothing(t *testing.T) {
	t.Parallel()
	for _, name := range fixtures(t) {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := render(bytes.NewReader(content), trace.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var zipped bytes.Buffer
		w := gzip.NewWriter(&zipped)
		_, _ = w.Write(bytes.ReplaceAll(bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n")))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := render(&zipped, trace.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got != plain {
			t.Errorf("%s: compressed and with other line ends it reads as\n%swant\n%s", name, got, plain)
		}
	}
}

func TestBadContent(t *testing.T) {
	t.Parallel()
	const azure = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
	const burst = "Timestamp,Model,Request tokens,Response tokens,Elapsed time\n"
	const moon = "timestamp_ms,input_length,output_length,prefix_blocks_seen\n"
	const known = "TIMESTAMP,ContextTokens,GeneratedTokens (Azure), Timestamp,Model,Request tokens,Response tokens (BurstGPT), " +
		"timestamp_ms,input_length,output_length (Mooncake) or JSON lines"
	for _, tt := range []struct{ name, content, want string }{
		{"empty", "", "line 1 is missing: the trace is empty"},
		{"blank", "\n \n\t\n", "line 1 is missing: the trace is empty"},
		{"other header", "\na,b\n", `line 2 is no header of a known trace: found "a,b", expected ` + known},
		{"long header", strings.Repeat("x", 500), `line 1 is no header of a known trace: found "` + strings.Repeat("x", 60) + `"…, expected ` + known},
		{"binary", "\x00\xff\x01", `line 1 is no header of a known trace: found "\x00\xff\x01", expected ` + known},
		{"other JSON", `{"a":1}`, `line 1 is a JSON object with neither "type" (Luneo's events) nor "input_length" (Mooncake)`},
		{"no JSON", `{"a":`, "line 1 is not a JSON object: unexpected end of JSON input"},
		{"missing cell", azure + "2024-01-01 00:00:00,1", "line 2 has 2 columns, the header has 3"},
		{"comma in quotes", azure + `2024-01-01 00:00:00,"1,0",1`, "line 2 has 4 columns, the header has 3"},
		{"tokens in words", azure + "2024-01-01 00:00:00,1,1\n2024-01-01 00:00:01,1,many", `line 3, column 3 (GeneratedTokens) is "many", expected a whole number of tokens from 0 to 10000000`},
		{"negative tokens", azure + "2024-01-01 00:00:00,-1,1", `line 2, column 2 (ContextTokens) is "-1", expected a whole number of tokens from 0 to 10000000`},
		{"too many tokens", azure + "2024-01-01 00:00:00,10000001,1", `line 2, column 2 (ContextTokens) is "10000001", expected a whole number of tokens from 0 to 10000000`},
		{"bad time", azure + "yesterday,1,1", `line 2, column 1 (TIMESTAMP) is "yesterday", expected a time such as 2023-11-16 18:17:03.9799600`},
		{"time out of range", azure + "1969-12-31 23:59:59,1,1", `line 2, column 1 (TIMESTAMP) is "1969-12-31 23:59:59", expected a time such as 2023-11-16 18:17:03.9799600`},
		{"BurstGPT without time", "Model,Request tokens,Response tokens\n", "line 1 is a header of BurstGPT without its Timestamp column"},
		{"bad seconds", burst + "1e9,GPT-4,1,1,1", `line 2, column 1 (Timestamp) is "1e9", expected a number of seconds such as 12 or 12.5, at least 0 and less than a hundred years`},
		{"no model", burst + "1,,1,1,1", `line 2, column 2 (Model) is "", expected the name of a model, at most 256 bytes`},
		{"bad elapsed", burst + "1,GPT-4,1,1,NaN", `line 2, column 5 (Elapsed time) is "NaN", expected a number of seconds such as 12 or 12.5, at least 0 and less than a hundred years`},
		{"endless seconds", burst + "99999999999999999999,GPT-4,1,1,1", `line 2, column 1 (Timestamp) is "99999999999999999999", expected a number of seconds such as 12 or 12.5, at least 0 and less than a hundred years`},
		{"bad blocks", moon + "0,1,1,1.5", `line 2, column 4 (prefix_blocks_seen) is "1.5", expected a whole number of blocks from 0 to 10000000`},
		{"Mooncake without time", `{"input_length":1,"output_length":1}`, "line 1, timestamp is missing or not a number of milliseconds of less than a hundred years"},
		{"Mooncake without output", `{"timestamp":1,"input_length":1}`, "line 1, output_length is missing or not a whole number of tokens from 0 to 10000000"},
		{"Mooncake negative", `{"timestamp":1,"input_length":-1,"output_length":1}`, "line 1, input_length is missing or not a whole number of tokens from 0 to 10000000"},
		{"Mooncake then another", `{"timestamp":1,"input_length":1,"output_length":1}` + "\n[]", "line 2 is a JSON array, expected an object"},
		{"Mooncake with half a token", `{"timestamp":1,"input_length":1.5,"output_length":1}`, "line 1, input_length is a JSON number 1.5, which is not expected there"},
		{"no type", `{"type":"render"}` + "\n" + `{"id":"x"}`, `line 2, type is missing or not the name of a type of event such as "openai"`},
		{"type is a number", `{"type":1}`, `line 1, type is missing or not the name of a type of event such as "openai"`},
		{"array of events", `{"type":"render"}` + "\n[]", "line 2 is a JSON array, expected an object"},
		{"bad timestamp", `{"type":"render","timestamp":"noon"}`, `line 1, timestamp is "\"noon\"", expected RFC 3339, or seconds or milliseconds since 1970, before the year 2070`},
		{"far timestamp", `{"type":"render","timestamp":1e300}`, `line 1, timestamp is "1e300", expected RFC 3339, or seconds or milliseconds since 1970, before the year 2070`},
		{"a member twice", `{"type":"render"}` + "\n" + `{"type":"render","usage":{"a":1},"quality":"high","quality":"low"}`, "line 2, \"quality\" is given twice"},
		{"a member twice, escaped", `{"type":"render","id":"a","i\u0064":"b"}`, "line 1, \"id\" is given twice"},
		{"no name twice", `{"type":"render","":1,"":2}`, `line 1, "" is given twice`},
		{"long line", azure + strings.Repeat("1", trace.MaxLine+1), "line 2 is longer than 1048576 bytes"},
		{"torn gzip", "\x1f\x8b\x08", "read the gzip header: unexpected EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := render(strings.NewReader(tt.content), trace.Options{})
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestIdsNameContent(t *testing.T) {
	t.Parallel()
	const header = "timestamp_ms,input_length,output_length\n"
	base := ids(t, header+"0,1,1\n0,1,1\n0,1,1\n", "")
	if base[0] == base[1] || base[1] == base[2] {
		t.Errorf("rows with the same content share an id: %v", base)
	}
	if grown := ids(t, header+"0,1,1\n0,1,1\n0,1,1\n5,1,1\n", ""); grown[2] != base[2] {
		t.Errorf("row 3 of the grown file is %s, want %s", grown[2], base[2])
	}
	if other := ids(t, header+"0,1,2\n0,1,1\n0,1,1\n", ""); other[2] == base[2] {
		t.Error("files that differ in row 1 share the id of row 3")
	}
	if other := ids(t, header+"0,1,1\n", "gpt-4o-mini"); other[0] == base[0] {
		t.Error("another model has the same ids")
	}
	if got := ids(t, header+"0,1,1\n", trace.DefaultModel); got[0] != base[0] {
		t.Error("naming the default model changes the ids")
	}
}

func ids(t *testing.T, content, model string) []string {
	t.Helper()
	r, err := trace.Open(strings.NewReader(content), trace.Options{Model: model})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, row.ID)
	}
}
