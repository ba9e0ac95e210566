package invitetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"invites/shared/invite"
)

// query asks for a list of the scene's tenant.
func (s *scene) query(status invite.Status, prefix string, size int) invite.ListQuery {
	return invite.ListQuery{Tenant: s.tenant, Status: status, Prefix: prefix, PageSize: size, Now: s.now, Retention: Retention}
}

// pages walks a list to its end and returns the local parts of its addresses.
func (s *scene) pages(q invite.ListQuery) []string {
	s.t.Helper()
	var names []string
	for range 100 {
		page, err := s.s.Store.List(ctx, q)
		if err != nil {
			s.t.Fatalf("list: %v", err)
		}
		if len(page.Invites) > q.PageSize {
			s.t.Errorf("a page of %d, want %d at most", len(page.Invites), q.PageSize)
		}
		for _, inv := range page.Invites {
			name, _, _ := strings.Cut(string(inv.Email), "@")
			names = append(names, name)
		}
		if page.Next == "" {
			return names
		}
		q.Page = page.Next
	}
	s.t.Fatal("the list has no end")
	return nil
}

// invited is an invite of a list: its name says in which state it ends.
func (s *scene) invited(name string, from state) {
	s.t.Helper()
	one := *s
	one.email = invite.Address(name + "@example.com")
	one.key = invite.KeyOf(one.tenant, one.email)
	one.inv = nil
	from.play(&one)
}

func lists(t *testing.T, stores Stores) {
	s := newScene(t, stores)
	var newest []string
	for _, i := range []struct {
		name string
		from state
	}{
		{"pending-a", live}, {"accepted-a", accepted}, {"expired-a", expired}, {"cancelled-a", cancelled}, {"pending-b", queued},
		{"lapsed-a", lapsed}, {"released-a", released}, {"accepted-b", accepted}, {"pending-c", leased}, {"expired-b", expired},
	} {
		s.invited(i.name, i.from)
		newest = append([]string{i.name}, newest...)
		s.later(time.Minute)
	}
	some := func(prefixes ...string) []string {
		return slices.DeleteFunc(slices.Clone(newest), func(name string) bool {
			return !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
		})
	}
	neighbour := newScene(t, stores)
	neighbour.invited("pending-x", queued)
	// The clock of the list: after every invite's steps, before the windows of
	// those that only wait are over; "lapsed" and "expired" were made long ago.
	s.later(time.Hour)
	week := s.now.Add(Window)

	for _, c := range []struct {
		name   string
		at     time.Time
		status invite.Status
		prefix string
		want   []string
	}{
		{"all that are open come newest first", s.now, "", "", some("pending", "expired", "lapsed")},
		{"pending ones", s.now, invite.Pending, "", some("pending", "lapsed")},
		{"pending ones a week later are none", week, invite.Pending, "", nil},
		{"expired ones", s.now, invite.Expired, "", some("expired")},
		{"expired ones a week later are all that nobody marked too", week, invite.Expired, "", some("pending", "expired", "lapsed")},
		{"accepted ones", s.now, invite.Accepted, "", some("accepted")},
		{"cancelled ones", s.now, invite.Cancelled, "", some("cancelled")},
		{"released ones", s.now, invite.Released, "", some("released")},
		{"the beginning of an address", s.now, "", "pending-", some("pending")},
		{"the beginning of an address and a state", s.now, invite.Accepted, "accepted-b", some("accepted-b")},
		{"a beginning that nobody has", s.now, "", "nobody", nil},
		{"accepted ones past their retention are gone", s.now.Add(Retention.Ended + day), invite.Accepted, "", nil},
		{"open ones past their retention are gone", week.Add(Retention.Expired + day), "", "", nil},
	} {
		for _, size := range []int{1, 2, 3, 100} {
			t.Run(fmt.Sprintf("%s in pages of %d", c.name, size), func(t *testing.T) {
				q := s.query(c.status, c.prefix, size)
				q.Now = c.at
				one := *s
				one.t = t
				if got := one.pages(q); !slices.Equal(got, c.want) {
					t.Errorf("got %v, want %v", got, c.want)
				}
			})
		}
	}
	t.Run("a row that is cancelled is gone from the next list", func(t *testing.T) {
		one := newScene(t, stores)
		one.keep(one.s.Store.Create(ctx, one.creation()))
		one.keep(one.s.Store.Cancel(ctx, one.change()))
		if got := one.pages(one.query("", "", 10)); len(got) != 0 {
			t.Errorf("got %v, want none", got)
		}
	})
	t.Run("a page token opens its own list only", func(t *testing.T) { foreignPages(t, s) })
}

func foreignPages(t *testing.T, s *scene) {
	q := s.query(invite.Accepted, "accepted", 1)
	page, err := s.s.Store.List(ctx, q)
	if err != nil || page.Next == "" {
		t.Fatalf("got %v without a next page", err)
	}
	own := q
	own.Page, own.PageSize = page.Next, 50
	if next, err := s.s.Store.List(ctx, own); err != nil || len(next.Invites) != 1 {
		t.Errorf("its own list: got %v", err)
	}
	for name, change := range map[string]func(*invite.ListQuery){
		"another tenant":    func(q *invite.ListQuery) { q.Tenant = "globex" },
		"another state":     func(q *invite.ListQuery) { q.Status = invite.Pending },
		"no state":          func(q *invite.ListQuery) { q.Status = "" },
		"of attention":      func(q *invite.ListQuery) { q.Status, q.Attention = "", true },
		"another beginning": func(q *invite.ListQuery) { q.Prefix = "accepted-" },
		"no beginning":      func(q *invite.ListQuery) { q.Prefix = "" },
		"a changed token":   func(q *invite.ListQuery) { q.Page = "A" + q.Page[1:] + "A" },
		"a cut token":       func(q *invite.ListQuery) { q.Page = q.Page[:len(q.Page)-1] },
		"an invented token": func(q *invite.ListQuery) { q.Page = "next" },
	} {
		foreign := own
		change(&foreign)
		_, err := s.s.Store.List(ctx, foreign)
		if e, isRefusal := err.(*invite.Error); !isRefusal || e.Kind != invite.BadRequest || e.Field != "/page_token" {
			t.Errorf("%s: got %v, want bad_request at /page_token", name, err)
		}
	}
}
