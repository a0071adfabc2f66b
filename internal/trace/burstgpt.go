package trace

import (
	"strings"
	"time"
)

// burstGPT reads the BurstGPT traces. elapsed is -1 when the file has no such column.
type burstGPT struct {
	cols                                  columns
	time, elapsed, model, request, answer int
}

func newBurstGPT(cols columns) (*burstGPT, error) {
	p := &burstGPT{
		cols:    cols,
		time:    cols.find("timestamp", "timestamps"),
		elapsed: cols.find("elapsedtime", "elapseds"),
		model:   cols.find("model"),
		request: cols.find("requesttokens"),
		answer:  cols.find("responsetokens"),
	}
	if p.time < 0 {
		return nil, &Error{Detail: "is a header of BurstGPT without its Timestamp column"}
	}
	return p, nil
}

func (p *burstGPT) parse(line []byte) (record, error) {
	row, err := p.cols.split(line)
	if err != nil {
		return record{}, err
	}
	at, err := row.span(p.time, time.Second, "seconds")
	if err != nil {
		return record{}, err
	}
	c, err := p.call(row)
	return record{at: at, timed: true, event: c}, err
}

func (p *burstGPT) call(row cells) (*call, error) {
	input, err := row.count(p.request, "tokens")
	if err != nil {
		return nil, err
	}
	output, err := row.count(p.answer, "tokens")
	if err != nil {
		return nil, err
	}
	model := openAIName(row.values[p.model])
	if model == "" || len(model) > 256 {
		return nil, row.wrong(p.model, "the name of a model, at most 256 bytes")
	}
	c := &call{model: model, failed: output == 0, input: input, output: output}
	if p.elapsed < 0 {
		c.duration = modelledDuration(input, output)
		return c, nil
	}
	c.duration, err = row.span(p.elapsed, time.Second, "seconds")
	return c, err
}

// openAIName gives BurstGPT's product names the names of the API.
func openAIName(model string) string {
	switch model {
	case "GPT-4":
		return "gpt-4"
	case "ChatGPT":
		return "gpt-3.5-turbo"
	}
	return strings.ToLower(model)
}
