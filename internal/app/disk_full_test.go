package app_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/luneo-platform/luneo/internal/testkit"
)

// smallDisk mounts a file system of a few megabytes, which takes root.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=32m", "luneo-test", dir).CombinedOutput(); err != nil {
		t.Skipf("no small file system can be mounted here: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	return dir
}

// TestDiskFull fills a real disk under a real server: 503 and nothing counted
// beyond what was acknowledged, until there is space again.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	p := testkit.Start(t, "--data-dir", filepath.Join(disk, "data"))
	client := &http.Client{Timeout: testkit.HangGuard}
	n, acked := 0, 0
	batch := func() answer {
		var b strings.Builder
		for range 1000 {
			n++
			b.WriteString(strings.Replace(renderEvent(fmt.Sprint("id-", n)), "{", `{"type":"render",`, 1) + "\n")
		}
		a, err := tryPost(client, p.URL+"/api/metrics/batch", "application/x-ndjson", []byte(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	filler := filepath.Join(disk, "filler")
	if err := os.WriteFile(filler, make([]byte, 5<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	var refused answer
	for refused.status == 0 {
		if a := batch(); a.status == http.StatusAccepted {
			acked += 1000
		} else {
			refused = a
		}
		if n > 1_000_000 {
			t.Fatal("the disk does not fill up")
		}
	}
	if refused.status != http.StatusServiceUnavailable || refused.header.Get("Retry-After") == "" || !strings.Contains(refused.body, "disk") {
		t.Errorf("a full disk is answered with %d %v %s", refused.status, refused.header, refused.body)
	}
	if got := total(metricsOf(t, p.URL), "luneo_renders_total"); got != float64(acked) {
		t.Errorf("%v events are counted, %d were acknowledged", got, acked)
	}
	if got := total(metricsOf(t, p.URL), "luneo_journal_commit_failures_total"); got == 0 {
		t.Error("the refusal is in no metric")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(testkit.HangGuard); ; {
		if a := batch(); a.status == http.StatusAccepted {
			acked += 1000
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("space is there again, and the events are still refused")
		}
	}
	p.Kill()
	p = testkit.Start(t, "--data-dir", filepath.Join(disk, "data"))
	if got := total(metricsOf(t, p.URL), "luneo_renders_total"); got != float64(acked) {
		t.Errorf("after a kill %v events are counted, %d were acknowledged", got, acked)
	}
}
