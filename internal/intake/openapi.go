package intake

import (
	_ "embed"
	"net/http"
)

// document describes the endpoints. A test generates it from the tables of
// kpi and fails when it has drifted.
//
//go:embed openapi.json
var document []byte

// OpenAPI serves the OpenAPI 3.1 document of the endpoints for events.
func (in *Intake) OpenAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(document) // the caller may be gone
	return nil
}
