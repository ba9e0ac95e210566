package tests

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
)

// openAPI is docs/openapi.yaml. Every answer of the API that any test here gets is
// held against it.
var openAPI = sync.OnceValues(func() (validator.Validator, error) {
	text, err := os.ReadFile("../docs/openapi.yaml")
	if err != nil {
		return nil, err
	}
	doc, err := libopenapi.NewDocument(text)
	if err != nil {
		return nil, err
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		return nil, fmt.Errorf("docs/openapi.yaml: %v", errs)
	}
	if ok, problems := v.ValidateDocument(); !ok {
		return nil, fmt.Errorf("docs/openapi.yaml is no OpenAPI 3.1: %v", problems)
	}
	return v, nil
})

// conforms checks one answer. The answers of the gateway itself to what no route
// has are not ours to describe.
func conforms(request *http.Request, a answer) error {
	path := request.URL.Path
	if !strings.HasPrefix(path, "/v1/") && !strings.HasPrefix(path, "/i/") && !strings.HasPrefix(path, "/o/") || request.Method == http.MethodOptions {
		return nil
	}
	v, err := openAPI()
	if err != nil {
		return err
	}
	response := &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader([]byte(a.body)))}
	if ok, problems := v.ValidateHttpResponse(request, response); !ok {
		said := make([]string, 0, len(problems))
		for _, p := range problems {
			said = append(said, p.Error())
			for _, e := range p.SchemaValidationErrors {
				said = append(said, e.Reason+" at "+e.FieldPath)
			}
		}
		return fmt.Errorf("%s %s: %d is not as docs/openapi.yaml says: %s: %.300s", request.Method, strings.SplitN(strings.SplitN(path, "/i/", 2)[0], "/o/", 2)[0], a.status, strings.Join(said, "; "), a.body)
	}
	return nil
}

func TestTheDocumentIsOpenAPI(t *testing.T) {
	if _, err := openAPI(); err != nil {
		t.Fatal(err)
	}
}
