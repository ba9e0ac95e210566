package invite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Service is what admins and invitees may ask for.
type Service struct {
	Store     Store
	Settings  SettingsReader
	Standing  StandingReader
	Retention Retention
	ToASCII   DomainToASCII
	Now       func() time.Time
	Random    func([]byte)                               // fills with random bytes
	Wait      func(context.Context, time.Duration) error // sleeps, or ends with the context
}

// Request is what every admin operation brings along.
type Request struct {
	Tenant TenantID
	Actor  Person
	// Roles are those that the actor has in the tenant: none above the highest of them
	// may be given. nil where nobody checks.
	Roles []string
	Op    Operation // ID and Body; the service adds the time
}

// New asks for an invite. Role "" is the tenant's lowest, Locale "" the tenant's.
type New struct {
	Email  string
	Name   string
	Role   string
	Locale string
	// Confirm is the delivery status of the address's last mail that the caller has
	// seen and wants to send in spite of; "" for none.
	Confirm string
}

const (
	// sendingWait is how long a request waits for the mail before it.
	sendingWait = 5 * time.Second
	// sendingPoll is how often it looks: a send takes well under a second.
	sendingPoll = 100 * time.Millisecond
)

// Create invites an address.
//
// Errors: those of [Creation.Create], AddressUnmailable, RoleNotAllowed,
// InvalidField, Unavailable.
func (s *Service) Create(ctx context.Context, r Request, n New) (*Invite, error) {
	email, err := ParseAddress(n.Email, s.ToASCII)
	if err != nil {
		return nil, err
	}
	if err := CheckName(n.Name); err != nil {
		return nil, &Error{Kind: InvalidField, Field: "/name", Text: "A name has at most 80 characters and no control characters.", Err: err}
	}
	var ok bool
	if n.Locale, ok = languageTag(n.Locale); !ok {
		return nil, &Error{Kind: InvalidField, Field: "/locale", Text: "Give a language tag such as en or de-CH."}
	}
	settings, optedOut, err := s.before(ctx, r.Tenant, KeyOf(r.Tenant, email))
	if err != nil {
		return nil, fmt.Errorf("create: %w", err)
	}
	if n.Role == "" {
		n.Role = settings.Roles[0]
	}
	if !slices.Contains(settings.Roles, n.Role) {
		return nil, &Error{Kind: RoleNotAllowed, Field: "/role", Text: fmt.Sprintf("Choose one of the roles of this tenant: %q.", settings.Roles)}
	}
	if may := settings.mayGive(r.Roles); !slices.Contains(may, n.Role) {
		return nil, &Error{Kind: RoleNotAllowed, Field: "/role", Text: fmt.Sprintf("Your own role does not let you give this one. Choose one of %q, or ask somebody with a higher role.", may)}
	}
	if n.Locale == "" {
		n.Locale = settings.Locale
	}
	return s.whenSent(ctx, func(now time.Time) (*Invite, error) {
		c := Creation{
			Tenant: r.Tenant, Email: email, Name: n.Name, Role: n.Role, Locale: n.Locale,
			InvitedBy: r.Actor, Window: settings.ExpiresIn, Nonce: s.nonce(), Confirm: MailStatus(n.Confirm), OptedOutAt: optedOut,
			Op: at(r.Op, now), Now: now, Retention: s.Retention,
		}
		if inv, blocked, err := s.blocked(ctx, r.Tenant, KeyOf(r.Tenant, email), now, c.Create); blocked || err != nil {
			return inv, err
		}
		return s.Store.Create(ctx, c)
	})
}

// before reads, side by side, what a create needs to know of tenant and address.
func (s *Service) before(ctx context.Context, t TenantID, k Key) (settings Settings, optedOut time.Time, err error) {
	var wishErr error
	var wg sync.WaitGroup
	wg.Go(func() { optedOut, wishErr = s.Store.OptedOut(ctx, k) })
	settings, err = s.Settings.Settings(ctx, t)
	wg.Wait()
	if err != nil {
		return settings, optedOut, fmt.Errorf("settings: %w", err)
	}
	if wishErr != nil {
		return settings, optedOut, fmt.Errorf("opted out: %w", wishErr)
	}
	return settings, optedOut, nil
}

// blocked answers a request whose mail would not leave now because of its sender. What
// the record itself says of the request comes first: a refusal, or that it has taken
// effect already.
func (s *Service) blocked(ctx context.Context, t TenantID, k Key, now time.Time, would func(*Invite) (*Invite, error)) (*Invite, bool, error) {
	standing, err := s.Standing.Standing(ctx, t)
	if err != nil {
		return nil, false, fmt.Errorf("standing: %w", err)
	}
	reason, blocked := standing.Blocks(now)
	if !blocked {
		return nil, false, nil
	}
	old, err := s.Store.Get(ctx, k)
	if err != nil && KindOf(err) != NotFound {
		return nil, true, err
	}
	if _, err := would(old); errors.Is(err, ErrReplayed) {
		return old, true, nil
	} else if err != nil {
		return nil, true, err
	}
	return nil, true, cannotSend(nil, Blocked{Reason: reason}, now)
}

// Resend sends a fresh link. confirm is the delivery status of the mail before it that
// the caller has seen and wants to send in spite of; "" for none. Errors: those of
// [Change.Resend], Unavailable.
func (s *Service) Resend(ctx context.Context, r Request, id string, ifMatch *ETag, confirm string) (*Invite, error) {
	return s.whenSent(ctx, func(now time.Time) (*Invite, error) {
		c, err := s.change(r, id, ifMatch, now)
		if err != nil {
			return nil, err
		}
		c.Nonce, c.Confirm = s.nonce(), MailStatus(confirm)
		if inv, blocked, err := s.blocked(ctx, r.Tenant, c.Key, now, c.Resend); blocked || err != nil {
			return inv, err
		}
		return s.Store.Resend(ctx, c)
	})
}

// Cancel ends an invite that nobody accepted. Errors: those of [Change.Cancel],
// Unavailable.
func (s *Service) Cancel(ctx context.Context, r Request, id string, ifMatch *ETag) (*Invite, error) {
	c, err := s.change(r, id, ifMatch, s.Now())
	if err != nil {
		return nil, err
	}
	return s.Store.Cancel(ctx, c)
}

// Release frees the address of an accepted invite. Errors: those of
// [Change.Release], Unavailable.
func (s *Service) Release(ctx context.Context, r Request, id string, ifMatch *ETag) (*Invite, error) {
	c, err := s.change(r, id, ifMatch, s.Now())
	if err != nil {
		return nil, err
	}
	return s.Store.Release(ctx, c)
}

// Get returns one invite. NotFound for an id that is unknown, of another tenant,
// of an earlier generation or past its retention.
func (s *Service) Get(ctx context.Context, t TenantID, id string) (*Invite, error) {
	unknown := refuse(NotFound, nil, "There is no invite with this id.")
	key, gen, err := ParseID(t, id)
	if err != nil {
		return nil, unknown
	}
	inv, err := s.Store.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	if inv.Gen != gen || inv.GoneAt(s.Now(), s.Retention) {
		return nil, unknown
	}
	return inv, nil
}

// List returns one page. The query's beginning of an address may be as somebody typed it.
func (s *Service) List(ctx context.Context, q ListQuery) (ListPage, error) {
	return s.Store.List(ctx, s.asked(q))
}

// Counts tells how many invites the lists have, with the query's beginning.
func (s *Service) Counts(ctx context.Context, q ListQuery) (Counts, error) {
	return s.Store.Counts(ctx, s.asked(q))
}

func (s *Service) asked(q ListQuery) ListQuery {
	q.Now, q.Retention = s.Now(), s.Retention
	q.Prefix = AddressPrefix(q.Prefix, s.ToASCII)
	return q
}

// Look tells what a link opens, and changes nothing: the invite where the link is
// live or was accepted, else LinkDead for every cause alike, or
// LinkIncomplete where characters of the link are missing.
func (s *Service) Look(ctx context.Context, link string) (*Invite, error) {
	token, err := ParseToken(link)
	if err != nil {
		return nil, err
	}
	dead := refuse(LinkDead, nil, "")
	inv, err := s.Store.Get(ctx, token.Key)
	if KindOf(err) == NotFound {
		return nil, dead
	}
	if err != nil {
		return nil, err
	}
	now, digest := s.Now(), token.Digest()
	live := inv.StatusAt(now) == Pending && inv.Link.Equal(digest)
	accepted := inv.Status == Accepted && inv.Accepted.Equal(digest)
	if (!live && !accepted) || inv.GoneAt(now, s.Retention) {
		return nil, dead
	}
	return inv, nil
}

// Accept accepts by a link and returns the invite with a fresh code. LinkDead for
// every link that is not live and not the accepted one, LinkIncomplete for one that
// was cut.
func (s *Service) Accept(ctx context.Context, link string) (*Invite, Code, error) {
	token, err := ParseToken(link)
	if err != nil {
		return nil, Code{}, err
	}
	var random [32]byte
	s.Random(random[:])
	code := NewCode(token.Key, random)
	inv, err := s.Store.Accept(ctx, Acceptance{Key: token.Key, Link: token.Digest(), Code: code.Digest(), Now: s.Now(), Retention: s.Retention})
	return inv, code, err
}

// Redeem uses a code up and returns the invite it stands for. allowed names the
// one tenant the caller may redeem for; "" for every tenant. CodeDead for any code
// that cannot be redeemed, whatever the cause; LinkIncomplete for one that was cut.
func (s *Service) Redeem(ctx context.Context, allowed TenantID, op Operation, text string) (*Invite, error) {
	code, err := ParseCode(text)
	if err != nil {
		return nil, err
	}
	if allowed != "" && code.Key.Partition != PartitionOf(allowed) {
		return nil, refuse(CodeDead, nil, "This code was used or has expired. Send the person back to the link in the mail for a fresh one.")
	}
	now := s.Now()
	return s.Store.Redeem(ctx, Redemption{Key: code.Key, Code: code.Digest(), Op: at(op, now), Now: now, Retention: s.Retention})
}

func (s *Service) change(r Request, id string, ifMatch *ETag, now time.Time) (Change, error) {
	key, gen, err := ParseID(r.Tenant, id)
	if err != nil {
		return Change{}, refuse(NotFound, nil, "There is no invite with this id.")
	}
	return Change{Key: key, Gen: gen, IfMatch: ifMatch, Actor: r.Actor, Op: at(r.Op, now), Now: now, Retention: s.Retention}, nil
}

// whenSent repeats a request that meets a mail on its way: the mail leaves first,
// so none with an older link follows one with a newer link.
func (s *Service) whenSent(ctx context.Context, try func(now time.Time) (*Invite, error)) (*Invite, error) {
	began := s.Now()
	for {
		now := s.Now()
		inv, err := try(now)
		if KindOf(err) != Sending || now.Sub(began) >= sendingWait {
			return inv, err
		}
		if waitErr := s.Wait(ctx, sendingPoll); waitErr != nil {
			return inv, err
		}
	}
}

func (s *Service) nonce() (n Nonce) {
	s.Random(n[:])
	return n
}

func at(op Operation, now time.Time) Operation {
	op.At = now.Truncate(time.Second)
	return op
}
