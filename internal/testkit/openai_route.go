package testkit

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
)

// operations are the paths of the API, by what they begin with, and what the
// gateway is to call them. The first that fits counts.
var operations = []struct{ path, operation string }{
	{"chat/completions", "chat"},
	{"completions", "completion"},
	{"responses", "responses"},
	{"embeddings", "embeddings"},
	{"images/generations", "image_generation"},
	{"images/edits", "image_edit"},
	{"images/variations", "image_variation"},
	{"audio/speech", "audio_speech"},
	{"audio/transcriptions", "audio_transcription"},
	{"audio/translations", "audio_translation"},
	{"moderations", "moderation"},
	{"files", "file"},
	{"batches", "batch"},
	{"fine_tuning", "fine_tuning"},
	{"models", "model"},
	{"realtime", "realtime"},
}

func operationOf(path string) string {
	for _, o := range operations {
		if path == o.path || strings.HasPrefix(path, o.path+"/") {
			return o.operation
		}
	}
	return "other"
}

// fakeRoutes are the answers; a path that ends in / has ids behind it.
var fakeRoutes = map[string]func(*fakeCall){
	"POST chat/completions":     (*fakeCall).chat,
	"GET chat/completions":      (*fakeCall).emptyList,
	"POST completions":          (*fakeCall).completions,
	"POST responses":            (*fakeCall).responses,
	"POST responses/":           (*fakeCall).responseThing,
	"GET responses/":            (*fakeCall).responseThing,
	"DELETE responses/":         (*fakeCall).stored,
	"POST embeddings":           (*fakeCall).embeddings,
	"POST moderations":          (*fakeCall).moderations,
	"POST images/generations":   (*fakeCall).images,
	"POST images/edits":         (*fakeCall).images,
	"POST images/variations":    (*fakeCall).images,
	"POST audio/speech":         (*fakeCall).speech,
	"POST audio/transcriptions": (*fakeCall).transcription,
	"POST audio/translations":   (*fakeCall).transcription,
	"GET models":                (*fakeCall).models,
	"GET models/":               (*fakeCall).model,
	"POST files":                (*fakeCall).upload,
	"GET files":                 (*fakeCall).stored,
	"GET files/":                (*fakeCall).stored,
	"DELETE files/":             (*fakeCall).stored,
	"POST batches":              (*fakeCall).batch,
	"POST batches/":             (*fakeCall).stored,
	"GET batches":               (*fakeCall).stored,
	"GET batches/":              (*fakeCall).stored,
	"POST fine_tuning/jobs":     (*fakeCall).fineTune,
	"POST fine_tuning/jobs/":    (*fakeCall).stored,
	"GET fine_tuning/jobs":      (*fakeCall).stored,
	"GET fine_tuning/jobs/":     (*fakeCall).stored,
	"GET realtime":              (*fakeCall).realtime,
	"POST realtime/":            (*fakeCall).realtimeSecret,
}

func (c *fakeCall) route() {
	key := c.r.Method + " " + c.path
	if answer, ok := fakeRoutes[key]; ok {
		answer(c)
		return
	}
	for name, answer := range fakeRoutes {
		if strings.HasSuffix(name, "/") && strings.HasPrefix(key, name) {
			answer(c)
			return
		}
	}
	if c.path == "" && strings.HasPrefix(c.r.URL.Path, "/pictures/") {
		c.bytes(http.StatusOK, "image/png", picture)
		return
	}
	c.failed(problem{404, "invalid_request_error", "", "", "Invalid URL (" + c.r.Method + " " + c.r.URL.Path + ")"})
}

// failed is fail for what route ends.
func (c *fakeCall) failed(p problem) {
	c.seen.ErrorType, c.seen.ErrorCode = p.kind, p.code
	c.json(p.status, p.json())
}

// ask is what the fake reads of a request's JSON, for all endpoints.
type ask struct {
	Model         string          `json:"model"`
	Messages      json.RawMessage `json:"messages"`
	Prompt        json.RawMessage `json:"prompt"`
	Input         json.RawMessage `json:"input"`
	Instructions  json.RawMessage `json:"instructions"`
	Stream        bool            `json:"stream"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	N              int             `json:"n"`
	MaxTokens      int             `json:"max_tokens"`
	MaxCompletion  int             `json:"max_completion_tokens"`
	MaxOutput      int             `json:"max_output_tokens"`
	Tools          []askedTool     `json:"tools"`
	ToolChoice     json.RawMessage `json:"tool_choice"`
	ServiceTier    string          `json:"service_tier"`
	EncodingFormat string          `json:"encoding_format"`
	Dimensions     int             `json:"dimensions"`
	Size           string          `json:"size"`
	Quality        string          `json:"quality"`
	ResponseFormat json.RawMessage `json:"response_format"`
	OutputFormat   string          `json:"output_format"`
	Background     string          `json:"background"`
	PartialImages  int             `json:"partial_images"`
	StreamFormat   string          `json:"stream_format"`
	Endpoint       string          `json:"endpoint"`
	InputFile      string          `json:"input_file_id"`
	Window         string          `json:"completion_window"`
	TrainingFile   string          `json:"training_file"`
}

type askedTool struct {
	Type     string `json:"type"`
	Name     string `json:"name"` // in responses
	Function struct {
		Name string `json:"name"` // in chat
	} `json:"function"`
}

// asked reads the JSON; false when it has answered with an error.
func (c *fakeCall) asked(a *ask) bool {
	if err := json.Unmarshal(c.body, a); err != nil {
		c.failed(problem{400, "invalid_request_error", "", "", "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly.)"})
		return false
	}
	if a.Model == "" {
		a.Model = c.azure
	}
	return c.knows(a.Model)
}

// knows refuses requests without a model, and models whose name begins with no-such.
func (c *fakeCall) knows(model string) bool {
	c.seen.Model = model
	switch {
	case model == "":
		c.failed(problem{400, "invalid_request_error", "", "", "you must provide a model parameter"})
		return false
	case strings.HasPrefix(model, "no-such"):
		c.failed(problem{404, "invalid_request_error", "model_not_found", "", "The model `" + model + "` does not exist or you do not have access to it."})
		return false
	}
	c.seen.Answered = dated(model)
	return true
}

// dates are the models that answer under a longer name than they are asked for.
var dates = map[string]string{
	"gpt-4o": "gpt-4o-2024-08-06", "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
	"gpt-4.1": "gpt-4.1-2025-04-14", "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14", "gpt-4.1-nano": "gpt-4.1-nano-2025-04-14",
	"gpt-5": "gpt-5-2025-08-07", "gpt-5-mini": "gpt-5-mini-2025-08-07", "o4-mini": "o4-mini-2025-04-16",
	"gpt-3.5-turbo": "gpt-3.5-turbo-0125", "gpt-3.5-turbo-instruct": "gpt-3.5-turbo-instruct:20230824-v2",
}

func dated(model string) string {
	if long, ok := dates[model]; ok {
		return long
	}
	return model
}

// form is a multipart upload.
type form struct {
	fields map[string]string
	files  map[string][]byte // by the field's name, several joined
	names  map[string]string
}

func (c *fakeCall) form() (form, bool) {
	f := form{fields: map[string]string{}, files: map[string][]byte{}, names: map[string]string{}}
	_, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		c.failed(problem{400, "invalid_request_error", "", "", "Could not parse multipart form"})
		return f, false
	}
	parts := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			return f, c.endOfForm(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return f, c.endOfForm(err)
		}
		name := strings.TrimSuffix(part.FormName(), "[]")
		if part.FileName() == "" {
			f.fields[name] = string(content)
			continue
		}
		f.files[name] = append(f.files[name], content...)
		f.names[name] = part.FileName()
	}
}

func (c *fakeCall) endOfForm(err error) bool {
	if err == io.EOF { //nolint:errorlint // NextRawPart returns it bare
		return true
	}
	c.failed(problem{400, "invalid_request_error", "", "", "Could not parse multipart form"})
	return false
}

func (c *fakeCall) emptyList() {
	c.json(http.StatusOK, object{"object", "list", "data", []any{}, "first_id", nil, "last_id", nil, "has_more", false})
}
