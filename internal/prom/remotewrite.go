package prom

import (
	"fmt"
	"net/url"

	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/prometheus/config"
	"go.yaml.in/yaml/v3"
)

func readRemoteWrite(s Settings) (list []any, err error) {
	if s.RemoteWrite == "" {
		return nil, nil
	}
	if err := yaml.Unmarshal([]byte(s.RemoteWrite), &list); err == nil {
		_, err = load(document{"remote_write": list})
		if err == nil {
			return list, nil
		}
		return nil, fmt.Errorf("%s: prometheus.remote_write: %w", s.RemoteWritePlace, err)
	}
	return nil, fmt.Errorf("%s: prometheus.remote_write: %w", s.RemoteWritePlace, err)
}

// hidePasswords moves the user of a receiver's URL to where Prometheus keeps
// passwords secret: it writes the URL as it is into its log and its metrics. What
// the URL says wins, as it does in net/http.
func hidePasswords(list []*config.RemoteWriteConfig) {
	for _, to := range list {
		if to.URL == nil || to.URL.User == nil {
			continue
		}
		user := to.URL.User
		bare := *to.URL.URL
		bare.User = nil
		to.URL = &promconfig.URL{URL: &bare}
		to.HTTPClientConfig.Authorization, to.HTTPClientConfig.OAuth2 = nil, nil
		to.HTTPClientConfig.BasicAuth = basicAuthOf(user)
	}
}

func basicAuthOf(user *url.Userinfo) *promconfig.BasicAuth {
	password, _ := user.Password()
	return &promconfig.BasicAuth{Username: user.Username(), Password: promconfig.Secret(password)}
}
