package notify

import (
	"log/slog"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Options configure a Notifier. All are needed.
type Options struct {
	// Dir holds silences, the log of notifications and the alerts; it is made
	// when it is missing.
	Dir string
	// ExternalURL is where links lead.
	ExternalURL *url.URL
	Settings    Settings
	Registerer  prometheus.Registerer
	Logger      *slog.Logger
}

// Settings are what a reload can change: where to notify, in the short form or
// as a whole configuration of Alertmanager.
type Settings struct {
	// File is a configuration file in Alertmanager's own schema; when it is set,
	// Short is not looked at.
	File  string
	Short Short
	// Draw draws alerts' metrics; nil: messages have no charts.
	Draw Draw
	// Fallback is who is told when a receiver fails for a while.
	Fallback Fallback
	// Templates are further templates that messages use, in Alertmanager's
	// language.
	Templates string
}

// Dir is the folder of the notifier's state inside a data directory.
const Dir = "alertmanager"

const (
	// retention is how long ended silences and notes of notifications are kept.
	retention = 5 * 24 * time.Hour
	// maintenance is how often what has expired is forgotten.
	maintenance = 15 * time.Minute
	// alertCollection is how often ended alerts are forgotten.
	alertCollection = 5 * time.Minute
	// groupMaintenance is how often empty groups are forgotten.
	groupMaintenance = 30 * time.Second
	// requestTimeout bounds a request to the API, concurrency how many reads run
	// at a time.
	requestTimeout = 30 * time.Second
	concurrency    = 16
	// maxSilences and maxSilenceBytes bound what callers can have kept.
	maxSilences     = 5_000
	maxSilenceBytes = 16 << 10
	// maxAlertsPerName bounds the alerts of one rule.
	maxAlertsPerName = 10_000
)
