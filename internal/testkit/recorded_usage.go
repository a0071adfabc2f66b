package testkit

import (
	"bytes"
	"encoding/json"
)

// told is a usage object with the names of all endpoints.
type told struct {
	PromptTokens      int `json:"prompt_tokens"`
	CompletionTokens  int `json:"completion_tokens"`
	InputTokens       int `json:"input_tokens"`
	OutputTokens      int `json:"output_tokens"`
	TotalTokens       int `json:"total_tokens"`
	Seconds           float64
	PromptDetails     toldDetails `json:"prompt_tokens_details"`
	InputDetails      toldDetails `json:"input_tokens_details"`
	InputDetail       toldDetails `json:"input_token_details"`
	CompletionDetails toldDetails `json:"completion_tokens_details"`
	OutputDetails     toldDetails `json:"output_tokens_details"`
}

type toldDetails struct {
	Cached     int `json:"cached_tokens"`
	CacheWrite int `json:"cache_write_tokens"`
	Text       int `json:"text_tokens"`
	Image      int `json:"image_tokens"`
	Audio      int `json:"audio_tokens"`
	Reasoning  int `json:"reasoning_tokens"`
}

func (d toldDetails) add(e toldDetails) toldDetails {
	return toldDetails{d.Cached + e.Cached, d.CacheWrite + e.CacheWrite, d.Text + e.Text, d.Image + e.Image, d.Audio + e.Audio, d.Reasoning + e.Reasoning}
}

func (u told) usage() *Usage {
	in := u.PromptDetails.add(u.InputDetails).add(u.InputDetail) // one of the three is there
	out := u.CompletionDetails.add(u.OutputDetails)
	return &Usage{
		Input: u.PromptTokens + u.InputTokens, Cached: in.Cached, CacheWrite: in.CacheWrite,
		InputText: in.Text, InputImage: in.Image, InputAudio: in.Audio,
		Output: u.CompletionTokens + u.OutputTokens, Reasoning: out.Reasoning,
		OutputText: out.Text, OutputImage: out.Image, OutputAudio: out.Audio,
		Total: u.TotalTokens, Seconds: u.Seconds,
	}
}

// Usage is what the recorded answer told of its use, nil where it told nothing.
// One (087/0, cut off at its limit) tells zeros beside a text.
// It reads the whole body in the simplest way there is, to hold others against.
func (e Exchange) Usage() *Usage {
	if !e.Stream() {
		return usageOf(e.AnswerBody)
	}
	var last *Usage
	for line := range bytes.Lines(e.AnswerBody) {
		if data, ok := bytes.CutPrefix(line, []byte("data:")); ok {
			if u := usageOf(data); u != nil {
				last = u
			}
		}
	}
	return last
}

func usageOf(text []byte) *Usage {
	var v struct {
		Usage    *told
		Response struct{ Usage *told }
	}
	_ = json.Unmarshal(text, &v) // what is no JSON tells nothing
	u := v.Usage
	if u == nil {
		u = v.Response.Usage
	}
	if u == nil {
		return nil
	}
	return u.usage()
}
