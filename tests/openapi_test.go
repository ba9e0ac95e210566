package tests

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
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
	request = plain(request)
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

// gluedPath is the path of a link with what is glued to it, such as the slash of /i/x/.
var gluedPath = regexp.MustCompile(`^(/[io]/)/*([^/]+?)(/ask)?(/.*)?$`)

// plain is a request without what is glued to its link: the document does not list that,
// and whatever it is, the answer is that of the link.
func plain(r *http.Request) *http.Request {
	if !strings.HasPrefix(r.URL.Path, "/i/") && !strings.HasPrefix(r.URL.Path, "/o/") {
		return r
	}
	link := *r.URL
	link.RawPath = ""
	if link.Path = gluedPath.ReplaceAllString(link.Path, "$1$2$3"); len(link.Path) <= len("/i/") {
		link.Path += "x" // a link that ends before its token
	}
	same := *r
	same.URL = &link
	return &same
}

func TestTheDocumentIsOpenAPI(t *testing.T) {
	if _, err := openAPI(); err != nil {
		t.Fatal(err)
	}
}
