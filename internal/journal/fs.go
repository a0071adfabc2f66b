package journal

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// FS is the part of a file system that the journal stands on. A name is
// durable after SyncDir, a file's content after its Sync.
type FS interface {
	MkdirAll(dir string) error
	// Create makes an empty file, or empties the one that is there.
	Create(name string) (File, error)
	// Allocate makes a file of size zeros that are really written, so that
	// overwriting them changes no metadata. Nothing of it is durable yet.
	Allocate(name string, size int64) (File, error)
	Open(name string) (io.ReadCloser, error)
	Rename(from, to string) error
	Remove(name string) error
	ReadDir(dir string) ([]fs.DirEntry, error)
	SyncDir(dir string) error
}

// File is a file open for writing.
type File interface {
	io.Writer
	io.WriterAt
	// Sync makes content and length durable.
	Sync() error
	Truncate(size int64) error
	Close() error
}

// OS is the real file system. Files are readable by their owner alone.
type OS struct{}

// MkdirAll makes the directory and its parents.
func (OS) MkdirAll(dir string) error { return os.MkdirAll(dir, 0o700) }

// Create opens a file for writing, emptied.
func (OS) Create(name string) (File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

// Allocate makes a file of written zeros. It syncs them now, so that the first
// commit does not have to.
func (fsys OS) Allocate(name string, size int64) (File, error) {
	f, err := fsys.Create(name)
	if err != nil {
		return nil, err
	}
	zeros := make([]byte, min(size, 1<<20))
	for left := size; left > 0 && err == nil; left -= int64(len(zeros)) {
		_, err = f.Write(zeros[:min(left, int64(len(zeros)))])
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), fsys.Remove(name))
	}
	return f, nil
}

// Open opens a file for reading.
func (OS) Open(name string) (io.ReadCloser, error) { return os.Open(filepath.Clean(name)) }

// Rename replaces to by from.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove deletes a file.
func (OS) Remove(name string) error { return os.Remove(name) }

// ReadDir lists a directory.
func (OS) ReadDir(dir string) ([]fs.DirEntry, error) { return os.ReadDir(dir) }

// SyncDir makes the names in a directory durable.
func (OS) SyncDir(dir string) error {
	d, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // opened for reading
	return d.Sync()
}

type osFile struct{ *os.File }

// Sync uses fdatasync where there is one: the length is durable, the times are not.
func (f osFile) Sync() error { return datasync(f.File) }
