package invite

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// AskPause is how long an invite that somebody asked to renew hears no second request:
// a mail scanner that presses the button of every dead link is one request a day.
const AskPause = 24 * time.Hour

// Asking presents a dead link whose holder asks for a new invite.
type Asking struct {
	Key       Key
	Link      Digest
	Now       time.Time
	Retention Retention
}

// Ask notes the request where the link was once sent to the address and nobody can
// accept with it any more, and where the invite is still open. A request from before
// the invite was made is none of its: the network may deliver it late.
//
// Errors: NothingToRenew, whatever the cause; [ErrReplayed].
func (a Asking) Ask(old *Invite) (*Invite, error) {
	if old == nil || old.GoneAt(a.Now, a.Retention) || old.Status.Class() != Open || !old.wasSent(a.Link) {
		return nil, refuse(NothingToRenew, nil, "")
	}
	live := old.StatusAt(a.Now) == Pending && old.Link.Equal(a.Link)
	switch {
	case live || old.CreatedAt.After(a.Now):
		return nil, refuse(NothingToRenew, nil, "")
	case old.AskedAt.Equal(a.Now):
		return old, ErrReplayed
	case old.AskedAt.Add(AskPause).After(a.Now):
		return nil, refuse(NothingToRenew, nil, "")
	}
	next := old.clone()
	next.Version++
	next.AskedAt, next.AskedSeq = a.Now, old.Seq
	next.Events = append(next.Events, next.event(EventRequested, a.Now, Person{}, ByLink(a.Link)))
	return next, nil
}

// RenewalRequestedAt is when the holder of a dead link asked for a new invite; zero
// where nobody has since the newest mail was asked for, and where the invite has ended.
func (i *Invite) RenewalRequestedAt() time.Time {
	if i.Status.Class() != Open || i.AskedSeq != i.Seq {
		return time.Time{}
	}
	return i.AskedAt
}

// wasSent tells whether a mail to the address carried the link.
func (i *Invite) wasSent(link Digest) bool { return i.placeOf(link) >= 0 }

// placeOf is how many remembered links are newer than this one; -1 where it is none of
// them. It takes as long whatever it finds.
func (i *Invite) placeOf(link Digest) int {
	mark, place := MarkOf(link), -1
	for n, m := range slices.Backward(i.Links) {
		if m.Equal(mark) {
			place = n
		}
	}
	return place
}

// Ask notes that the holder of a dead link wants a new invite. Where the tenant has
// chosen so it also sends one at once, to the invited address; where a mail is on its
// way already or none would arrive, the request is only noted. noted tells whether the
// request stands in the record, beside an error too.
//
// Errors: NothingToRenew for every whole link that asking has no effect with;
// LinkIncomplete, for nobody would see that request; Unavailable.
func (s *Service) Ask(ctx context.Context, link string) (noted bool, err error) {
	token, err := ParseToken(link)
	if KindOf(err) == LinkDead {
		return false, refuse(NothingToRenew, nil, "")
	}
	if err != nil {
		return false, err
	}
	now := s.Now()
	inv, err := s.Store.Ask(ctx, Asking{Key: token.Key, Link: token.Digest(), Now: now, Retention: s.Retention})
	if err != nil {
		return false, err
	}
	settings, err := s.Settings.Settings(ctx, inv.Tenant)
	if err != nil {
		return true, fmt.Errorf("ask: settings: %w", err)
	}
	if !settings.RenewOnRequest || inv.MailWaitsAt(now) {
		return true, nil
	}
	return true, s.renew(ctx, inv, now)
}

// renew is a resend that nobody signed in for. It is one with every repetition of the
// request that it answers.
func (s *Service) renew(ctx context.Context, inv *Invite, now time.Time) error {
	var op Operation
	sum := sha256.Sum256([]byte("invites/renew\x00" + string(inv.ID()) + "\x00" + strconv.FormatInt(inv.AskedAt.UnixMilli(), 36)))
	copy(op.ID[:], sum[:])
	c := Change{Key: inv.Key, Gen: inv.Gen, Nonce: s.nonce(), Op: at(op, now), Now: now, Retention: s.Retention}
	_, blocked, err := s.blocked(ctx, inv.Tenant, c.Key, now, c.Resend)
	if !blocked && err == nil {
		_, err = s.Store.Resend(ctx, c)
	}
	var refusal *Error
	if errors.As(err, &refusal) && refusal.Kind != Unavailable {
		return nil // a mail is on its way, none would arrive, or somebody was quicker
	}
	if err != nil {
		return fmt.Errorf("ask: renew: %w", err)
	}
	return nil
}
