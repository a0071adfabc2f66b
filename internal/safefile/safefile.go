// Package safefile replaces small files whole. After Replace has returned nil
// the new content survives a power loss; whatever happens before that, the file
// has its old content or its new one and never a part. When it fails, the file
// may have either.
package safefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace writes content in place of a file's, readable by its owner alone: a
// temporary file beside it (its name and .tmp), write, sync, close, rename, sync
// the folder. The folder must be there. Two at a time for the same file are not
// for it to sort out.
func Replace(file string, content []byte) error {
	temp := file + ".tmp"
	err := writeSynced(temp, content)
	if err == nil {
		err = os.Rename(temp, file)
	}
	if err != nil {
		return errors.Join(err, ignoreMissing(os.Remove(temp)))
	}
	return syncFolder(filepath.Dir(file))
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func writeSynced(name string, content []byte) error {
	f, err := os.OpenFile(filepath.Clean(name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func syncFolder(name string) error {
	d, err := os.Open(filepath.Clean(name))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
