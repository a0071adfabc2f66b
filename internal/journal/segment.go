package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
)

const (
	segmentExt = ".seg"
	tempExt    = ".tmp"
	directName = "direct" + tempExt // a blank made by Append itself
	// segmentMagic opens a segment. Its last digit is the version of the format.
	segmentMagic  = "LUNEOJ01"
	segmentHeader = len(segmentMagic)
)

// segmentFile is a segment on disk, as its name tells.
type segmentFile struct {
	name  string
	index uint64
	first uint64 // number of its first record
}

func segmentName(index, first uint64) string {
	return fmt.Sprintf("%08d-%016d%s", index, first, segmentExt)
}

func parseSegmentName(name string) (segmentFile, bool) {
	var s segmentFile
	if _, err := fmt.Sscanf(name, "%d-%d.seg", &s.index, &s.first); err != nil {
		return s, false
	}
	s.name = segmentName(s.index, s.first)
	return s, s.name == name
}

// listSegments returns the segments in the directory in their order.
func listSegments(fsys FS, dir string) ([]segmentFile, error) {
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("listing the journal: %w", err)
	}
	var list []segmentFile
	for _, e := range entries {
		if s, ok := parseSegmentName(e.Name()); ok {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b segmentFile) int { return int(a.index) - int(b.index) })
	return list, nil
}

// readSegment returns the content of a segment and where its frames begin.
func readSegment(fsys FS, path string) (data []byte, at int, err error) {
	r, err := fsys.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer r.Close() //nolint:errcheck // opened for reading
	data, err = io.ReadAll(r)
	if err != nil {
		return nil, 0, err
	}
	switch {
	case bytes.HasPrefix(data, []byte(segmentMagic)):
		return data, segmentHeader, nil
	case isNewerSegment(data):
		return nil, 0, &NewerVersionError{File: path}
	default:
		return data, 0, nil // the header was hit, or never written
	}
}

func isNewerSegment(data []byte) bool {
	return len(data) >= segmentHeader &&
		string(data[:6]) == segmentMagic[:6] &&
		data[6] >= '0' && data[6] <= '9' && data[7] >= '0' && data[7] <= '9' &&
		string(data[6:8]) > segmentMagic[6:8]
}

// NewerVersionError says that a file was written by a newer Luneo.
type NewerVersionError struct{ File string }

func (e *NewerVersionError) Error() string {
	return fmt.Sprintf("%s was written by a newer version of Luneo: run that version, or start with an empty data directory", e.File)
}

// segment is the segment that is being written.
type segment struct {
	segmentFile
	file File
	size int64 // bytes written ahead
	off  int64 // where the next frame goes
}

// blank is an allocated file that has no name as a segment yet.
type blank struct {
	name string
	file File
	size int64
}

// adopt gives a blank its name as a segment, durably, and writes the header,
// which the first commit syncs.
func adopt(fsys FS, dir string, b blank, name segmentFile) (*segment, error) {
	err := fsys.Rename(filepath.Join(dir, b.name), filepath.Join(dir, name.name))
	if err == nil {
		err = fsys.SyncDir(dir)
	}
	if err == nil {
		_, err = b.file.WriteAt([]byte(segmentMagic), 0)
	}
	if err != nil {
		return nil, errors.Join(err, b.file.Close(), removeIfThere(fsys, filepath.Join(dir, b.name)))
	}
	return &segment{segmentFile: name, file: b.file, size: b.size, off: int64(segmentHeader)}, nil
}

func removeIfThere(fsys FS, path string) error {
	if err := fsys.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
