package pricing_test

// portkeyDisagreements are the prices of portkey that we do not have, with the reason.
var portkeyDisagreements = keysOf(map[string][]string{
	"portkey's own standard mode and genai have no price for cached input": {
		"chatgpt-4o-latest cache_read_input_token",
	},
	"output of which no share is told is images; TestPrice has the price of text": {
		"chatgpt-image-latest response_token",
		"gpt-image-1.5 response_text_token",
		"gpt-image-1.5-2025-12-16 response_text_token",
	},
	"its own batch mode, the newer, has no discount": {
		"gpt-3.5-turbo-0613 batch_config request_token",
		"gpt-3.5-turbo-0613 batch_config response_token",
		"gpt-3.5-turbo-1106 batch_config request_token",
		"gpt-3.5-turbo-1106 batch_config response_token",
	},
	"the price of gpt-3.5-turbo; the dated name and genai have ours": {
		"gpt-3.5-turbo-16k standard request_token",
		"gpt-3.5-turbo-16k standard response_token",
	},
	"0.03 is 0.025 rounded up; its own standard mode and genai have 0.025": {
		"gpt-4.1-nano cache_read_input_token",
		"gpt-4.1-nano-2025-04-14 cache_read_input_token",
	},
	"the price of the first snapshot; the later ones have ours": {
		"gpt-4o-audio-preview request_audio_token",
		"gpt-4o-audio-preview response_audio_token",
	},
	"is no name of OpenAI's API and has two prices; we have none": {
		"gpt-4o-latest batch request_token",
		"gpt-4o-latest batch response_token",
		"gpt-4o-latest priority cache_read_input_token",
		"gpt-4o-latest priority request_token",
		"gpt-4o-latest priority response_token",
		"gpt-4o-latest request_token",
		"gpt-4o-latest response_token",
		"gpt-4o-latest standard cache_read_input_token",
		"gpt-4o-latest standard request_token",
		"gpt-4o-latest standard response_token",
	},
	"the two are swapped against the undated name": {
		"gpt-4o-mini-audio-preview-2024-12-17 request_audio_token",
		"gpt-4o-mini-audio-preview-2024-12-17 response_audio_token",
	},
	"cents in the place of dollars; genai has ours": {
		"gpt-4o-mini-realtime-preview cache_read_audio_input_token",
		"gpt-4o-mini-realtime-preview cache_read_input_token",
		"gpt-4o-mini-realtime-preview request_audio_token",
		"gpt-4o-mini-realtime-preview response_audio_token",
		"gpt-4o-mini-realtime-preview-2024-12-17 cache_read_audio_input_token",
		"gpt-4o-mini-realtime-preview-2024-12-17 cache_read_input_token",
		"gpt-4o-mini-realtime-preview-2024-12-17 request_audio_token",
		"gpt-4o-mini-realtime-preview-2024-12-17 response_audio_token",
	},
	"the price by the minute in the place of that by the token": {
		"gpt-4o-mini-transcribe request_audio_token",
		"gpt-4o-transcribe request_audio_token",
	},
	"0.005 is the price of gpt-5-nano; its own standard mode and genai have none": {
		"gpt-5-pro cache_read_input_token",
		"gpt-5-pro-2025-10-06 cache_read_input_token",
	},
	"its own standard mode and genai have no price for cached input": {
		"gpt-5.5-pro batch_config cache_read_input_token",
		"gpt-5.5-pro cache_read_input_token",
		"gpt-5.5-pro-2026-04-23 batch_config cache_read_input_token",
		"gpt-5.5-pro-2026-04-23 cache_read_input_token",
	},
	"a tenth of the dated names' prices and of genai's": {
		"gpt-audio-mini request_audio_token",
		"gpt-audio-mini response_audio_token",
	},
	"these models choose the quality themselves; a call that does not tell it is unpriced": {
		"gpt-image-1 image default",
		"gpt-image-1.5 image default",
		"gpt-image-1.5-2025-12-16 image default",
		"gpt-image-2 image default",
		"gpt-image-2-2026-04-21 image default",
	},
	"prices of other kinds of token; genai and later snapshots have ours": {
		"gpt-realtime cache_read_audio_input_token",
		"gpt-realtime cache_read_input_token",
		"gpt-realtime cache_write_input_token",
		"gpt-realtime-2025-08-28 cache_read_audio_input_token",
		"gpt-realtime-2025-08-28 cache_read_input_token",
		"gpt-realtime-2025-08-28 cache_write_input_token",
	},
	"0.08 is the price of cached images; the dated names and genai have ours": {
		"gpt-realtime-mini cache_read_audio_input_token",
	},
	"the price of before 2025; its own standard mode and genai have ours": {
		"o1-mini-2024-09-12 cache_read_input_token",
		"o1-mini-2024-09-12 request_token",
		"o1-mini-2024-09-12 response_token",
	},
})

// genaiDisagreements are the prices of genai that we do not have, with the reason.
var genaiDisagreements = keysOf(map[string][]string{
	"kept the first price; portkey has ours in all modes": {
		"gpt-4o-2024-05-13 cache_read_mtok",
		"gpt-4o-2024-05-13 input_mtok",
		"gpt-4o-2024-05-13 output_mtok",
	},
	"grouped with gpt-4o-mini; portkey has no price for cached input": {
		"gpt-4o-mini-search-preview cache_read_mtok",
		"gpt-4o-mini-search-preview-2025-03-11 cache_read_mtok",
	},
	"checked in April; portkey, in August, has a price for long contexts": {
		"gpt-5-5 cache_read_mtok long",
		"gpt-5-5 input_mtok long",
		"gpt-5-5 output_mtok long",
		"gpt-5-5-2026-04-23 cache_read_mtok long",
		"gpt-5-5-2026-04-23 input_mtok long",
		"gpt-5-5-2026-04-23 output_mtok long",
		"gpt-5-5-2026-04-24 cache_read_mtok long",
		"gpt-5-5-2026-04-24 input_mtok long",
		"gpt-5-5-2026-04-24 output_mtok long",
		"gpt-5-5-chat cache_read_mtok long",
		"gpt-5-5-chat input_mtok long",
		"gpt-5-5-chat output_mtok long",
		"gpt-5-5-chat-latest cache_read_mtok long",
		"gpt-5-5-chat-latest input_mtok long",
		"gpt-5-5-chat-latest output_mtok long",
		"gpt-5-5-codex cache_read_mtok long",
		"gpt-5-5-codex input_mtok long",
		"gpt-5-5-codex output_mtok long",
		"gpt-5-5-pro input_mtok long",
		"gpt-5-5-pro output_mtok long",
		"gpt-5-5-pro-2026-04-23 input_mtok long",
		"gpt-5-5-pro-2026-04-23 output_mtok long",
		"gpt-5.5 cache_read_mtok long",
		"gpt-5.5 input_mtok long",
		"gpt-5.5 output_mtok long",
		"gpt-5.5-2026-04-23 cache_read_mtok long",
		"gpt-5.5-2026-04-23 input_mtok long",
		"gpt-5.5-2026-04-23 output_mtok long",
		"gpt-5.5-2026-04-24 cache_read_mtok long",
		"gpt-5.5-2026-04-24 input_mtok long",
		"gpt-5.5-2026-04-24 output_mtok long",
		"gpt-5.5-chat cache_read_mtok long",
		"gpt-5.5-chat input_mtok long",
		"gpt-5.5-chat output_mtok long",
		"gpt-5.5-chat-latest cache_read_mtok long",
		"gpt-5.5-chat-latest input_mtok long",
		"gpt-5.5-chat-latest output_mtok long",
		"gpt-5.5-codex cache_read_mtok long",
		"gpt-5.5-codex input_mtok long",
		"gpt-5.5-codex output_mtok long",
		"gpt-5.5-pro input_mtok long",
		"gpt-5.5-pro output_mtok long",
		"gpt-5.5-pro-2026-04-23 input_mtok long",
		"gpt-5.5-pro-2026-04-23 output_mtok long",
	},
	"output of which no share is told is images; TestPrice has the price of text": {
		"gpt-image-1.5 output_mtok",
		"gpt-image-1.5-2025-12-16 output_mtok",
	},
})

// keysOf turns reasons with their keys into keys with their reason.
func keysOf(reasons map[string][]string) map[string]string {
	keys := map[string]string{}
	for reason, list := range reasons {
		for _, key := range list {
			keys[key] = reason
		}
	}
	return keys
}
