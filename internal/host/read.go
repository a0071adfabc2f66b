package host

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/shirou/gopsutil/v4/cpu"
)

// The parts that are read apart: the values of the label part.
const (
	partCPU         = "cpu"
	partMemory      = "memory"
	partSwap        = "swap"
	partLoad        = "load"
	partBootTime    = "boot_time"
	partDisks       = "disks"
	partNetwork     = "network"
	partMounts      = "mounts"
	partFilesystems = "filesystems"
	partDataDisk    = "data_disk"
)

func parts() []string {
	return []string{
		partCPU, partMemory, partSwap, partLoad, partBootTime,
		partDisks, partNetwork, partMounts, partFilesystems, partDataDisk,
	}
}

// mode is what a processor spends its time on.
type mode struct {
	name    string
	seconds func(*cpu.TimesStat) float64
}

// modes are Linux' and node_exporter's; elsewhere some stay at 0.
func modes() []mode {
	return []mode{
		{"user", func(t *cpu.TimesStat) float64 { return t.User }},
		{"nice", func(t *cpu.TimesStat) float64 { return t.Nice }},
		{"system", func(t *cpu.TimesStat) float64 { return t.System }},
		{"idle", func(t *cpu.TimesStat) float64 { return t.Idle }},
		{"iowait", func(t *cpu.TimesStat) float64 { return t.Iowait }},
		{"irq", func(t *cpu.TimesStat) float64 { return t.Irq }},
		{"softirq", func(t *cpu.TimesStat) float64 { return t.Softirq }},
		{"steal", func(t *cpu.TimesStat) float64 { return t.Steal }},
	}
}

// maxBackwards is how many seconds a processor's counter may go back and still
// be held where it was. Linux' idle and iowait do, by little (proc(5)); a
// scraper would take that for a restart and count everything again.
const maxBackwards = 3

// readCPU takes the sum over all processors from the system, which keeps the
// time of those that were switched off. The returned function remembers what
// it last read; it must not run twice at a time.
func (h *Host) readCPU() func(context.Context) ([]prometheus.Metric, error) {
	last := map[string]float64{}
	return func(ctx context.Context) (list []prometheus.Metric, err error) {
		all, err := h.source.CPU(ctx, false)
		if err != nil {
			return nil, err
		}
		each, err := h.source.CPU(ctx, true)
		if err != nil {
			return nil, err
		}
		if len(all) == 0 || len(each) == 0 {
			return nil, errors.New("the system names no processor")
		}
		for _, m := range modes() {
			v := m.seconds(&all[0])
			if back := last[m.name] - v; back > 0 && back < maxBackwards {
				v = last[m.name]
			}
			last[m.name] = v
			list = append(list, h.metrics.of(cpuSeconds, v, m.name))
		}
		return append(list, h.metrics.of(cpus, float64(len(each)))), nil
	}
}

func (h *Host) readMemory(ctx context.Context) ([]prometheus.Metric, error) {
	m, err := h.source.Memory(ctx)
	if err != nil {
		return nil, err
	}
	return []prometheus.Metric{
		h.metrics.of(memorySize, float64(m.Total)),
		h.metrics.of(memoryAvailable, float64(m.Available)),
		h.metrics.of(memoryUsed, float64(m.Used)),
	}, nil
}

func (h *Host) readSwap(ctx context.Context) ([]prometheus.Metric, error) {
	s, err := h.source.Swap(ctx)
	if err != nil {
		return nil, err
	}
	return []prometheus.Metric{h.metrics.of(swapSize, float64(s.Total)), h.metrics.of(swapUsed, float64(s.Used))}, nil
}

func (h *Host) readLoad(ctx context.Context) ([]prometheus.Metric, error) {
	l, err := h.source.Load(ctx)
	if err != nil {
		return nil, err
	}
	return []prometheus.Metric{h.metrics.of(load1, l.Load1), h.metrics.of(load5, l.Load5), h.metrics.of(load15, l.Load15)}, nil
}

func (h *Host) readBootTime(ctx context.Context) ([]prometheus.Metric, error) {
	t, err := h.source.BootTime(ctx)
	if err != nil {
		return nil, err
	}
	return []prometheus.Metric{h.metrics.of(bootTime, float64(t))}, nil
}

func (h *Host) readDisks(ctx context.Context) (list []prometheus.Metric, err error) {
	all, err := h.source.Disks(ctx)
	if err != nil {
		return nil, err
	}
	disks, leftOut := pickDisks(all)
	for _, d := range disks {
		list = append(list,
			h.metrics.of(diskRead, float64(d.io.ReadBytes), d.name),
			h.metrics.of(diskWritten, float64(d.io.WriteBytes), d.name))
	}
	return append(list, h.metrics.of(devicesLeftOut, float64(leftOut), partDisks)), nil
}

func (h *Host) readNetwork(ctx context.Context) (list []prometheus.Metric, err error) {
	all, err := h.source.Network(ctx, true)
	if err != nil {
		return nil, err
	}
	interfaces, leftOut := pickInterfaces(all)
	for _, i := range interfaces {
		list = append(list,
			h.metrics.of(receivedBytes, float64(i.io.BytesRecv), i.name),
			h.metrics.of(receivedPackets, float64(i.io.PacketsRecv), i.name),
			h.metrics.of(receiveErrors, float64(i.io.Errin), i.name),
			h.metrics.of(sentBytes, float64(i.io.BytesSent), i.name),
			h.metrics.of(sentPackets, float64(i.io.PacketsSent), i.name),
			h.metrics.of(sendErrors, float64(i.io.Errout), i.name))
	}
	return append(list, h.metrics.of(devicesLeftOut, float64(leftOut), partNetwork)), nil
}

// readMounts finds the file systems; they are measured apart, as one may hang.
func (h *Host) readMounts(ctx context.Context) ([]prometheus.Metric, error) {
	all, err := h.source.Partitions(ctx, false)
	if err != nil {
		return nil, err
	}
	mounts, leftOut := pickMounts(all)
	leftOut += h.follow(mounts)
	return []prometheus.Metric{h.metrics.of(devicesLeftOut, float64(leftOut), partFilesystems)}, nil
}

func (h *Host) readFilesystem(m mount) func(context.Context) ([]prometheus.Metric, error) {
	return func(ctx context.Context) ([]prometheus.Metric, error) {
		u, err := h.source.Usage(ctx, m.path)
		if err != nil {
			return nil, err
		}
		return []prometheus.Metric{
			h.metrics.of(filesystemSize, float64(u.Total), m.device, m.fstype, m.path),
			h.metrics.of(filesystemFree, float64(u.Free), m.device, m.fstype, m.path),
			h.metrics.of(filesystemUsed, float64(u.Used), m.device, m.fstype, m.path),
		}, nil
	}
}

func (h *Host) readDataDisk(ctx context.Context) ([]prometheus.Metric, error) {
	u, err := h.source.Usage(ctx, h.dataDir)
	if err != nil {
		return nil, err
	}
	return []prometheus.Metric{h.metrics.of(dataDiskSize, float64(u.Total)), h.metrics.of(dataDiskFree, float64(u.Free))}, nil
}
