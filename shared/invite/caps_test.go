package invite_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// capped is a desk that may send so many mails a day to an address, and of a tenant.
func capped(recipient, tenant uint64) *desk {
	d := newDesk()
	d.Caps = &invite.Caps{Store: d.post.Model, Recipient: recipient, Tenant: tenant}
	return d
}

func (d *desk) inviteFor(t *testing.T, tenant invite.TenantID, email string) *invite.Invite {
	t.Helper()
	inv, err := d.Service.Create(t.Context(), request(tenant), invite.New{Email: email})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Deliver(t.Context(), inv); err != nil {
		t.Fatal(err)
	}
	if inv, err = d.Model.Get(t.Context(), inv.Key); err != nil {
		t.Fatal(err)
	}
	return inv
}

func (d *desk) says(t *testing.T, what string, inv *invite.Invite, status invite.MailStatus, reason string) {
	t.Helper()
	if got, why, _ := inv.Delivery(d.now); got != status || why != reason {
		t.Errorf("%s: the row says %s %q, want %s %q", what, got, why, status, reason)
	}
}

func TestAnAddressGetsItsShareFromAllTenantsTogether(t *testing.T) {
	d := capped(2, 100)
	for _, tenant := range []invite.TenantID{"acme", "globex"} {
		d.says(t, "within", d.inviteFor(t, tenant, "ana@example.com"), invite.MailSent, "")
	}
	inv := d.inviteFor(t, "initech", "ana@example.com")
	d.says(t, "the third", inv, invite.MailSuppressed, invite.ReasonCapped)
	d.says(t, "another address", d.inviteFor(t, "initech", "bo@example.com"), invite.MailSent, "")
	if len(d.sent) != 3 {
		t.Errorf("%d mails, want 3", len(d.sent))
	}
	midnight := d.now.Truncate(day).Add(day)
	for d.now.Before(midnight) {
		_, err := d.Service.Resend(t.Context(), request("initech"), string(inv.ID()), nil, "suppressed")
		var e *invite.Error
		if !errors.As(err, &e) || e.Kind != invite.CannotSend || e.Blocked != (invite.Blocked{Reason: invite.ReasonCapped, Until: midnight}) || e.RetryAfter != midnight.Sub(d.now) {
			t.Errorf("resend at %v: got %v", d.now, err)
		}
		if got, err := d.Model.Get(t.Context(), inv.Key); err != nil || invitetest.Difference(got, inv) != "" {
			t.Errorf("a refused resend touched the record: %v", err)
		}
		d.now = d.now.Add(time.Hour)
	}
	d.now = midnight
	next, err := d.Service.Resend(t.Context(), request("initech"), string(inv.ID()), nil, "")
	wantKind(t, "resend on the next day", err, "")
	d.mail(t, next)
	if len(d.sent) != 4 {
		t.Errorf("%d mails on the next day, want 4", len(d.sent))
	}
}

func TestATenantGetsItsShareForAllAddressesTogether(t *testing.T) {
	d := capped(100, 2)
	for _, email := range []string{"ana@example.com", "bo@example.com"} {
		d.says(t, "within", d.inviteFor(t, "acme", email), invite.MailSent, "")
	}
	d.says(t, "the third", d.inviteFor(t, "acme", "cy@example.com"), invite.MailSuppressed, invite.ReasonCapped)
	d.says(t, "another tenant", d.inviteFor(t, "globex", "cy@example.com"), invite.MailSent, "")
}

// A mail that the provider does not take at first has its share already.
func TestAMailIsCountedOnceHoweverOftenItIsTried(t *testing.T) {
	d := capped(1, 1)
	d.refusal = &invite.MailError{Reason: invite.ReasonUnreachable, Temporary: true, Err: errors.New("down")}
	inv := d.inviteFor(t, "acme", "ana@example.com")
	for range 3 {
		d.now = d.now.Add(invite.Backoff(100))
		if err := d.Redeliver(t.Context(), inv.Key); err != nil {
			t.Fatal(err)
		}
	}
	d.refusal = nil
	d.now = d.now.Add(invite.Backoff(100))
	if err := d.Redeliver(t.Context(), inv.Key); err != nil || len(d.sent) != 1 {
		t.Errorf("got %v and %d mails, want it sent", err, len(d.sent))
	}
	d.says(t, "one more", d.inviteFor(t, "acme", "bo@example.com"), invite.MailSuppressed, invite.ReasonCapped)
}

// broken is a store that cannot count.
type broken struct{}

func (broken) CountMail(context.Context, invite.TenantID, invite.Address, time.Time, uint64, uint64) (bool, error) {
	return false, errors.New("down")
}

func TestAMailThatCannotBeCountedIsSent(t *testing.T) {
	d := newDesk()
	d.Caps = &invite.Caps{Store: broken{}, Recipient: 1, Tenant: 1}
	d.says(t, "uncounted", d.inviteFor(t, "acme", "ana@example.com"), invite.MailSent, "")
}

// slow is a store that takes a second to count.
type slow struct{ d *desk }

func (s slow) CountMail(ctx context.Context, t invite.TenantID, to invite.Address, at time.Time, tenant, recipient uint64) (bool, error) {
	within, err := s.d.post.Model.CountMail(ctx, t, to, at, tenant, recipient)
	s.d.now = s.d.now.Add(time.Second)
	return within, err
}

// The day of a mail is that of its count, not of the record of it.
func TestACapThatIsMetAtMidnightIsOverAtOnce(t *testing.T) {
	d := capped(1, 100)
	d.now = d.now.Truncate(day).Add(day - time.Millisecond)
	d.inviteFor(t, "acme", "ana@example.com")
	d.Caps.Store = slow{d}
	inv := d.inviteFor(t, "globex", "ana@example.com")
	d.says(t, "at midnight", inv, invite.MailSuppressed, invite.ReasonCapped)
	d.Caps.Store = d.post.Model
	next, err := d.Service.Resend(t.Context(), request("globex"), string(inv.ID()), nil, "")
	wantKind(t, "resend after midnight", err, "")
	d.mail(t, next)
}
