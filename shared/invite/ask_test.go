package invite_test

import (
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// twice is an invite whose link was superseded by a resend, and both links.
func (d *desk) twice(t *testing.T) (inv *invite.Invite, old, live string) {
	t.Helper()
	inv = d.invite(t)
	old = d.mail(t, inv)
	d.now = d.now.Add(time.Hour)
	inv, err := d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return inv, old, d.mail(t, inv)
}

// renews makes the tenant one that sends a fresh mail to who asks.
func (d *desk) renews(t *testing.T) {
	t.Helper()
	s := invitetest.Defaults("acme")
	s.RenewOnRequest = true
	if _, err := d.PutSettings(t.Context(), "acme", invitetest.Defaults("acme"), s); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) asks(t *testing.T, link string, noted bool) *invite.Invite {
	t.Helper()
	got, err := d.Service.Ask(t.Context(), link)
	want := invite.NothingToRenew
	if noted {
		want = ""
	}
	wantKind(t, "ask", err, want)
	if got != noted {
		t.Errorf("noted: %t, want %t", got, noted)
	}
	return d.stored(t)
}

func TestARequestIsNotedOnceADay(t *testing.T) {
	d := newDesk()
	_, old, live := d.twice(t)
	for _, cut := range []string{"", "x", old[1:], old[:64] + "!"} {
		if noted, err := d.Service.Ask(t.Context(), cut); noted || invite.KindOf(err) != invite.LinkIncomplete {
			t.Errorf("a cut link: noted is %t with %v", noted, err)
		}
	}
	for _, forged := range []string{"0" + old, flip(old)} {
		d.asks(t, forged, false)
	}
	if now := d.asks(t, live, false); !now.AskedAt.IsZero() {
		t.Error("the holder of the live link needs no other one")
	}
	before := d.stored(t)
	first := d.now
	asked := d.asks(t, old, true)
	if !asked.RenewalRequestedAt().Equal(first) || asked.Version != before.Version+1 || asked.Seq != before.Seq || asked.Link != before.Link {
		t.Errorf("got %+v after %+v", asked, before)
	}
	if e := asked.Events[len(asked.Events)-1]; e.Type() != invite.EventRequested || !e.At.Equal(first) || e.Actor != (invite.Person{}) {
		t.Errorf("got the event %+v", e)
	}
	d.now = first.Add(invite.AskPause - time.Millisecond)
	d.asks(t, old, false)
	d.now = first.Add(invite.AskPause)
	if again := d.asks(t, old+".", true); !again.RenewalRequestedAt().Equal(d.now) {
		t.Errorf("a day later: got %v", again.RenewalRequestedAt())
	}
	if len(d.sent) != 2 {
		t.Errorf("%d mails, want none for a request", len(d.sent)-2)
	}
}

// flip changes one character and mends the check character, so that only the secret is wrong.
func flip(token string) string {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	b := []byte(token)
	for _, c := range []byte(alphabet) {
		if b[50] = c; c == token[50] {
			continue
		}
		for _, check := range []byte(alphabet) {
			b[64] = check
			if _, err := invite.ParseToken(string(b)); err == nil {
				return string(b)
			}
		}
	}
	panic("no other token has a check character")
}

func TestARequestIsAnsweredByAResendAndOverWithTheInvite(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *desk, *invite.Invite, string) error{
		"a resend": func(t *testing.T, d *desk, i *invite.Invite, _ string) error {
			_, err := d.Service.Resend(t.Context(), request("acme"), string(i.ID()), nil, "")
			return err
		},
		"an accept": func(t *testing.T, d *desk, _ *invite.Invite, live string) error {
			_, _, err := d.Service.Accept(t.Context(), live)
			return err
		},
		"a cancel": func(t *testing.T, d *desk, i *invite.Invite, _ string) error {
			_, err := d.Service.Cancel(t.Context(), request("acme"), string(i.ID()), nil)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk()
			inv, old, live := d.twice(t)
			d.asks(t, old, true)
			if err := end(t, d, inv, live); err != nil {
				t.Fatal(err)
			}
			if at := d.stored(t).RenewalRequestedAt(); !at.IsZero() {
				t.Errorf("still requested at %v", at)
			}
			d.now = d.now.Add(time.Minute)
			d.asks(t, old, false) // neither renewed again today, nor where it has ended
		})
	}
}

func TestWhoAsksIsSentAFreshMailWhereTheTenantHasChosenSo(t *testing.T) {
	for _, expired := range []bool{false, true} {
		d := newDesk()
		d.renews(t)
		inv, old, live := d.twice(t)
		if expired {
			d.now, old = inv.ExpiresAt, live
		}
		asked := d.asks(t, old, true)
		if asked.Seq != inv.Seq+1 || asked.StatusAt(d.now) != invite.Pending || !asked.ExpiresAt.Equal(d.now.Add(inv.Window)) || asked.Role != inv.Role ||
			asked.Email != inv.Email || asked.Mail.Status != invite.MailQueued || !asked.RenewalRequestedAt().IsZero() {
			t.Errorf("got %+v", asked)
		}
		last := asked.Events[len(asked.Events)-2:]
		if last[0].Type() != invite.EventRequested || last[1].Type() != invite.EventResent || last[1].Actor != (invite.Person{}) {
			t.Errorf("got the events %+v", last)
		}
		_, err := d.Look(t.Context(), live)
		wantKind(t, "look at the link before", err, invite.LinkDead)
		fresh := d.mail(t, asked)
		if _, err := d.Look(t.Context(), fresh); err != nil || len(d.sent) != 3 || d.sent[2].Invite.Email != inv.Email {
			t.Errorf("the fresh link: %v, %d mails", err, len(d.sent))
		}
		d.now = d.now.Add(invite.AskPause - time.Minute)
		d.asks(t, old, false)
		d.now = d.now.Add(time.Minute)
		if again := d.asks(t, old, true); again.Seq != asked.Seq+1 {
			t.Errorf("a day later: mail %d, want %d", again.Seq, asked.Seq+1)
		}
	}
}

func TestWhereNoMailCanBeSentTheRequestIsOnlyNoted(t *testing.T) {
	for name, hinder := range map[string]func(*testing.T, *desk, *invite.Invite){
		"it was marked as spam": func(t *testing.T, d *desk, i *invite.Invite) {
			_, err := d.Note(t.Context(), invite.Notification{Key: i.Key, Gen: i.Gen, Seq: i.Seq, Now: d.now,
				Notice: invite.Notice{Status: invite.MailComplained, Reason: invite.ReasonComplained, At: d.now}})
			wantKind(t, "note", err, "")
		},
		"it bounced": func(t *testing.T, d *desk, i *invite.Invite) {
			_, err := d.Note(t.Context(), invite.Notification{Key: i.Key, Gen: i.Gen, Seq: i.Seq, Now: d.now,
				Notice: invite.Notice{Status: invite.MailBounced, Reason: invite.ReasonMailboxMissing, At: d.now}})
			wantKind(t, "note", err, "")
		},
		"the tenant is paused": func(t *testing.T, d *desk, i *invite.Invite) {
			wantKind(t, "pause", d.Pause(t.Context(), "acme", invite.PausedForBounces, d.now), "")
		},
		"a mail waits to be sent": func(t *testing.T, d *desk, i *invite.Invite) {
			_, err := d.Service.Resend(t.Context(), request("acme"), string(i.ID()), nil, "")
			wantKind(t, "resend", err, "")
		},
		"a mail is on its way": func(t *testing.T, d *desk, i *invite.Invite) {
			i, err := d.Service.Resend(t.Context(), request("acme"), string(i.ID()), nil, "")
			wantKind(t, "resend", err, "")
			_, err = d.Model.Claim(t.Context(), invite.Claim{Key: i.Key, Gen: i.Gen, Seq: i.Seq, Owner: "x", Link: invite.Digest{1}, Now: d.now})
			wantKind(t, "claim", err, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk()
			d.renews(t)
			inv, old, _ := d.twice(t)
			hinder(t, d, inv)
			before := d.stored(t)
			asked := d.asks(t, old, true)
			if asked.Seq != before.Seq || asked.Link != before.Link || !asked.RenewalRequestedAt().Equal(d.now) || d.waited != 0 {
				t.Errorf("got %+v after %d waits, want the request noted and nothing else", asked, d.waited)
			}
		})
	}
}

func TestTwoWhoAskInOneMillisecondAreSentOneMail(t *testing.T) {
	d := newDesk()
	d.renews(t)
	inv, old, live := d.twice(t)
	d.now = inv.ExpiresAt
	a := invite.Asking{Key: inv.Key, Now: d.now, Retention: invitetest.Retention}
	for _, link := range []string{old, live} {
		token, err := invite.ParseToken(link)
		if err != nil {
			t.Fatal(err)
		}
		a.Link = token.Digest()
		if _, err := d.Model.Ask(t.Context(), a); err != nil { // both are told that it is noted
			t.Fatal(err)
		}
	}
	d.asks(t, old, true)
	if got := d.asks(t, live, true); got.Seq != inv.Seq+1 {
		t.Errorf("mail %d, want %d", got.Seq, inv.Seq+1)
	}
}

func TestARequestStandsWhenItsMailFails(t *testing.T) {
	d := newDesk()
	d.renews(t)
	_, old, _ := d.twice(t)
	d.Service.Settings = settingsFunc(func(invite.TenantID) (invite.Settings, error) {
		return invite.Settings{}, &invite.Error{Kind: invite.Unavailable}
	})
	noted, err := d.Service.Ask(t.Context(), old)
	wantKind(t, "ask", err, invite.Unavailable)
	if !noted || d.stored(t).RenewalRequestedAt().IsZero() {
		t.Errorf("noted: %t, requested at %v", noted, d.stored(t).RenewalRequestedAt())
	}
}
