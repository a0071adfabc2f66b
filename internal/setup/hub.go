package setup

import (
	"sync"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// MaxListeners bounds how many streams are open at once.
const MaxListeners = 32

// hub tells listeners what happens. It never waits for one: a listener gets the
// newest of what was received and may miss changes when it is far behind.
type hub struct {
	mu        sync.Mutex
	listeners map[*listener]struct{}
	closed    chan struct{}
	closing   sync.Once
}

// listener is one open stream.
type listener struct {
	sources chan Source
	recent  chan Recent // the newest alone
}

func newHub() *hub {
	return &hub{listeners: map[*listener]struct{}{}, closed: make(chan struct{})}
}

// join adds a listener until leave is called.
func (h *hub) join() (l *listener, leave func(), err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.listeners) >= MaxListeners {
		return nil, nil, kpi.Errorf(kpi.KindUnavailable, "%d pages listen already, which is the limit. Close one.", MaxListeners)
	}
	l = &listener{sources: make(chan Source, 2*len(kinds())), recent: make(chan Recent, 1)}
	h.listeners[l] = struct{}{}
	return l, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners, l)
	}, nil
}

// count is how many listen.
func (h *hub) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.listeners)
}

// close sends every listener away, those that are still to come as well.
func (h *hub) close() { h.closing.Do(func() { close(h.closed) }) }

func (h *hub) changed(s Source) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.listeners {
		select {
		case l.sources <- s:
		default:
		}
	}
}

func (h *hub) received(r Recent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.listeners {
		select {
		case <-l.recent: // in place of one that nobody has taken yet
		default:
		}
		l.recent <- r // the hub alone sends, so there is room
	}
}
