package invite_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

func TestATroubleIsForgottenSoonAndAPauseIsNot(t *testing.T) {
	now := invitetest.Base
	trouble := invite.Standing{Trouble: invite.ReasonSenderUnverified, TroubleAt: now}
	paused := invite.Standing{PausedAt: now, PausedFor: invite.PausedForBounces}
	for _, c := range []struct {
		name string
		s    invite.Standing
		at   time.Duration
		want string
	}{
		{"nothing is known", invite.Standing{}, 0, ""},
		{"a trouble", trouble, 0, invite.ReasonSenderUnverified},
		{"a trouble that a waiting mail has just met again", trouble, 15 * time.Minute, invite.ReasonSenderUnverified},
		{"a trouble that nobody has met for a while", trouble, 20 * time.Minute, ""},
		{"a pause", paused, 100 * day, invite.ReasonTenantPaused},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, blocked := c.s.Blocks(now.Add(c.at)); got != c.want || blocked != (c.want != "") {
				t.Errorf("got %q, %t, want %q", got, blocked, c.want)
			}
		})
	}
}

const day = 24 * time.Hour

var rule = invite.PauseRule{BounceRate: 0.04, ComplaintRate: 0.0008, MinBounces: 20, MinComplaints: 3}

func TestARateIsJudgedOnlyWhereItIsMoreThanBadLuck(t *testing.T) {
	for _, c := range []struct {
		name  string
		tally invite.Tally
		want  string
	}{
		{"nothing", invite.Tally{}, ""},
		{"a new tenant with a few wrong addresses", invite.Tally{Delivered: 5, Bounced: 19}, ""},
		{"many wrong addresses", invite.Tally{Delivered: 100, Bounced: 20}, invite.PausedForBounces},
		{"many wrong ones of very many", invite.Tally{Delivered: 1000, Bounced: 20}, ""},
		{"two complaints", invite.Tally{Delivered: 10, Complained: 2}, ""},
		{"three complaints", invite.Tally{Delivered: 1000, Complained: 3}, invite.PausedForComplaints},
		{"three complaints of very many", invite.Tally{Delivered: 10_000, Complained: 3}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := rule.Judge(c.tally); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// herald is an announcer.
type herald struct {
	pauses []invite.Pausing
	err    error
}

func (h *herald) TenantPaused(_ context.Context, p invite.Pausing) error {
	h.pauses = append(h.pauses, p)
	return h.err
}

func TestTheWardenPausesATenantAloneAndSaysSo(t *testing.T) {
	m, h, now := invitetest.NewModel(invitetest.Defaults), &herald{}, invitetest.Base
	w := &invite.Warden{Store: m, Rule: rule, Announce: h, Now: func() time.Time { return now }}
	weigh := func(tenant invite.TenantID, status invite.MailStatus, reason string, times int) {
		t.Helper()
		for range times {
			if err := w.Weigh(t.Context(), tenant, invite.Notice{Status: status, Reason: reason, At: now}); err != nil {
				t.Fatal(err)
			}
		}
	}
	weigh("acme", invite.MailDelivered, "", 50)
	weigh("globex", invite.MailDelivered, "", 50)
	weigh("acme", invite.MailBounced, invite.ReasonMailboxFull, 50) // for a while
	weigh("acme", invite.MailBounced, invite.ReasonUnauthenticated, 50)
	weigh("acme", invite.MailBounced, invite.ReasonServerUnreachable, 50)
	weigh("acme", invite.MailSuppressed, invite.ReasonSuppressed, 50) // never sent
	weigh("acme", invite.MailBounced, invite.ReasonMailboxMissing, 19)
	now = now.Add(6 * day)
	if s, _ := m.Standing(t.Context(), "acme"); !s.PausedAt.IsZero() {
		t.Fatalf("paused after 19 bounces: %+v", s)
	}
	weigh("acme", invite.MailBounced, invite.ReasonMailboxMissing, 3)
	if s, _ := m.Standing(t.Context(), "acme"); !s.PausedAt.Equal(now) || s.PausedFor != invite.PausedForBounces {
		t.Errorf("got %+v", s)
	}
	if s, _ := m.Standing(t.Context(), "globex"); s != (invite.Standing{}) {
		t.Errorf("another tenant: got %+v", s)
	}
	want := invite.Pausing{Tenant: "acme", Reason: invite.PausedForBounces, Tally: invite.Tally{Delivered: 50, Bounced: 20}, At: now}
	if len(h.pauses) != 1 || h.pauses[0] != want {
		t.Errorf("announced %+v, want %+v once", h.pauses, want)
	}

	m.SetStanding("acme", invite.Standing{Since: now.Add(day)})
	now = now.Add(day)
	weigh("acme", invite.MailBounced, invite.ReasonMailboxMissing, 19)
	if s, _ := m.Standing(t.Context(), "acme"); !s.PausedAt.IsZero() {
		t.Errorf("what was forgiven counts: %+v", s)
	}
}

func TestAPauseThatCannotBeAnnouncedIsTriedAgain(t *testing.T) {
	m, h, now := invitetest.NewModel(invitetest.Defaults), &herald{err: errors.New("no bus")}, invitetest.Base
	w := &invite.Warden{Store: m, Rule: invite.PauseRule{}, Announce: h, Now: func() time.Time { return now }}
	n := invite.Notice{Status: invite.MailComplained, At: now}
	if err := w.Weigh(t.Context(), "acme", n); err == nil {
		t.Error("got no error")
	}
	h.err = nil
	if err := w.Weigh(t.Context(), "acme", n); err != nil {
		t.Error(err)
	}
	if s, _ := m.Standing(t.Context(), "acme"); s.PausedFor != invite.PausedForComplaints {
		t.Errorf("got %+v", s)
	}
}

func TestWhilePausedMailsWaitAndLinksLive(t *testing.T) {
	d := newDesk()
	inv := d.invite(t)
	link := d.mail(t, inv)
	waiting, err := d.Service.Create(t.Context(), request("acme"), invite.New{Email: "bo@example.com"})
	wantKind(t, "create", err, "")
	d.SetStanding("acme", invite.Standing{PausedAt: d.now, PausedFor: invite.PausedForBounces})

	_, err = d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, "")
	wantKind(t, "resend", err, invite.CannotSend)
	if _, err := d.Look(t.Context(), link); err != nil {
		t.Errorf("the working link: %v", err)
	}
	_, err = d.Service.Create(t.Context(), request("acme"), invite.New{Email: "cy@example.com"})
	wantKind(t, "create", err, invite.CannotSend)
	_, err = d.Service.Create(t.Context(), request("acme"), invite.New{Email: "ana@example.com"})
	wantKind(t, "create a pending one", err, invite.AlreadyPending)
	_, err = d.Service.Resend(t.Context(), request("acme"), "inv_unknown", nil, "")
	wantKind(t, "resend an unknown one", err, invite.NotFound)
	_, err = d.Service.Create(t.Context(), request("globex"), invite.New{Email: "ana@example.com"})
	wantKind(t, "another tenant's create", err, "")

	sent := len(d.sent)
	if err := d.Deliver(t.Context(), waiting); err != nil {
		t.Fatal(err)
	}
	row, _ := d.Service.Get(t.Context(), "acme", string(waiting.ID()))
	if status, reason, _ := row.Delivery(d.now); len(d.sent) != sent || status != invite.MailQueued || reason != invite.ReasonTenantPaused {
		t.Errorf("%d mails, the row says %s %q", len(d.sent)-sent, status, reason)
	}
	_, _, err = d.Service.Accept(t.Context(), link)
	wantKind(t, "accept", err, "")
	_, err = d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, "")
	wantKind(t, "resend an accepted one", err, invite.AlreadyAccepted)

	d.SetStanding("acme", invite.Standing{})
	if err := d.Redeliver(t.Context(), waiting.Key); err != nil || len(d.sent) != sent+1 {
		t.Errorf("%d mails once it is over, %v", len(d.sent)-sent, err)
	}
}

func TestASenderThatCannotBeUsedIsToldBeforeALinkDies(t *testing.T) {
	d := newDesk()
	inv := d.invite(t)
	link := d.mail(t, inv)
	other, err := d.Service.Create(t.Context(), request("acme"), invite.New{Email: "bo@example.com"})
	wantKind(t, "create", err, "")
	for _, c := range []struct {
		reason  string
		blocked bool
	}{{invite.ReasonThrottled, false}, {invite.ReasonSenderUnverified, true}} {
		d.refusal = &invite.MailError{Reason: c.reason, Temporary: true, Err: errors.New("no")}
		if err := d.Redeliver(t.Context(), other.Key); err != nil {
			t.Fatal(err)
		}
		s, _ := d.Model.Standing(t.Context(), "acme")
		if _, blocked := s.Blocks(d.now); blocked != c.blocked {
			t.Errorf("%s: the sender stands as %+v", c.reason, s)
		}
	}
	_, err = d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, "")
	var e *invite.Error
	if !errors.As(err, &e) || e.Kind != invite.CannotSend || e.Blocked.Reason != invite.ReasonSenderUnverified {
		t.Errorf("got %v", err)
	}
	if _, err := d.Look(t.Context(), link); err != nil {
		t.Errorf("the working link: %v", err)
	}
	d.refusal = nil
	if err := d.Redeliver(t.Context(), other.Key); err != nil {
		t.Fatal(err)
	}
	_, err = d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, "")
	wantKind(t, "resend once a mail has left", err, "")
}
