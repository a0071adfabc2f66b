package testkit

import (
	"io"
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
)

// PrometheusAPI is a client of Prometheus' HTTP API below a base URL, over a
// round tripper.
func PrometheusAPI(t *testing.T, base string, through http.RoundTripper) v1.API {
	t.Helper()
	client, err := api.NewClient(api.Config{Address: base, RoundTripper: through})
	if err != nil {
		t.Fatal(err)
	}
	return v1.NewAPI(client)
}

// Body reads an answer's body to its end, and closes it.
func Body(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
