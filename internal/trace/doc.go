// Package trace reads recorded LLM request traces and Luneo's own NDJSON, and
// turns each row into an event for POST /api/metrics/batch.
//
// It guarantees that the same content gives the same events each time: the
// same ids, usage and durations, whatever the name of the file, its
// compression, its line ends and the time of day. Only the timestamps are
// chosen at sending. It holds one row in memory at a time (and, for Mooncake's
// JSONL, the hash ids seen so far up to a limit). It does not check what the
// server checks: a line of NDJSON passes through as it is written, and only a
// member that is given twice, which could not pass, is an error.
//
// # Formats
//
// The content decides, not the name; gzip is recognised. Header names are
// compared without regard to case and punctuation.
//
//   - azure: CSV of the Azure LLM inference traces of 2023 and 2024:
//     TIMESTAMP, ContextTokens, GeneratedTokens (Azure/AzurePublicDataset).
//   - burstgpt: CSV with Timestamp, Model, Request tokens, Response tokens and,
//     optionally, Elapsed time, all in seconds (HPMLL/BurstGPT); also with the
//     names timestamp_s and elapsed_s. A row without response tokens is a failed call.
//   - mooncake: JSONL with timestamp (ms), input_length, output_length, hash_ids
//     (kvcache-ai/Mooncake), or CSV with timestamp_ms, input_length,
//     output_length and, optionally, prefix_blocks_seen.
//   - luneo: the lines of an NDJSON body of /api/metrics/batch, any type of event.
//
// # What a trace does not say
//
// Events of traces are calls of the operation "chat". Azure and Mooncake name
// no model: Options.Model stands in. BurstGPT's GPT-4 is gpt-4, its ChatGPT is
// gpt-3.5-turbo. A duration that is not in the file is, in whole milliseconds,
//
//	400 + 20 × output tokens + input tokens ÷ 20 (rounded down)
//
// Mooncake's cached input is the number of leading 512-token blocks that an
// earlier request had, times 512, at most the input. A failed call carries no
// usage, so it costs nothing.
//
// # Ids
//
// The id of a row is the format's name, a dash and the first 24 hex digits of a
// running hash: h(0) = SHA-256(format, model), h(n) = SHA-256(h(n-1), bytes of
// row n). So it depends on everything up to its row: files that differ anywhere
// before it share no later id, and a file that has grown keeps the ids of its
// old rows. Options.Model takes part because another model makes other events.
// A line of NDJSON that has an id keeps it.
package trace
