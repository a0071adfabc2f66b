package testkit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// object is JSON with its members in order: name, value, name, value.
type object []any

// MarshalJSON writes the members as they stand.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i := 0; i+1 < len(o); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(o[i])
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(compact(o[i+1]))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// compact is the JSON on one line, as in streams.
func compact(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // the fake's own values
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// pretty is the JSON as OpenAI's answers have it.
func pretty(v any) []byte {
	var b bytes.Buffer
	if err := json.Indent(&b, compact(v), "", "  "); err != nil {
		panic(err) // the fake's own values
	}
	return b.Bytes()
}

func (c *fakeCall) id(prefix string) string {
	sum := sha256.Sum256(fmt.Append(nil, prefix, c.seen.N))
	return prefix + hex.EncodeToString(sum[:12])
}

// created is a moment that follows from the request's number.
func (c *fakeCall) created() int { return 1764000000 + c.seen.N }

// headers are those of real answers.
func (c *fakeCall) headers() {
	if c.fault.has("early-hints") {
		c.w.Header().Set("Link", "</style.css>; rel=preload")
		c.w.WriteHeader(http.StatusEarlyHints)
		c.w.Header().Del("Link")
	}
	h := c.w.Header()
	c.seen.RequestID = c.id("req_")
	h.Set("X-Request-Id", c.seen.RequestID)
	h.Set("Openai-Version", "2020-10-01")
	h.Set("Openai-Processing-Ms", strconv.Itoa(20+c.seen.N%80))
	h.Set("Openai-Organization", "luneo-test")
	h.Set("Openai-Project", "proj_luneotest")
	h.Set("Access-Control-Expose-Headers", "X-Request-ID")
	h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cf-Cache-Status", "DYNAMIC")
	h.Set("Alt-Svc", `h3=":443"; ma=86400`)
	if c.azure != "" {
		h.Set("Apim-Request-Id", c.id(""))
		h.Set("X-Ms-Region", "Sweden Central")
		h.Set("X-Ms-Deployment-Name", c.azure)
	}
	c.limits(h)
	c.oddities(h)
	if c.fault.has("gzip") || c.fault.has("gzip-garbage") {
		h.Set("Content-Encoding", "gzip")
		h.Set("Vary", "Accept-Encoding")
	}
}

// limits are the key's rate limits and, since 2026-06, the project's.
func (c *fakeCall) limits(h http.Header) {
	if c.fault.has("no-ratelimit") {
		return
	}
	requests, tokens := c.fault.number("remaining-requests", 9999), c.fault.number("remaining-tokens", 1999988)
	for name, value := range map[string]string{
		"limit-requests": "10000", "remaining-requests": strconv.Itoa(requests), "reset-requests": "6ms",
		"limit-tokens": "2000000", "remaining-tokens": strconv.Itoa(tokens), "reset-tokens": "1m0.5s",
		"limit-project-requests": "500", "remaining-project-requests": "499", "reset-project-requests": "120ms",
		"limit-project-tokens": "1000000", "remaining-project-tokens": "999988", "reset-project-tokens": "0s",
	} {
		h.Set("X-Ratelimit-"+name, value)
	}
}

// oddities are headers and trailers that a proxy might lose.
func (c *fakeCall) oddities(h http.Header) {
	if c.fault.has("odd-headers") {
		h["Set-Cookie"] = []string{"a=1; Path=/; HttpOnly", "b=2; Path=/; Secure; SameSite=None"}
		h["x-lower-case"] = []string{"kept"}
		h["X_Under_Score"] = []string{"kept"}
		h["X-Empty"] = []string{""}
		h["X-Long"] = []string{strings.Repeat("long ", 1200)}
		h["X-Latin"] = []string{"caf\xe9"}
		h["Link"] = []string{"<a>; rel=next", "<b>; rel=prev"}
		h["Keep-Alive"] = []string{"timeout=5"} // hop by hop: to be left out
	}
	if c.fault.has("trailers") {
		h.Set("Trailer", "X-Checksum, X-Done")
	}
}

// finish closes the body.
func (c *fakeCall) finish() {
	if c.fault.has("trailers") {
		c.w.Header().Set("X-Checksum", strconv.FormatInt(c.out.sent, 10))
		c.w.Header().Set("X-Done", "yes")
	}
	c.out.close()
	c.whole = !c.out.failed
	c.seen.Whole = c.whole
}

// problem is an error in OpenAI's form. An empty code or param is null.
type problem struct {
	status                     int
	kind, code, param, message string
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (p problem) json() object {
	return object{"error", object{"message", p.message, "type", p.kind, "param", orNull(p.param), "code", orNull(p.code)}}
}

func (c *fakeCall) fail(p problem) {
	c.seen.ErrorType, c.seen.ErrorCode = p.kind, p.code
	c.json(p.status, p.json())
	c.finish()
}

// refused answers with the error that X-Fake asks for.
func (c *fakeCall) refused() bool {
	if !c.fault.has("status") {
		return false
	}
	for header, name := range map[string]string{"Retry-After": "retry-after", "Retry-After-Ms": "retry-after-ms", "X-Should-Retry": "should-retry"} {
		if c.fault.has(name) {
			c.w.Header().Set(header, c.fault[name])
		}
	}
	p := usualProblem(c.fault.number("status", 500), c.fault["code"])
	if c.fault.has("type") {
		p.kind = c.fault["type"]
	}
	if c.fault.has("message") {
		p.message = c.fault["message"]
	}
	c.fail(p)
	return true
}

// usualProblem has the words that OpenAI uses with a status.
func usualProblem(status int, code string) problem {
	p := problem{status: status, kind: "invalid_request_error", code: code, message: "The request can't be served."}
	switch {
	case code == "insufficient_quota":
		p.kind, p.message = "insufficient_quota", "You exceeded your current quota, please check your plan and billing details."
	case status == http.StatusTooManyRequests:
		p.kind, p.message = "tokens", "Rate limit reached for gpt-4o in organization luneo-test on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s."
		if code == "" {
			p.code = "rate_limit_exceeded"
		}
	case status == http.StatusServiceUnavailable:
		p.kind, p.message = "server_error", "That model is currently overloaded with other requests. You can retry your request."
	case status >= http.StatusInternalServerError:
		p.kind, p.message = "server_error", "The server had an error while processing your request. Sorry about that!"
	}
	return p
}

// json answers with a whole body.
func (c *fakeCall) json(status int, v any) {
	c.bytes(status, "application/json", pretty(v))
}

func (c *fakeCall) bytes(status int, kind string, body []byte) {
	c.seen.Status = status
	h := c.w.Header()
	h.Set("Content-Type", kind)
	if c.fault.has("invalid-json") {
		body = body[:len(body)*2/3]
	}
	if c.fault.has("content-length") && c.out.gz == nil {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	c.w.WriteHeader(status)
	switch size := c.fault.number("big", 0); {
	case c.fault.has("gzip-garbage"):
		body = []byte("\x1f\x8b\x08\x00this is no gzip at all " + strings.Repeat("\xff\x00", 200))
		c.seen.Usage = nil
	case size > 0 && len(body) > 1 && body[0] == '{':
		_, _ = c.out.Write([]byte(`{"padding":"`)) // a client that left shows in what follows
		pad(c.out, size)
		body = append([]byte(`",`), body[1:]...)
	}
	_, _ = c.out.Write(body)
	if len(body) > 0 && !c.fault.has("content-length") {
		c.out.flush() // so it goes in chunks, as OpenAI's do
	}
}
