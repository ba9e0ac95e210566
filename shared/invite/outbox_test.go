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

// post is an outbox on a model, with a clock that a test moves, a provider it can
// break, and everything the provider took over.
type post struct {
	*invitetest.Model
	*invite.Outbox
	now     time.Time
	version string // of the current link key
	refusal error  // of the provider
	sent    []invite.Message
	sleep   time.Duration // of the sender, between its claim and the provider
	settles func(invite.Settlement) error
	owners  int
}

func newPost() *post {
	p := &post{Model: invitetest.NewModel(invitetest.Defaults), now: invitetest.Base, version: "1"}
	p.Outbox = &invite.Outbox{Store: p, Settings: p.Model, Standing: p.Model, Keys: p, OptOut: optOutKey, Mailer: p, LinkBase: "https://links.example",
		Owner: func() string { p.owners++; return fmt.Sprint("sender-", p.owners) }, Now: func() time.Time { return p.now }}
	return p
}

func (p *post) LinkKey(_ context.Context, version string) ([]byte, string, error) {
	if version == "" {
		version = p.version
	}
	if version == "none" {
		return nil, "", errors.New("no key")
	}
	return []byte("link key " + version), version, nil
}

func (p *post) Send(_ context.Context, m invite.Message) (invite.Receipt, error) {
	if p.refusal != nil {
		return invite.Receipt{}, p.refusal
	}
	p.sent = append(p.sent, m)
	return invite.Receipt{MessageID: fmt.Sprint("message-", len(p.sent)), Sender: "noreply@acme.example"}, nil
}

func (p *post) Claim(ctx context.Context, c invite.Claim) (*invite.Invite, error) {
	inv, err := p.Model.Claim(ctx, c)
	p.now = p.now.Add(p.sleep)
	return inv, err
}

func (p *post) Settle(ctx context.Context, s invite.Settlement) (*invite.Invite, error) {
	if p.settles != nil {
		if err := p.settles(s); err != nil {
			return nil, err
		}
	}
	return p.Model.Settle(ctx, s)
}

// invited queues a mail.
func (p *post) invited(t *testing.T) *invite.Invite {
	t.Helper()
	return p.invitedAs(t, "ana@example.com")
}

func (p *post) invitedAs(t *testing.T, email invite.Address) *invite.Invite {
	t.Helper()
	inv, err := p.Create(t.Context(), invite.Creation{Tenant: "acme", Email: email, Window: invitetest.Window, Nonce: invite.Nonce{7},
		Op: invitetest.Op(p.now), Now: p.now, Retention: invitetest.Retention})
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func (p *post) stored(t *testing.T) *invite.Invite {
	t.Helper()
	inv, err := p.Get(t.Context(), invite.KeyOf("acme", "ana@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// link is the digest of the link of a mail.
func (p *post) link(t *testing.T, n int) invite.Digest {
	t.Helper()
	text, ok := strings.CutPrefix(p.sent[n].Link, "https://links.example/i/")
	token, err := invite.ParseToken(text)
	if !ok || err != nil {
		t.Fatalf("link %q: %v", p.sent[n].Link, err)
	}
	return token.Digest()
}

func TestAMailIsSentWithTheLiveLink(t *testing.T) {
	p := newPost()
	if err := p.Deliver(t.Context(), p.invited(t)); err != nil {
		t.Fatal(err)
	}
	inv := p.stored(t)
	if len(p.sent) != 1 || !inv.Link.Equal(p.link(t, 0)) || inv.Mail.Status != invite.MailSent || inv.Mail.MessageID != "message-1" || !inv.LastSentAt.Equal(p.now) {
		t.Errorf("got %d mails and %+v", len(p.sent), inv.Mail)
	}
	for range 3 { // the stream repeats itself
		if err := p.Deliver(t.Context(), p.invitedImage(inv)); err != nil || len(p.sent) != 1 {
			t.Errorf("repeated: %v, %d mails", err, len(p.sent))
		}
	}
}

// invitedImage is the record as the stream first carried it.
func (p *post) invitedImage(inv *invite.Invite) *invite.Invite {
	old := *inv
	old.Mail = invite.Mail{Status: invite.MailQueued, Nonce: inv.Mail.Nonce}
	return &old
}

func TestASenderThatDiesAnywhereLosesNoMail(t *testing.T) {
	for name, die := range map[string]func(*post){
		"before the provider": func(p *post) { p.sleep = 2 * invite.LeaseTime },
		"after the provider":  func(p *post) { p.settles = func(invite.Settlement) error { return errors.New("killed") } },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPost()
			inv := p.invited(t)
			die(p)
			_ = p.Deliver(t.Context(), inv)
			had := len(p.sent)
			p.sleep, p.settles = 0, nil
			p.now = p.now.Add(2 * invite.LeaseTime)
			p.version = "2" // the key was changed meanwhile: the mail keeps its own
			for range 2 {
				if err := p.Redeliver(t.Context(), inv.Key); err != nil {
					t.Fatal(err)
				}
				p.now = p.now.Add(time.Hour)
			}
			now := p.stored(t)
			if len(p.sent) != had+1 || now.Mail.Status != invite.MailSent || now.Mail.KeyVersion != "1" {
				t.Fatalf("%d mails after %d, %+v", len(p.sent), had, now.Mail)
			}
			for n := range p.sent {
				if !p.link(t, n).Equal(now.Link) {
					t.Errorf("mail %d of %d carries another link", n+1, len(p.sent))
				}
			}
		})
	}
}

func TestWhatTheProviderSaysEndsInTheRecord(t *testing.T) {
	for _, c := range []struct {
		name    string
		refusal error
		status  invite.MailStatus
		reason  string
	}{
		{"too many mails", &invite.MailError{Reason: invite.ReasonThrottled, Temporary: true, Err: errors.New("slow down")}, invite.MailQueued, invite.ReasonThrottled},
		{"a mail it never takes", &invite.MailError{Reason: invite.ReasonRejected, Err: errors.New("no")}, invite.MailFailed, invite.ReasonRejected},
		{"nothing anybody knows", errors.New("connection reset"), invite.MailQueued, invite.ReasonUnreachable},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPost()
			p.refusal = c.refusal
			inv := p.invited(t)
			if err := p.Deliver(t.Context(), inv); err != nil {
				t.Fatal(err)
			}
			now := p.stored(t)
			if now.Mail.Status != c.status || now.Mail.Reason != c.reason || now.LeasedAt(p.now) {
				t.Errorf("got %+v", now.Mail)
			}
			if c.status == invite.MailQueued && !now.Due.Equal(p.now.Add(invite.Backoff(1))) {
				t.Errorf("tried again at %v", now.Due)
			}
			p.refusal = nil
			p.now = now.Due
			if err := p.Redeliver(t.Context(), inv.Key); err != nil {
				t.Fatal(err)
			}
			if want := map[invite.MailStatus]int{invite.MailQueued: 1, invite.MailFailed: 0}[c.status]; len(p.sent) != want {
				t.Errorf("%d mails afterwards, want %d", len(p.sent), want)
			}
		})
	}
}

func TestOnlyAMailThatIsWantedIsSent(t *testing.T) {
	change := func(p *post, i *invite.Invite) invite.Change {
		return invite.Change{Key: i.Key, Gen: i.Gen, Nonce: invite.Nonce{8}, Op: invitetest.Op(p.now), Now: p.now, Retention: invitetest.Retention}
	}
	for name, meanwhile := range map[string]func(*testing.T, *post, *invite.Invite){
		"it was sent again": func(t *testing.T, p *post, i *invite.Invite) {
			if _, err := p.Resend(t.Context(), change(p, i)); err != nil {
				t.Fatal(err)
			}
		},
		"it was cancelled": func(t *testing.T, p *post, i *invite.Invite) {
			if _, err := p.Cancel(t.Context(), change(p, i)); err != nil {
				t.Fatal(err)
			}
		},
		"it has expired": func(_ *testing.T, p *post, i *invite.Invite) { p.now = i.ExpiresAt },
		"another sender has it": func(t *testing.T, p *post, i *invite.Invite) {
			if _, err := p.Model.Claim(t.Context(), invite.Claim{Key: i.Key, Gen: i.Gen, Seq: i.Seq, Owner: "x", Link: invite.Digest{1}, Now: p.now}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPost()
			inv := p.invited(t)
			meanwhile(t, p, inv)
			if err := p.Deliver(t.Context(), inv); err != nil || len(p.sent) != 0 {
				t.Errorf("got %v and %d mails, want none", err, len(p.sent))
			}
		})
	}
	p := newPost()
	if err := p.Redeliver(t.Context(), invite.KeyOf("acme", "nobody@example.com")); err != nil {
		t.Errorf("a record that is gone: %v", err)
	}
}

func TestASenderThatSleptHandsNothingOver(t *testing.T) {
	p := newPost()
	p.sleep = invite.LeaseTime - 10*time.Second
	if err := p.Deliver(t.Context(), p.invited(t)); err != nil || len(p.sent) != 0 {
		t.Errorf("got %v and %d mails, want none", err, len(p.sent))
	}
	if got := p.stored(t); got.Mail.Status != invite.MailQueued {
		t.Errorf("got %+v, want it queued again", got.Mail)
	}
}

func TestWhatCannotBeReachedIsTriedAgain(t *testing.T) {
	p := newPost()
	p.version = "none"
	if err := p.Deliver(t.Context(), p.invited(t)); err == nil || len(p.sent) != 0 {
		t.Errorf("without a key: got %v and %d mails", err, len(p.sent))
	}
	if got := p.stored(t); got.Mail.Attempts != 0 {
		t.Errorf("claimed without a key: %+v", got.Mail)
	}
}

func TestBackoff(t *testing.T) {
	for attempts, want := range map[int]time.Duration{0: 1, 1: 1, 2: 2, 3: 4, 4: 8, 5: 15, 6: 15, 1000: 15} {
		if got := invite.Backoff(attempts); got != want*time.Minute {
			t.Errorf("after %d: got %v, want %v", attempts, got, want*time.Minute)
		}
	}
}

func TestEveryMailEndsWhateverHappensToItsInvite(t *testing.T) {
	now := invitetest.Base
	for _, c := range []struct {
		name   string
		inv    invite.Invite
		status invite.MailStatus
		reason string
	}{
		{"pending", invite.Invite{Status: invite.Pending, ExpiresAt: now.Add(1)}, invite.MailQueued, ""},
		{"past its time", invite.Invite{Status: invite.Pending, ExpiresAt: now}, invite.MailFailed, invite.ReasonExpired},
		{"expired", invite.Invite{Status: invite.Expired}, invite.MailFailed, invite.ReasonExpired},
		{"accepted", invite.Invite{Status: invite.Accepted}, invite.MailSent, ""},
		{"cancelled", invite.Invite{Status: invite.Cancelled}, invite.MailFailed, invite.ReasonCancelled},
		{"released", invite.Invite{Status: invite.Released}, invite.MailSent, ""},
	} {
		c.inv.Mail.Status = invite.MailQueued
		if status, reason, _ := c.inv.Delivery(now); status != c.status || reason != c.reason {
			t.Errorf("%s: got %s %q, want %s %q", c.name, status, reason, c.status, c.reason)
		}
	}
}

func TestAMailLeadsToTheProductsOwnAcceptPage(t *testing.T) {
	p := newPost()
	own := invitetest.Defaults("acme")
	own.AcceptURL = "https://app.acme.example/join"
	if _, err := p.PutSettings(t.Context(), "acme", invitetest.Defaults("acme"), own); err != nil {
		t.Fatal(err)
	}
	if err := p.Deliver(t.Context(), p.invited(t)); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(p.sent[0].Link, "https://app.acme.example/join#token=")
	token, err := invite.ParseToken(text)
	if !ok || err != nil || !p.stored(t).Link.Equal(token.Digest()) {
		t.Errorf("the link is no live token in the page's fragment: %v", err)
	}
	if !strings.HasPrefix(p.sent[0].OptOut, "https://links.example/o/") {
		t.Error("opting out does not lead to us")
	}
}
