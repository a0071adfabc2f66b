package testkit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// installs keeps the tests of one process from installing the same twice.
var installs sync.Mutex

// Packages installs the npm packages that the lock file in a folder of this
// module pins, in the user's cache and once for each lock file. It returns the
// folder node_modules, for NODE_PATH. Where npm is not there, or can't install
// them, the test is skipped or fails like Command's.
func Packages(t testing.TB, folder string) string {
	t.Helper()
	npm := Command(t, "npm")
	installs.Lock()
	defer installs.Unlock()
	home, err := packagesHome(folder)
	if err != nil {
		t.Fatal(err)
	}
	modules := filepath.Join(home, "node_modules")
	if _, err := os.Stat(modules); err == nil {
		return modules
	}
	if err := install(npm, folder, home); err != nil {
		Missing(t, "npm packages can't be installed: "+err.Error())
	}
	return modules
}

// packagesHome is where the packages of a folder's lock file are kept.
func packagesHome(folder string) (string, error) {
	lock, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	sum := sha256.Sum256(lock)
	return filepath.Join(cache, "luneo-test", filepath.Base(folder)+"-"+hex.EncodeToString(sum[:6])), nil
}

// install fills a folder beside home and moves it there whole, so that another
// process never sees half of it.
func install(npm, folder, home string) error {
	if err := os.MkdirAll(filepath.Dir(home), 0o700); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(home), "installing-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work) //nolint:errcheck // nothing is there once it was moved
	for _, name := range []string{"package.json", "package-lock.json"} {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(work, name), content, 0o600); err != nil {
			return err
		}
	}
	cmd := exec.Command(npm, "ci", "--no-audit", "--no-fund", "--omit=optional", "--ignore-scripts", "--loglevel=error")
	cmd.Dir = work
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	if err := os.Rename(work, home); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
