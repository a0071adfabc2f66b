package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// The bodies of the calls: one that is answered whole, and one whose answer comes
// in chunks with pauses between them.
const (
	plainCall  = `{"model":"gpt-4o-mini","messages":[{"role":"user","content":"A mug with a fox, in the style of a woodcut."}]}`
	streamCall = `{"model":"gpt-4o-mini","stream":true,"pause_ms":%d,"messages":[{"role":"user","content":"A mug with a fox."}]}`
	// chunks are those of a streamed answer.
	chunks = 200
)

// upstream stands in for the OpenAI API: a chat of 2 kB, or 200 chunks, each with
// when it was sent. With pause_ms below 0 the stream stays open after the first.
func upstream(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Stream  bool `json:"stream"`
		PauseMs int  `json:"pause_ms"`
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &ask) != nil {
		http.Error(w, "no JSON", http.StatusBadRequest)
		return
	}
	if !ask.Stream {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(chatAnswer()) // the client may be gone
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	rc := http.NewResponseController(w)
	for i := range chunks {
		_, _ = fmt.Fprintf(w, "data: {\"id\":\"chatcmpl-1\",\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" fox\"}}],\"n\":%d,\"sent\":%d}\n\n", i, time.Now().UnixNano())
		_ = rc.Flush()
		if ask.PauseMs < 0 {
			<-r.Context().Done()
			return
		}
		if ask.PauseMs > 0 {
			time.Sleep(time.Duration(ask.PauseMs) * time.Millisecond)
		}
	}
	_, _ = io.WriteString(w, "data: {\"model\":\"gpt-4o-mini\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":200}}\n\ndata: [DONE]\n\n")
}

// chatAnswer is a chat of 2 kB.
func chatAnswer() []byte {
	var b bytes.Buffer
	b.WriteString(`{"id":"chatcmpl-1","object":"chat.completion","created":1764000000,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"`)
	for b.Len() < 1800 {
		b.WriteString("A fox sits under a pine, cut in bold black lines. ")
	}
	b.WriteString(`"},"finish_reason":"stop"}],"usage":{"prompt_tokens":19,"completion_tokens":210,"total_tokens":229,"prompt_tokens_details":{"cached_tokens":0}}}`)
	return b.Bytes()
}

// reverseProxy is the standard library's, as it comes, but for what streams need.
func reverseProxy(to string) (http.Handler, error) {
	target, err := url.Parse(to)
	if err != nil {
		return nil, err
	}
	return &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(target) }}, nil
}

// nginxConfig is a proxy with connections that are kept and no buffering.
func nginxConfig(listen, to, dir string) string {
	return strings.NewReplacer("LISTEN", listen, "TO", strings.TrimPrefix(to, "http://"), "DIR", dir).Replace(`
daemon off;
worker_processes auto;
pid DIR/nginx.pid;
error_log /dev/null;
events { worker_connections 4096; }
http {
	access_log off;
	client_body_temp_path DIR/body;
	proxy_temp_path DIR/proxy;
	fastcgi_temp_path DIR/fastcgi;
	uwsgi_temp_path DIR/uwsgi;
	scgi_temp_path DIR/scgi;
	keepalive_requests 100000000;
	upstream api { server TO; keepalive 256; keepalive_requests 100000000; }
	server {
		listen LISTEN;
		location / {
			proxy_pass http://api;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_buffering off;
		}
	}
}
`)
}
