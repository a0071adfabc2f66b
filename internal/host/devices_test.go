package host_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/net"
)

// TestDevicesAreBounded: of many the first are shown, the others counted.
func TestDevicesAreBounded(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		source := machine()
		source.Disks = func(context.Context, ...string) (map[string]disk.IOCountersStat, error) {
			all := map[string]disk.IOCountersStat{}
			for i := range 100 {
				all[fmt.Sprintf("dm-%02d", i)] = disk.IOCountersStat{ReadBytes: 1}
			}
			return all, nil
		}
		source.Network = func(context.Context, bool) (list []net.IOCountersStat, err error) {
			for i := range 50 {
				list = append(list, net.IOCountersStat{Name: fmt.Sprintf("tun%02d", i)})
			}
			return list, nil
		}
		source.Partitions = func(context.Context, bool) (list []disk.PartitionStat, err error) {
			for i := range 40 {
				list = append(list, disk.PartitionStat{Device: fmt.Sprint(i), Mountpoint: fmt.Sprint("/", i), Fstype: "xfs"})
			}
			return list, nil
		}
		w := watch(t, source)
		synctest.Wait()
		text := w.text(t)
		for _, name := range []string{"luneo_host_disk_read_bytes_total{", "luneo_host_network_receive_bytes_total{", "luneo_host_filesystem_size_bytes{"} {
			if n := strings.Count(text, "\n"+name); n != 32 {
				t.Errorf("%d series of %s, want 32", n, name)
			}
		}
		has(t, text, `luneo_host_devices_left_out{part="disks"} 68`, `luneo_host_devices_left_out{part="network"} 18`, `luneo_host_devices_left_out{part="filesystems"} 8`,
			`luneo_host_disk_read_bytes_total{device="dm-00"}`, `!luneo_host_disk_read_bytes_total{device="dm-32"}`)
	})
}

// TestOddNames: what can't be a label, and names that are there twice, spoil no scrape.
func TestOddNames(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		source := machine()
		source.Partitions = func(context.Context, bool) ([]disk.PartitionStat, error) {
			return []disk.PartitionStat{
				{Device: "/dev/a", Mountpoint: "/b\xff", Fstype: "ext4"}, {Device: "/dev/b", Mountpoint: "/b\xfe", Fstype: "ext4"}, {Device: "/dev/c", Mountpoint: "/c \"\n", Fstype: "ext4"},
			}, nil
		}
		source.Network = func(context.Context, bool) ([]net.IOCountersStat, error) {
			return []net.IOCountersStat{{Name: "e\xff"}, {Name: "e\xfe"}, {Name: "e"}, {Name: "e"}}, nil
		}
		source.Disks = func(context.Context, ...string) (map[string]disk.IOCountersStat, error) {
			return map[string]disk.IOCountersStat{"d\xff": {}, "d\xfe": {}}, nil
		}
		w := watch(t, source)
		synctest.Wait()
		has(t, w.text(t), "luneo_host_filesystem_size_bytes{device=\"/dev/a\",fstype=\"ext4\",mountpoint=\"/b\uFFFD\"} 1e+11", "luneo_host_network_receive_bytes_total{device=\"e\uFFFD\"} 0", "luneo_host_disk_read_bytes_total{device=\"d\uFFFD\"} 0")
	})
}

// TestWhichDisks holds the names of disks and interfaces against what is shown.
func TestWhichDisks(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		disks := map[string]bool{
			"sda": true, "sda1": false, "vdb": true, "vdb12": false, "xvda1": false, "nvme0n1": true, "nvme0n1p1": false, "mmcblk0": true, "mmcblk0p2": false,
			"mmcblk0boot0": false, "dm-0": true, "md0": true, "loop7": false, "ram0": false, "zram0": false, "disk0": true, "C:": true, "sr0": true,
		}
		interfaces := map[string]bool{"lo": false, "lo0": false, "Loopback Pseudo-Interface 1": false, "eth0": true, "ens5": true, "wlan0": true, "docker0": true, "veth12ab": false, "cali0123": false, "lxc9": false, "Ethernet 2": true}
		source := machine()
		source.Disks = func(context.Context, ...string) (map[string]disk.IOCountersStat, error) {
			all := map[string]disk.IOCountersStat{}
			for name := range disks {
				all[name] = disk.IOCountersStat{}
			}
			return all, nil
		}
		source.Network = func(context.Context, bool) (list []net.IOCountersStat, err error) {
			for name := range interfaces {
				list = append(list, net.IOCountersStat{Name: name})
			}
			return list, nil
		}
		w := watch(t, source)
		synctest.Wait()
		text := w.text(t)
		for metric, names := range map[string]map[string]bool{"luneo_host_disk_read_bytes_total": disks, "luneo_host_network_receive_bytes_total": interfaces} {
			for name, want := range names {
				if got := strings.Contains(text, fmt.Sprintf("\n%s{device=%q}", metric, name)); got != want {
					t.Errorf("%s of %s is shown: %v", metric, name, got)
				}
			}
		}
	})
}
