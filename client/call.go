package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// call is one call of the API, whatever the number of its attempts.
type call struct {
	method, path string
	query        url.Values
	body         any // nil for none
	key, ifMatch string
	keyed        bool // it takes an Idempotency-Key
	written      bool // it takes on_behalf_of
	open         bool // it needs no token
}

// largest is far over any answer: a page of 100 invites has 100 KB.
const largest = 16 << 20

// write is a POST that takes an Idempotency-Key and on_behalf_of.
func write(path string, body any, options []Option) call {
	w := call{method: http.MethodPost, path: path, body: body, keyed: true, written: true, key: rand.Text()}
	for _, o := range options {
		o(&w)
	}
	return w
}

// path puts the values, escaped, into a path of the OpenAPI document.
func path(pattern string, values ...string) string {
	escaped := make([]any, len(values))
	for n, v := range values {
		escaped[n] = url.PathEscape(v)
	}
	return fmt.Sprintf(pattern, escaped...)
}

// do makes the call and reads its answer into one.
func do[T any](ctx context.Context, c *Client, w call) (answer T, err error) {
	var body []byte
	if w.body != nil {
		if body, err = c.encode(w); err != nil {
			return answer, fmt.Errorf("invites: write %s %s: %w", w.method, w.path, err)
		}
	}
	for attempt := 1; ; attempt++ {
		answer, err = once[T](ctx, c, w, body)
		pause, again := w.again(err, attempt)
		if !again || !fits(ctx, pause) {
			return answer, err
		}
		if c.wait(ctx, pause) != nil {
			return answer, err
		}
	}
}

// encode writes the body, with the person that the client acts for.
func (c *Client) encode(w call) ([]byte, error) {
	body, err := json.Marshal(w.body)
	if err != nil || c.person == nil || !w.written {
		return body, err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, err
	}
	if fields["on_behalf_of"], err = json.Marshal(c.person); err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}

// errUnsent marks that the call was not made.
var errUnsent = errors.New("the call was not made")

// once is one attempt.
func once[T any](ctx context.Context, c *Client, w call, body []byte) (answer T, err error) {
	request, err := http.NewRequestWithContext(ctx, w.method, c.api+w.path, bytes.NewReader(body))
	if err != nil {
		return answer, fmt.Errorf("invites: %w: %w", errUnsent, err)
	}
	request.URL.RawQuery = w.query.Encode()
	if !w.open {
		if c.token == nil {
			return answer, fmt.Errorf("invites: %w: New was given no token function", errUnsent)
		}
		bearer, err := c.token(ctx)
		if err != nil {
			return answer, fmt.Errorf("invites: %w: no token: %w", errUnsent, err)
		}
		request.Header.Set("Authorization", "Bearer "+bearer)
		set(request.Header, "Invite-Tenant", c.tenant)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if w.keyed {
		request.Header.Set("Idempotency-Key", w.key)
	}
	set(request.Header, "If-Match", w.ifMatch)
	response, err := c.HTTP.Do(request)
	if err != nil {
		return answer, fmt.Errorf("invites: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, largest))
	if err != nil {
		return answer, fmt.Errorf("invites: read the answer of %s %s: %w", w.method, w.path, err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return answer, problemOf(response, text)
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return answer, fmt.Errorf("invites: read the answer of %s %s: %w", w.method, w.path, err)
	}
	return answer, nil
}

func set(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}
