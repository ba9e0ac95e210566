package dynamo

import (
	"testing"
	"time"

	"invites/shared/invite"
)

func TestAnAgedInviteIsOlderInEveryRespect(t *testing.T) {
	t.Parallel()
	const by = 8 * 24 * time.Hour
	o := open(t)
	inv := sentOne(t, o)
	got, err := o.Age(t.Context(), inv.Key, inv.Gen, by, base)
	if err != nil {
		t.Fatal(err)
	}
	if got.ID() != inv.ID() || got.StatusAt(base) != invite.Expired || !got.CreatedAt.Equal(inv.CreatedAt.Add(-by)) || !got.ExpiresAt.Equal(inv.ExpiresAt.Add(-by)) ||
		!got.LastSentAt.Equal(inv.LastSentAt.Add(-by)) || !got.Mail.At.Equal(inv.Mail.At.Add(-by)) || got.Link != inv.Link {
		t.Errorf("got %+v", got)
	}
	if _, err := o.Accept(t.Context(), acceptance(inv, "a code", base)); invite.KindOf(err) != invite.LinkDead {
		t.Errorf("accept: got %v, want a dead link", err)
	}
	s, _ := o.sweeper(base)
	if swept, err := s.Sweep(t.Context(), base.Add(forever)); err != nil || swept.Expired != 1 {
		t.Errorf("got %+v, %v, want it marked by the next sweep", swept, err)
	}
	if inv, err = o.Resend(t.Context(), change(inv, base)); err != nil || inv.StatusAt(base) != invite.Pending {
		t.Errorf("resend: got %v, %v", inv, err)
	}
	if _, err := o.Age(t.Context(), inv.Key, inv.Gen+1, by, base); invite.KindOf(err) != invite.NotFound {
		t.Errorf("another generation: got %v, want not_found", err)
	}
}

func TestADayAfterARequestTheNextOneCounts(t *testing.T) {
	t.Parallel()
	o := open(t)
	inv := askedOne(t, o)
	if _, err := o.Ask(t.Context(), asking(inv, supersededOf(inv), base)); err != nil {
		t.Errorf("the same request again: got %v, want the success it was", err)
	}
	now := base.Add(time.Second)
	if _, err := o.Ask(t.Context(), asking(inv, supersededOf(inv), now)); invite.KindOf(err) != invite.NothingToRenew {
		t.Errorf("a second later: got %v, want nothing_to_renew", err)
	}
	aged := must[*invite.Invite](t)(o.Age(t.Context(), inv.Key, inv.Gen, invite.AskPause, base))
	if !aged.AskedAt.Equal(inv.AskedAt.Add(-invite.AskPause)) {
		t.Errorf("asked at %v, want a day earlier than %v", aged.AskedAt, inv.AskedAt)
	}
	got, err := o.Ask(t.Context(), asking(inv, supersededOf(inv), now))
	if err != nil || !got.RenewalRequestedAt().Equal(now) {
		t.Errorf("a day later: got %v", err)
	}
	ended := must[*invite.Invite](t)(o.Cancel(t.Context(), change(inv, now)))
	if aged := must[*invite.Invite](t)(o.Age(t.Context(), inv.Key, inv.Gen, time.Hour, now)); !aged.EndedAt.Equal(ended.EndedAt.Add(-time.Hour)) {
		t.Errorf("ended at %v, want an hour earlier than %v", aged.EndedAt, ended.EndedAt)
	}
}

func TestAnAgedReminderIsDueEarlier(t *testing.T) {
	t.Parallel()
	o := open(t)
	ok := must[*invite.Invite](t)
	inv := ok(o.Remind(t.Context(), claim(remindedOne(t, o), day1)))
	s := settlement(inv, day1)
	s.RemindAt = day1.Add(48 * time.Hour)
	ok(o.Settle(t.Context(), s))
	got := ok(o.Age(t.Context(), inv.Key, inv.Gen, 48*time.Hour, day1))
	if !got.Due.Equal(day1) || !got.LastReminderAt.Equal(day1.Add(-48*time.Hour)) || got.ReminderDue(day1) != 2 {
		t.Errorf("got %+v, want the second reminder due", got)
	}
}

func TestAnAgedAcceptedInviteIsPastItsRetention(t *testing.T) {
	t.Parallel()
	o := open(t)
	inv := acceptedOne(t, o)
	got, err := o.Age(t.Context(), inv.Key, inv.Gen, retention.Ended+2*time.Hour, base)
	if err != nil || !got.GoneAt(base, retention) || len(got.Codes) != 1 || got.Codes[0].Ends.After(base) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := o.Create(t.Context(), creation("acme", "ana@example.com", base)); err != nil {
		t.Errorf("create: %v", err)
	}
}
