package sender_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"unicode"

	"github.com/luneo-platform/luneo/internal/sender"
)

// FuzzAnswer holds that whatever a server answers, an event is answered for or
// there is an error, and that what is shown of the answer is short and printable.
func FuzzAnswer(f *testing.F) {
	f.Add(202, `{"accepted":1,"duplicate":0,"rejected":0}`)
	f.Add(202, `{"accepted":-1,"duplicate":2}`)
	f.Add(422, `{"title":"Invalid","detail":"no","errors":[{"index":0,"field":"model","detail":"is missing"}]}`)
	f.Add(409, `{"errors":[{"index":-1}]}`)
	f.Add(413, "<html>\x1b[31m")
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 999 {
			return
		}
		s, err := sender.New(sender.Options{URL: "http://luneo", Transport: inMemory{answer(status, "", body)}, Connections: 1, Attempts: 1})
		if err != nil {
			t.Fatal(err)
		}
		sent := false
		err = s.Run(t.Context(), func(context.Context) (sender.Event, error) {
			if sent {
				return sender.Event{}, io.EOF
			}
			sent = true
			return sender.Event{Ref: 1, Body: []byte(`{}`)}, nil
		})
		sum := s.Summary()
		if err == nil && (sum.Answered() != 1 || sum.Accepted < 0 || sum.Duplicate < 0 || sum.Ignored < 0 || sum.Rejected < 0) {
			t.Fatalf("no error, and %+v", sum)
		}
		shown := errors.Join(err, nil)
		for _, r := range sum.Reasons {
			shown = errors.Join(shown, errors.New(r.String()))
		}
		checkShown(t, shown)
	})
}

func checkShown(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if len(err.Error()) > 6000 {
		t.Fatalf("%d bytes are shown", len(err.Error()))
	}
	for _, r := range err.Error() {
		if r != '\n' && unicode.IsControl(r) {
			t.Fatalf("%q holds a control character", err)
		}
	}
}
