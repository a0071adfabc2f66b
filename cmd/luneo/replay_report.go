package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/luneo-platform/luneo/internal/kpi"
	"github.com/luneo-platform/luneo/internal/sender"
	"github.com/luneo-platform/luneo/internal/trace"
)

// replayReport is what became of a replay.
type replayReport struct {
	file    string
	survey  trace.Survey
	speed   float64
	took    time.Duration
	result  sender.Summary
	cost    float64 // cents
	costErr error   // why the cost is not known
}

// replayJSON is a report for machines.
type replayJSON struct {
	File            string   `json:"file"`
	Format          string   `json:"format"`
	Rows            int      `json:"rows"`
	Sent            int      `json:"sent"`
	Accepted        int      `json:"accepted"`
	Duplicate       int      `json:"duplicate"`
	Ignored         int      `json:"ignored"`
	Rejected        int      `json:"rejected"`
	Reasons         []string `json:"reasons,omitempty"`
	CostCents       *float64 `json:"costCents"` // null when it is not known
	AckP50Seconds   float64  `json:"ackP50Seconds"`
	AckP99Seconds   float64  `json:"ackP99Seconds"`
	Retries         int      `json:"retries"`
	DurationSeconds float64  `json:"durationSeconds"`
	EventsPerSecond float64  `json:"eventsPerSecond"`
	TimeScale       float64  `json:"timeScale"` // 0.5: times were compressed to half
}

func (r *replayReport) writeJSON(w io.Writer) error {
	return json.NewEncoder(w).Encode(r.machine())
}

func (r *replayReport) writeText(w io.Writer) error {
	_, err := io.WriteString(w, r.text())
	return err
}

func (r *replayReport) machine() replayJSON {
	out := replayJSON{
		File: r.file, Format: string(r.survey.Format), Rows: r.survey.Rows,
		Sent: r.result.Sent, Accepted: r.result.Accepted, Duplicate: r.result.Duplicate,
		Ignored: r.result.Ignored, Rejected: r.result.Rejected, Reasons: r.reasons(),
		AckP50Seconds: r.result.P50.Seconds(), AckP99Seconds: r.result.P99.Seconds(),
		Retries: r.result.Retries, DurationSeconds: r.took.Seconds(),
		EventsPerSecond: r.rate(), TimeScale: r.scale(),
	}
	if r.costErr == nil {
		out.CostCents = &r.cost
	}
	return out
}

func (r *replayReport) text() string {
	var b strings.Builder
	line := func(name, value string) { fmt.Fprintf(&b, "  %-13s%s\n", name, value) }
	fmt.Fprintf(&b, "%s: %s trace of %s rows over %s\n", r.file, r.survey.Format, group(r.survey.Rows), r.survey.Span().Round(time.Second))
	line("sent", group(r.result.Sent))
	line("accepted", group(r.result.Accepted))
	line("duplicate", group(r.result.Duplicate))
	if r.result.Ignored > 0 {
		line("ignored", group(r.result.Ignored))
	}
	line("rejected", group(r.result.Rejected))
	for _, reason := range r.reasons() {
		line("", reason)
	}
	line("cost", r.costText())
	line("acknowledged", fmt.Sprintf("p50 %s, p99 %s a batch", brief(r.result.P50), brief(r.result.P99)))
	line("retries", group(r.result.Retries))
	line("took", fmt.Sprintf("%s, %s events/s", brief(r.took), group(int(r.rate()))))
	if scale := r.scale(); scale < 1 {
		line("times", fmt.Sprintf("compressed to %.1f %%, to fit into %s", 100*scale, trace.MaxAge))
	}
	return b.String()
}

func (r *replayReport) costText() string {
	if r.costErr != nil {
		return "unknown: " + r.costErr.Error()
	}
	return dollars(r.cost)
}

func (r *replayReport) reasons() []string {
	var out []string
	for _, reason := range r.result.Reasons {
		out = append(out, fmt.Sprintf("line %d: %s", reason.Ref, reason))
	}
	return out
}

func (r *replayReport) rate() float64 {
	if r.took <= 0 {
		return 0
	}
	return float64(r.result.Answered()) / r.took.Seconds()
}

// scale is by how much times were compressed; paced replays keep them.
func (r *replayReport) scale() float64 {
	if r.speed > 0 {
		return 1
	}
	return r.survey.Scale()
}

// dollars writes an amount of cents, to a hundredth of a cent.
func dollars(cents float64) string {
	return "$" + strconv.FormatFloat(kpi.MoneyFromCents(cents).Cents()/100, 'f', 4, 64)
}

// brief rounds a duration to about three digits.
func brief(d time.Duration) string {
	for unit := time.Second; unit > 1; unit /= 10 {
		if d >= unit {
			return d.Round(unit / 100).String()
		}
	}
	return d.String()
}

// group writes a whole number with a comma between thousands.
func group(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
