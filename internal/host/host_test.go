package host_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/mem"

	"github.com/luneo-platform/luneo/internal/host"
	"github.com/luneo-platform/luneo/internal/testkit"
)

// inBubble runs a test on fake time.
func inBubble(t *testing.T, f func(*testing.T)) {
	t.Parallel()
	synctest.Test(t, f)
}

// pass lets time pass, and what is then due happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// has checks that a scrape has each line, and lacks each that begins with "!".
func has(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		line, unwanted := strings.CutPrefix(line, "!")
		if strings.Contains(text, "\n"+line) == unwanted {
			t.Errorf("%s: unwanted: %v, in\n%s", line, unwanted, text)
		}
	}
}

func TestExposition(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := watch(t, machine())
		synctest.Wait()
		got := strings.TrimPrefix(w.text(t), "\n")
		testkit.Golden(t, "testdata/exposition.txt", got)
		for _, m := range host.Metrics() {
			has(t, "\n"+got, "# HELP "+m.Name+" "+m.Help+"\n")
		}
		problems, err := promlint.New(strings.NewReader(got)).Lint()
		if err != nil || len(problems) > 0 {
			t.Errorf("promlint: %v, %v", problems, err)
		}
	})
}

// TestSystem reads this machine, whichever it is.
func TestSystem(t *testing.T) {
	t.Parallel()
	h := read(t, t.TempDir())
	w := &watched{Host: h, registry: prometheus.NewPedanticRegistry()}
	w.registry.MustRegister(h)
	has(t, w.text(t), "luneo_data_disk_free_bytes ", "luneo_data_disk_size_bytes ", "luneo_host_memory_size_bytes ",
		"luneo_host_cpus ", `luneo_host_cpu_seconds_total{mode="user"} `, `luneo_host_readings_missing{part="data_disk"} 0`)
}

// TestHangingFilesystem: a scrape never waits, one file system hides only
// itself, it holds one goroutine, and it comes back.
func TestHangingFilesystem(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		source := machine()
		source.Partitions = func(context.Context, bool) ([]disk.PartitionStat, error) {
			return []disk.PartitionStat{
				{Device: "/dev/sda1", Mountpoint: "/", Fstype: "ext4"}, {Device: "/dev/fuse", Mountpoint: "/far", Fstype: "fuseblk"},
			}, nil
		}
		server := make(chan struct{}, 1) // holds what the far server answers
		var hanging atomic.Int32
		healthy := source.Usage
		source.Usage = func(ctx context.Context, path string) (*disk.UsageStat, error) {
			if path == "/far" {
				hanging.Add(1)
				<-server
				hanging.Add(-1)
			}
			return healthy(ctx, path)
		}
		server <- struct{}{}
		w := watch(t, source)
		synctest.Wait()
		const far, near = `luneo_host_filesystem_free_bytes{device="/dev/fuse",fstype="fuseblk",mountpoint="/far"} `, `luneo_host_filesystem_free_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} `
		has(t, w.text(t), near, far, `luneo_host_readings_missing{part="filesystems"} 0`)

		pass(29 * time.Second) // it hangs since the second reading, after 5 s
		before := time.Now()
		has(t, w.text(t), near, far)
		if took := time.Since(before); took != 0 {
			t.Errorf("a scrape waited %v", took)
		}
		pass(2 * time.Second)
		has(t, w.text(t), near, "!"+far, "luneo_data_disk_free_bytes 5.5e+10", "luneo_host_load1 0.5",
			`luneo_host_readings_missing{part="filesystems"} 1`, `luneo_host_reading_failures_total{part="filesystems"} 6`)
		if n := hanging.Load(); n != 1 {
			t.Errorf("%d readings of it hang at once", n)
		}
		if n := strings.Count(w.log.String(), "/far"); n != 1 {
			t.Errorf("the log names it %d times:\n%s", n, w.log)
		}
		close(server)
		synctest.Wait()
		has(t, w.text(t), near, far, `luneo_host_readings_missing{part="filesystems"} 0`)
	})
}

// TestHangingFilesystemsAreBounded mounts new ones that hang for ever.
func TestHangingFilesystemsAreBounded(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		source, n, hanging := machine(), 0, make(chan struct{}, 1000)
		source.Partitions = func(context.Context, bool) (list []disk.PartitionStat, err error) {
			for range 10 {
				n++
				list = append(list, disk.PartitionStat{Device: fmt.Sprint("dev", n), Mountpoint: fmt.Sprint("/", n), Fstype: "ext4"})
			}
			return list, nil
		}
		end := make(chan struct{})
		defer close(end)
		source.Usage = func(_ context.Context, path string) (*disk.UsageStat, error) {
			if path != "/data" {
				hanging <- struct{}{}
				<-end
			}
			return &disk.UsageStat{}, nil
		}
		w := watch(t, source)
		pass(time.Minute)
		if len(hanging) != 32 {
			t.Errorf("%d goroutines hang, want 32", len(hanging))
		}
		has(t, w.text(t), `luneo_host_devices_left_out{part="filesystems"} 10`, `luneo_host_readings_missing{part="filesystems"} 32`)
	})
}

// TestEverythingHangs: Run still ends, and a scrape says what is missing.
func TestEverythingHangs(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		source, end := machine(), make(chan struct{})
		defer close(end)
		source.Partitions = func(context.Context, bool) ([]disk.PartitionStat, error) { <-end; return nil, nil }
		source.Memory = func(context.Context) (*mem.VirtualMemoryStat, error) { <-end; return &mem.VirtualMemoryStat{}, nil }
		h := host.New(host.Options{Source: source})
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { h.Run(ctx); close(done) }()
		synctest.Wait()
		stop()
		begin := time.Now()
		<-done
		if took := time.Since(begin); took > 4*time.Second {
			t.Errorf("Run ended after %v", took)
		}
	})
}

// TestFailures: an error and a panic hide their part, are counted, and are
// logged once in a row.
func TestFailures(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		source, memory := machine(), machine().Memory
		var broken atomic.Bool
		broken.Store(true)
		source.Memory = func(ctx context.Context) (*mem.VirtualMemoryStat, error) {
			if broken.Load() {
				return nil, errors.New("no such file")
			}
			return memory(ctx)
		}
		source.Disks = func(context.Context, ...string) (map[string]disk.IOCountersStat, error) { panic("an unforeseen line") }
		source.CPU = func(context.Context, bool) ([]cpu.TimesStat, error) { return nil, nil }
		w := watch(t, source)
		pass(11 * time.Second)
		has(t, w.text(t), "!luneo_host_memory", "!luneo_host_disk_", "!luneo_host_cpu", "luneo_host_load1 0.5",
			`luneo_host_reading_failures_total{part="memory"} 3`, `luneo_host_readings_missing{part="memory"} 1`,
			`luneo_host_reading_failures_total{part="disks"} 3`, `luneo_host_readings_missing{part="cpu"} 1`)
		if n := strings.Count(w.log.String(), "no such file"); n != 1 {
			t.Errorf("the log has the failure %d times:\n%s", n, w.log)
		}
		broken.Store(false)
		pass(5 * time.Second)
		has(t, w.text(t), "luneo_host_memory_used_bytes 3e+09", `luneo_host_readings_missing{part="memory"} 0`)
		broken.Store(true)
		pass(28 * time.Second) // the last one that succeeded was after 15 s
		has(t, w.text(t), "luneo_host_memory_used_bytes 3e+09")
		pass(2 * time.Second)
		has(t, w.text(t), "!luneo_host_memory")
	})
}

// TestIdleThatGoesBack: Linux' idle time does, by little; a restart of the
// machine is a large step and stays one.
func TestIdleThatGoesBack(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		source, readings := machine(), make(chan float64, 4)
		source.CPU = func(_ context.Context, perCPU bool) ([]cpu.TimesStat, error) {
			if perCPU {
				return make([]cpu.TimesStat, 1), nil
			}
			return []cpu.TimesStat{{Idle: <-readings}}, nil
		}
		w := watch(t, source)
		for _, idle := range []struct{ read, shown float64 }{{100, 100}, {99.5, 100}, {102, 102}, {4, 4}} {
			readings <- idle.read
			synctest.Wait()
			has(t, w.text(t), fmt.Sprintf("luneo_host_cpu_seconds_total{mode=\"idle\"} %v\n", idle.shown))
			time.Sleep(5 * time.Second)
		}
		readings <- 4
	})
}

// TestBootTimeIsReadOnce: computed from the uptime it would move by a second.
func TestBootTimeIsReadOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		source, n := machine(), uint64(0)
		source.BootTime = func(context.Context) (uint64, error) {
			if n++; n == 1 {
				return 0, errors.New("not yet")
			}
			return n, nil
		}
		w := watch(t, source)
		pass(2 * time.Minute)
		has(t, w.text(t), "luneo_host_boot_time_seconds 2\n", `luneo_host_reading_failures_total{part="boot_time"} 1`)
	})
}

// TestFilesystemThatIsUnmounted goes with the next reading.
func TestFilesystemThatIsUnmounted(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		source, partitions := machine(), machine().Partitions
		var unmounted atomic.Bool
		source.Partitions = func(ctx context.Context, all bool) ([]disk.PartitionStat, error) {
			if unmounted.Load() {
				return nil, nil
			}
			return partitions(ctx, all)
		}
		w := watch(t, source)
		synctest.Wait()
		has(t, w.text(t), "luneo_host_filesystem_size_bytes{")
		unmounted.Store(true)
		pass(6 * time.Second)
		has(t, w.text(t), "!luneo_host_filesystem_size_bytes{", `luneo_host_readings_missing{part="filesystems"} 0`)
	})
}

// TestBeforeRun: nothing was read, and the scrape says so.
func TestBeforeRun(t *testing.T) {
	t.Parallel()
	h := host.New(host.Options{Source: machine()})
	w := &watched{Host: h, registry: prometheus.NewPedanticRegistry()}
	w.registry.MustRegister(h)
	has(t, w.text(t), "!luneo_host_load1", `luneo_host_readings_missing{part="load"} 1`)
}

func BenchmarkCollect(b *testing.B) {
	h := read(b, b.TempDir())
	b.ReportAllocs()
	for b.Loop() {
		ch := make(chan prometheus.Metric, 1000)
		h.Collect(ch)
	}
}

// BenchmarkSample is one reading of this machine.
func BenchmarkSample(b *testing.B) {
	dir := b.TempDir()
	b.ReportAllocs()
	for b.Loop() {
		read(b, dir)
	}
}

// read reads this machine once: Run ends after its first reading.
func read(t testing.TB, dataDir string) *host.Host {
	h := host.New(host.Options{Source: host.System(), DataDir: dataDir})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	h.Run(ctx)
	return h
}
