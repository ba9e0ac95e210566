package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"unicode/utf8"

	"invites/shared/invite"
)

// InvitePage is one page of a list, with the counts where they were asked for.
type InvitePage struct {
	Invites       []Invite `json:"invites"`
	NextPageToken *string  `json:"next_page_token"`
	Counts        *Counts  `json:"counts,omitempty"`
}

// Counts are how many invites the lists have.
type Counts struct {
	Open         int  `json:"open"`
	Pending      int  `json:"pending"`
	Expired      int  `json:"expired"`
	Attention    int  `json:"attention"`
	Accepted     int  `json:"accepted"`
	MoreOpen     bool `json:"more_open"`     // the first four hold at least
	MoreAccepted bool `json:"more_accepted"` // the fifth does
}

func countsOf(c invite.Counts) *Counts {
	return &Counts{
		Open: c.Pending + c.Expired, Pending: c.Pending, Expired: c.Expired, Attention: c.Attention, Accepted: c.Accepted,
		MoreOpen: c.MoreOpen, MoreAccepted: c.MoreAccepted,
	}
}

// Page sizes of a list: 100 rows of at most 1 KB are 25 read units.
const (
	defaultPageSize = 25
	maxPageSize     = 100
)

func (a Admin) list(w http.ResponseWriter, r *http.Request) error {
	p, err := a.principal(r, a.Auth.RequiredPermission)
	if err != nil {
		return err
	}
	q, counts, err := listQuery(r.URL.RawQuery)
	if err != nil {
		return err
	}
	q.Tenant = p.Tenant
	answer, err := a.listed(r.Context(), q, counts)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, answer)
	return nil
}

// listed reads a page and, side by side with it, the counts where they are asked for.
func (a Admin) listed(ctx context.Context, q invite.ListQuery, counts bool) (InvitePage, error) {
	var answer InvitePage
	var countErr error
	var wg sync.WaitGroup
	if counts {
		wg.Go(func() {
			var c invite.Counts
			c, countErr = a.Service.Counts(ctx, q)
			answer.Counts = countsOf(c)
		})
	}
	page, err := a.Service.List(ctx, q)
	wg.Wait()
	if err = cmp.Or(err, countErr); err != nil {
		return InvitePage{}, err
	}
	now := a.Now()
	answer.Invites = make([]Invite, 0, len(page.Invites))
	for _, inv := range page.Invites {
		answer.Invites = append(answer.Invites, viewOf(inv, now))
	}
	if page.Next != "" {
		answer.NextPageToken = &page.Next
	}
	return answer, nil
}

func listQuery(raw string) (q invite.ListQuery, counts bool, err error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return q, false, badRequest("", "The query string cannot be read.")
	}
	q = invite.ListQuery{PageSize: defaultPageSize, Page: values.Get("page_token"), Prefix: values.Get("q")}
	if utf8.RuneCountInString(q.Prefix) > 254 {
		return q, false, badRequest("/q", "Search for the beginning of an address, of at most 254 characters.")
	}
	if s := values.Get("status"); s != "" {
		q.Status = invite.Status(s)
		if !q.Status.Valid() {
			return q, false, badRequest("/status", "Choose pending, expired, accepted, cancelled or released.")
		}
	}
	if q.Attention, err = flag(values, "attention"); err != nil {
		return q, false, err
	}
	if q.Attention && q.Status != "" && q.Status.Class() != invite.Open {
		return q, false, badRequest("/status", "Only pending and expired invites can need attention: choose one of these with attention=true, or leave status out for both.")
	}
	if counts, err = flag(values, "counts"); err != nil {
		return q, false, err
	}
	if s := values.Get("page_size"); s != "" {
		if q.PageSize, err = strconv.Atoi(s); err != nil || q.PageSize < 1 || q.PageSize > maxPageSize {
			return q, false, badRequest("/page_size", "Choose 1 to 100.")
		}
	}
	return q, counts, nil
}

// flag reads a parameter that is true or false; false where it is not given.
func flag(values url.Values, name string) (bool, error) {
	switch values.Get(name) {
	case "true":
		return true, nil
	case "", "false":
		return false, nil
	}
	return false, badRequest("/"+name, "Choose true or false.")
}
