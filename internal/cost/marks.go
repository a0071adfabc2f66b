package cost

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/safefile"
)

// Mark says that the spend of a span was, or will be, expected.
type Mark struct {
	ID     string    `json:"id"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Reason string    `json:"reason"`
	// By names the credential that set it; empty for an anonymous caller.
	By string    `json:"by,omitempty"`
	At time.Time `json:"at"`
}

const (
	// maxMarks bounds the marks; each makes every estimate a little dearer.
	maxMarks = 200
	// markLife is how long a mark is kept after its span has ended: the longest
	// history and the longest window.
	markLife = 366 * day
	// maxMarkSpan and maxReason bound one mark.
	maxMarkSpan = 31 * day
	maxReason   = 500
)

// marks are kept in a file, which is written whole and durably each time.
type marks struct {
	file string
	now  func() time.Time

	mu    sync.Mutex
	marks []Mark
	next  int
}

// marksFile is the form of the file.
type marksFile struct {
	Version int    `json:"version"`
	Next    int    `json:"next"`
	Marks   []Mark `json:"marks"`
}

func openMarks(file string, now func() time.Time) (*marks, error) {
	m := &marks{file: file, now: now, next: 1}
	if file == "" {
		return m, nil
	}
	text, err := os.ReadFile(filepath.Clean(file))
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the spikes marked as expected: %w", err)
	}
	var f marksFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("reading the spikes marked as expected, %s: %w", file, err)
	}
	if f.Version != 1 {
		return nil, fmt.Errorf("reading the spikes marked as expected, %s: it is of version %d, this Luneo knows 1", file, f.Version)
	}
	m.marks, m.next = f.Marks, f.Next
	return m, nil
}

// list returns the marks, the oldest first.
func (m *marks) list() []Mark {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.marks)
}

func (m *marks) spans() []Span {
	var spans []Span
	for _, mark := range m.list() {
		spans = append(spans, Span{mark.From, mark.To})
	}
	return spans
}

// add keeps a mark and gives it an id. What has expired makes room.
func (m *marks) add(mark Mark) (Mark, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	kept := slices.DeleteFunc(slices.Clone(m.marks), func(old Mark) bool { return now.Sub(old.To) > markLife })
	if len(kept) >= maxMarks {
		return Mark{}, kpi.Errorf(kpi.KindTooLarge, "There are %d spans marked as expected, which is the limit; delete some first.", len(kept))
	}
	mark.ID, mark.At = strconv.Itoa(m.next), now.UTC().Truncate(time.Second)
	kept = append(kept, mark)
	if err := m.write(kept, m.next+1); err != nil {
		return Mark{}, notKept(err)
	}
	m.marks, m.next = kept, m.next+1
	return mark, nil
}

func (m *marks) remove(id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := slices.DeleteFunc(slices.Clone(m.marks), func(old Mark) bool { return old.ID == id })
	if len(kept) == len(m.marks) {
		return kpi.Errorf(kpi.KindNotFound, "No span marked as expected has the id %q.", id)
	}
	if err := m.write(kept, m.next); err != nil {
		return notKept(err)
	}
	m.marks = kept
	return nil
}

func notKept(err error) error {
	return &kpi.Error{Kind: kpi.KindUnavailable, Message: "The change could not be written to the disk; nothing has changed.", Err: err}
}

// write replaces the file.
func (m *marks) write(list []Mark, next int) error {
	if m.file == "" {
		return nil
	}
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetIndent("", "  ")
	if err := out.Encode(marksFile{Version: 1, Next: next, Marks: list}); err != nil {
		return err
	}
	return safefile.Replace(m.file, text.Bytes())
}
