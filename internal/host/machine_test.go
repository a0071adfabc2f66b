package host_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/net"

	"github.com/luneo-platform/luneo/internal/host"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// machine is what testdata/node-exporter.txt describes too: two processors, a
// disk with a partition, an interface.
func machine() host.Source {
	return host.Source{
		CPU: func(_ context.Context, perCPU bool) ([]cpu.TimesStat, error) {
			if perCPU {
				return make([]cpu.TimesStat, 2), nil
			}
			return []cpu.TimesStat{{User: 300.5, Nice: 1, System: 120, Idle: 9000, Iowait: 12, Irq: 0, Softirq: 3, Steal: 2}}, nil
		},
		Memory: func(context.Context) (*mem.VirtualMemoryStat, error) {
			return &mem.VirtualMemoryStat{Total: 8e9, Available: 5e9, Used: 3e9}, nil
		},
		Swap: func(context.Context) (*mem.SwapMemoryStat, error) {
			return &mem.SwapMemoryStat{Total: 2e9, Used: 5e8}, nil
		},
		Load: func(context.Context) (*load.AvgStat, error) {
			return &load.AvgStat{Load1: 0.5, Load5: 0.25, Load15: 0.125}, nil
		},
		BootTime: func(context.Context) (uint64, error) { return 1_750_000_000, nil },
		Disks: func(context.Context, ...string) (map[string]disk.IOCountersStat, error) {
			return map[string]disk.IOCountersStat{
				"sda": {ReadBytes: 4096, WriteBytes: 8192}, "sda1": {ReadBytes: 4096, WriteBytes: 8192}, "loop0": {ReadBytes: 1},
			}, nil
		},
		Network: func(context.Context, bool) ([]net.IOCountersStat, error) {
			return []net.IOCountersStat{
				{Name: "lo", BytesRecv: 7, BytesSent: 7},
				{Name: "eth0", BytesRecv: 1000, PacketsRecv: 10, Errin: 1, BytesSent: 2000, PacketsSent: 20, Errout: 2},
				{Name: "veth1a2b", BytesRecv: 7},
			}, nil
		},
		Partitions: func(context.Context, bool) ([]disk.PartitionStat, error) {
			return []disk.PartitionStat{
				{Device: "/dev/sda1", Mountpoint: "/", Fstype: "ext4"},
				{Device: "/dev/loop0", Mountpoint: "/snap/core", Fstype: "squashfs"},
				{Device: "/dev/sda1", Mountpoint: "/again", Fstype: "ext4"},
			}, nil
		},
		Usage: func(context.Context, string) (*disk.UsageStat, error) {
			return &disk.UsageStat{Total: 100e9, Free: 55e9, Used: 40e9}, nil
		},
	}
}

// watched is a Host that runs, with its log.
type watched struct {
	*host.Host
	registry *prometheus.Registry
	log      *testkit.Buffer
}

// watch runs a Host on the source until the test ends.
func watch(t *testing.T, source host.Source) *watched {
	t.Helper()
	log := &testkit.Buffer{}
	w := &watched{
		Host: host.New(host.Options{Source: source, DataDir: "/data", Logger: slog.New(slog.NewTextHandler(log, nil))}),
		log:  log, registry: prometheus.NewPedanticRegistry(),
	}
	w.registry.MustRegister(w)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Run(ctx)
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	return w
}

// text is what a scrape gets, with a newline in front.
func (w *watched) text(t *testing.T) string {
	t.Helper()
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	b := bytes.NewBufferString("\n")
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(b, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
