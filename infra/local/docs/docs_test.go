package docs

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const document = "../../../docs/openapi.yaml"

func TestTheDocumentIsServedWithThisStackAsItsServer(t *testing.T) {
	written, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	for origin, want := range map[string]string{
		"http://localhost:8080": string(written), // nothing but the server differs
		"http://localhost:9090": strings.Replace(string(written), "url: http://localhost:8080", "url: http://localhost:9090", 1),
	} {
		h, err := Handler(document, t.TempDir(), origin)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/docs/openapi.yaml", nil))
		if w.Code != 200 || w.Body.String() != want {
			t.Errorf("at %s: got %d and another document", origin, w.Code)
		}
	}
}

func TestADocumentWithoutTheServerIsNotServed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "openapi.yaml")
	if _, err := Handler(path, "", ""); err == nil {
		t.Error("a document that is not there is served")
	}
	if err := os.WriteFile(path, []byte("openapi: 3.1.0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Handler(path, "", "http://localhost:1"); err == nil {
		t.Error("its calls would go to another server")
	}
}

func TestThePageAndTheRendererAreServedAndNothingElse(t *testing.T) {
	renderer := t.TempDir()
	for _, name := range []string{"swagger-ui-bundle.js", "swagger-ui.css", "index.html", "package.json"} {
		if err := os.WriteFile(filepath.Join(renderer, name), []byte("renderer's "+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h, err := Handler(document, renderer, "http://localhost:8080")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]struct {
		status int
		body   string
	}{
		"/docs/": {200, "Invites API"}, "/docs/docs.js": {200, "SwaggerUIBundle"}, "/docs/docs.css": {200, "body"},
		"/docs/swagger-ui-bundle.js": {200, "renderer's swagger-ui-bundle.js"}, "/docs/swagger-ui.css": {200, "renderer's swagger-ui.css"},
		"/docs/package.json": {404, ""}, "/docs/docs.go": {404, ""},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != want.status || !strings.Contains(w.Body.String(), want.body) {
			t.Errorf("%s: got %d %.60q", path, w.Code, w.Body)
		}
		if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; script-src 'self'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the policy is %q", path, csp)
		}
	}
}
