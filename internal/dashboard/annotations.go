package dashboard

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// annotations mark on every chart when alerts fired, when Luneo started and
// what people noted, deploys above all.
func annotations() []dashboard.AnnotationQuery {
	return []dashboard.AnnotationQuery{
		mark(event{
			name: "Alerts firing", color: limitColor,
			expr: `max by (alertname, severity, about) (label_join(ALERTS{alertstate="firing",alertname!="Watchdog"}, ` +
				`"about", " ", "severity", "queue_name", "time_window", "section", "model", "type"))`,
			title: "{{alertname}}", text: "{{about}}", tags: "severity",
		}),
		mark(event{
			name: "Luneo starts", color: usualColor, valueIsTime: true,
			expr:  "(process_start_time_seconds and on (job, instance) luneo_build_info) * 1000",
			title: "Luneo started", text: "{{instance}}",
		}),
		mark(event{
			name: "Marks", color: measureColor, valueIsTime: true,
			expr:  "max by (text, tags) (luneo_annotation_timestamp_seconds) * 1000",
			title: "{{text}}", text: "Noted in Luneo", tags: "tags",
		}),
	}
}

// event is a query whose results are moments or spans.
type event struct {
	name, color, expr string
	title, text, tags string
	// valueIsTime says that the value is when it was, in milliseconds since
	// 1970; else it is while the series is there.
	valueIsTime bool
}

// mark is the annotation of an event. Grafana's Prometheus data source reads
// the query from target and the rest from the annotation itself.
func mark(e event) dashboard.AnnotationQuery {
	a := dashboard.AnnotationQuery{
		Name: e.name, Datasource: source(), Enable: true, IconColor: e.color,
		Target: prometheus.Dataquery{
			RefId: new("Anno"), Expr: e.expr, Range: new(true), Instant: new(false), Interval: new(minStep),
			EditorMode: new(prometheus.QueryEditorModeCode),
		},
		TitleFormat: &e.title, TextFormat: &e.text, UseValueForTime: new(e.valueIsTime),
	}
	if e.tags != "" {
		a.TagKeys = &e.tags
	}
	return a
}
