// Package reply writes the answers of handlers that are JSON. When the caller is
// gone there is nobody to tell, and it is no error.
package reply

import (
	"encoding/json"
	"net/http"
)

// JSON answers with a status and a value. It returns an error, and has written
// nothing, when the value can't be written as JSON.
func JSON(w http.ResponseWriter, status int, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
	return nil
}

// Now answers 200 with what is true now: nobody may keep it.
func Now(w http.ResponseWriter, value any) error {
	w.Header().Set("Cache-Control", "no-store")
	return JSON(w, http.StatusOK, value)
}
