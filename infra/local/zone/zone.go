// Package zone lets a developer and tests set records in the local stack's DNS over HTTP.
package zone

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"invites/shared/dns/dnstest"
)

// longest is what a record may hold, in bytes.
const longest = 4096

// Handler serves GET /dns/ (all records), and PUT and DELETE /dns/{type}/{name}: the body of
// a PUT is the value of one more record.
func Handler(z *dnstest.Zone) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /dns/{$}", func(w http.ResponseWriter, _ *http.Request) {
		type record struct {
			Type  string `json:"type"`
			Name  string `json:"name"`
			Value string `json:"value"`
		}
		records := []record{}
		for _, r := range z.All() {
			records = append(records, record(r))
		}
		w.Header().Set("Content-Type", "application/json")
		// A write fails only when the reader has left.
		_ = json.NewEncoder(w).Encode(map[string]any{"records": records})
	})
	mux.HandleFunc("PUT /dns/{type}/{name}", func(w http.ResponseWriter, r *http.Request) {
		value, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longest))
		if err == nil {
			err = z.Add(dnstest.Record{Type: r.PathValue("type"), Name: r.PathValue("name"), Value: strings.TrimSpace(string(value))})
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("DELETE /dns/{type}/{name}", func(w http.ResponseWriter, r *http.Request) {
		z.Remove(r.PathValue("type"), r.PathValue("name"))
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}
