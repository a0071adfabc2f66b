package trace

// azure reads the Azure LLM inference traces.
type azure struct {
	cols                columns
	model               string
	time, input, output int
}

func newAzure(cols columns, model string) *azure {
	return &azure{cols, model, cols.find("timestamp"), cols.find("contexttokens"), cols.find("generatedtokens")}
}

func (a *azure) parse(line []byte) (record, error) {
	row, err := a.cols.split(line)
	if err != nil {
		return record{}, err
	}
	at, err := row.instant(a.time)
	if err != nil {
		return record{}, err
	}
	input, err := row.count(a.input, "tokens")
	if err != nil {
		return record{}, err
	}
	output, err := row.count(a.output, "tokens")
	if err != nil {
		return record{}, err
	}
	c := &call{model: a.model, input: input, output: output, duration: modelledDuration(input, output)}
	return record{at: at, timed: true, event: c}, nil
}
