package host

import (
	"iter"
	"maps"
	"regexp"
	"slices"

	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/net"
)

// maxDevices is the most disks, file systems and interfaces, of each, that are
// shown. It also bounds the goroutines that hanging file systems can hold.
const maxDevices = 32

// notDisks are partitions, whose traffic is their disk's as well, and what is
// no disk: node_exporter's default of --collector.diskstats.device-exclude, and
// the partitions of memory cards.
var notDisks = regexp.MustCompile(`^((z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+|mmcblk\d+(p|boot)\d+)$`)

// notInterfaces are loopbacks, and the host's ends of containers' links, which
// come and go under random names.
var notInterfaces = regexp.MustCompile(`^(lo\d*|Loopback .*|(veth|cali|lxc).*)$`)

// notFilesystems are images that are full by nature, and what the lists of
// macOS and FreeBSD have beside real file systems.
var notFilesystems = regexp.MustCompile(`^(squashfs|erofs|cramfs|iso9660|udf|devfs|autofs|nullfs|fdescfs|procfs|linprocfs|linsysfs|tmpfs)$`)

// pick returns those of the devices that are shown, by name, and how many more
// there are. Names that are one as labels are one device: a sample that is
// there twice would spoil the whole scrape.
func pick[T any](all iter.Seq2[string, T], not *regexp.Regexp) (devices []device[T], leftOut int) {
	byName := map[string]T{}
	for name, d := range all {
		if !not.MatchString(name) {
			byName[text(name)] = d
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		devices = append(devices, device[T]{name, byName[name]})
	}
	return bound(devices)
}

// device is a disk or an interface with its counters.
type device[T any] struct {
	name string
	io   T
}

func pickDisks(all map[string]disk.IOCountersStat) (disks []device[disk.IOCountersStat], leftOut int) {
	return pick(maps.All(all), notDisks)
}

func pickInterfaces(all []net.IOCountersStat) (interfaces []device[net.IOCountersStat], leftOut int) {
	return pick(func(yield func(string, net.IOCountersStat) bool) {
		for _, i := range all {
			if !yield(i.Name, i) {
				return
			}
		}
	}, notInterfaces)
}

// mount is where a file system is seen.
type mount struct{ device, fstype, path string }

// pickMounts does the same with file systems, in the order in which they were
// mounted. One that is mounted twice is shown at its first place.
func pickMounts(all []disk.PartitionStat) (mounts []mount, leftOut int) {
	seen := map[string]bool{}
	for _, p := range all {
		device, path := "device "+p.Device, "path "+text(p.Mountpoint)
		if seen[device] || seen[path] || notFilesystems.MatchString(p.Fstype) {
			continue
		}
		seen[device], seen[path] = true, true
		mounts = append(mounts, mount{p.Device, p.Fstype, p.Mountpoint})
	}
	return bound(mounts)
}

func bound[T any](list []T) (kept []T, leftOut int) {
	n := min(len(list), maxDevices)
	return list[:n], len(list) - n
}
