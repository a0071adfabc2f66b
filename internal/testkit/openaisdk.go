package testkit

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// SDKOptions says where an official SDK calls.
type SDKOptions struct {
	// Base is the base URL, with /v1.
	Base string `json:"base"`
	// Refused is a base URL where nobody listens; scenario "refused" calls it.
	Refused string `json:"refused"`
	// Key is the API key; sk-test when empty.
	Key string `json:"key,omitempty"`
	// Headers come with every call.
	Headers map[string]string `json:"headers,omitempty"`
	// CertFile is a PEM file of an authority that Node trusts besides its own.
	CertFile string `json:"-"`
}

// SDKFact is what a caller of an official SDK got in a scenario. Every request
// of it carries the scenario's name in X-Scenario.
type SDKFact struct {
	Scenario string `json:"scenario"`
	OK       bool   `json:"ok"`
	// Requests counts the SDK's own retries.
	Requests  int       `json:"requests"`
	Content   string    `json:"content"`
	Finish    string    `json:"finish"`
	Model     string    `json:"model"`
	Tool      string    `json:"tool"` // name and arguments
	RequestID string    `json:"requestId"`
	Chunks    int       `json:"chunks"` // of a stream
	Bytes     int       `json:"bytes"`  // of a file, a picture, a sound
	Usage     *SDKUsage `json:"usage"`  // nil when the caller was told none
	Error     *SDKError `json:"error"`
}

// SDKUsage is the usage as a caller saw it, in one form for all endpoints.
type SDKUsage struct {
	Input     int     `json:"input"`
	Output    int     `json:"output"`
	Total     int     `json:"total"`
	Cached    int     `json:"cached"`
	Reasoning int     `json:"reasoning"`
	Seconds   float64 `json:"seconds"`
}

// SDKError is an error as a caller saw it. Status is 0 where there was no answer.
type SDKError struct {
	Class     string `json:"class"`
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Type      string `json:"type"`
	RequestID string `json:"requestId"`
	Message   string `json:"message"`
}

// SDK is the usage as an SDK tells it.
func (u *Usage) SDK() *SDKUsage {
	if u == nil {
		return nil
	}
	return &SDKUsage{Input: u.Input, Output: u.Output, Total: u.Total, Cached: u.Cached, Reasoning: u.Reasoning, Seconds: u.Seconds}
}

// SDKRequests is how many requests reached the server in those scenarios.
func SDKRequests(facts []SDKFact) int {
	n := 0
	for _, fact := range facts {
		switch fact.Scenario {
		case "refused": // reached nobody
		case "realtime": // its socket is opened past the SDK's fetch
			n++
		default:
			n += fact.Requests
		}
	}
	return n
}

var nodeScenario = regexp.MustCompile(`(?m)^  (?:async )?([a-z_]+)(?:\(|: \()`)

// NodeSDKScenarios lists the scenarios of openaisdk/scenarios.js.
func NodeSDKScenarios(t testing.TB) []string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(root(), "internal", "testkit", "openaisdk", "scenarios.js"))
	if err != nil {
		t.Fatal(err)
	}
	_, exported, _ := bytes.Cut(source, []byte("module.exports = {"))
	var list []string
	for _, m := range nodeScenario.FindAllSubmatch(exported, -1) {
		list = append(list, string(m[1]))
	}
	return list
}

// NodeSDK runs scenarios, one after the other, with the official SDK for Node
// in one process. Without Node or npm the test is skipped or fails like Command's.
func NodeSDK(t testing.TB, o SDKOptions, scenarios ...string) []SDKFact {
	t.Helper()
	node := Command(t, "node")
	folder := filepath.Join(root(), "internal", "testkit", "openaisdk")
	modules := Packages(t, folder)
	options, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, slices.Concat([]string{filepath.Join(folder, "sdk.js"), string(options)}, scenarios)...)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules, "NODE_NO_WARNINGS=1", "NODE_EXTRA_CA_CERTS="+o.CertFile)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the SDK ended: %v\n%s\n%s", err, out, said.String())
	}
	var facts []SDKFact
	for line := range bytes.Lines(out) {
		var fact SDKFact
		if err := json.Unmarshal(line, &fact); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		facts = append(facts, fact)
	}
	if len(facts) != len(scenarios) {
		t.Fatalf("%d facts of %d scenarios\n%s", len(facts), len(scenarios), said.String())
	}
	return facts
}
