package openaigo

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"

	"github.com/luneo-platform/luneo/internal/testkit"
)

const question = "Name the answer, and say where lunch is."

var scenarios = map[string]func(*run) error{
	"chat":                   func(r *run) error { return r.chat(hello()) },
	"chat_gzip":              func(r *run) error { return r.chat(hello(), fake("gzip")) },
	"chat_odd":               func(r *run) error { return r.chat(hello(), fake("odd-headers;trailers;early-hints")) },
	"chat_stream":            func(r *run) error { return r.chatStream(hello()) },
	"chat_stream_usage":      func(r *run) error { return r.chatStream(withUsage(hello())) },
	"chat_stream_bytes":      func(r *run) error { return r.chatStream(withUsage(hello()), fake("chunk-size=1")) },
	"chat_stream_error":      func(r *run) error { return r.chatStream(hello(), fake("error-event-at=4")) },
	"chat_stream_cut":        func(r *run) error { return r.chatStream(hello(), fake("cut-after=600")) },
	"chat_stream_cancelled":  chatStreamCancelled,
	"tools":                  tools,
	"completion":             completion,
	"responses":              func(r *run) error { return r.responses() },
	"responses_stream":       func(r *run) error { return r.responsesStream(0) },
	"responses_incomplete":   func(r *run) error { return r.responsesStream(3) },
	"responses_failed":       func(r *run) error { return r.responsesStream(0, fake("end=failed")) },
	"embeddings":             embeddings,
	"image":                  image,
	"image_edit":             imageEdit,
	"speech":                 speech,
	"transcription":          func(r *run) error { return r.transcription("whisper-1") },
	"transcription_tokens":   func(r *run) error { return r.transcription("gpt-4o-transcribe") },
	"files":                  func(r *run) error { _, err := r.files(); return err },
	"batches":                batches,
	"models":                 models,
	"rate_limited_then_fine": func(r *run) error { return r.chat(hello(), fake("status=429;retry-after-ms=1;times=1")) },
	"rate_limited":           func(r *run) error { return r.chat(hello(), fake("status=429;retry-after-ms=1")) },
	"insufficient_quota": func(r *run) error {
		return r.chat(hello(), fake("status=429;code=insufficient_quota;should-retry=false"))
	},
	"server_errors":          func(r *run) error { return r.chat(hello(), fake("status=500;retry-after-ms=1")) },
	"server_error_then_fine": func(r *run) error { return r.chat(hello(), fake("status=503;retry-after-ms=1;times=2")) },
	"wrong_key":              func(r *run) error { return r.chat(hello(), fake("status=401;code=invalid_api_key")) },
	"unknown_model":          func(r *run) error { return r.chat(asking("no-such-model", question)) },
	"too_long":               func(r *run) error { return r.chat(asking("gpt-4o-mini", strings.Repeat("x", 600000))) },
	"unknown_path":           func(r *run) error { return r.client.Get(r.ctx, "no/such/path", nil, nil) },
	"invalid_json":           func(r *run) error { return r.chat(hello(), fake("invalid-json")) },
	"closed":                 func(r *run) error { return r.chat(hello(), fake("close-before-headers"), option.WithMaxRetries(0)) },
	"refused": func(r *run) error {
		return r.chat(hello(), option.WithBaseURL(r.options.Refused+"/"), option.WithMaxRetries(0))
	},
	"timeout": func(r *run) error {
		return r.chat(hello(), fake("stall"), option.WithMaxRetries(0), option.WithRequestTimeout(300*time.Millisecond))
	},
}

func asking(model, text string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{Model: model, Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(text)}}
}

func hello() openai.ChatCompletionNewParams { return asking("gpt-4o-mini", question) }

func withUsage(p openai.ChatCompletionNewParams) openai.ChatCompletionNewParams {
	p.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	return p
}

func (r *run) chatUsage(u openai.CompletionUsage) {
	if u.TotalTokens == 0 {
		return
	}
	r.fact.Usage = &testkit.SDKUsage{
		Input: int(u.PromptTokens), Output: int(u.CompletionTokens), Total: int(u.TotalTokens),
		Cached: int(u.PromptTokensDetails.CachedTokens), Reasoning: int(u.CompletionTokensDetails.ReasoningTokens),
	}
}

func (r *run) responseUsage(u responses.ResponseUsage) {
	if u.TotalTokens == 0 {
		return
	}
	r.fact.Usage = &testkit.SDKUsage{
		Input: int(u.InputTokens), Output: int(u.OutputTokens), Total: int(u.TotalTokens),
		Cached: int(u.InputTokensDetails.CachedTokens), Reasoning: int(u.OutputTokensDetails.ReasoningTokens),
	}
}

func (r *run) chat(p openai.ChatCompletionNewParams, opts ...option.RequestOption) error {
	got, err := r.client.Chat.Completions.New(r.ctx, p, opts...)
	if err != nil {
		return err
	}
	r.fact.Model, r.fact.Finish, r.fact.Content = got.Model, got.Choices[0].FinishReason, got.Choices[0].Message.Content
	r.chatUsage(got.Usage)
	return nil
}

func (r *run) chatStream(p openai.ChatCompletionNewParams, opts ...option.RequestOption) error {
	stream := r.client.Chat.Completions.NewStreaming(r.ctx, p, opts...)
	defer stream.Close() //nolint:errcheck // Err tells
	for stream.Next() {
		chunk := stream.Current()
		r.fact.Chunks++
		r.fact.Model = chunk.Model
		if len(chunk.Choices) > 0 {
			r.fact.Content += chunk.Choices[0].Delta.Content
			r.fact.Finish += chunk.Choices[0].FinishReason
		}
		r.chatUsage(chunk.Usage)
	}
	return stream.Err()
}

func chatStreamCancelled(r *run) error {
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	stream := r.client.Chat.Completions.NewStreaming(ctx, hello(), fake("tokens=100000;gap=1ms"))
	defer stream.Close() //nolint:errcheck // it is left
	for r.fact.Chunks < 3 && stream.Next() {
		r.fact.Chunks++
	}
	return stream.Err()
}

func tools(r *run) error {
	p := hello()
	p.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{Name: "weather", Parameters: shared.FunctionParameters{"type": "object"}})}
	got, err := r.client.Chat.Completions.New(r.ctx, p)
	if err != nil {
		return err
	}
	call := got.Choices[0].Message.ToolCalls[0]
	r.fact.Tool = call.Function.Name + call.Function.Arguments
	p.Messages = append(p.Messages, got.Choices[0].Message.ToParam(), openai.ToolMessage("sunny", call.ID))
	return r.chat(p)
}

func completion(r *run) error {
	got, err := r.client.Completions.New(r.ctx, openai.CompletionNewParams{Model: "gpt-3.5-turbo-instruct", Prompt: openai.CompletionNewParamsPromptUnion{OfString: openai.String("Say")}})
	if err != nil {
		return err
	}
	r.fact.Model, r.fact.Content = got.Model, got.Choices[0].Text
	r.chatUsage(got.Usage)
	return nil
}

func (r *run) ask() responses.ResponseNewParams {
	return responses.ResponseNewParams{Model: "gpt-4.1", Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("Name the answer.")}}
}

func (r *run) responses() error {
	got, err := r.client.Responses.New(r.ctx, r.ask())
	if err != nil {
		return err
	}
	r.fact.Model, r.fact.Finish, r.fact.Content = got.Model, string(got.Status), got.OutputText()
	r.responseUsage(got.Usage)
	return nil
}

func (r *run) responsesStream(limit int64, opts ...option.RequestOption) error {
	p := r.ask()
	if limit > 0 {
		p.MaxOutputTokens = param.NewOpt(limit)
	}
	stream := r.client.Responses.NewStreaming(r.ctx, p, opts...)
	defer stream.Close() //nolint:errcheck // Err tells
	for stream.Next() {
		event := stream.Current()
		r.fact.Chunks++
		switch event.Type {
		case "response.output_text.delta":
			r.fact.Content += event.Delta
		case "response.completed", "response.incomplete", "response.failed":
			r.fact.Model, r.fact.Finish = event.Response.Model, string(event.Response.Status)
			r.responseUsage(event.Response.Usage)
		}
	}
	return stream.Err()
}

func embeddings(r *run) error {
	got, err := r.client.Embeddings.New(r.ctx, openai.EmbeddingNewParams{Model: "text-embedding-3-small", Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: []string{"one", "two"}}})
	if err != nil {
		return err
	}
	r.fact.Model, r.fact.Content = got.Model, strconv.Itoa(len(got.Data[0].Embedding))
	r.fact.Usage = &testkit.SDKUsage{Input: int(got.Usage.PromptTokens), Total: int(got.Usage.TotalTokens)}
	return nil
}

func (r *run) picture(got *openai.ImagesResponse, err error) error {
	if err != nil {
		return err
	}
	png, err := base64.StdEncoding.DecodeString(got.Data[0].B64JSON)
	r.fact.Bytes = len(png)
	r.fact.Usage = &testkit.SDKUsage{Input: int(got.Usage.InputTokens), Output: int(got.Usage.OutputTokens), Total: int(got.Usage.TotalTokens)}
	return err
}

func image(r *run) error {
	return r.picture(r.client.Images.Generate(r.ctx, openai.ImageGenerateParams{Model: "gpt-image-1", Prompt: "a cat", Size: "1024x1536", Quality: "high"}))
}

func imageEdit(r *run) error {
	file := openai.File(bytes.NewReader(make([]byte, 100)), "a.png", "image/png")
	return r.picture(r.client.Images.Edit(r.ctx, openai.ImageEditParams{Model: "gpt-image-1", Prompt: "greener", Image: openai.ImageEditParamsImageUnion{OfFile: file}}))
}

func speech(r *run) error {
	got, err := r.client.Audio.Speech.New(r.ctx, openai.AudioSpeechNewParams{Model: "gpt-4o-mini-tts", Voice: openai.AudioSpeechNewParamsVoiceUnion{OfString: openai.String("alloy")}, Input: "Lunch is at noon in Zürich."})
	if err != nil {
		return err
	}
	defer got.Body.Close() //nolint:errcheck // read whole
	sound, err := io.ReadAll(got.Body)
	r.fact.Bytes = len(sound)
	return err
}

func (r *run) transcription(model string) error {
	got, err := r.client.Audio.Transcriptions.New(r.ctx, openai.AudioTranscriptionNewParams{Model: model, File: openai.File(bytes.NewReader(make([]byte, 100000)), "a.wav", "audio/wav")})
	if err != nil {
		return err
	}
	r.fact.Content = got.Text
	u := got.Usage
	r.fact.Usage = &testkit.SDKUsage{Input: int(u.InputTokens), Output: int(u.OutputTokens), Total: int(u.TotalTokens), Seconds: u.Seconds}
	return nil
}

func (r *run) files() (string, error) {
	line := `{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini","messages":[{"role":"user","content":"` + question + `"}]}}` + "\n"
	file, err := r.client.Files.New(r.ctx, openai.FileNewParams{Purpose: "batch", File: openai.File(strings.NewReader(line+line), "in.jsonl", "application/jsonl")})
	if err != nil {
		return "", err
	}
	list, err := r.client.Files.List(r.ctx, openai.FileListParams{})
	if err != nil {
		return "", err
	}
	r.fact.Content = strconv.Itoa(len(list.Data))
	got, err := r.client.Files.Content(r.ctx, file.ID)
	if err != nil {
		return "", err
	}
	defer got.Body.Close() //nolint:errcheck // read whole
	content, err := io.ReadAll(got.Body)
	r.fact.Bytes = len(content)
	return file.ID, err
}

func batches(r *run) error {
	file, err := r.files()
	if err != nil {
		return err
	}
	made, err := r.client.Batches.New(r.ctx, openai.BatchNewParams{InputFileID: file, Endpoint: "/v1/chat/completions", CompletionWindow: "24h"})
	if err != nil {
		return err
	}
	got, err := r.client.Batches.Get(r.ctx, made.ID)
	if err != nil {
		return err
	}
	r.fact.Finish, r.fact.Content = string(got.Status), strconv.Itoa(int(got.RequestCounts.Completed))
	u := got.Usage
	r.fact.Usage = &testkit.SDKUsage{Input: int(u.InputTokens), Output: int(u.OutputTokens), Total: int(u.TotalTokens), Cached: int(u.InputTokensDetails.CachedTokens), Reasoning: int(u.OutputTokensDetails.ReasoningTokens)}
	return nil
}

func models(r *run) error {
	list := r.client.Models.ListAutoPaging(r.ctx)
	for list.Next() {
		r.fact.Chunks++
	}
	return list.Err()
}
