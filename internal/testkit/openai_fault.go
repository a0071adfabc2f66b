package testkit

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Faults is what X-Fake may ask for: words with ';' between them, each with or
// without a value.
var faults = map[string]string{
	"status":               "answers with this status and an error in OpenAI's JSON",
	"code":                 "error.code of it",
	"type":                 "error.type of it",
	"message":              "error.message of it",
	"times":                "the faults hold for the first N tries (by X-Stainless-Retry-Count) only",
	"retry-after":          "the header, in seconds",
	"retry-after-ms":       "the header, in milliseconds",
	"should-retry":         "the header x-should-retry: true or false",
	"stall":                "waits that long before the headers; for ever without a value",
	"stall-after":          "stalls for ever when N bytes of the body are out",
	"hold-at":              "waits before event N (from 1) of a stream until Release",
	"gap":                  "waits that long between the events of a stream",
	"slow-bytes":           "waits that long after each write; with chunk-size after each chunk",
	"chunk-size":           "writes and flushes N bytes at a time, across the borders of events",
	"cut-after":            "closes the connection when N bytes of the body are out",
	"cut-mid-chunk":        "closes the connection inside a chunk that it had announced (HTTP/1.1), when N bytes are out; 0 without a value",
	"close-before-headers": "closes the connection with no answer",
	"reset":                "resets the connection (RST) with no answer",
	"invalid-json":         "the JSON, or event N of a stream, is broken off",
	"big":                  "pads the JSON, or the first event, to that size (200MB)",
	"gzip":                 "compresses the body",
	"gzip-garbage":         "says Content-Encoding: gzip about bytes that are not",
	"error-event-at":       "event N of a stream (from 1) is an error, and the last",
	"end":                  "failed or incomplete: how a response ends",
	"no-usage":             "leaves the usage out",
	"no-done":              "leaves [DONE] out",
	"crlf":                 "ends the lines of a stream with CRLF",
	"comments":             "sends comment lines between the events of a stream",
	"content-length":       "says how long the JSON is instead of sending chunks",
	"tokens":               "the answer has N tokens",
	"cached":               "N of the input's tokens were cached",
	"cache-write":          "N of the input's tokens were written to the cache (chat, responses)",
	"audio-in":             "N of the input's tokens are audio (chat)",
	"audio-out":            "N tokens of audio come on top (chat)",
	"tier":                 "service_tier of the answer",
	"early":                "answers before the request's body has come",
	"reasoning":            "N tokens of reasoning come on top",
	"odd-headers":          "repeated, long, empty and unusual headers",
	"trailers":             "HTTP trailers",
	"early-hints":          "an answer 103 comes before",
	"no-ratelimit":         "no x-ratelimit headers",
	"remaining-requests":   "x-ratelimit-remaining-requests",
	"remaining-tokens":     "x-ratelimit-remaining-tokens",
}

// Faults lists the words that X-Fake knows.
func Faults() []string { return slices.Sorted(maps.Keys(faults)) }

type fault map[string]string

// faultOf reads the header X-Fake, or where there is none what the fake does by default.
func faultOf(r *http.Request, otherwise string) fault {
	text := r.Header.Get("X-Fake")
	if text == "" {
		text = otherwise
	}
	f := fault{}
	for part := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if name == "" {
			continue
		}
		if _, known := faults[name]; !known {
			f["status"], f["code"], f["message"] = "400", "unknown_fault", "X-Fake does not know "+name
		}
		f[name] = value
	}
	retry, _ := strconv.Atoi(r.Header.Get("X-Stainless-Retry-Count")) // absent is 0
	if f.has("times") && retry >= f.number("times", 1) {
		return fault{}
	}
	return f
}

func (f fault) has(name string) bool {
	_, ok := f[name]
	return ok
}

// number understands 200, 200kB and 200MB.
func (f fault) number(name string, otherwise int) int {
	text, ok := f[name]
	if !ok {
		return otherwise
	}
	unit := 1
	for suffix, size := range map[string]int{"kB": 1000, "MB": 1000 * 1000} {
		if short, ok := strings.CutSuffix(text, suffix); ok {
			text, unit = short, size
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return otherwise
	}
	return n * unit
}

// wait is 0 without a value.
func (f fault) wait(name string) time.Duration {
	d, err := time.ParseDuration(f[name])
	if err != nil {
		return 0
	}
	return d
}
