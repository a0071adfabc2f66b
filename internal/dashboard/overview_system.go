package dashboard

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// systemPanels show the machine that Luneo runs on.
func systemPanels() []dashboard.Panel {
	return []dashboard.Panel{
		areas(panel{
			id: 301, title: "CPU · share of all processors, by mode", w: 8, h: 8, unit: "percentunit", max: new(1.0),
			reading: "What the processors did, of all that they could. The rest to 100 % is idle. iowait is waiting for a disk, steal is what the host of a virtual machine took.",
			queries: []query{{
				expr: "sum by (mode) (rate(luneo_host_cpu_seconds_total" + filter(`mode!="idle",`+instanceFilter) + "[" + window + "])) / on () group_left () sum(luneo_host_cpus" +
					filter(instanceFilter) + ")",
				legend: "{{mode}}",
			}},
		}),
		lines(panel{
			id: 302, title: "Memory · used and there", w: 8, h: 8, unit: "bytes",
			reading: "Used is what could not be given to a program; caches are not used. Swap that grows while memory is full slows everything down.",
			queries: []query{
				{expr: "sum by (instance) (luneo_host_memory_used_bytes" + filter(instanceFilter) + ")", legend: "{{instance}} used"},
				{expr: "sum by (instance) (luneo_host_memory_size_bytes" + filter(instanceFilter) + ")", legend: "{{instance}} there"},
				{expr: "sum by (instance) (luneo_host_swap_used_bytes" + filter(instanceFilter) + ")", legend: "{{instance}} swap used"},
			},
			overrides: []dashboard.DashboardFieldConfigSourceOverrides{byPattern("/ there$/", color(usualColor), dashed())},
		}),
		ranking(panel{
			id: 303, title: "File systems · share used", w: 8, h: 8, unit: "percentunit", decimals: new(0.0), min: new(0.0), max: new(1.0),
			reading: "How full each file system is, without what is reserved for root, the fullest first.",
			queries: []query{now("sort_desc(topk(8, max by (instance, mountpoint) (luneo_host_filesystem_used_bytes"+filter(instanceFilter)+
				" / (luneo_host_filesystem_used_bytes"+filter(instanceFilter)+" + luneo_host_filesystem_free_bytes"+filter(instanceFilter)+"))))", "{{instance}} {{mountpoint}}")},
		}),
		lines(panel{
			id: 304, title: "Network · bytes per second", w: 8, h: 7, unit: "Bps",
			reading: "What all interfaces of the machine received and sent.",
			queries: []query{
				{expr: rate("luneo_host_network_receive_bytes_total", instanceFilter, "instance"), legend: "{{instance}} received"},
				{expr: rate("luneo_host_network_transmit_bytes_total", instanceFilter, "instance"), legend: "{{instance}} sent"},
			},
		}),
		lines(panel{
			id: 305, title: "Disks · bytes per second", w: 8, h: 7, unit: "Bps",
			reading: "What was read from and written to all disks of the machine.",
			queries: []query{
				{expr: rate("luneo_host_disk_read_bytes_total", instanceFilter, "instance"), legend: "{{instance}} read"},
				{expr: rate("luneo_host_disk_written_bytes_total", instanceFilter, "instance"), legend: "{{instance}} written"},
			},
		}),
		lines(panel{
			id: 306, title: "Load · 1, 5 and 15 minutes", w: 8, h: 7, unit: "short",
			reading: "How many threads ran or wanted to. Above the number of processors, the dashed line, some had to wait.",
			queries: []query{
				{expr: "max by (instance) (luneo_host_load1" + filter(instanceFilter) + ")", legend: "{{instance}} 1 min"},
				{expr: "max by (instance) (luneo_host_load5" + filter(instanceFilter) + ")", legend: "{{instance}} 5 min"},
				{expr: "max by (instance) (luneo_host_load15" + filter(instanceFilter) + ")", legend: "{{instance}} 15 min"},
				{expr: "max by (instance) (luneo_host_cpus" + filter(instanceFilter) + ")", legend: "{{instance}} processors"},
			},
			overrides: []dashboard.DashboardFieldConfigSourceOverrides{byPattern("/ processors$/", color(usualColor), dashed())},
		}),
	}
}
