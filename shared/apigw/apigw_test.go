package apigw

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

func event(method, path string) events.APIGatewayV2HTTPRequest {
	e := events.APIGatewayV2HTTPRequest{RawPath: path, Headers: map[string]string{}}
	e.RequestContext.HTTP.Method = method
	e.RequestContext.RequestID = "gateway-id"
	return e
}

func serve(t *testing.T, e events.APIGatewayV2HTTPRequest, h http.HandlerFunc) events.APIGatewayV2HTTPResponse {
	t.Helper()
	out, err := Handler(h)(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestABearerThatNobodyVerifiedNeverReachesAHandler(t *testing.T) {
	for _, verified := range []bool{false, true} {
		e := event("GET", "/v1/invites")
		e.Headers["authorization"] = "Bearer a.b.c"
		if verified {
			e.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
				JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: map[string]string{}}}
		}
		serve(t, e, func(_ http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("Authorization") != ""; got != verified {
				t.Errorf("verified %v: the handler sees a bearer: %v", verified, got)
			}
		})
	}
}

func TestTheRequestIDIsTheGatewaysOwn(t *testing.T) {
	e := event("GET", "/")
	e.Headers["x-request-id"] = "forged"
	serve(t, e, func(_ http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get(RequestIDHeader); got != "gateway-id" {
			t.Errorf("got %q", got)
		}
	})
}

func TestBodiesArriveAsTheyWereSent(t *testing.T) {
	for _, c := range []struct {
		name, body string
		base64     bool
		want       string
	}{
		{"plain", `{"a":1}`, false, `{"a":1}`},
		{"a form, in base 64", "YT1iJmM9ZA==", true, "a=b&c=d"},
		{"bytes that are no text, in base 64", "/wA=", true, "\xff\x00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := event("POST", "/")
			e.Body, e.IsBase64Encoded = c.body, c.base64
			serve(t, e, func(_ http.ResponseWriter, r *http.Request) {
				got, err := io.ReadAll(r.Body)
				if err != nil || string(got) != c.want {
					t.Errorf("got %q, %v, want %q", got, err, c.want)
				}
			})
		})
	}
}

func TestPathsAreNotParsedTwice(t *testing.T) {
	for _, path := range []string{"/i/a%2Fb", "//host/i/x", "/i/..", "/i/%", "/i/a b"} {
		e := event("GET", path)
		e.RawQueryString = "a=b%20c"
		serve(t, e, func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path != path || r.URL.Query().Get("a") != "b c" {
				t.Errorf("got %q and %q, want %q", r.URL.Path, r.URL.RawQuery, path)
			}
		})
	}
}

func TestAPathIsDecodedOnceInAll(t *testing.T) {
	// What a caller asks for, and what the gateway makes of it.
	for _, c := range []struct{ asked, rawPath string }{
		{"/i/%3Dab%C2%ADc%20", "/i/=ab\u00adc "}, {"/i/%25ab", "/i/%25ab"}, {"/i/%253Dab", "/i/%253Dab"}, {"/i/%2525ab", "/i/%2525ab"},
	} {
		want, err := url.PathUnescape(c.asked)
		if err != nil {
			t.Fatal(err)
		}
		serve(t, event("GET", c.rawPath), func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path != want {
				t.Errorf("%s: got %q, want %q", c.asked, r.URL.Path, want)
			}
		})
	}
}

func TestHEADAnswersAsGETWithoutTheBody(t *testing.T) {
	h := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-A", "1")
		w.WriteHeader(http.StatusGone)
		_, _ = io.WriteString(w, "gone")
	}
	get, head := serve(t, event("GET", "/"), h), serve(t, event("HEAD", "/"), h)
	if get.Body != "gone" || head.Body != "" {
		t.Errorf("got bodies %q and %q", get.Body, head.Body)
	}
	if get.StatusCode != http.StatusGone || head.StatusCode != http.StatusGone || head.Headers["X-A"] != "1" {
		t.Errorf("got %+v and %+v", get, head)
	}
}

func TestABrokenBodyIsAnError(t *testing.T) {
	e := event("POST", "/")
	e.Body, e.IsBase64Encoded = "!", true
	if _, err := Handler(http.NotFoundHandler())(context.Background(), e); err == nil {
		t.Error("got no error")
	}
}
