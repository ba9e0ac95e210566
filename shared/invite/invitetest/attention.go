package invitetest

import (
	"slices"
	"testing"
	"time"

	"invites/shared/invite"
)

// noted is an invite of whose mail the provider has said something.
func noted(status invite.MailStatus, reason string) state {
	return state{string(status), func(s *scene) {
		live.play(s)
		s.keep(s.s.Notices.Note(ctx, s.notification(status, reason)))
	}}
}

// failing is an invite whose mail a sender has given up.
var failing = state{"its mail failed", func(s *scene) {
	leased.play(s)
	c := s.settlement(owner)
	c.Status, c.Reason, c.MessageID = invite.MailFailed, invite.ReasonSandbox, ""
	s.keep(s.s.Outbox.Settle(ctx, c))
}}

// attention holds the lists of what needs an admin, and the counts, against the rule
// itself: every invite's own, and that of the state it was brought into.
func attention(t *testing.T, stores Stores) {
	s := newScene(t, stores)
	var newest []string
	for _, i := range []struct {
		name string
		from state
	}{
		{"fine-a", live}, {"bounced", bounced}, {"accepted-a", accepted}, {"complained", complained}, {"fine-b", queued},
		{"suppressed", noted(invite.MailSuppressed, invite.ReasonSuppressed)}, {"cancelled", cancelled}, {"delayed", noted(invite.MailDelayed, invite.ReasonDelayed)},
		{"failed", failing}, {"asked", asked}, {"renewed", renewed}, {"accepted-b", accepted}, {"released", released}, {"expired", expired},
		{"complainedcancelled", complainedCancelled}, {"fine-c", leased},
	} {
		s.invited(i.name, i.from)
		newest = append([]string{i.name}, newest...)
		s.later(time.Minute)
	}
	s.later(3 * time.Hour)
	needy := []string{"bounced", "complained", "suppressed", "failed", "asked"}
	some := func(names ...string) []string {
		return slices.DeleteFunc(slices.Clone(newest), func(name string) bool { return !slices.Contains(names, name) })
	}
	fine := []string{"fine-a", "fine-b", "fine-c", "delayed", "renewed"}
	end := s.now.Add(Window)
	for _, c := range []struct {
		name    string
		at      time.Time
		prefix  string
		pending []string // that need attention
		expired []string // that need attention
		rest    invite.Counts
	}{
		{"today", s.now, "", needy, []string{"expired"}, invite.Counts{Pending: 5, Accepted: 2}},
		{"on the last day all do", end.Add(-23 * time.Hour), "", slices.Concat(needy, fine), []string{"expired"}, invite.Counts{Accepted: 2}},
		{"when they have just expired", end, "", nil, slices.Concat(needy, fine, []string{"expired"}), invite.Counts{Accepted: 2}},
		// The mails of fine-b and fine-c never left, so they have failed.
		{"when they expired long ago", end.Add(8 * day), "", nil, slices.Concat(needy, []string{"fine-b", "fine-c"}), invite.Counts{Expired: 4, Accepted: 2}},
		{"with a beginning", s.now, "s", []string{"suppressed"}, nil, invite.Counts{}},
		{"with another beginning", s.now, "fine", nil, nil, invite.Counts{Pending: 3}},
		{"of the accepted", s.now, "accepted-b", nil, nil, invite.Counts{Accepted: 1}},
		{"past the retention of all", end.Add(Retention.Expired + day), "", nil, nil, invite.Counts{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			one := *s
			one.t = t
			one.now = c.at
			for _, of := range []struct {
				status invite.Status
				want   []string
			}{{"", slices.Concat(c.pending, c.expired)}, {invite.Pending, c.pending}, {invite.Expired, c.expired}, {invite.Accepted, nil}, {invite.Cancelled, nil}} {
				for _, size := range []int{1, 4, 100} {
					q := one.query(of.status, c.prefix, size)
					q.Attention = true
					if got := one.pages(q); !slices.Equal(got, some(of.want...)) {
						t.Errorf("%q in pages of %d: got %v, want %v", of.status, size, got, some(of.want...))
					}
				}
			}
			want := c.rest
			want.Pending += len(c.pending)
			want.Expired += len(c.expired)
			want.Attention = len(c.pending) + len(c.expired)
			for _, q := range []invite.ListQuery{one.query("", c.prefix, 1), one.query(invite.Cancelled, c.prefix, 100)} {
				if got, err := one.s.Store.Counts(ctx, q); err != nil || got != want {
					t.Errorf("counts: got %+v, %v, want %+v", got, err, want)
				}
			}
		})
	}
	t.Run("a neighbour counts its own", func(t *testing.T) {
		neighbour := newScene(t, stores)
		if got, err := stores.Store.Counts(ctx, neighbour.query("", "", 1)); err != nil || got != (invite.Counts{}) {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("a cancelled one is counted no more", func(t *testing.T) {
		one := newScene(t, stores)
		bounced.play(one)
		one.keep(stores.Store.Cancel(ctx, one.change()))
		if got, err := stores.Store.Counts(ctx, one.query("", "", 1)); err != nil || got != (invite.Counts{}) {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}
