// Package docs shows the API's OpenAPI document to people, with Swagger UI from
// web/node_modules (docs/decisions/0055-clients.md says why that one).
package docs

import (
	"bytes"
	"embed"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
)

//go:embed index.html docs.css docs.js
var files embed.FS

// policy lets the page load and call nothing but its own origin. The renderer draws its
// arrows as data: images.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// written is the server that the document names.
const written = "http://localhost:8080"

// Handler serves the page below /docs/, and the document itself at /docs/openapi.yaml,
// with origin for its server, so that "Try it out" calls this stack. renderer is the folder
// of swagger-ui-dist.
func Handler(document, renderer, origin string) (http.Handler, error) {
	text, err := os.ReadFile(document)
	if err != nil {
		return nil, fmt.Errorf("read the API's document: %w", err)
	}
	server := []byte("  - url: " + written + "\n")
	if bytes.Count(text, server) != 1 {
		return nil, fmt.Errorf("%s does not name the one server %s", document, written)
	}
	text = bytes.Replace(text, server, []byte("  - url: "+origin+"\n"), 1)

	mux := http.NewServeMux()
	mux.Handle("GET /docs/", http.StripPrefix("/docs/", http.FileServerFS(files)))
	mux.HandleFunc("GET /docs/openapi.yaml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(text) // fails only when the reader has left
	})
	for _, name := range []string{"swagger-ui-bundle.js", "swagger-ui.css"} {
		mux.HandleFunc("GET /docs/"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFile(w, r, filepath.Join(renderer, name))
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-cache")
		header.Set("Content-Security-Policy", policy)
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		mux.ServeHTTP(w, r)
	}), nil
}
