package testkit

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// bytesPerSecond is the fake's rule for the length of an upload: 16 kHz of 16 bits.
const bytesPerSecond = 32000

// sound is what the fake speaks: 64 bytes for each byte of text.
func sound(text string) []byte {
	b := make([]byte, 64*len(text))
	for i := range b {
		b[i] = byte(i*7) ^ text[i/64]
	}
	return b
}

func (c *fakeCall) speech() {
	var a ask
	if !c.asked(&a) {
		return
	}
	var text string
	if err := json.Unmarshal(a.Input, &text); err != nil || text == "" {
		c.failed(problem{400, "invalid_request_error", "", "input", "Missing required parameter: 'input'."})
		return
	}
	c.seen.Characters = len([]rune(text))
	if a.StreamFormat == "sse" {
		c.speechStream(text)
		return
	}
	c.seen.Status = http.StatusOK
	c.w.Header().Set("Content-Type", "audio/mpeg")
	c.w.WriteHeader(http.StatusOK)
	for left := sound(text); len(left) > 0; {
		n := min(len(left), 1024)
		_, _ = c.out.Write(left[:n]) // a client that left shows at the end
		c.out.flush()
		left = left[n:]
	}
}

// speechStream is the only one of the two that tells what it used.
func (c *fakeCall) speechStream(text string) {
	e := c.stream()
	for left := sound(text); len(left) > 0; {
		n := min(len(left), 1024)
		e.send("", object{"type", "speech.audio.delta", "audio", base64.StdEncoding.EncodeToString(left[:n])})
		left = left[n:]
	}
	u := Usage{Input: textTokens(len(text)), Output: 2 * len(text)}
	u.InputText, u.OutputAudio, u.Total = u.Input, u.Output, u.Input+u.Output
	last := object{"type", "speech.audio.done"}
	if !c.fault.has("no-usage") {
		last = append(last, "usage", object{"input_tokens", u.Input, "output_tokens", u.Output, "total_tokens", u.Total})
	}
	if e.send("", last) && !c.fault.has("no-usage") && !e.spoiled {
		c.seen.Usage = &u
	}
}

// heard is an upload to be written down.
type heard struct {
	form
	model, text string
	pieces      []string
	seconds     int
	usage       Usage
}

// transcription also answers translations, whose JSON has no usage.
func (c *fakeCall) transcription() {
	f, ok := c.form()
	if !ok {
		return
	}
	h := heard{form: f, model: orElse(f.fields["model"], c.azure)}
	if !c.knows(h.model) {
		return
	}
	size := len(f.files["file"])
	if size == 0 {
		c.failed(problem{400, "invalid_request_error", "", "file", "Missing required parameter: 'file'."})
		return
	}
	h.seconds = (size + bytesPerSecond - 1) / bytesPerSecond
	h.pieces, _ = c.pieces(size, 0)
	h.text = strings.Join(h.pieces, "")
	h.count()
	if f.fields["stream"] == "true" && h.model != "whisper-1" {
		c.transcriptStream(h)
		return
	}
	c.transcript(h)
}

func (h *heard) count() {
	if h.model == "whisper-1" {
		h.usage = Usage{Seconds: float64(h.seconds)}
		return
	}
	u := Usage{InputText: textTokens(len(h.fields["prompt"])), InputAudio: 10 * h.seconds, Output: len(h.pieces)}
	u.Input = u.InputText + u.InputAudio
	u.Total = u.Input + u.Output
	h.usage = u
}

func (c *fakeCall) transcript(h heard) {
	format := orElse(h.fields["response_format"], "json")
	o := object{"text", h.text}
	if format == "verbose_json" {
		o = object{"task", "transcribe", "language", "english", "duration", float64(h.seconds), "text", h.text, "segments", []any{}}
	}
	switch {
	case format == "text":
		c.bytes(http.StatusOK, "text/plain; charset=utf-8", []byte(h.text+"\n"))
	case format == "srt":
		c.bytes(http.StatusOK, "text/plain; charset=utf-8", []byte("1\n00:00:00,000 --> 00:00:01,000\n"+h.text+"\n\n"))
	case format == "vtt":
		c.bytes(http.StatusOK, "text/plain; charset=utf-8", []byte("WEBVTT\n\n00:00.000 --> 00:01.000\n"+h.text+"\n\n"))
	case c.path == "audio/translations":
		c.json(http.StatusOK, o)
	default:
		c.bytes(http.StatusOK, "application/json", compact(c.tell(o, h.usage, h.usage.audioForm())))
	}
}

// transcriptStream has CRLF, as recorded from the real one, and [DONE].
func (c *fakeCall) transcriptStream(h heard) {
	e := c.stream()
	e.end = "\r\n"
	for _, piece := range h.pieces {
		e.send("", object{"type", "transcript.text.delta", "delta", piece})
	}
	last := object{"type", "transcript.text.done", "text", h.text}
	if !c.fault.has("no-usage") {
		last = append(last, "usage", h.usage.audioForm())
	}
	if e.send("", last) && !c.fault.has("no-usage") && !e.spoiled {
		c.seen.Usage = &h.usage
	}
	e.done()
}
