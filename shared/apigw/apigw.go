// Package apigw serves API Gateway's HTTP API events (payload 2.0) by a
// net/http handler. It is the only package that knows their form; [Handler] is
// what a Lambda starts.
//
// Two promises to the handler: the header X-Request-Id is the gateway's own, and
// an Authorization header is there only where the JWT authorizer has verified it.
package apigw

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

// RequestIDHeader carries the gateway's request id to the handler.
const RequestIDHeader = "X-Request-Id"

// Func is a Lambda handler of HTTP API events.
type Func = func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)

// Handler serves events by h. It returns an error only for an event that is not
// an HTTP request; a failing request is h's to answer.
func Handler(h http.Handler) Func {
	return func(ctx context.Context, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		r, err := request(ctx, e)
		if err != nil {
			return events.APIGatewayV2HTTPResponse{}, err
		}
		w := &writer{header: http.Header{}}
		h.ServeHTTP(w, r)
		return w.response(r.Method == http.MethodHead), nil
	}
}

// Serve runs h as this process's Lambda, unless its parts could not be composed.
func Serve(h http.Handler, composed error) error {
	if composed == nil {
		lambda.Start(Handler(h))
	}
	return composed
}

func request(ctx context.Context, e events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, fmt.Errorf("apigw: body is not base64: %w", err)
		}
	}
	r, err := http.NewRequestWithContext(ctx, e.RequestContext.HTTP.Method, "/", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("apigw: %w", err)
	}
	// The gateway has decoded the path, all but its "%25"; parsing it again could make a
	// host of it.
	r.URL = &url.URL{Path: strings.ReplaceAll(e.RawPath, "%25", "%"), RawQuery: e.RawQueryString}
	for name, value := range e.Headers {
		r.Header.Set(name, value)
	}
	r.Header.Set(RequestIDHeader, e.RequestContext.RequestID)
	if a := e.RequestContext.Authorizer; a == nil || a.JWT == nil {
		r.Header.Del("Authorization")
	}
	r.Host = e.RequestContext.DomainName
	r.RemoteAddr = e.RequestContext.HTTP.SourceIP
	return r, nil
}

// writer collects one response in memory; a Lambda answers in one piece.
type writer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *writer) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

func (w *writer) response(head bool) events.APIGatewayV2HTTPResponse {
	w.WriteHeader(http.StatusOK)
	headers := make(map[string]string, len(w.header))
	for name, values := range w.header {
		headers[name] = strings.Join(values, ", ")
	}
	out := events.APIGatewayV2HTTPResponse{StatusCode: w.status, Headers: headers}
	if !head {
		out.Body = w.body.String()
	}
	return out
}
