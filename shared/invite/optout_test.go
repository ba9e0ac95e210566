package invite_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// keyFunc is one key, whatever version is asked for.
type keyFunc func() (string, error)

func (f keyFunc) LinkKey(context.Context, string) ([]byte, string, error) {
	key, err := f()
	return []byte(key), "1", err
}

var optOutKey = keyFunc(func() (string, error) { return "an opt-out key", nil })

func TestAnOptOutTokenIsOneAddressesAlone(t *testing.T) {
	token := invite.MintOptOut([]byte("an opt-out key"), aKey)
	text := token.Reveal()
	if again := invite.MintOptOut([]byte("an opt-out key"), aKey).Reveal(); again != text || len(text) != invite.TokenLength {
		t.Errorf("the same address has another token, or one of %d characters", len(text))
	}
	for name, other := range map[string]invite.OptOutToken{
		"another key":     invite.MintOptOut([]byte("an opt-out kez"), aKey),
		"another address": invite.MintOptOut([]byte("an opt-out key"), invite.KeyOf("acme", "bo@example.com")),
		"another tenant":  invite.MintOptOut([]byte("an opt-out key"), invite.KeyOf("globex", "ana@example.com")),
	} {
		if other.Reveal() == text {
			t.Errorf("%s has the same token", name)
		}
	}
	parsed, err := invite.ParseOptOut(strings.ToUpper(text))
	if err != nil || !parsed.MadeWith([]byte("an opt-out key")) || parsed.MadeWith([]byte("an opt-out kez")) || parsed.MadeWith(nil) {
		t.Errorf("in capitals: %v", err)
	}
	// With the same key a link would still be no opt-out link.
	if link, err := invite.ParseOptOut(invite.MintToken([]byte("an opt-out key"), aKey, aGen, 1, invite.Nonce{}).Reveal()); err != nil || link.MadeWith([]byte("an opt-out key")) {
		t.Errorf("an invite's link opts out: %v", err)
	}
	if _, err := invite.ParseOptOut("0" + text); invite.KindOf(err) != invite.LinkDead || strings.Contains(err.Error(), text[2:10]) {
		t.Errorf("got %v, want an error that does not quote", err)
	}
	for _, shown := range []string{fmt.Sprint(token), fmt.Sprintf("%v %+v %#v %s", token, token, token, token)} {
		if strings.Contains(shown, text[40:]) || strings.Contains(shown, "secret") {
			t.Errorf("shown as %q", shown)
		}
	}
}

// keyring holds opt-out keys, of which a look may be an old one.
type keyring struct {
	seen, all []string
	asked     int
	down      error
}

func (k *keyring) Every(_ context.Context, again bool) (keys [][]byte, err error) {
	if again {
		k.asked++
		k.seen = k.all
	}
	for _, key := range k.seen {
		keys = append(keys, []byte(key))
	}
	return keys, k.down
}

// blind is a store that must not be asked.
type blind struct{ invite.OptOutStore }

func TestOnlyAGenuineLinkIsLookedUp(t *testing.T) {
	ring := &keyring{seen: []string{"one"}, all: []string{"two", "one"}}
	o := invite.OptOuts{Store: blind{}, Keys: ring, Now: func() time.Time { return invitetest.Base }}
	good := invite.MintOptOut([]byte("one"), aKey).Reveal()
	for want, links := range map[invite.Kind]map[string]string{
		invite.LinkIncomplete: {"nothing": "", "a word": "x", "cut": good[1:], "cut, with a sign": good[:64] + "."},
		invite.LinkDead:       {"misspelt": "0" + good, "forged": invite.MintOptOut([]byte("three"), aKey).Reveal(), "an invite's": aToken.Reveal()},
	} {
		for name, link := range links {
			_, _, err := o.Look(t.Context(), link)
			wantKind(t, "look at "+name, err, want)
			_, err = o.Set(t.Context(), link, false)
			wantKind(t, "set "+name, err, want)
		}
	}
	if ring.asked != 4 { // the two that look right, twice each
		t.Errorf("%d fresh looks at the keys", ring.asked)
	}
	ring.down = errors.New("down")
	if _, _, err := o.Look(t.Context(), good); !errors.Is(err, ring.down) || invite.KindOf(err) != "" {
		t.Errorf("without keys: got %v", err)
	}
}

func TestALinkOfEveryKeyOptsOutForEver(t *testing.T) {
	for _, made := range []string{"one", "two"} {
		p := newPost()
		inv := p.invited(t)
		ring := &keyring{seen: []string{"one"}, all: []string{"two", "one"}}
		o := invite.OptOuts{Store: p.Model, Keys: ring, Retention: invitetest.Retention, Now: func() time.Time { return p.now }}
		link := invite.MintOptOut([]byte(made), inv.Key).Reveal()
		is := func(optedOut, kept bool) {
			t.Helper()
			got, is, err := o.Look(t.Context(), link)
			if err != nil || is != optedOut || (got != nil) != kept {
				t.Errorf("key %s: opted out is %v of %v (%v), want %v", made, is, got, err, optedOut)
			}
		}
		set := func(undo bool) {
			t.Helper()
			if _, err := o.Set(t.Context(), link, undo); err != nil {
				t.Errorf("key %s: %v", made, err)
			}
		}
		is(false, true)
		set(false)
		is(true, true)
		set(false)
		is(true, true)
		set(true)
		is(false, true)
		set(false)
		p.now = inv.ExpiresAt.Add(invitetest.Retention.Expired) // nobody says any more whose address it was
		is(true, false)
	}
}

func TestNothingIsSentToSomebodyWhoHasOptedOut(t *testing.T) {
	p := newPost()
	inv := p.invited(t)
	if _, err := p.OptOut(t.Context(), inv.Key, false); err != nil {
		t.Fatal(err)
	}
	if err := p.Deliver(t.Context(), inv); err != nil || len(p.sent) != 0 {
		t.Fatalf("got %v and %d mails", err, len(p.sent))
	}
	now := p.stored(t)
	if now.Mail.Status != invite.MailSuppressed || now.Mail.Reason != invite.ReasonOptedOut || now.LeasedAt(p.now) || now.MailWaitsAt(p.now) {
		t.Errorf("got %+v", now.Mail)
	}
	p.now = p.now.Add(30 * time.Hour)
	if err := p.Redeliver(t.Context(), inv.Key); err != nil || len(p.sent) != 0 {
		t.Errorf("a day later: got %v and %d mails", err, len(p.sent))
	}
}

// OptOut opts out with the link's own words.
func (p *post) OptOut(ctx context.Context, k invite.Key, undo bool) (*invite.Invite, error) {
	return p.Model.OptOut(ctx, invite.OptOut{Key: k, Undo: undo, Now: p.now})
}

func TestEveryMailHasTheSameOptOutLink(t *testing.T) {
	d := newDesk()
	inv := d.invite(t)
	d.mail(t, inv)
	inv, err := d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, "")
	wantKind(t, "resend", err, "")
	d.mail(t, inv)
	text, ok := strings.CutPrefix(d.sent[0].OptOut, "https://links.example/o/")
	token, err := invite.ParseOptOut(text)
	if !ok || err != nil || !token.MadeWith([]byte("an opt-out key")) || d.sent[1].OptOut != d.sent[0].OptOut {
		t.Errorf("got %q and %q", d.sent[0].OptOut, d.sent[1].OptOut)
	}
	if d.sent[0].Link == d.sent[1].Link {
		t.Error("a resend has the link of the mail before it")
	}
}

func TestWithoutAnOptOutKeyNoMailLeaves(t *testing.T) {
	p := newPost()
	down := errors.New("down")
	p.Outbox.OptOut = keyFunc(func() (string, error) { return "", down })
	if err := p.Deliver(t.Context(), p.invited(t)); !errors.Is(err, down) || len(p.sent) != 0 || p.stored(t).Mail.Attempts != 0 {
		t.Errorf("got %v and %d mails: %+v", err, len(p.sent), p.stored(t).Mail)
	}
}

func TestSomebodyWhoHasOptedOutIsNeitherInvitedNorSentAnything(t *testing.T) {
	d := newDesk()
	inv := d.invite(t)
	link := d.mail(t, inv)
	cannot := func(what string, err error) {
		t.Helper()
		var e *invite.Error
		if !errors.As(err, &e) || e.Kind != invite.CannotSend || e.Blocked != (invite.Blocked{Reason: invite.ReasonOptedOut}) || e.Text != invite.ReasonText(invite.ReasonOptedOut) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if _, err := d.OptOut(t.Context(), inv.Key, false); err != nil {
		t.Fatal(err)
	}
	for _, confirm := range []string{"", "suppressed", "opted_out"} {
		_, err := d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, confirm)
		cannot("resend confirming "+confirm, err)
	}
	if looked, err := d.Look(t.Context(), link); err != nil || looked.SendCount() != 1 {
		t.Errorf("the link in the mail: %v", err)
	}
	_, err := d.Service.Create(t.Context(), request("acme"), invite.New{Email: "ana@example.com"})
	wantKind(t, "invite again", err, invite.AlreadyPending)
	_, err = d.Service.Create(t.Context(), request("globex"), invite.New{Email: "ana@example.com"})
	wantKind(t, "another tenant invites", err, "")
	_, err = d.Service.Cancel(t.Context(), request("acme"), string(inv.ID()), nil)
	wantKind(t, "cancel", err, "")
	_, err = d.Service.Create(t.Context(), request("acme"), invite.New{Email: "ana@example.com", Confirm: "suppressed"})
	cannot("invite anew", err)
	d.now = d.now.Add(invitetest.Retention.Ended + time.Hour)
	_, err = d.Service.Create(t.Context(), request("acme"), invite.New{Email: "ana@example.com"})
	cannot("invite anew when the record is gone", err)
	if _, err := d.OptOut(t.Context(), inv.Key, true); err != nil {
		t.Fatal(err)
	}
	_, err = d.Service.Create(t.Context(), request("acme"), invite.New{Email: "ana@example.com"})
	wantKind(t, "invite anew after it was taken back", err, "")
}

// gate is a store whose readers wait for each other.
type gate struct {
	*invitetest.Model
	here chan struct{}
}

func (g gate) OptedOut(ctx context.Context, k invite.Key) (time.Time, error) {
	g.here <- struct{}{}
	return g.Model.OptedOut(ctx, k)
}

func (g gate) Settings(ctx context.Context, t invite.TenantID) (invite.Settings, error) {
	<-g.here
	return g.Model.Settings(ctx, t)
}

func TestACreateLooksForSettingsAndWishSideBySide(t *testing.T) {
	d := newDesk()
	g := gate{d.post.Model, make(chan struct{})}
	d.Service.Store, d.Service.Settings = g, g
	d.invite(t) // ends only where both reads are on their way at once
}
