package gateway

import (
	"net/http"
	"strings"
)

// operations are the names of what is asked of the API, by the end of its path
// (the paths of OpenAI's OpenAPI document 2.3.0). The first that fits counts.
var operations = []struct{ path, name string }{
	{"/chat/completions/", "chat"},
	{"/responses/", "responses"},
	{"/completions/", "completion"},
	{"/embeddings/", "embeddings"},
	{"/images/generations/", "image_generation"},
	{"/images/edits/", "image_edit"},
	{"/images/variations/", "image_variation"},
	{"/audio/speech/", "audio_speech"},
	{"/audio/transcriptions/", "audio_transcription"},
	{"/audio/translations/", "audio_translation"},
	{"/moderations/", "moderation"},
	{"/files/", "file"},
	{"/uploads/", "upload"},
	{"/batches/", "batch"},
	{"/fine_tuning/", "fine_tuning"},
	{"/models/", "model"},
	{"/realtime/", "realtime"},
	{"/assistants/", "assistant"},
	{"/threads/", "thread"},
	{"/vector_stores/", "vector_store"},
	{"/conversations/", "conversation"},
	{"/containers/", "container"},
	{"/evals/", "eval"},
	{"/videos/", "video"},
	{"/organization/", "organization"},
}

// operationOther is everything else, now and to come.
const operationOther = "other"

// operation is what a request asks for.
type operation struct {
	name string
	// makes: it is a call that makes something, rather than one that looks after
	// what was made.
	makes bool
	// costs: it costs something by nature.
	costs bool
	// fetches: it asks for one thing that was made before.
	fetches bool
}

// operationOf names what a request asks for. Reading, listing or deleting what
// a call made is no call: "GET responses/{id}" is not "responses".
func operationOf(method, path string) operation {
	path = "/" + strings.Trim(path, "/") + "/"
	for _, o := range operations {
		at := strings.Index(path, o.path)
		if at < 0 {
			continue
		}
		rest := strings.Trim(path[at+len(o.path)-1:], "/")
		one := method == http.MethodGet && rest != "" && !strings.Contains(rest, "/")
		switch makes := made(o.name); {
		case makes && (rest != "" || method != http.MethodPost):
			return operation{name: operationOther, fetches: one && o.name == "responses"}
		case o.name == "video":
			return operation{name: o.name, costs: method == http.MethodPost}
		default:
			return operation{name: o.name, makes: makes, costs: makes && o.name != "moderation", fetches: one && o.name == "batch"}
		}
	}
	return operation{name: operationOther}
}

// made reports whether an operation is a call that makes something, rather than
// a kind of thing that is looked after.
func made(name string) bool {
	switch name {
	case "chat", "responses", "completion", "embeddings", "moderation":
		return true
	default:
		return strings.HasPrefix(name, "image_") || strings.HasPrefix(name, "audio_")
	}
}
