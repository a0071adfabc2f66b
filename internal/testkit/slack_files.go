package testkit

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SlackFile is a file that was asked to be uploaded.
type SlackFile struct {
	ID, Name, AltText string
	Length            int
	Bytes             []byte // as they came to the upload URL
	// Complete says that files.completeUploadExternal named it; without a
	// channel it is private then.
	Complete bool
	Title    string
	Channel  string
	ThreadTS string
	Comment  string
	// Blocks come with the file; they are ignored where there is a comment.
	Blocks []any
}

// slackAltTxt is the limit of a file's alt_txt ("files.getUploadURLExternal").
const slackAltTxt = 1000

// uploadURL answers files.getUploadURLExternal.
func (s *SlackServer) uploadURL(r *http.Request, body []byte) reply {
	form, word := slackForm(r, body)
	if word != "" {
		return slackError(word)
	}
	length, err := strconv.Atoi(form.Get("length"))
	switch alt := form.Get("alt_txt"); {
	case form.Get("filename") == "":
		return slackError("invalid_arguments", "[ERROR] missing required field: filename")
	case err != nil || length <= 0:
		return slackError("invalid_arguments", "[ERROR] missing required field: length")
	case utf8.RuneCountInString(alt) > slackAltTxt:
		return slackError("alt_txt_too_large")
	}
	file := &SlackFile{Name: form.Get("filename"), AltText: form.Get("alt_txt"), Length: length}
	s.change(func() {
		file.ID = fmt.Sprintf("F0FILE%05d", len(s.files)+1)
		s.files = append(s.files, file)
	})
	return slackJSON(map[string]any{"ok": true, "upload_url": s.URL + "/upload/v1/" + file.ID, "file_id": file.ID})
}

// upload takes the bytes of a file, raw or as a multipart form. It wants no token.
func (s *SlackServer) upload(r *http.Request, body []byte) reply {
	content, err := slackContent(r, body)
	if err != nil || r.Method != http.MethodPost {
		return slackWord(http.StatusBadRequest, "bad_request")
	}
	id := strings.TrimPrefix(r.URL.Path, "/upload/v1/")
	word := "not_found"
	s.change(func() {
		file := s.file(id)
		switch {
		case file == nil:
		case len(content) != file.Length:
			word = "length_mismatch"
		default:
			file.Bytes, word = content, ""
		}
	})
	if word != "" {
		return slackWord(http.StatusBadRequest, word)
	}
	return reply{status: http.StatusOK, kind: "text/plain", body: fmt.Sprintf("OK - %d", len(content))}
}

// file is the file of an ID, under the lock.
func (s *SlackServer) file(id string) *SlackFile {
	i := slices.IndexFunc(s.files, func(f *SlackFile) bool { return f.ID == id })
	if i < 0 {
		return nil
	}
	return s.files[i]
}

// slackContent is what is in the body of an upload.
func slackContent(r *http.Request, body []byte) ([]byte, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // without one it is bytes
	if kind != "multipart/form-data" {
		return body, nil
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	part, err := parts.NextPart()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(part)
}

// slackUpload is what files.completeUploadExternal says.
type slackUpload struct {
	files     []slackUploaded
	channel   string
	thread    string
	comment   string
	blocks    []any
	plainBody []byte
}

type slackUploaded struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Type  string `json:"highlight_type"`
}

// completeUpload answers files.completeUploadExternal, which is where a file
// becomes a message in a channel.
func (s *SlackServer) completeUpload(r *http.Request, body []byte) reply {
	up, word := slackUploadOf(r, body)
	if word != "" {
		return slackError(word)
	}
	if up.channel != "" {
		if _, word := s.channel(up.channel, true); word != "" {
			return slackError("invalid_channel")
		}
	}
	word = "file_not_found"
	s.change(func() {
		if slices.ContainsFunc(up.files, func(u slackUploaded) bool { f := s.file(u.ID); return f == nil || f.Bytes == nil || f.Complete }) {
			return
		}
		word = ""
		for _, one := range up.files {
			up.complete(s.file(one.ID), one.Title)
		}
	})
	if word != "" {
		return slackError(word)
	}
	s.share(up)
	return slackJSON(map[string]any{"ok": true, "files": up.named()})
}

func (u slackUpload) named() []map[string]any {
	var list []map[string]any
	for _, one := range u.files {
		list = append(list, map[string]any{"id": one.ID, "title": one.Title})
	}
	return list
}

func (u slackUpload) complete(file *SlackFile, title string) {
	file.Complete, file.Title, file.Channel, file.ThreadTS, file.Comment = true, title, u.channel, u.thread, u.comment
	if u.comment == "" {
		file.Blocks = u.blocks
	}
}

// share posts the message of the files; a private file has none.
func (s *SlackServer) share(u slackUpload) {
	if u.channel == "" {
		return
	}
	parsed := map[string]any{"text": u.comment}
	if u.comment == "" && len(u.blocks) > 0 {
		parsed["blocks"] = u.blocks
	}
	s.keep(SlackMessage{Method: SlackShare, Channel: u.channel, ThreadTS: u.thread, Body: u.plainBody, Parsed: parsed})
}

// slackUploadOf reads the arguments from a form or from JSON.
func slackUploadOf(r *http.Request, body []byte) (slackUpload, string) {
	form, word := slackForm(r, body)
	if word == "invalid_post_type" {
		form, word = slackJSONForm(r, body)
	}
	if word != "" {
		return slackUpload{}, word
	}
	up := slackUpload{channel: form.Get("channel_id"), thread: form.Get("thread_ts"), comment: form.Get("initial_comment"), plainBody: body}
	if json.Unmarshal([]byte(form.Get("files")), &up.files) != nil || len(up.files) == 0 {
		return up, "invalid_arguments"
	}
	if text := form.Get("blocks"); text != "" && json.Unmarshal([]byte(text), &up.blocks) != nil {
		return up, "invalid_blocks"
	}
	if len(up.blocks) > 0 {
		word = slackWrongBlocks(up.blocks).word
	}
	return up, word
}

// slackForm is the arguments of a form.
func slackForm(r *http.Request, body []byte) (url.Values, string) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // none is wrong too
	if kind != "application/x-www-form-urlencoded" {
		return nil, "invalid_post_type"
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || !utf8.Valid(body) {
		return nil, "invalid_form_data"
	}
	return form, ""
}

// slackJSONForm is JSON as a form has it.
func slackJSONForm(r *http.Request, body []byte) (url.Values, string) {
	parsed, word := slackObject(r, body)
	form := url.Values{}
	for name, v := range parsed {
		text, plain := v.(string)
		if !plain {
			raw, _ := json.Marshal(v) // it was JSON
			text = string(raw)
		}
		form.Set(name, text)
	}
	return form, word
}
