package web

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"

	toolkit "github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v3"
)

func bind(addr *net.TCPAddr, written string) (net.Listener, error) {
	l, err := net.ListenTCP("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("port %d of %s is in use: stop the program that has it, or choose another with --listen, such as --listen 127.0.0.1:0 for any free port: %w", addr.Port, written, err)
	case err != nil:
		return nil, fmt.Errorf("listen on %s: %w", written, err)
	}
	return l, nil
}

// webFile is what exporter-toolkit's web configuration file says.
type webFile struct {
	config toolkit.Config
	// tls is nil when the file sets up none.
	tls *tls.Config
}

// readWebFile validates the file with exporter-toolkit and takes what Luneo
// serves itself: exporter-toolkit's own Serve would ask every request for a
// password. An empty name is an empty file.
func readWebFile(name string) (*webFile, error) {
	f := &webFile{config: toolkit.Config{
		TLSConfig:  toolkit.TLSConfig{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS13},
		HTTPConfig: toolkit.HTTPConfig{HTTP2: true},
	}}
	if name == "" {
		return f, nil
	}
	if err := toolkit.Validate(name); err != nil {
		return nil, fmt.Errorf("web configuration file %s: %w", name, err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("web configuration file: %w", err)
	}
	if err := yaml.Unmarshal(data, &f.config); err != nil {
		return nil, fmt.Errorf("web configuration file %s: %w", name, err)
	}
	if f.config.RateLimiterConfig != (toolkit.RateLimiterConfig{}) {
		return nil, fmt.Errorf("web configuration file %s: rate_limit is not supported: remove it; limits.ingest_rate limits each credential", name)
	}
	return f, f.setTLS(name)
}

func (f *webFile) setTLS(name string) error {
	t := &f.config.TLSConfig
	if !t.IsEnabled() {
		return nil
	}
	t.SetDirectory(filepath.Dir(name))
	conf, err := toolkit.ConfigToTLSConfig(t)
	if err != nil {
		return fmt.Errorf("web configuration file %s: TLS: %w", name, err)
	}
	f.tls = conf
	return nil
}
