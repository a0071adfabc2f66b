package bullmq

import (
	"maps"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// queueLimit bounds the queues that are watched on all servers together.
const queueLimit = 2000

// names gives each watched queue a label of its own: its plain name, unless
// another has it; then with where it is before it. Safe for concurrent use.
type names struct {
	mu     sync.Mutex
	owners map[string]place
	labels map[place]string
}

func newNames() *names {
	return &names{owners: map[string]place{}, labels: map[place]string{}}
}

// room reports whether one more queue may be watched; one that was before a
// restart always may.
func (n *names) room(known bool) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return known || len(n.labels) < queueLimit
}

// claim takes a label for a queue: the one that it had before, if it is free.
func (n *names) claim(p place, before string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, label := range []string{before, labelOf(p.queue), labelOf(p.server + "/" + p.prefix + ":" + p.queue)} {
		owner, taken := n.owners[label]
		if label != "" && (!taken || owner == p) {
			n.owners[label], n.labels[p] = p, label
			return label
		}
	}
	return kpi.LabelOther // names that are alike in their first 200 bytes
}

// labelOf is a name as a label takes it: valid UTF-8 without control
// characters, of at most 200 bytes.
func labelOf(name string) string {
	const most = 200
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(name, string(unicode.ReplacementChar)))
	if len(clean) <= most {
		return clean
	}
	cut := most - len("…")
	for !utf8.RuneStart(clean[cut]) {
		cut--
	}
	return clean[:cut] + "…"
}

// reserve keeps a label for a queue that had it before a restart.
func (n *names) reserve(p place, label string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, taken := n.owners[label]; !taken {
		n.owners[label] = p
	}
}

// release gives up the labels of a queue, be they claimed or reserved.
func (n *names) release(p place) {
	n.mu.Lock()
	defer n.mu.Unlock()
	maps.DeleteFunc(n.owners, func(_ string, owner place) bool { return owner == p })
	delete(n.labels, p)
}

// has reports whether a label is a watched queue's, or of one that was watched
// before a restart and is still to be found.
func (n *names) has(label string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, ok := n.owners[label]
	return ok
}
