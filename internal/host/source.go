package host

import (
	"context"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/net"
)

// Source is what the numbers are read from: gopsutil's own functions, or a
// test's. Any of them may hang for ever, or fail where the operating system
// has no such thing.
type Source struct {
	CPU        func(ctx context.Context, perCPU bool) ([]cpu.TimesStat, error)
	Memory     func(context.Context) (*mem.VirtualMemoryStat, error)
	Swap       func(context.Context) (*mem.SwapMemoryStat, error)
	Load       func(context.Context) (*load.AvgStat, error)
	BootTime   func(context.Context) (uint64, error)
	Disks      func(ctx context.Context, names ...string) (map[string]disk.IOCountersStat, error)
	Network    func(ctx context.Context, perInterface bool) ([]net.IOCountersStat, error)
	Partitions func(ctx context.Context, all bool) ([]disk.PartitionStat, error)
	Usage      func(ctx context.Context, path string) (*disk.UsageStat, error)
}

// System is the machine itself.
func System() Source {
	return Source{
		CPU:        cpu.TimesWithContext,
		Memory:     mem.VirtualMemoryWithContext,
		Swap:       mem.SwapMemoryWithContext,
		Load:       load.AvgWithContext,
		BootTime:   host.BootTimeWithContext,
		Disks:      disk.IOCountersWithContext,
		Network:    net.IOCountersWithContext,
		Partitions: disk.PartitionsWithContext,
		Usage:      disk.UsageWithContext,
	}
}
