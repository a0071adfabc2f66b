package testkit_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/luneo-platform/luneo/internal/testkit"
)

func TestRecordedExchangesAnswerThemselves(t *testing.T) {
	all := testkit.Recorded(t)
	if len(all) != 166 {
		t.Fatalf("%d exchanges, want 166", len(all))
	}
	server := httptest.NewServer(all.Handler())
	t.Cleanup(server.Close)
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	streams, withUsage := 0, 0
	for _, e := range all {
		req, err := e.Request(t.Context(), server.URL)
		if err != nil {
			t.Fatal(err)
		}
		answers(t, client, req, e)
		if e.Stream() {
			streams++
			if e.Facts["usage"] != "" {
				withUsage++
			}
		}
	}
	if streams != 35 || withUsage != 25 {
		t.Errorf("%d streams, %d with usage; want 35 and 25", streams, withUsage)
	}
}

func answers(t *testing.T, client *http.Client, req *http.Request, e testkit.Exchange) {
	t.Helper()
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(e.Name, err)
	}
	defer resp.Body.Close() //nolint:errcheck // read whole
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(e.Name, err)
	}
	if resp.StatusCode != e.Status {
		t.Errorf("%s: status %d, want %d", e.Name, resp.StatusCode, e.Status)
	}
	if !bytes.Equal(got, e.Wire()) {
		t.Errorf("%s: %d bytes, want %d", e.Name, len(got), len(e.Wire()))
	}
	if plain := unzipped(t, resp.Header, got); !bytes.Equal(plain, e.AnswerBody) {
		t.Errorf("%s: the body is not the recorded one", e.Name)
	}
	head := resp.Header.Clone()
	head.Del("Content-Length")
	if want := e.EndToEnd(); !reflect.DeepEqual(head, want) {
		t.Errorf("%s: headers\n%v\nwant\n%v", e.Name, head, want)
	}
}

func unzipped(t *testing.T, h http.Header, b []byte) []byte {
	t.Helper()
	if h.Get("Content-Encoding") != "gzip" {
		return b
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestRecordedAnswersAreFoundByTheirRequests(t *testing.T) {
	all := testkit.Recorded(t)
	server := httptest.NewServer(all.Handler())
	t.Cleanup(server.Close)
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	for _, e := range all { // those that are alike come in turn
		req, err := e.Request(t.Context(), server.URL)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Del(testkit.ExchangeHeader)
		answers(t, client, req, e)
	}
}

func TestSplitEvents(t *testing.T) {
	for text, want := range map[string]int{"": 0, "data: a\n\n": 1, "data: a\r\n\r\ndata: b\r\n\r\n": 2, "event: x\ndata: a\n\n: c\n\ndata: half": 3} {
		got := testkit.SplitEvents([]byte(text))
		if len(got) != want || string(bytes.Join(got, nil)) != text {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestRecordedUsageIsTheIndexs(t *testing.T) {
	number := func(text string) int {
		n, _ := strconv.Atoi(text) // empty is 0
		return n
	}
	count := 0
	for _, e := range testkit.Recorded(t) {
		u := e.Usage()
		if (u != nil) != (e.Facts["usage"] != "") {
			t.Errorf("%s: usage %+v, the index says %q", e.Name, u, e.Facts["usage"])
		}
		if u == nil {
			continue
		}
		count++
		if u.Cached != number(e.Facts["cached"]) || u.Reasoning != number(e.Facts["reasoning"]) {
			t.Errorf("%s: usage %+v, the index says %v", e.Name, u, e.Facts)
		}
		if u.Seconds == 0 && u.Total != u.Input+u.Output {
			t.Errorf("%s: %+v", e.Name, u)
		}
	}
	t.Logf("%d exchanges tell their usage", count)
}
