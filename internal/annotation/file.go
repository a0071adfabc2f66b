package annotation

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/luneo-platform/luneo/internal/safefile"
)

// file is the form of the file of marks.
type file struct {
	Version     int          `json:"version"`
	Next        int64        `json:"next"`
	Annotations []Annotation `json:"annotations"`
}

// fileVersion is the form that this Luneo writes.
const fileVersion = 1

// errDamaged says that a file is no file of marks.
var errDamaged = errors.New("the file of annotations can't be read")

// readFile reads the file; a missing one has no marks. A file of a newer
// version is an error of its own: nothing is wrong with it.
func readFile(name string) (file, error) {
	if name == "" {
		return file{}, nil
	}
	text, err := os.ReadFile(filepath.Clean(name))
	if errors.Is(err, fs.ErrNotExist) {
		return file{}, nil
	}
	if err != nil {
		return file{}, fmt.Errorf("reading the annotations: %w", err)
	}
	f, err := parse(text)
	if err != nil {
		return f, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// parse reads a file and holds it to the bounds of what is written.
func parse(text []byte) (f file, err error) {
	if err := json.Unmarshal(text, &f); err != nil {
		return file{}, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if f.Version > fileVersion {
		return file{}, fmt.Errorf("the file of annotations is of version %d, this Luneo knows %d", f.Version, fileVersion)
	}
	if f.Version < 1 || len(f.Annotations) > Limit {
		return file{}, fmt.Errorf("%w: version %d, %d annotations", errDamaged, f.Version, len(f.Annotations))
	}
	for i := range f.Annotations {
		a := &f.Annotations[i]
		if bad := a.check(); len(bad) > 0 || a.ID < 1 || a.ID >= f.Next {
			return file{}, fmt.Errorf("%w: annotation %d is not one that was kept", errDamaged, i)
		}
	}
	sortByTime(f.Annotations)
	return f, nil
}

// setAside renames a file that can't be read, so that its marks can be rescued.
func (s *Store) setAside(cause error) error {
	aside := fmt.Sprintf("%s.%d.damaged", s.o.File, s.o.Now().Unix())
	if err := os.Rename(s.o.File, aside); err != nil {
		return fmt.Errorf("setting the damaged annotations aside: %w", err)
	}
	s.o.Logger.Error("the annotations can't be read; starting without them, the file is set aside", "file", aside, "err", cause)
	return nil
}

// write replaces the file.
func (s *Store) write(list []Annotation, next int64) error {
	if s.o.File == "" {
		return nil
	}
	text, err := json.MarshalIndent(file{Version: fileVersion, Next: next, Annotations: list}, "", "  ")
	if err != nil {
		return err
	}
	return safefile.Replace(s.o.File, append(text, '\n'))
}
