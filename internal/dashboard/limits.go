package dashboard

// The limits of the alert rules in monitoring/prometheus/alerts.yml, in the
// unit of the rule. A test holds them to that file.
const (
	queueWaitLimit     = 60.0 // seconds
	errorRatioLimit    = 0.01
	costFactor         = 2.0 // times the baseline
	refusedRatioLimit  = 0.05
	diskFreeRatioLimit = 0.05
)
