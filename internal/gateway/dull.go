package gateway

import "bytes"

// Most events of a stream say nothing but the next word of it. Once model and first
// token are known those are told from the others by a look at their bytes, for a
// tenth of what it takes to read them.

// feedEvents reads a piece of a stream of events.
func (t *tap) feedEvents(p []byte) {
	for len(p) > 0 {
		n := endOfEvent(p)
		switch {
		case n < 0:
			t.events.feed(p)
			return
		case !t.settled() || !t.events.between() || !dull(p[:n]):
			t.events.feed(p[:n])
		}
		p = p[n:]
	}
}

// settled reports whether only usage and errors are still to be found.
func (t *tap) settled() bool { return t.said.model != "" && !t.said.firstToken.IsZero() }

// endOfEvent is the length of the first event in a piece that has its end; -1
// when none has, or lines end otherwise than most do.
func endOfEvent(p []byte) int {
	if i := bytes.Index(p, []byte("\n\n")); i >= 0 {
		return i + 2
	}
	return -1
}

// dull reports whether a whole event can't say anything of usage or errors: one of
// a chat, which has no name, or one of a response that brings the next piece.
func dull(event []byte) bool {
	if name, ok := bytes.CutPrefix(event, []byte("event: ")); ok {
		line, _, _ := bytes.Cut(name, []byte("\n"))
		return bytes.HasSuffix(line, []byte(".delta"))
	}
	return bytes.HasPrefix(event, []byte("data: {")) && !bytes.Contains(event, []byte("error")) && !tellsUsage(event) &&
		bytes.Count(event, []byte("\n")) == 2
}

// tellsUsage reports whether there is a member usage that is not null.
func tellsUsage(event []byte) bool {
	_, value, found := bytes.Cut(event, []byte(`"usage"`))
	return found && !bytes.HasPrefix(value, []byte(":null"))
}
