// Package client calls the API of the invite service. [New] makes a Client; each of its
// methods is one call of docs/openapi.yaml.
//
//	invites := client.New("https://api.example.com", func(ctx context.Context) (string, error) {
//		return session.IDToken(ctx)
//	})
//	made, err := invites.Create(ctx, client.NewInvite{Email: "ana@example.com"})
//	var refused *client.Problem
//	if errors.As(err, &refused) && refused.Code == "already_pending" {
//		made, err = invites.Resend(ctx, refused.InviteID, client.Resend{})
//	}
//
// A product's backend gets its service token by [Credentials], and says in which tenant and
// for whom it calls:
//
//	invites.InTenant("acme").OnBehalfOf(client.Person{Name: "Zoë", Email: "zoe@acme.example"})
//
// What the API says is null is the zero value here: an AcceptedAt that is zero, an empty
// Name. The API grows only by addition, so expect states and codes that this package does
// not name.
package client

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// Token gives a bearer token. It is asked before each attempt of a call, so it may give
// a fresh one, and should keep one that is still good. It may be called by many at once.
type Token func(ctx context.Context) (string, error)

// Client calls the API of one deployment. Its methods may be used by many at once. What
// they return is an error of four kinds: a [*Problem], which is the answer that refused
// the call; what [Token] failed with; the context's end; or that nothing was answered. With
// the last two, and a Problem of status 500 or more, the call may have had its effect: call
// again with the same [Key] and it has one.
type Client struct {
	// HTTP does the calls; give it a Timeout for one attempt.
	HTTP *http.Client

	api    string
	token  Token
	tenant string
	person *Person
	// wait is the time between attempts; tests stand in for it.
	wait func(ctx context.Context, d time.Duration) error
}

// timeout is of one attempt: the gateway gives up after 30 seconds.
const timeout = 35 * time.Second

// New returns a client of the API at an origin such as https://api.example.com. With no
// token function only [Client.Peek] and [Client.Accept] work.
func New(api string, token Token) *Client {
	return &Client{HTTP: &http.Client{Timeout: timeout}, api: strings.TrimRight(api, "/"), token: token, wait: sleep}
}

// InTenant returns a client that calls in a tenant. Only a service token may; an admin's
// names its tenant itself.
func (c *Client) InTenant(id string) *Client {
	in := *c
	in.tenant = id
	return &in
}

// OnBehalfOf returns a client that names the person it acts for in all that it writes.
// Only a service token may.
func (c *Client) OnBehalfOf(p Person) *Client {
	acting := *c
	acting.person = &p
	return &acting
}

// Option is one more thing that a call says.
type Option func(*call)

// Key is the call's Idempotency-Key, 1 to 255 visible ASCII characters, where a repeat of
// the call later on is to be known for one. Otherwise each call has a fresh one, which its
// own attempts share.
func Key(key string) Option { return func(c *call) { c.key = key } }

// IfMatch has a resend, cancel or release refused with status 412 unless the invite's ETag is
// still this one.
func IfMatch(etag string) Option { return func(c *call) { c.ifMatch = etag } }
