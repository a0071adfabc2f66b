package host

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// Metric is one metric that this package shows.
type Metric struct {
	Name   string
	Type   prometheus.ValueType
	Help   string
	Labels []string
	// Own says that it is about Luneo, its data or this package's reading, and
	// not about the machine.
	Own bool
}

// metricID is a metric's place in the table.
type metricID int

const (
	cpuSeconds metricID = iota
	cpus
	memorySize
	memoryAvailable
	memoryUsed
	swapSize
	swapUsed
	filesystemSize
	filesystemFree
	filesystemUsed
	diskRead
	diskWritten
	receivedBytes
	receivedPackets
	receiveErrors
	sentBytes
	sentPackets
	sendErrors
	load1
	load5
	load15
	bootTime
	dataDiskSize
	dataDiskFree
	readingFailures
	readingsMissing
	devicesLeftOut
	devicesLimit
)

// Metrics lists everything that Collect shows. Labels are named as
// node_exporter names them, so that one panel serves both.
func Metrics() []Metric {
	const counter, gauge = prometheus.CounterValue, prometheus.GaugeValue
	filesystem, device, part := []string{"device", "fstype", "mountpoint"}, []string{"device"}, []string{"part"}
	return []Metric{
		cpuSeconds:      {"luneo_host_cpu_seconds_total", counter, "Seconds that all processors together have spent in a mode since the machine started", []string{"mode"}, false},
		cpus:            {"luneo_host_cpus", gauge, "Logical processors", nil, false},
		memorySize:      {"luneo_host_memory_size_bytes", gauge, "Memory of the machine", nil, false},
		memoryAvailable: {"luneo_host_memory_available_bytes", gauge, "Memory that programs could still get without swapping", nil, false},
		memoryUsed:      {"luneo_host_memory_used_bytes", gauge, "Memory that is in use and could not be given to a program", nil, false},
		swapSize:        {"luneo_host_swap_size_bytes", gauge, "Swap space", nil, false},
		swapUsed:        {"luneo_host_swap_used_bytes", gauge, "Swap space in use", nil, false},
		filesystemSize:  {"luneo_host_filesystem_size_bytes", gauge, "Size of a file system", filesystem, false},
		filesystemFree:  {"luneo_host_filesystem_free_bytes", gauge, "Free space of a file system, without what is reserved for root", filesystem, false},
		filesystemUsed:  {"luneo_host_filesystem_used_bytes", gauge, "Used space of a file system", filesystem, false},
		diskRead:        {"luneo_host_disk_read_bytes_total", counter, "Bytes read from a disk since the machine started", device, false},
		diskWritten:     {"luneo_host_disk_written_bytes_total", counter, "Bytes written to a disk since the machine started", device, false},
		receivedBytes:   {"luneo_host_network_receive_bytes_total", counter, "Bytes received by an interface", device, false},
		receivedPackets: {"luneo_host_network_receive_packets_total", counter, "Packets received by an interface", device, false},
		receiveErrors:   {"luneo_host_network_receive_errors_total", counter, "Errors of an interface while receiving", device, false},
		sentBytes:       {"luneo_host_network_transmit_bytes_total", counter, "Bytes sent by an interface", device, false},
		sentPackets:     {"luneo_host_network_transmit_packets_total", counter, "Packets sent by an interface", device, false},
		sendErrors:      {"luneo_host_network_transmit_errors_total", counter, "Errors of an interface while sending", device, false},
		load1:           {"luneo_host_load1", gauge, "Load average of 1 minute", nil, false},
		load5:           {"luneo_host_load5", gauge, "Load average of 5 minutes", nil, false},
		load15:          {"luneo_host_load15", gauge, "Load average of 15 minutes", nil, false},
		bootTime:        {"luneo_host_boot_time_seconds", gauge, "When the machine started, seconds since 1970", nil, false},
		dataDiskSize:    {"luneo_data_disk_size_bytes", gauge, "Size of the file system that holds the data directory", nil, true},
		dataDiskFree:    {"luneo_data_disk_free_bytes", gauge, "Space that Luneo could still use on the file system that holds the data directory", nil, true},
		readingFailures: {"luneo_host_reading_failures_total", counter, "Readings of the host since the start that failed, took too long or still hang", part, true},
		readingsMissing: {"luneo_host_readings_missing", gauge, "Parts of the host that are not shown, as they could not be read for 30 seconds", part, true},
		devicesLeftOut:  {"luneo_host_devices_left_out", gauge, "Disks, file systems and interfaces that are not shown, for there are too many", part, true},
		devicesLimit:    {"luneo_host_devices_limit", gauge, "Most disks, file systems and interfaces that are shown, of each", nil, true},
	}
}

// metrics makes what a registry takes out of the table.
type metrics struct {
	table []Metric
	descs []*prometheus.Desc
}

func newMetrics() metrics {
	m := metrics{table: Metrics()}
	for _, t := range m.table {
		m.descs = append(m.descs, prometheus.NewDesc(t.Name, t.Help, t.Labels, nil))
	}
	return m
}

// of makes one sample. A mount point can hold any bytes, a label only UTF-8.
func (m metrics) of(id metricID, value float64, labels ...string) prometheus.Metric {
	for i := range labels {
		labels[i] = text(labels[i])
	}
	return prometheus.MustNewConstMetric(m.descs[id], m.table[id].Type, value, labels...)
}

func text(label string) string { return strings.ToValidUTF8(label, "\uFFFD") }
