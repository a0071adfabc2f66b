package meter

import (
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
)

// PushedWaits are the ages of the oldest waiting jobs that clients have sent, by
// queue_name; those that nobody has renewed are not among them.
func (m *Meter) PushedWaits(now time.Time) map[string]time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	waits := map[string]time.Duration{}
	for _, s := range m.families[kpi.QueueWaitTimeCurrent].series {
		if s.shown(now) {
			waits[s.labels[0]] = time.Duration(s.value)
		}
	}
	return waits
}
