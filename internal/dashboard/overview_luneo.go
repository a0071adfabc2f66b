package dashboard

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// ofLuneo keeps the series of processes that are Luneo: others have metrics of these names too.
func ofLuneo(metric string) string {
	return fmt.Sprintf("max by (instance) (%s%s and on (job, instance) luneo_build_info)", metric, filter(instanceFilter))
}

// luneoWork shows what Luneo takes in and how it keeps up.
func luneoWork() []dashboard.Panel {
	const events = "luneo_ingest_events_total"
	return []dashboard.Panel{
		lines(panel{
			id: 401, title: "Events · per second, by what became of them", w: 8, h: 8, unit: "short",
			reading: "Events that Luneo counted, that it had counted before under the same id, and that it refused.",
			queries: []query{{expr: rate(events, instanceFilter, "result"), legend: "{{result}}"}},
		}),
		lines(panel{
			id: 402, title: "Refused events · share, by endpoint", w: 8, h: 8, unit: "percentunit",
			guard: "LuneoEventsRefused", limit: new(refusedRatioLimit),
			reading: "The share of the events sent to each endpoint in the last 15 minutes that were refused and are not counted. " +
				"LuneoEventsRefused fires above 5 % with at least 5 of them. The answer that the client gets says what is wrong.",
			queries: []query{{
				expr:   increase(events, `result="rejected",`+instanceFilter, "type", "15m") + " / (" + increase(events, instanceFilter, "type", "15m") + " > 0)",
				legend: "{{type}}",
			}},
		}),
		lines(panel{
			id: 403, title: "Commit duration · median and p99", w: 8, h: 8, unit: "s",
			reading: "How long it takes until a group of events is safe on disk. Callers wait that long for their answer. A rise is a slow or busy disk.",
			queries: []query{
				{expr: commits(0.5), legend: "median"},
				{expr: commits(0.99), legend: "p99"},
			},
		}),
		lines(panel{
			id: 404, title: "Scrape and rules · time taken", w: 8, h: 7, unit: "s",
			reading: "How long reading Luneo's own metrics takes, and one evaluation of all rules. Both have to stay far below their interval, 5 s by default.",
			queries: []query{
				{expr: "max(scrape_duration_seconds" + filter(instanceFilter) + " and on (job, instance) luneo_build_info)", legend: "scrape"},
				{expr: "sum(prometheus_rule_group_last_duration_seconds" + filter(instanceFilter) + ")", legend: "rules"},
			},
		}),
		ranking(panel{
			id: 405, title: "Label values · share of the limit", w: 8, h: 7, unit: "percentunit", decimals: new(0.0), min: new(0.0), max: new(1.0),
			reading: "How many distinct values each label has, of those that it may have. At 100 % new values are counted as other: sums stay right, the split does not.",
			queries: []query{now("sort_desc(topk(8, max by (event, label) (luneo_label_values"+filter(instanceFilter)+
				") / on () group_left () max(luneo_label_values_limit"+filter(instanceFilter)+")))", "{{event}} · {{label}}")},
		}),
		lines(panel{
			id: 406, title: "Disk of the data · share free", w: 8, h: 7, unit: "percentunit", max: new(1.0),
			guard: "LuneoDiskFilling", limit: new(diskFreeRatioLimit),
			reading: "How much of the file system of the data directory is free. LuneoDiskFilling fires below 5 %, and earlier when it will be full within a day.",
			queries: []query{{
				expr:   "max by (instance) (luneo_data_disk_free_bytes" + filter(instanceFilter) + " / luneo_data_disk_size_bytes" + filter(instanceFilter) + ")",
				legend: "{{instance}}",
			}},
		}),
	}
}

func commits(share float64) string {
	return histogram{metric: "luneo_journal_commit_duration_seconds", filter: instanceFilter, over: window}.quantile(share)
}

// luneoResources shows what Luneo uses.
func luneoResources() []dashboard.Panel {
	return []dashboard.Panel{
		lines(panel{
			id: 407, title: "Memory of Luneo · resident and heap", w: 6, h: 7, unit: "bytes",
			reading: "Resident is what the process takes from the machine, the file pages of its history included; the heap is what it works with.",
			queries: []query{
				{expr: ofLuneo("process_resident_memory_bytes"), legend: "{{instance}} resident"},
				{expr: ofLuneo("go_memstats_heap_inuse_bytes"), legend: "{{instance}} heap"},
			},
		}),
		lines(panel{
			id: 408, title: "Goroutines and files · open now", w: 6, h: 7, unit: "short", decimals: new(0.0),
			reading: "Both move with the number of connections and then go back. A line that only climbs is a leak.",
			queries: []query{
				{expr: ofLuneo("go_goroutines"), legend: "{{instance}} goroutines"},
				{expr: ofLuneo("process_open_fds"), legend: "{{instance}} files"},
			},
		}),
		lines(panel{
			id: 409, title: "History · series in memory", w: 6, h: 7, unit: "short",
			reading: "How many series the history has taken samples of in the last hours. It grows with label values, and is most of Luneo's memory.",
			queries: []query{{expr: "max by (instance) (prometheus_tsdb_head_series" + filter(instanceFilter) + ")", legend: "{{instance}}"}},
		}),
		lines(panel{
			id: 410, title: "Data on disk · and written per minute", w: 6, h: 7, unit: "bytes",
			reading: "What the history takes on disk: finished blocks, which retention bounds, and the write-ahead log of the last hours; and what the journal wrote per minute.",
			queries: []query{
				{expr: "sum(prometheus_tsdb_storage_blocks_bytes" + filter(instanceFilter) + ")", legend: "blocks"},
				{expr: "sum(prometheus_tsdb_wal_storage_size_bytes" + filter(instanceFilter) + ") + sum(prometheus_tsdb_head_chunks_storage_size_bytes" + filter(instanceFilter) + ")", legend: "log"},
				{expr: "60 * " + rate("luneo_journal_written_bytes_total", instanceFilter, ""), legend: "journal, per minute"},
			},
		}),
	}
}
