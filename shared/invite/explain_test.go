package invite_test

import (
	"context"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// explained asks as an admin of a tenant.
func (d *desk) explained(t *testing.T, tenant invite.TenantID, link string) invite.Explanation {
	t.Helper()
	e, err := d.Service.Explain(t.Context(), tenant, link)
	if err != nil {
		t.Fatal(err)
	}
	if none := e.Cause == invite.CauseUnknown || e.Cause == invite.CauseIncomplete; none != (e.Invite == nil) || e.Invite == nil && !e.At.IsZero() {
		t.Errorf("%s with invite %v at %v", e.Cause, e.Invite, e.At)
	}
	return e
}

func (d *desk) wantCause(t *testing.T, what, link string, want invite.Cause, at time.Time) {
	t.Helper()
	if e := d.explained(t, "acme", link); e.Cause != want || !e.At.Equal(at) {
		t.Errorf("%s: got %s at %v, want %s at %v", what, e.Cause, e.At, want, at)
	}
}

func TestEveryLinkOfALifeIsExplained(t *testing.T) {
	d := newDesk()
	inv, old, live := d.twice(t)
	resent := d.now
	d.wantCause(t, "the newest link", live, invite.CauseLive, time.Time{})
	d.wantCause(t, "the one before it", old, invite.CauseSuperseded, resent)

	d.now = d.now.Add(time.Hour)
	inv, err := d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, "")
	wantKind(t, "resend", err, "")
	d.wantCause(t, "the newest link before its mail has left", live, invite.CauseSuperseded, d.now)
	third := d.mail(t, inv)

	d.now = inv.ExpiresAt
	d.wantCause(t, "a link whose time is up", third, invite.CauseExpired, inv.ExpiresAt)
	d.now = d.now.Add(invite.ExpireGrace)
	marked, _, err := d.Model.Expire(t.Context(), []invite.Timer{{Key: inv.Key, Due: d.now}}, d.now, invitetest.Retention)
	if err != nil || marked != 1 {
		t.Fatalf("expire: %d, %v", marked, err)
	}
	d.wantCause(t, "a link that is marked expired", third, invite.CauseExpired, inv.ExpiresAt)
	d.wantCause(t, "an older one", live, invite.CauseSuperseded, inv.ExpiresAt.Add(-inv.Window))

	inv, err = d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, "")
	wantKind(t, "resend", err, "")
	fourth := d.mail(t, inv)
	d.now = d.now.Add(time.Hour)
	_, _, err = d.Service.Accept(t.Context(), fourth)
	wantKind(t, "accept", err, "")
	accepted := d.now
	d.wantCause(t, "the accepted link", fourth, invite.CauseAccepted, accepted)
	d.wantCause(t, "one that was superseded before", third, invite.CauseSuperseded, inv.ExpiresAt.Add(-inv.Window))
	d.now = d.now.Add(time.Hour)
	_, err = d.Service.Release(t.Context(), request("acme"), string(inv.ID()), nil)
	wantKind(t, "release", err, "")
	d.wantCause(t, "the link of a released invite", fourth, invite.CauseReleased, d.now)

	d.now = d.now.Add(time.Hour)
	anew := d.invite(t)
	if e := d.explained(t, "acme", fourth); e.Cause != invite.CauseSuperseded || e.Invite.ID() != anew.ID() || !e.At.Equal(d.now) {
		t.Errorf("a link of the invite before: got %+v", e)
	}
	fifth := d.mail(t, anew)
	d.now = d.now.Add(time.Hour)
	_, err = d.Service.Cancel(t.Context(), request("acme"), string(anew.ID()), nil)
	wantKind(t, "cancel", err, "")
	d.wantCause(t, "the newest link of a cancelled invite", fifth, invite.CauseCancelled, d.now)
	d.wantCause(t, "an older one", old, invite.CauseSuperseded, anew.CreatedAt)

	d.now = d.now.Add(invitetest.Retention.Ended + time.Second)
	d.wantCause(t, "a link of a record that is gone", fifth, invite.CauseUnknown, time.Time{})
}

func TestALinkIsRememberedForTwentyMore(t *testing.T) {
	d := newDesk()
	inv := d.invite(t)
	links := []string{d.mail(t, inv)}
	for range invite.MaxLinks {
		d.now = d.now.Add(time.Minute)
		inv, _ = d.Service.Resend(t.Context(), request("acme"), string(inv.ID()), nil, "")
		links = append(links, d.mail(t, inv))
	}
	for n, link := range links {
		want := invite.CauseSuperseded
		switch n {
		case 0:
			want = invite.CauseUnknown
		case len(links) - 1:
			want = invite.CauseLive
		}
		if got := d.explained(t, "acme", link).Cause; got != want {
			t.Errorf("link %d of %d: got %s, want %s", n+1, len(links), got, want)
		}
	}
}

func TestAForeignLinkIsAsUnknownAsAForgedOne(t *testing.T) {
	d := newDesk()
	link := d.mail(t, d.invite(t))
	reads := 0
	d.Service.Store = &countedReads{d.Model, &reads}
	for what, c := range map[string]struct {
		tenant invite.TenantID
		link   string
		reads  int
		cause  invite.Cause
	}{
		"another tenant's":          {"globex", link, 0, invite.CauseUnknown},
		"another tenant's, in ours": {"globex", "https://links.example/i/" + link + "/i/", 0, invite.CauseUnknown},
		"forged":                    {"acme", flip(link), 1, invite.CauseUnknown},
		"misspelt":                  {"acme", "https://links.example/i/0" + link[1:], 0, invite.CauseUnknown},
		"no link":                   {"acme", "hello", 0, invite.CauseUnknown},
		"nothing":                   {"acme", "", 0, invite.CauseUnknown},
		"signs":                     {"acme", "?!\u200b", 0, invite.CauseUnknown},
		"cut":                       {"acme", link[:40], 0, invite.CauseIncomplete},
		"of no address of ours":     {"acme", invite.MintToken(nil, invite.KeyOf("acme", "bo@example.com"), 1, 1, invite.Nonce{}).Reveal(), 1, invite.CauseUnknown},
	} {
		reads = 0
		if e := d.explained(t, c.tenant, c.link); e != (invite.Explanation{Cause: c.cause}) || reads != c.reads {
			t.Errorf("%s: got %+v with %d reads, want %s", what, e, reads, c.cause)
		}
	}
}

// countedReads is a store whose reads a test counts.
type countedReads struct {
	*invitetest.Model
	reads *int
}

func (c countedReads) Get(ctx context.Context, k invite.Key) (*invite.Invite, error) {
	*c.reads++
	return c.Model.Get(ctx, k)
}
