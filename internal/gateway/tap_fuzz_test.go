package gateway

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// tapped is what the tap finds in an answer that comes in these pieces.
func tapped(contentType string, pieces ...[]byte) said {
	t := newTap(&http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {contentType}}})
	for _, p := range pieces {
		t.write(p)
	}
	t.close()
	return t.said
}

func (s said) String() string {
	usage := "none"
	if s.usage != nil {
		usage = fmt.Sprintf("%+v", *s.usage)
	}
	return fmt.Sprintf("%s %s %v %s %d", s.model, usage, s.failed, s.failure, s.images)
}

const (
	chatStream      = "data: {\"model\":\"gpt-4o\",\"choices\":[{\"delta\":{\"content\":\"usage: {}\"}}]}\n\ndata: {\"model\":\"gpt-4o\",\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}}\r\n\r\ndata: [DONE]\n\n"
	responsesStream = "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"usage\":null}}\n\n: ping\n\nevent: response.incomplete\ndata: {\"response\":{\"model\":\"o3\",\"service_tier\":\"flex\",\"usage\":{\"input_tokens\":4,\"output_tokens\":6}}}\n\n"
	errorStream     = "data: {\"model\":\"gpt-4o\"}\r\revent: error\rdata: {\"error\":{\"code\":\"server_error\"}}\r\r"
	imageAnswer     = `{"created":1,"data":[{"b64_json":"aGVsbG8="},{"b64_json":"e30="}],"size":"1024x1024","usage":{"input_tokens":3,"output_tokens":100,"input_tokens_details":{"text_tokens":3}}}`
)

// TestTapWhereverItIsCut: at every place the same model, usage and error.
func TestTapWhereverItIsCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, answer, want string }{
		{"text/event-stream", chatStream, "Input:5 Output:7"},
		{"text/event-stream; charset=utf-8", responsesStream, "Input:4 Output:6"},
		{"text/event-stream", errorStream, "server_error"},
		{"application/json", imageAnswer, "Output:100"},
	} {
		whole := tapped(c.kind, []byte(c.answer)).String()
		if !strings.Contains(whole, c.want) {
			t.Errorf("found %s, want %s", whole, c.want)
		}
		for i := range c.answer {
			if got := tapped(c.kind, []byte(c.answer[:i]), []byte(c.answer[i:])).String(); got != whole {
				t.Fatalf("cut at %d it finds %s, whole %s", i, got, whole)
			}
		}
		var bytes [][]byte
		for i := range c.answer {
			bytes = append(bytes, []byte{c.answer[i]})
		}
		if got := tapped(c.kind, bytes...).String(); got != whole {
			t.Fatalf("byte by byte it finds %s, whole %s", got, whole)
		}
	}
}

// FuzzTap: any answer, cut at any two places, says the same as in one piece.
func FuzzTap(f *testing.F) {
	for _, answer := range []string{chatStream, responsesStream, errorStream, imageAnswer} {
		f.Add([]byte(answer), uint16(17), uint16(90))
	}
	f.Fuzz(func(t *testing.T, answer []byte, first, second uint16) {
		i := min(int(first), len(answer))
		j := min(max(i, int(second)), len(answer))
		for _, kind := range []string{"text/event-stream", "application/json"} {
			whole, cut := tapped(kind, answer).String(), tapped(kind, answer[:i], answer[i:j], answer[j:]).String()
			if whole != cut {
				t.Errorf("%s %q cut at %d and %d: %s, whole %s", kind, answer, i, j, cut, whole)
			}
		}
	})
}
