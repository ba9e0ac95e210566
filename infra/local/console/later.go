package console

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"invites/shared/invite"
)

// week is what an invite lives by default, and by how much the panel makes it older.
const week = 7 * 24 * time.Hour

// most is how many invites one press makes older: more than a demo has.
const most = 500

// later makes the given invites of the tenant seven days older, without ids all that
// are pending: everything about them has happened earlier.
func (c *console) later(w http.ResponseWriter, r *http.Request, who caller) {
	var asked struct{ IDs []string }
	if !read(w, r, &asked, "the ids of invites, or {} for all that are pending") {
		return
	}
	ids := asked.IDs
	if len(ids) == 0 {
		var refused *refusal
		var err error
		if ids, refused, err = c.pending(r, who); err != nil {
			c.fail(w, "list the pending invites", err)
			return
		}
		if refused != nil {
			answer(w, refused.Status, refused)
			return
		}
	}
	older, expired := 0, 0
	for _, id := range ids[:min(len(ids), most)] {
		key, gen, err := invite.ParseID(who.tenant, id)
		if err != nil {
			continue
		}
		now, err := c.Age(r.Context(), key, gen, week)
		if invite.KindOf(err) == invite.NotFound {
			continue
		}
		if err != nil {
			c.fail(w, "make an invite older", err)
			return
		}
		older++
		if now.Status.Class() == invite.Open && !now.ExpiresAt.After(time.Now()) {
			expired++
		}
	}
	answer(w, http.StatusOK, map[string]int{"older": older, "expired": expired})
}

// pending returns the ids of the tenant's pending invites.
func (c *console) pending(r *http.Request, who caller) (ids []string, refused *refusal, err error) {
	for token := ""; ; {
		var page struct {
			Invites       []struct{ ID string }
			NextPageToken string `json:"next_page_token"`
		}
		query := url.Values{"status": {"pending"}, "page_size": {strconv.Itoa(100)}}
		if token != "" {
			query.Set("page_token", token)
		}
		if refused, err = c.service.get(r.Context(), who.bearer, "/v1/invites?"+query.Encode(), &page); err != nil || refused != nil {
			return nil, refused, err
		}
		for _, i := range page.Invites {
			ids = append(ids, i.ID)
		}
		if token = page.NextPageToken; token == "" || len(ids) >= most {
			return ids, nil, nil
		}
	}
}

// fail logs why something did not work, and tells the page that it did not.
func (c *console) fail(w http.ResponseWriter, what string, err error) {
	c.Log.Printf("%s: %v", what, err)
	refuse(w, http.StatusBadGateway, "That does not work right now. Try again in a moment.")
}
