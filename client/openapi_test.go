package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// calls says by which method each operation under /v1 of docs/openapi.yaml is called, with
// everything that it can say, and what its answer is read into. The pages behind a
// link are for browsers and left out.
var calls = map[string]struct {
	call   func(context.Context, *Client) error
	answer reflect.Type
}{
	"listInvites": {func(ctx context.Context, c *Client) error {
		return second(c.List(ctx, full[Query]()))
	}, reflect.TypeFor[InvitePage]()},
	"createInvite": {func(ctx context.Context, c *Client) error {
		return second(c.Create(ctx, full[NewInvite]()))
	}, reflect.TypeFor[Invite]()},
	"createInvites": {func(ctx context.Context, c *Client) error {
		return second(c.CreateMany(ctx, full[[]NewInvite]()))
	}, reflect.TypeFor[results]()},
	"resendInvites": {func(ctx context.Context, c *Client) error {
		return second(c.ResendMany(ctx, []string{"x"}, full[Resend]()))
	}, reflect.TypeFor[results]()},
	"cancelInvites": {func(ctx context.Context, c *Client) error {
		return second(c.CancelMany(ctx, []string{"x"}))
	}, reflect.TypeFor[results]()},
	"getInvite": {func(ctx context.Context, c *Client) error {
		return second(c.Get(ctx, "x/y"))
	}, reflect.TypeFor[Invite]()},
	"resendInvite": {func(ctx context.Context, c *Client) error {
		return second(c.Resend(ctx, "x/y", full[Resend](), IfMatch("e")))
	}, reflect.TypeFor[Invite]()},
	"cancelInvite": {func(ctx context.Context, c *Client) error {
		return second(c.Cancel(ctx, "x/y", IfMatch("e")))
	}, reflect.TypeFor[Invite]()},
	"releaseInvite": {func(ctx context.Context, c *Client) error {
		return second(c.Release(ctx, "x/y", IfMatch("e")))
	}, reflect.TypeFor[Invite]()},
	"redeemCode": {func(ctx context.Context, c *Client) error {
		return second(c.Redeem(ctx, "x"))
	}, reflect.TypeFor[Redeemed]()},
	"explainLink": {func(ctx context.Context, c *Client) error {
		return second(c.Explain(ctx, "x"))
	}, reflect.TypeFor[Explanation]()},
	"peekInvite": {func(ctx context.Context, c *Client) error {
		return second(c.Peek(ctx, "x"))
	}, reflect.TypeFor[Peek]()},
	"acceptInvite": {func(ctx context.Context, c *Client) error {
		return second(c.Accept(ctx, "x"))
	}, reflect.TypeFor[Acceptance]()},
	"getSettings": {func(ctx context.Context, c *Client) error {
		return second(c.Settings(ctx))
	}, reflect.TypeFor[Settings]()},
	"putSettings": {func(ctx context.Context, c *Client) error {
		return second(c.PutSettings(ctx, full[Settings]()))
	}, reflect.TypeFor[Settings]()},
}

func second[T any](_ T, err error) error { return err }

// Each call is made on a server that keeps it and answers with every field of the
// document; what was sent and what was read are held against the document both ways.
func TestEveryCallAndFieldIsThatOfTheDocument(t *testing.T) {
	doc := read(t)
	found := 0
	for path, methods := range doc.paths() {
		for method, operation := range methods {
			id := operation["operationId"].(string)
			c, ok := calls[id]
			if !ok {
				t.Errorf("docs/openapi.yaml has %s, and no method calls it", id)
				continue
			}
			found++
			t.Run(id, func(t *testing.T) {
				schema, status := doc.success(operation)
				var got *http.Request
				var body []byte
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					got = r
					body, _ = io.ReadAll(r.Body)
					w.WriteHeader(status)
					_ = json.NewEncoder(w).Encode(doc.sample(schema))
				}))
				defer server.Close()
				client := New(server.URL, func(context.Context) (string, error) { return "t", nil }).InTenant("acme").OnBehalfOf(full[Person]())
				if err := c.call(t.Context(), client); err != nil {
					t.Fatal(err)
				}
				template := regexp.QuoteMeta(path)
				template = regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(template, "[^/]+")
				if got.Method != method || !regexp.MustCompile("^"+template+"$").MatchString(got.URL.EscapedPath()) {
					t.Errorf("got %s %s, want %s %s", got.Method, got.URL.EscapedPath(), method, path)
				}
				doc.sent(t, operation, got, body)
				doc.same(t, id, schema, c.answer)
				if answer := reflect.New(c.answer); json.Unmarshal(marshal(t, doc.sample(schema)), answer.Interface()) != nil || !whole(answer.Elem()) {
					t.Errorf("not everything was read: %+v", answer.Elem())
				}
			})
		}
	}
	if found != len(calls) {
		t.Errorf("the document has %d of the %d operations that are called", found, len(calls))
	}
}

func TestAProblemIsThatOfTheDocument(t *testing.T) {
	doc := read(t)
	schema := map[string]any{"$ref": "#/components/schemas/Problem"}
	doc.same(t, "Problem", schema, reflect.TypeFor[Problem]())
	doc.same(t, "OnBehalfOf", map[string]any{"$ref": "#/components/schemas/OnBehalfOf"}, reflect.TypeFor[Person]())
}

func TestTheNamedStatesAreThoseOfTheDocument(t *testing.T) {
	enum := read(t).resolve(map[string]any{"$ref": "#/components/schemas/Status"})["enum"]
	if got, want := fmt.Sprint(Pending, " ", Expired, " ", Accepted, " ", Cancelled, " ", Released), strings.Trim(fmt.Sprint(enum), "[]"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func marshal(t *testing.T, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
