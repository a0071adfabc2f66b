// Package testkit holds what tests share: a disk that fails and loses power on
// demand, and a way to run the real binary. Only tests import it.
package testkit

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing/fstest"

	"github.com/luneo-platform/luneo/internal/journal"
)

// ErrPower is what a Disk answers once its power is gone.
var ErrPower = errors.New("the power is gone")

// Disk is a file system in memory that keeps apart what was written and what
// is durable. A name is durable after SyncDir, content and length after Sync.
// Its faults can be switched while it is used.
type Disk struct {
	mu   sync.Mutex
	rng  *rand.Rand
	dirs map[string]*directory

	opsLeft  int // until the power goes; negative: never
	full     bool
	failures int // syncs that are still to fail; negative: all
	failing  error
}

type directory struct {
	names, durable map[string]*inode
	// kept says that the directory's own name is durable in its parent.
	kept bool
}

type inode struct {
	data, durable []byte
}

// NewDisk makes an empty disk. Its choices of what survives come from seed.
func NewDisk(seed uint64) *Disk {
	return &Disk{rng: rand.New(rand.NewPCG(seed, 1)), dirs: map[string]*directory{".": newDirectory()}, opsLeft: -1}
}

func newDirectory() *directory {
	return &directory{names: map[string]*inode{}, durable: map[string]*inode{}}
}

// CutPowerAfter lets n more changes happen; each later one fails with ErrPower.
func (d *Disk) CutPowerAfter(n int) { d.with(func() { d.opsLeft = n }) }

// SetFull makes every change that needs space fail with ENOSPC.
func (d *Disk) SetFull(full bool) { d.with(func() { d.full = full }) }

// FailSyncs makes the next n calls of Sync and SyncDir fail with err; n below
// 0 means all from now on, 0 mends the disk.
func (d *Disk) FailSyncs(n int, err error) { d.with(func() { d.failures, d.failing = n, err }) }

// PowerGone reports whether the power has been cut.
func (d *Disk) PowerGone() (gone bool) {
	d.with(func() { gone = d.opsLeft == 0 })
	return gone
}

func (d *Disk) with(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
}

// Crash is the power loss: what was not made durable is gone, or, where the
// disk chooses so, there in part, sector by sector. The disk works again.
func (d *Disk) Crash() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opsLeft, d.full, d.failures = -1, false, 0
	dropAll := d.rng.IntN(2) == 0
	for _, name := range slices.Sorted(maps.Keys(d.dirs)) {
		dir := d.dirs[name]
		if !dir.kept && name != "." {
			delete(d.dirs, name)
			continue
		}
		if !dropAll {
			d.keepSomeNames(dir)
		}
		dir.names = maps.Clone(dir.durable)
		for _, base := range slices.Sorted(maps.Keys(dir.names)) {
			f := dir.names[base]
			if !dropAll {
				d.keepSomeSectors(f)
			}
			f.data = bytes.Clone(f.durable)
		}
	}
}

// keepSomeNames lets some changes of a directory reach the disk by chance.
func (d *Disk) keepSomeNames(dir *directory) {
	all := maps.Clone(dir.names)
	maps.Copy(all, dir.durable)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if d.rng.IntN(2) == 0 {
			continue
		}
		if f, ok := dir.names[name]; ok {
			dir.durable[name] = f
		} else {
			delete(dir.durable, name)
		}
	}
}

// keepSomeSectors lets some written sectors reach the disk by chance.
func (d *Disk) keepSomeSectors(f *inode) {
	const sector = 512
	for at := 0; at < len(f.data); at += sector {
		if d.rng.IntN(2) == 0 {
			continue
		}
		end := min(at+sector, len(f.data))
		if grow := end - len(f.durable); grow > 0 {
			f.durable = append(f.durable, make([]byte, grow)...)
		}
		copy(f.durable[at:end], f.data[at:end])
	}
}

// Corrupt overwrites n bytes of a file at an offset, durably.
func (d *Disk) Corrupt(name string, offset, n int) {
	d.with(func() {
		f := d.dirs[filepath.Dir(name)].names[filepath.Base(name)]
		for i := offset; i < offset+n; i++ {
			f.data[i] ^= 0x5A
		}
		f.durable = bytes.Clone(f.data)
	})
}

// Names lists the files of a directory.
func (d *Disk) Names(dir string) (names []string) {
	d.with(func() {
		if e, ok := d.dirs[dir]; ok {
			names = slices.Sorted(maps.Keys(e.names))
		}
	})
	return names
}

// Size is the length of a file.
func (d *Disk) Size(name string) (n int) {
	d.with(func() { n = len(d.dirs[filepath.Dir(name)].names[filepath.Base(name)].data) })
	return n
}

// change counts one change and says whether it may happen.
func (d *Disk) change() error {
	if d.opsLeft == 0 {
		return ErrPower
	}
	if d.opsLeft > 0 {
		d.opsLeft--
	}
	return nil
}

func (d *Disk) space() error {
	if d.full {
		return syscall.ENOSPC
	}
	return d.change()
}

// MkdirAll makes a directory; its name is durable after SyncDir of the parent.
func (d *Disk) MkdirAll(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.dirs[dir]; ok {
		return nil
	}
	if err := d.change(); err != nil {
		return err
	}
	d.dirs[dir] = newDirectory()
	return nil
}

// Create makes or empties a file.
func (d *Disk) Create(name string) (journal.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.space(); err != nil {
		return nil, err
	}
	f := &inode{}
	d.dirs[filepath.Dir(name)].names[filepath.Base(name)] = f
	return &diskFile{disk: d, inode: f}, nil
}

// Allocate makes a file of zeros that is not durable yet.
func (d *Disk) Allocate(name string, size int64) (journal.File, error) {
	f, err := d.Create(name)
	if err != nil {
		return nil, err
	}
	return f, f.Truncate(size)
}

// Open opens a file for reading.
func (d *Disk) Open(name string) (io.ReadCloser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	dir, ok := d.dirs[filepath.Dir(name)]
	if !ok || dir.names[filepath.Base(name)] == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return io.NopCloser(bytes.NewReader(bytes.Clone(dir.names[filepath.Base(name)].data))), nil
}

// Rename moves a file within its directory.
func (d *Disk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.change(); err != nil {
		return err
	}
	dir := d.dirs[filepath.Dir(from)]
	f, ok := dir.names[filepath.Base(from)]
	if !ok {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	delete(dir.names, filepath.Base(from))
	dir.names[filepath.Base(to)] = f
	return nil
}

// Remove deletes a file.
func (d *Disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.change(); err != nil {
		return err
	}
	dir := d.dirs[filepath.Dir(name)]
	if _, ok := dir.names[filepath.Base(name)]; !ok {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	delete(dir.names, filepath.Base(name))
	return nil
}

// ReadDir lists a directory.
func (d *Disk) ReadDir(dir string) ([]fs.DirEntry, error) {
	files := fstest.MapFS{}
	for _, name := range d.Names(dir) {
		files[name] = &fstest.MapFile{}
	}
	return files.ReadDir(".")
}

// SyncDir makes a directory's names durable, and those of the directories in it.
func (d *Disk) SyncDir(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.sync(); err != nil {
		return err
	}
	if e, ok := d.dirs[dir]; ok {
		e.durable = maps.Clone(e.names)
	}
	for name, e := range d.dirs {
		e.kept = e.kept || filepath.Dir(name) == dir
	}
	return nil
}

func (d *Disk) sync() error {
	if d.failures != 0 {
		if d.failures > 0 {
			d.failures--
		}
		return d.failing
	}
	return d.change()
}

type diskFile struct {
	disk  *Disk
	inode *inode
	at    int64
}

func (f *diskFile) Write(b []byte) (int, error) {
	n, err := f.WriteAt(b, f.at)
	f.at += int64(n)
	return n, err
}

// WriteAt needs space only where it makes the file longer.
func (f *diskFile) WriteAt(b []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	allowed := f.disk.change
	if off+int64(len(b)) > int64(len(f.inode.data)) {
		allowed = f.disk.space
	}
	if err := allowed(); err != nil {
		return 0, err
	}
	if grow := off + int64(len(b)) - int64(len(f.inode.data)); grow > 0 {
		f.inode.data = append(f.inode.data, make([]byte, grow)...)
	}
	return copy(f.inode.data[off:], b), nil
}

// Sync that fails may have written some of it all the same.
func (f *diskFile) Sync() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.sync(); err != nil {
		if !errors.Is(err, ErrPower) {
			f.disk.keepSomeSectors(f.inode)
		}
		return err
	}
	f.inode.durable = bytes.Clone(f.inode.data)
	return nil
}

func (f *diskFile) Truncate(size int64) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.change(); err != nil {
		return err
	}
	if grow := size - int64(len(f.inode.data)); grow > 0 {
		f.inode.data = append(f.inode.data, make([]byte, grow)...)
	}
	f.inode.data = f.inode.data[:size:size]
	return nil
}

func (f *diskFile) Close() error { return nil }

// FilesWith returns those of a directory's files whose name ends so.
func (d *Disk) FilesWith(dir, suffix string) []string {
	return slices.DeleteFunc(d.Names(dir), func(n string) bool { return !strings.HasSuffix(n, suffix) })
}

// Put makes a file with a content, durably, as if another process had.
func (d *Disk) Put(name string, content []byte) {
	d.with(func() {
		f := &inode{data: bytes.Clone(content), durable: bytes.Clone(content)}
		dir := d.dirs[filepath.Dir(name)]
		dir.names[filepath.Base(name)], dir.durable[filepath.Base(name)] = f, f
	})
}
