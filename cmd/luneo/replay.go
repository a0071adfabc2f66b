package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/luneo-platform/luneo/internal/trace"
)

// defaultURL is where luneo serve listens.
const defaultURL = "http://127.0.0.1:4000"

// replayOptions are the command line of luneo replay.
type replayOptions struct {
	file        string // - is the standard input
	url         string
	speed       float64 // 0: as fast as the server takes events
	model       string
	batch       int
	connections int
	gzip        bool
	token       string
}

const replayHelp = `Feed a recorded trace to a running server, with its times shifted to now.
FILE may be compressed with gzip; - is the standard input. What it holds is
recognised by its content:

  Azure LLM inference CSV   TIMESTAMP, ContextTokens, GeneratedTokens
  BurstGPT CSV              Timestamp, Model, Request tokens, Response tokens...
  Mooncake JSONL or CSV     timestamp, input_length, output_length, hash_ids
  Luneo's NDJSON            lines as POST /api/metrics/batch takes them

Ids come from the content of the file up to each row, so a replay that was
interrupted and is run again counts nothing twice while the server remembers
the ids (24 hours). Another --model makes other events and so other ids.

Traces that name no model are of --model; calls without a duration are said to
take 400 ms + 20 ms an output token + 1 ms for each 20 input tokens.

With --speed max the last row happens now; a trace of more than 23 hours is
compressed to fit into them. With a number each row is sent when it is due:
1 is as recorded, 10 is ten times as fast.

The cost in the summary is by how much luneo_openai_cost_cents grew on the
server during the replay, so it includes what others sent at the same time.
The token needs the scope ingest, and read for the cost.`

func newReplayCommand() *cobra.Command {
	var o replayOptions
	var speed, tokenFile string
	var asJSON bool
	c := &cobra.Command{
		Use:   "replay FILE",
		Short: "Feed a recorded trace to a running server",
		Long:  replayHelp,
		Args:  oneFile,
		RunE: func(c *cobra.Command, args []string) (err error) {
			o.file = args[0]
			if o.speed, err = parseSpeed(speed); err != nil {
				return usageError{err}
			}
			if o.token, err = readToken(tokenFile); err != nil {
				return err
			}
			report, err := replay(c.Context(), o, terminal{in: c.InOrStdin(), err: c.ErrOrStderr()})
			if report == nil {
				return err
			}
			write := report.writeText
			if asJSON {
				write = report.writeJSON
			}
			return errors.Join(err, write(c.OutOrStdout()))
		},
	}
	flags := c.Flags()
	flags.StringVar(&o.url, "url", cmp.Or(os.Getenv("LUNEO_URL"), defaultURL), "Address of the server; LUNEO_URL sets it too.")
	flags.StringVar(&speed, "speed", "max", "How many times as fast as recorded: a number, or max.")
	flags.StringVar(&o.model, "model", trace.DefaultModel, "Model of the calls of a trace that names none.")
	flags.IntVar(&o.batch, "batch", 500, "Most events in one request.")
	flags.IntVar(&o.connections, "connections", 4, "How many requests are under way at once.")
	flags.BoolVar(&o.gzip, "gzip", false, "Compress the requests.")
	flags.StringVar(&tokenFile, "token-file", "", "File that holds the bearer token; without it LUNEO_TOKEN is used.")
	flags.BoolVar(&asJSON, "json", false, "Print the summary as JSON.")
	return c
}

func parseSpeed(s string) (float64, error) {
	if s == "max" {
		return 0, nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= 0.001 && n <= 1e6) {
		return 0, fmt.Errorf("--speed is %q, expected max or a number from 0.001 to 1000000", s)
	}
	return n, nil
}

// maxToken is more than any token has.
const maxToken = 4096

// readToken reads a file that holds one token, or LUNEO_TOKEN when there is no
// file. Errors do not repeat it.
func readToken(name string) (string, error) {
	if name == "" {
		return os.Getenv("LUNEO_TOKEN"), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("--token-file: %w", err)
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(io.LimitReader(f, maxToken+1))
	if err != nil {
		return "", fmt.Errorf("--token-file: %w", err)
	}
	token := strings.TrimSpace(string(content))
	if token == "" || len(token) > maxToken || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fmt.Errorf("--token-file: %s does not hold one token of 1 to %d printable ASCII characters", name, maxToken)
	}
	return token, nil
}
