package invite_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"invites/shared/idn"
	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// desk is a service on a post, whose waiting moves the clock.
type desk struct {
	*post
	*invite.Service
	waited  int
	waiting func() // what happens while the service waits
}

func newDesk() *desk {
	d := &desk{post: newPost()}
	n := byte(0)
	d.Service = &invite.Service{Store: d.post.Model, Settings: d.post.Model, Standing: d.post.Model, Retention: invitetest.Retention, ToASCII: idn.ToASCII,
		Now: func() time.Time { return d.now },
		Random: func(b []byte) {
			n++
			for i := range b {
				b[i] = n
			}
		},
		Wait: func(ctx context.Context, by time.Duration) error {
			d.now = d.now.Add(by)
			d.waited++
			if d.waiting != nil {
				d.waiting()
			}
			return ctx.Err()
		}}
	return d
}

func request(tenant invite.TenantID) invite.Request {
	return invite.Request{Tenant: tenant, Op: invitetest.Op(invitetest.Base)}
}

func (d *desk) invite(t *testing.T) *invite.Invite {
	t.Helper()
	inv, err := d.Service.Create(t.Context(), request("acme"), invite.New{Email: " Ana@Example.com "})
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func (d *desk) mail(t *testing.T, inv *invite.Invite) string {
	t.Helper()
	if err := d.Deliver(t.Context(), inv); err != nil {
		t.Fatal(err)
	}
	const base = "https://links.example/i/"
	return d.sent[len(d.sent)-1].Link[len(base):]
}

func wantKind(t *testing.T, what string, err error, want invite.Kind) {
	t.Helper()
	if got := invite.KindOf(err); got != want || err != nil && got == "" {
		t.Errorf("%s: got %v, want %q", what, err, want)
	}
}

func TestTheStoryOfOneInvite(t *testing.T) {
	d := newDesk()
	inv := d.invite(t)
	if inv.Email != "ana@example.com" || inv.Role != "member" || inv.Locale != "en" {
		t.Errorf("got %+v", inv)
	}
	first := d.mail(t, inv)
	if looked, err := d.Look(t.Context(), first); err != nil || looked.ID() != inv.ID() {
		t.Errorf("look: %v", err)
	}
	inv, err := d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, "")
	wantKind(t, "resend", err, "")
	_, err = d.Look(t.Context(), first)
	wantKind(t, "look at the older link", err, invite.LinkDead)
	_, _, err = d.Service.Accept(t.Context(), first)
	wantKind(t, "accept by the older link", err, invite.LinkDead)
	second := d.mail(t, inv)
	_, code, err := d.Service.Accept(t.Context(), second)
	wantKind(t, "accept", err, "")
	if looked, err := d.Look(t.Context(), second); err != nil || looked.Status != invite.Accepted {
		t.Errorf("look at the accepted link: %v", err)
	}
	_, err = d.Service.Redeem(t.Context(), "globex", invitetest.Op(d.now), code.Reveal())
	wantKind(t, "redeem for another tenant", err, invite.CodeDead)
	for _, cut := range []string{"", "no code", code.Reveal()[1:]} {
		_, err = d.Service.Redeem(t.Context(), "globex", invitetest.Op(d.now), cut)
		wantKind(t, "redeem what is no code", err, invite.LinkIncomplete)
	}
	_, err = d.Service.Redeem(t.Context(), "acme", invitetest.Op(d.now), code.Reveal()+"%20")
	wantKind(t, "redeem", err, "")
	_, err = d.Service.Redeem(t.Context(), "", invitetest.Op(d.now), code.Reveal())
	wantKind(t, "redeem again", err, invite.CodeDead)
	_, err = d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, "")
	wantKind(t, "resend an accepted one", err, invite.AlreadyAccepted)
	_, err = d.Service.Release(t.Context(), request("acme"), string(inv.ID()), nil)
	wantKind(t, "release", err, "")
	again := d.invite(t)
	if again.ID() == inv.ID() {
		t.Error("an id was used again")
	}
	_, err = d.Service.Get(t.Context(), "acme", string(inv.ID()))
	wantKind(t, "get the older id", err, invite.NotFound)
}

func TestAnotherTenantsIdIsUnknown(t *testing.T) {
	d := newDesk()
	id := string(d.invite(t).ID())
	if _, err := d.Service.Get(t.Context(), "acme", id); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []struct {
		tenant invite.TenantID
		id     string
	}{{"globex", id}, {"acme", id + "0"}, {"acme", ""}, {"acme", "inv_"}} {
		_, err := d.Service.Get(t.Context(), bad.tenant, bad.id)
		wantKind(t, "get", err, invite.NotFound)
		_, err = d.Service.Resend(t.Context(), request(bad.tenant), bad.id, nil, "")
		wantKind(t, "resend", err, invite.NotFound)
		_, err = d.Service.Cancel(t.Context(), request(bad.tenant), bad.id, nil)
		wantKind(t, "cancel", err, invite.NotFound)
		_, err = d.Service.Release(t.Context(), request(bad.tenant), bad.id, nil)
		wantKind(t, "release", err, invite.NotFound)
	}
}

func TestAGoneInviteIsUnknown(t *testing.T) {
	d := newDesk()
	inv := d.invite(t)
	link := d.mail(t, inv)
	d.now = inv.ExpiresAt.Add(invitetest.Retention.Expired)
	_, err := d.Service.Get(t.Context(), "acme", string(inv.ID()))
	wantKind(t, "get", err, invite.NotFound)
	_, err = d.Look(t.Context(), link)
	wantKind(t, "look", err, invite.LinkDead)
	for bad, want := range map[string]invite.Kind{
		"": invite.LinkIncomplete, "x": invite.LinkIncomplete, link[1:]: invite.LinkIncomplete, link[:64] + "!": invite.LinkIncomplete, "0" + link: invite.LinkDead,
	} {
		_, err := d.Look(t.Context(), bad)
		wantKind(t, "look", err, want)
		_, _, err = d.Service.Accept(t.Context(), bad)
		wantKind(t, "accept", err, want)
	}
}

func TestWhatCannotBeInvitedIsRefused(t *testing.T) {
	d := newDesk()
	for name, c := range map[string]struct {
		n     invite.New
		want  invite.Kind
		field string
	}{
		"no address":         {invite.New{Email: "ana"}, invite.AddressUnmailable, "/email"},
		"a name of lines":    {invite.New{Email: "ana@example.com", Name: "Ana\nBcc: x"}, invite.InvalidField, "/name"},
		"no language":        {invite.New{Email: "ana@example.com", Locale: "!"}, invite.InvalidField, "/locale"},
		"a role of nobody's": {invite.New{Email: "ana@example.com", Role: "owner"}, invite.RoleNotAllowed, "/role"},
	} {
		_, err := d.Service.Create(t.Context(), request("acme"), c.n)
		var e *invite.Error
		if !errors.As(err, &e) || e.Kind != c.want || e.Field != c.field || e.Text == "" {
			t.Errorf("%s: got %#v, want %s at %s", name, err, c.want, c.field)
		}
	}
}

func TestAResendWaitsForTheMailBeforeIt(t *testing.T) {
	leased := func(d *desk) *invite.Invite {
		inv := d.invite(t)
		claimed, err := d.Model.Claim(t.Context(), invite.Claim{Key: inv.Key, Gen: inv.Gen, Seq: inv.Seq, Owner: "x", Link: invite.Digest{1}, Now: d.now})
		if err != nil {
			t.Fatal(err)
		}
		return claimed
	}
	t.Run("and works once it has left", func(t *testing.T) {
		d := newDesk()
		inv := leased(d)
		d.waiting = func() {
			if d.waited == 3 {
				_, err := d.Model.Settle(t.Context(), invite.Settlement{Key: inv.Key, Gen: inv.Gen, Seq: inv.Seq, Owner: "x", Status: invite.MailSent, MessageID: "m", Now: d.now})
				if err != nil {
					t.Error(err)
				}
			}
		}
		got, err := d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, "")
		if err != nil || got.SendCount() != 2 || d.waited != 3 || !got.ExpiresAt.Equal(d.now.Add(invite.DefaultWindow)) {
			t.Errorf("got %v, %v after %d waits", got, err, d.waited)
		}
	})
	t.Run("for five seconds", func(t *testing.T) {
		d := newDesk()
		inv := leased(d)
		began := d.now
		_, err := d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, "")
		var e *invite.Error
		if !errors.As(err, &e) || e.Kind != invite.Sending || e.RetryAfter <= 0 || d.now.Sub(began) != 5*time.Second {
			t.Errorf("got %v after %v, want sending after 5 s", err, d.now.Sub(began))
		}
	})
	t.Run("unless its caller has gone", func(t *testing.T) {
		d := newDesk()
		inv := leased(d)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := d.Service.Resend(ctx, request("acme"), string(inv.ID()), nil, "")
		wantKind(t, "resend", err, invite.Sending)
	})
	t.Run("but a cancel does not", func(t *testing.T) {
		d := newDesk()
		inv := leased(d)
		_, err := d.Service.Cancel(t.Context(), request("acme"), string(inv.ID()), nil)
		wantKind(t, "cancel", err, "")
		if d.waited != 0 {
			t.Errorf("waited %d times", d.waited)
		}
	})
}

func TestSettingsAreRememberedForTenSeconds(t *testing.T) {
	asked := 0
	now := invitetest.Base
	fail := false
	cache := &invite.CachedSettings{Now: func() time.Time { return now }, From: settingsFunc(func(t invite.TenantID) (invite.Settings, error) {
		if asked++; fail {
			return invite.Settings{}, errors.New("down")
		}
		return invite.Settings{Name: string(t), Version: uint64(asked)}, nil
	})}
	read := func(tenant invite.TenantID, want uint64) {
		t.Helper()
		if s, err := cache.Settings(t.Context(), tenant); err != nil || s.Version != want || s.Name != string(tenant) {
			t.Errorf("got %+v, %v, want version %d", s, err, want)
		}
	}
	read("acme", 1)
	read("acme", 1)
	read("globex", 2)
	now = now.Add(invite.SettingsLife)
	read("acme", 3)
	fail = true
	now = now.Add(invite.SettingsLife)
	if _, err := cache.Settings(t.Context(), "acme"); err == nil {
		t.Error("a failure was hidden")
	}
}

type settingsFunc func(invite.TenantID) (invite.Settings, error)

func (f settingsFunc) Settings(_ context.Context, t invite.TenantID) (invite.Settings, error) {
	return f(t)
}
