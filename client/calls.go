package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

// List returns one page of invites, newest first. [Client.All] goes through the pages.
func (c *Client) List(ctx context.Context, q Query) (InvitePage, error) {
	query := url.Values{}
	for name, value := range map[string]string{"status": string(q.Status), "q": q.Q, "page_token": q.PageToken} {
		if value != "" {
			query.Set(name, value)
		}
	}
	for name, value := range map[string]bool{"attention": q.Attention, "counts": q.Counts} {
		if value {
			query.Set(name, "true")
		}
	}
	if q.PageSize != 0 {
		query.Set("page_size", strconv.Itoa(q.PageSize))
	}
	return do[InvitePage](ctx, c, call{method: http.MethodGet, path: "/v1/invites", query: query})
}

// All goes through the invites of every page, from the query's PageToken on. An error
// ends it, with a zero Invite.
func (c *Client) All(ctx context.Context, q Query) iter.Seq2[Invite, error] {
	return func(yield func(Invite, error) bool) {
		for {
			page, err := c.List(ctx, q)
			if err != nil {
				yield(Invite{}, err)
				return
			}
			for _, i := range page.Invites {
				if !yield(i, nil) {
					return
				}
			}
			if page.NextPageToken == "" {
				return
			}
			q.PageToken = page.NextPageToken
		}
	}
}

// Create invites an address; the mail is queued when it returns. A Problem already_pending
// or already_accepted names the invite that is there, cannot_send why nothing would arrive.
func (c *Client) Create(ctx context.Context, i NewInvite, options ...Option) (Invite, error) {
	return do[Invite](ctx, c, write("/v1/invites", i, options))
}

// Get returns one invite.
func (c *Client) Get(ctx context.Context, id string) (Invite, error) {
	return do[Invite](ctx, c, call{method: http.MethodGet, path: path("/v1/invites/%s", id)})
}

// Resend sends a fresh link with a full window. The old link is dead when it returns.
func (c *Client) Resend(ctx context.Context, id string, r Resend, options ...Option) (Invite, error) {
	return do[Invite](ctx, c, write(path("/v1/invites/%s/resend", id), r, options))
}

// Cancel kills the link and frees the address.
func (c *Client) Cancel(ctx context.Context, id string, options ...Option) (Invite, error) {
	return do[Invite](ctx, c, write(path("/v1/invites/%s/cancel", id), struct{}{}, options))
}

// Release frees the address of an accepted invite: the user left, or never finished.
func (c *Client) Release(ctx context.Context, id string, options ...Option) (Invite, error) {
	return do[Invite](ctx, c, write(path("/v1/invites/%s/release", id), struct{}{}, options))
}

type results struct {
	Results []Result `json:"results"`
}

// CreateMany invites up to 100 addresses and returns what became of each, in their order.
func (c *Client) CreateMany(ctx context.Context, invites []NewInvite, options ...Option) ([]Result, error) {
	many, err := do[results](ctx, c, write("/v1/invites/batch", struct {
		Invites []NewInvite `json:"invites"`
	}{invites}, options))
	return many.Results, err
}

// ResendMany resends up to 100 invites and returns what became of each, in their order.
func (c *Client) ResendMany(ctx context.Context, ids []string, r Resend, options ...Option) ([]Result, error) {
	many, err := do[results](ctx, c, write("/v1/invites/resend", struct {
		IDs []string `json:"ids"`
		Resend
	}{ids, r}, options))
	return many.Results, err
}

// CancelMany cancels up to 100 invites and returns what became of each, in their order.
func (c *Client) CancelMany(ctx context.Context, ids []string, options ...Option) ([]Result, error) {
	many, err := do[results](ctx, c, write("/v1/invites/cancel", struct {
		IDs []string `json:"ids"`
	}{ids}, options))
	return many.Results, err
}

// Redeem uses up the code that a set-up page was opened with and returns the facts to make
// the account of. A Problem code_used_or_expired, or link_incomplete where characters of
// the code are missing, has the person go back to their link. A service redeems in every
// tenant, or in the one it names.
func (c *Client) Redeem(ctx context.Context, code string, options ...Option) (Redeemed, error) {
	return do[Redeemed](ctx, c, write("/v1/redeem", struct {
		Code string `json:"code"`
	}{code}, options))
}

// Explain tells what became of a link as somebody pasted it, or of its token alone. It
// changes nothing.
func (c *Client) Explain(ctx context.Context, link string, options ...Option) (Explanation, error) {
	return do[Explanation](ctx, c, write("/v1/explain", struct {
		Link string `json:"link"`
	}{link}, options))
}

// Peek tells what a product's own accept page may show before it accepts, and changes
// nothing. It needs no bearer token. A Problem invite_expired is the answer for every dead
// link, and link_incomplete for one of which characters are missing.
func (c *Client) Peek(ctx context.Context, token string) (Peek, error) {
	return do[Peek](ctx, c, byToken("/v1/peek", token))
}

// Accept accepts the invite of a link's token, for a product with an accept page of its
// own, and can be repeated. It needs no bearer token. Its Problems are those of Peek.
func (c *Client) Accept(ctx context.Context, token string) (Acceptance, error) {
	return do[Acceptance](ctx, c, byToken("/v1/accept", token))
}

// byToken is a call of the person with the link.
func byToken(path, token string) call {
	return call{method: http.MethodPost, path: path, open: true, body: struct {
		Token string `json:"token"`
	}{token}}
}
