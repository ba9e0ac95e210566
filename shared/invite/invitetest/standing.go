package invitetest

import (
	"testing"
	"time"

	"invites/shared/invite"
)

// standing tests what is kept of a tenant's mails as a whole.
func standing(t *testing.T, stores Stores) {
	s := newScene(t, stores)
	is := func(want invite.Standing) {
		t.Helper()
		if got, err := stores.Standing.Standing(ctx, s.tenant); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	is(invite.Standing{})
	ok(stores.Standing.Trouble(ctx, s.tenant, invite.ReasonPaused, s.now))
	is(invite.Standing{Trouble: invite.ReasonPaused, TroubleAt: s.now})
	ok(stores.Standing.Pause(ctx, s.tenant, invite.PausedForBounces, s.now))
	ok(stores.Standing.Pause(ctx, s.tenant, invite.PausedForComplaints, s.now.Add(time.Hour)))
	is(invite.Standing{Trouble: invite.ReasonPaused, TroubleAt: s.now, PausedAt: s.now, PausedFor: invite.PausedForBounces})
	ok(stores.Standing.Trouble(ctx, s.tenant, "", s.now))
	is(invite.Standing{PausedAt: s.now, PausedFor: invite.PausedForBounces})

	ok(stores.Standing.Count(ctx, s.tenant, s.now.Add(-2*day), invite.Tally{Delivered: 5}))
	ok(stores.Standing.Count(ctx, s.tenant, s.now.Add(-day), invite.Tally{Delivered: 2, Bounced: 1}))
	ok(stores.Standing.Count(ctx, s.tenant, s.now.Add(-day), invite.Tally{Delivered: 1}))
	ok(stores.Standing.Count(ctx, s.tenant, s.now, invite.Tally{Complained: 1}))
	ok(stores.Standing.Count(ctx, s.tenant, s.now.Add(day), invite.Tally{Complained: 7}))
	ok(stores.Standing.Count(ctx, s.tenant+"-2", s.now, invite.Tally{Complained: 9}))
	for from, want := range map[time.Duration]invite.Tally{
		0: {Complained: 1}, day: {Delivered: 3, Bounced: 1, Complained: 1}, 30 * day: {Delivered: 8, Bounced: 1, Complained: 1},
	} {
		if got, err := stores.Standing.Tally(ctx, s.tenant, s.now.Add(-from), s.now); err != nil || got != want {
			t.Errorf("since %v: got %+v, %v, want %+v", from, got, err, want)
		}
	}
}
