package monitoring_test

import (
	"bufio"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/luneo-platform/luneo/internal/config"
	"github.com/luneo-platform/luneo/internal/testkit"
	"github.com/luneo-platform/luneo/monitoring"
)

// compose is what the tests look at of deploy/compose.yaml.
type compose struct {
	Services map[string]service
	Networks map[string]struct {
		IPAM struct{ Config []struct{ Subnet string } }
	}
	Volumes map[string]any
}

type service struct {
	Image       string
	Build       struct{ Context, Dockerfile string }
	Environment map[string]string
	Ports       []string
	Volumes     []string
	CapDrop     []string `yaml:"cap_drop"`
	Networks    []string
}

const deploy = "../deploy"

func readYAML(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func readCompose(t *testing.T) (c compose) {
	t.Helper()
	readYAML(t, filepath.Join(deploy, "compose.yaml"), &c)
	return c
}

// TestComposeIsWhatTheGuideNames: backend on 4000 and grafana on 3000, both on
// loopback, without capabilities, from pinned images.
func TestComposeIsWhatTheGuideNames(t *testing.T) {
	t.Parallel()
	c := readCompose(t)
	for name, port := range map[string]string{"backend": "4000", "grafana": "3000"} {
		s := c.Services[name]
		if want := "127.0.0.1:" + port + ":" + port; len(s.Ports) != 1 || s.Ports[0] != want {
			t.Errorf("%s publishes %q, want %s alone", name, s.Ports, want)
		}
		if len(s.CapDrop) != 1 || s.CapDrop[0] != "ALL" || len(s.Networks) != 1 {
			t.Errorf("%s has capabilities or other networks: %+v", name, s)
		}
		if !regexp.MustCompile(`^[\w/]+:(local|\d+\.\d+\.\d+)$`).MatchString(s.Image) {
			t.Errorf("the image of %s is %q, which is not pinned", name, s.Image)
		}
	}
	g := c.Services["grafana"].Environment
	if g["GF_SECURITY_ADMIN_USER"] != "admin" || g["GF_SECURITY_ADMIN_PASSWORD"] != "admin" {
		t.Errorf("Grafana's first user is %q", g["GF_SECURITY_ADMIN_USER"])
	}
	text, _ := os.ReadFile(filepath.Join(deploy, "compose.yaml"))
	if !regexp.MustCompile(`PASSWORD: admin +# change in production`).Match(text) {
		t.Error("nothing says that the password has to be changed")
	}
}

// TestComposeFilesAreThere: what is mounted and built from exists, and Grafana
// looks for dashboards and data sources where they are mounted.
func TestComposeFilesAreThere(t *testing.T) {
	t.Parallel()
	c := readCompose(t)
	mounts := map[string]string{} // by the path in the container
	for _, s := range c.Services {
		for _, v := range s.Volumes {
			from, rest, _ := strings.Cut(v, ":")
			at, _, _ := strings.Cut(rest, ":")
			mounts[at] = filepath.Join(deploy, from)
			if _, named := c.Volumes[from]; named {
				continue
			}
			if _, err := os.Stat(filepath.Join(deploy, from)); err != nil {
				t.Error(err)
			}
			if !strings.HasSuffix(v, ":ro") {
				t.Errorf("%s can be written to", v)
			}
		}
	}
	b := c.Services["backend"].Build
	if _, err := os.Stat(filepath.Join(deploy, b.Context, b.Dockerfile)); err != nil {
		t.Error(err)
	}
	var provider struct {
		Providers []struct{ Options struct{ Path string } }
	}
	readYAML(t, "grafana/provisioning/dashboards/luneo.yaml", &provider)
	from := mounts[provider.Providers[0].Options.Path]
	home := c.Services["grafana"].Environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
	for _, name := range []string{"luneo-kpis.json", "luneo-overview.json", filepath.Base(home)} {
		if _, err := os.Stat(filepath.Join(from, name)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(mounts["/etc/grafana/provisioning"], "datasources", "luneo.yaml")); err != nil {
		t.Error(err)
	}
}

// TestImageIsBuiltWhole: from pinned images, with the Go of go.mod and the
// packages of the web UI as locked, and never without the web UI.
func TestImageIsBuiltWhole(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(deploy, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(filepath.Join("..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(string(text), -1) {
		if image := from[1]; image != "scratch" && !regexp.MustCompile(`^\w+:\d+\.\d+\.\d+-\w+`).MatchString(image) {
			t.Errorf("%s is not pinned", image)
		}
	}
	if version := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(module)[1]; !strings.Contains(string(text), "FROM golang:"+string(version)+"-") {
		t.Errorf("go.mod wants Go %s, the image is built with another", version)
	}
	if !regexp.MustCompile(`(?m)^RUN LUNEO_REQUIRE_ALL=1 make build`).Match(text) {
		t.Error("where the web UI can't be built, the image has none")
	}
}

// TestDataSource: it asks the service of the compose file and says the interval
// at which Luneo scrapes itself.
func TestDataSource(t *testing.T) {
	t.Parallel()
	var file struct {
		Datasources []struct {
			Type, URL string
			JSONData  struct {
				TimeInterval string `yaml:"timeInterval"`
				HTTPMethod   string `yaml:"httpMethod"`
			} `yaml:"jsonData"`
		}
	}
	readYAML(t, "grafana/provisioning/datasources/luneo.yaml", &file)
	cfg, err := config.Load(config.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	source := file.Datasources[0]
	interval, err := time.ParseDuration(source.JSONData.TimeInterval)
	if err != nil || interval != time.Duration(cfg.Prometheus.ScrapeInterval) {
		t.Errorf("the interval is %v (%v), Luneo's %v", interval, err, cfg.Prometheus.ScrapeInterval)
	}
	if source.Type != "prometheus" || source.URL != "http://backend:4000" || source.JSONData.HTTPMethod != http.MethodPost {
		t.Errorf("%+v", source)
	}
}

// TestComposeIsSafe runs Luneo with the environment of the compose file: it
// starts, callers from elsewhere get nothing, and those of its network may send
// events and ask, by POST as Grafana does, but change nothing.
func TestComposeIsSafe(t *testing.T) {
	t.Parallel()
	c := readCompose(t)
	env := c.Services["backend"].Environment
	if env["LUNEO_ANONYMOUS_FROM"] != c.Networks["luneo"].IPAM.Config[0].Subnet {
		t.Errorf("anonymous callers come from %s, the network is %v", env["LUNEO_ANONYMOUS_FROM"], c.Networks)
	}
	elsewhere := serveAsComposed(t, env)
	inside := serveAsComposed(t, env, "LUNEO_ANONYMOUS_FROM=127.0.0.0/8")
	for _, ask := range []struct {
		name, base, path, body string
		want                   int
	}{
		{"elsewhere reads", elsewhere, "/api/v1/query?query=up", "", http.StatusUnauthorized},
		{"elsewhere sends", elsewhere, "/api/metrics/render", `{"renderType":"2d","quality":"high","durationSeconds":1}`, http.StatusUnauthorized},
		{"inside sends", inside, "/api/metrics/render", `{"renderType":"2d","quality":"high","durationSeconds":1}`, http.StatusAccepted},
		{"inside reloads", inside, "/-/reload", "{}", http.StatusUnauthorized},
	} {
		resp, err := http.Post(ask.base+ask.path, "application/json", strings.NewReader(ask.body))
		if err != nil {
			t.Fatal(err)
		}
		if body := testkit.Body(t, resp); resp.StatusCode != ask.want {
			t.Errorf("%s: %d, want %d: %s", ask.name, resp.StatusCode, ask.want, body)
		}
	}
	resp, err := http.PostForm(inside+"/api/v1/query", url.Values{"query": {"vector(1)"}})
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ Status string }
	if err := json.Unmarshal([]byte(testkit.Body(t, resp)), &answer); err != nil || answer.Status != "success" {
		t.Errorf("a query as Grafana sends it: %d %+v %v", resp.StatusCode, answer, err)
	}
}

// serveAsComposed starts Luneo with an environment on a free port and returns
// its address on loopback.
func serveAsComposed(t *testing.T, env map[string]string, more ...string) string {
	t.Helper()
	cmd := exec.Command(testkit.Binary(t), "serve")
	for key, value := range env {
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	cmd.Env = append(append(cmd.Env, "LUNEO_LISTEN=0.0.0.0:0", "LUNEO_PUBLIC_URL=", "LUNEO_DATA_DIR="+t.TempDir()), more...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("Luneo does not start with the compose file's environment: %v", err)
	}
	return "http://127.0.0.1" + regexp.MustCompile(`:\d+\s*$`).FindString(strings.TrimSpace(line))
}

// TestDashboardsAreEmbedded under their uids.
func TestDashboardsAreEmbedded(t *testing.T) {
	t.Parallel()
	for _, uid := range []string{"luneo-kpis", "luneo-overview"} {
		text, err := fs.ReadFile(monitoring.Dashboards(), uid+".json")
		if err != nil {
			t.Fatal(err)
		}
		var d struct{ UID string }
		if err := json.Unmarshal(text, &d); err != nil || d.UID != uid {
			t.Errorf("%s.json has the uid %q (%v)", uid, d.UID, err)
		}
	}
}
