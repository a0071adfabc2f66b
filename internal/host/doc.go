// Package host shows the machine that Luneo runs on: processor, memory, disks,
// network and load as luneo_host_*, and the file system of the data directory
// as luneo_data_disk_*.
//
// It promises that Collect never waits for the machine: Run reads in the
// background, each thing apart, and Collect shows what was read last. A file
// system whose server is gone holds up one goroutine and hides one file
// system. What could not be read for 30 seconds is not shown, and
// luneo_host_readings_missing counts it. The numbers of disks, file systems and
// interfaces are bounded, and luneo_host_devices_left_out counts the rest.
//
// In a container the numbers are those of the host, as far as the container
// sees it: processor, memory, load and disks are the host's, while file systems
// and interfaces are the container's own.
package host
