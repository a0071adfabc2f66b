package testkit

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/coder/websocket"
)

// realtimeKey is how browsers bring a key: in a subprotocol.
const realtimeKey = "openai-insecure-api-key."

func keyOfSubprotocol(r *http.Request) string {
	for _, list := range r.Header.Values("Sec-Websocket-Protocol") {
		for one := range strings.SplitSeq(list, ",") {
			if key, ok := strings.CutPrefix(strings.TrimSpace(one), realtimeKey); ok {
				return key
			}
		}
	}
	return ""
}

func (c *fakeCall) realtimeSecret() {
	c.json(http.StatusOK, object{"value", c.id("ek_"), "expires_at", c.created() + 600, "session", object{"type", "realtime", "object", "realtime.session", "id", c.id("sess_"), "model", "gpt-realtime"}})
}

// realtime answers a WebSocket: session.created first, response.create with a
// response and its usage, input text and audio with an item; everything else
// comes back as it was sent. The log has the sum of the usage.
func (c *fakeCall) realtime() {
	if !c.knows(orElse(c.r.URL.Query().Get("model"), c.azure)) {
		return
	}
	conn, err := websocket.Accept(c.w, c.r, &websocket.AcceptOptions{Subprotocols: []string{"realtime"}, InsecureSkipVerify: true})
	if err != nil {
		c.seen.Status = http.StatusUpgradeRequired
		return
	}
	defer conn.CloseNow() //nolint:errcheck // it is over
	conn.SetReadLimit(16 << 20)
	c.seen.Status, c.seen.Stream = http.StatusSwitchingProtocols, true
	ctx, cancel := context.WithCancel(c.r.Context())
	defer cancel()
	go func() {
		select {
		case <-c.f.closed:
			cancel()
		case <-ctx.Done():
		}
	}()
	s := &realtimeSession{c: c, conn: conn}
	s.send(ctx, "session.created", "session", object{"type", "realtime", "object", "realtime.session", "id", c.id("sess_"), "model", c.seen.Answered})
	for s.err == nil {
		s.turn(ctx)
	}
	c.seen.Aborted = websocket.CloseStatus(s.err) == -1 && !s.c.out.cut
}

type realtimeSession struct {
	c     *fakeCall
	conn  *websocket.Conn
	input int // bytes since the last response
	err   error
}

func (s *realtimeSession) send(ctx context.Context, kind string, members ...any) {
	if s.err != nil {
		return
	}
	s.c.seen.Events++
	o := append(object{"type", kind, "event_id", s.c.id("event_")}, members...)
	s.err = s.conn.Write(ctx, websocket.MessageText, compact(o))
	if s.c.fault.has("cut-after") && s.c.seen.Events >= s.c.fault.number("cut-after", 0) {
		s.c.out.cut = true
		_ = s.conn.CloseNow() // that is the fault
	}
}

func (s *realtimeSession) turn(ctx context.Context) {
	kind, data, err := s.conn.Read(ctx)
	if err != nil {
		s.err = err
		return
	}
	var event struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(data, &event) // what is no JSON comes back as it was
	switch event.Type {
	case "response.create":
		s.respond(ctx)
	case "session.update":
		s.send(ctx, "session.updated", "session", object{"type", "realtime", "model", s.c.seen.Answered})
	case "conversation.item.create", "input_audio_buffer.append":
		s.input += len(data)
		s.send(ctx, "conversation.item.added", "item", object{"id", s.c.id("item_"), "type", "message", "role", "user"})
	default:
		s.err = s.conn.Write(ctx, kind, data)
	}
}

func (s *realtimeSession) respond(ctx context.Context) {
	pieces, _ := s.c.pieces(s.input, 0)
	id := s.c.id("resp_")
	s.send(ctx, "response.created", "response", object{"object", "realtime.response", "id", id, "status", "in_progress", "usage", nil})
	for _, piece := range pieces {
		s.send(ctx, "response.output_text.delta", "response_id", id, "delta", piece)
	}
	u := Usage{Input: textTokens(s.input), InputText: textTokens(s.input), Output: len(pieces), OutputText: len(pieces)}
	u.Total = u.Input + u.Output
	s.input = 0
	o := object{"object", "realtime.response", "id", id, "status", "completed", "output", []any{}}
	if !s.c.fault.has("no-usage") {
		o = append(o, "usage", object{
			"total_tokens", u.Total, "input_tokens", u.Input, "output_tokens", u.Output,
			"input_token_details",
			object{"text_tokens", u.InputText, "audio_tokens", 0, "image_tokens", 0, "cached_tokens", 0},
			"output_token_details",
			object{"text_tokens", u.OutputText, "audio_tokens", 0},
		})
	}
	s.send(ctx, "response.done", "response", o)
	if s.err == nil && !s.c.fault.has("no-usage") {
		sum := u
		if s.c.seen.Usage != nil {
			sum = sum.Add(*s.c.seen.Usage)
		}
		s.c.seen.Usage = &sum
	}
}
