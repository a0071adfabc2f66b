package testkit

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"sync"
)

// embeddings are of 1,536 numbers, 3,072 with text-embedding-3-large.
func (c *fakeCall) embeddings() {
	var a ask
	if !c.asked(&a) {
		return
	}
	inputs := embedded(a.Input)
	if len(inputs) == 0 {
		c.failed(problem{400, "invalid_request_error", "", "input", "'$.input' is invalid. Please check the API reference."})
		return
	}
	size := 1536
	if a.Model == "text-embedding-3-large" {
		size = 3072
	}
	if a.Dimensions > 0 {
		size = min(size, a.Dimensions)
	}
	var data []any
	for i, input := range inputs {
		data = append(data, object{"object", "embedding", "index", i, "embedding", vector(input, size, a.EncodingFormat)})
	}
	input := count(a.Input).total()
	u := Usage{Input: input, Total: input}
	o := object{"object", "list", "data", data, "model", c.seen.Answered}
	c.json(http.StatusOK, c.tell(o, u, object{"prompt_tokens", u.Input, "total_tokens", u.Total}))
}

// embedded splits the four forms of the input: a text, texts, tokens, lists of tokens.
func embedded(raw json.RawMessage) []json.RawMessage {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || (len(list) > 0 && list[0][0] >= '0' && list[0][0] <= '9') {
		list = []json.RawMessage{raw}
	}
	if len(raw) == 0 || string(raw) == `""` || string(raw) == "null" {
		return nil
	}
	return list
}

// vector has the length 1 and follows from the text.
func vector(input []byte, size int, format string) any {
	seed := uint32(2166136261)
	for _, b := range input {
		seed = (seed ^ uint32(b)) * 16777619
	}
	v := make([]float32, size)
	for i := range v {
		seed = seed*1664525 + 1013904223
		v[i] = (float32(seed>>8)/(1<<23) - 1) / float32(math.Sqrt(float64(size)))
	}
	if format != "base64" {
		return v
	}
	b := make([]byte, 0, 4*size)
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return base64.StdEncoding.EncodeToString(b)
}

func (c *fakeCall) moderations() {
	var a ask
	if json.Unmarshal(c.body, &a) != nil || len(a.Input) == 0 {
		c.failed(problem{400, "invalid_request_error", "", "input", "Missing required parameter: 'input'."})
		return
	}
	if !c.knows(orElse(a.Model, "omni-moderation-latest")) {
		return
	}
	c.seen.Model = a.Model
	bad := strings.Contains(string(a.Input), "harm")
	score := map[bool]float64{true: 0.93, false: 0.0001}[bad]
	result := object{
		"flagged", bad, "categories",
		object{"violence", bad, "hate", false, "self-harm", false},
		"category_scores",
		object{"violence", score, "hate", 0.00002, "self-harm", 0.00001},
	}
	c.json(http.StatusOK, object{"id", c.id("modr-"), "model", c.seen.Answered, "results", []any{result}})
}

func modelObject(id string) object {
	return object{"id", id, "object", "model", "created", 1720000000, "owned_by", "system"}
}

func (c *fakeCall) models() {
	var data []any
	for _, id := range []string{"gpt-4o", "gpt-4o-mini", "gpt-5", "o4-mini", "gpt-image-1", "dall-e-3", "text-embedding-3-small", "whisper-1", "tts-1"} {
		data = append(data, modelObject(id))
	}
	c.json(http.StatusOK, object{"object", "list", "data", data})
}

func (c *fakeCall) model() {
	if name := strings.TrimPrefix(c.path, "models/"); c.knows(name) {
		c.json(http.StatusOK, modelObject(name))
	}
}

// objectStore keeps what was made: at most maxObjects of a kind.
type objectStore struct {
	mu    sync.Mutex
	kinds map[string][]storedObject
	bytes map[string][]byte // of files
}

type storedObject struct {
	id    string
	made  object
	usage *Usage // that made has
	model string // that made has; of a batch
	told  bool   // somebody was given it
}

const maxObjects = 1000

func (s *objectStore) put(kind string, one storedObject) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kinds == nil {
		s.kinds, s.bytes = map[string][]storedObject{}, map[string][]byte{}
	}
	list := append(s.kinds[kind], one)
	s.kinds[kind] = list[max(0, len(list)-maxObjects):]
}

func (s *objectStore) keep(id string, content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes[id] = content
}

func (s *objectStore) content(id string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.bytes[id]
	return b, ok
}

func (s *objectStore) list(kind string) []any {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []any{}
	for _, o := range s.kinds[kind] {
		list = append(list, o.made)
	}
	return list
}

// get marks the object as told, and returns it as it was before.
func (s *objectStore) get(kind, id string) (storedObject, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, o := range s.kinds[kind] {
		if o.id == id {
			s.kinds[kind][i].told = true
			return o, true
		}
	}
	return storedObject{}, false
}

func (s *objectStore) remove(kind, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []storedObject
	for _, o := range s.kinds[kind] {
		if o.id != id {
			left = append(left, o)
		}
	}
	s.kinds[kind] = left
}

// stored lists, gives again and deletes what was made: {kind}, {kind}/{id},
// files/{id}/content, {kind}/{id}/cancel.
func (c *fakeCall) stored() {
	kind, rest, _ := strings.Cut(strings.TrimPrefix(c.path, "fine_tuning/"), "/")
	id, action, _ := strings.Cut(rest, "/")
	if id == "" {
		c.json(http.StatusOK, object{"object", "list", "data", c.f.store.list(kind), "has_more", false})
		return
	}
	o, ok := c.f.store.get(kind, id)
	switch content, file := c.f.store.content(id); {
	case !ok:
		c.failed(problem{404, "invalid_request_error", "", "id", "No such object: " + id})
	case c.r.Method == http.MethodDelete:
		c.f.store.remove(kind, id)
		c.json(http.StatusOK, object{"id", id, "object", strings.TrimSuffix(kind, "s"), "deleted", true})
	case action == "content" && file:
		c.bytes(http.StatusOK, "application/octet-stream", content)
	default:
		c.seen.Usage, c.seen.Repeated, c.seen.Answered = o.usage, o.usage != nil && o.told, o.model
		c.json(http.StatusOK, o.made)
	}
}

func (c *fakeCall) upload() {
	f, ok := c.form()
	if !ok {
		return
	}
	if len(f.files["file"]) == 0 || f.fields["purpose"] == "" {
		c.failed(problem{400, "invalid_request_error", "", "file", "'file' and 'purpose' are required."})
		return
	}
	c.json(http.StatusOK, c.file(c.id("file-"), f.names["file"], f.fields["purpose"], f.files["file"]))
}

func (c *fakeCall) file(id, name, purpose string, content []byte) object {
	o := object{"id", id, "object", "file", "bytes", len(content), "created_at", c.created(), "filename", name, "purpose", purpose, "status", "processed", "status_details", nil}
	c.f.store.put("files", storedObject{id: id, made: o})
	c.f.store.keep(id, content)
	return o
}

// batch is done at once: its answer says validating, asked again it says
// completed, with the usage and a file of answers.
func (c *fakeCall) batch() {
	var a ask
	if err := json.Unmarshal(c.body, &a); err != nil {
		c.failed(problem{400, "invalid_request_error", "", "", "We could not parse the JSON body of your request."})
		return
	}
	input, ok := c.f.store.content(a.InputFile)
	if !ok {
		c.failed(problem{400, "invalid_request_error", "invalid_file", "input_file_id", "No such file: " + a.InputFile})
		return
	}
	id := c.id("batch_")
	about := func(status string) object {
		return object{"id", id, "object", "batch", "endpoint", a.Endpoint, "errors", nil, "input_file_id", a.InputFile, "completion_window", orElse(a.Window, "24h"), "status", status, "created_at", c.created()}
	}
	lines, answers, model, u := c.batched(input)
	output := c.file(c.id("file-out"), "batch_output.jsonl", "batch_output", answers)
	done := append(about("completed"), "model", model, "output_file_id", output[1], "completed_at", c.created()+60, "request_counts", object{"total", lines, "completed", lines, "failed", 0}, "usage", u.responseForm())
	c.f.store.put("batches", storedObject{id: id, made: done, usage: &u, model: model})
	c.json(http.StatusOK, append(about("validating"), "output_file_id", nil, "request_counts", object{"total", 0, "completed", 0, "failed", 0}))
}

// batched answers the lines of a batch by the rules of chat completions.
func (c *fakeCall) batched(input []byte) (lines int, answers []byte, model string, sum Usage) {
	for line := range bytes.Lines(input) {
		var one struct {
			ID   string `json:"custom_id"`
			Body ask    `json:"body"`
		}
		if json.Unmarshal(line, &one) != nil {
			continue
		}
		lines++
		prompt := count(one.Body.Messages, one.Body.Input)
		pieces, _ := c.pieces(prompt.total(), max(one.Body.MaxTokens, one.Body.MaxCompletion))
		u := c.tokenUsage(one.Body.Model, prompt, len(pieces))
		sum, model = sum.Add(u), dated(one.Body.Model)
		body := object{"id", "chatcmpl-" + one.ID, "object", "chat.completion", "model", model, "choices", []any{object{"index", 0, "message", object{"role", "assistant", "content", strings.Join(pieces, "")}, "finish_reason", "stop"}}, "usage", u.chatForm()}
		answers = append(answers, compact(object{"id", "batch_req_" + one.ID, "custom_id", one.ID, "response", object{"status_code", 200, "request_id", c.id("req_"), "body", body}, "error", nil})...)
		answers = append(answers, '\n')
	}
	return lines, answers, model, sum
}

func (c *fakeCall) fineTune() {
	var a ask
	if !c.asked(&a) {
		return
	}
	id := c.id("ftjob-")
	o := object{"object", "fine_tuning.job", "id", id, "model", c.seen.Answered, "created_at", c.created(), "fine_tuned_model", nil, "status", "queued", "training_file", a.TrainingFile, "hyperparameters", object{"n_epochs", "auto"}, "result_files", []any{}, "organization_id", "org-test", "seed", 1, "trained_tokens", nil, "validation_file", nil, "error", nil, "finished_at", nil}
	c.f.store.put("jobs", storedObject{id: id, made: o})
	c.json(http.StatusOK, o)
}
