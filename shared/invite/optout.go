package invite

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"strconv"
	"time"
)

// Every mail has a link by which its reader keeps the tenant from inviting them: for
// ever, or until they take that back on the same page. The wish belongs to tenant and
// address and outlives every invite, so it stands in a place of its own; the record of
// an invite is told of it, so that no other operation has to look there
// (docs/decisions/0041-opting-out.md).

// OptOutToken is the secret part of an opt-out link: the key of tenant and address, and
// 136 bits that only the holder of an opt-out key can make. It looks like a [Token],
// is the same in every mail to the address and ends never.
type OptOutToken struct{ t Token }

// MintOptOut makes the token of an address in a tenant.
func MintOptOut(optOutKey []byte, k Key) OptOutToken {
	mac := hmac.New(sha256.New, optOutKey)
	mac.Write([]byte("invites/opt-out/1"))
	mac.Write(k.bytes())
	t := Token{Key: k}
	copy(t.secret[:], mac.Sum(nil))
	return OptOutToken{t}
}

// ParseOptOut reads a token as [ParseToken] does. Whether it is genuine only
// [OptOutToken.MadeWith] tells.
func ParseOptOut(s string) (OptOutToken, error) {
	t, err := ParseToken(s)
	return OptOutToken{t}, err
}

// MadeWith tells whether the token was made with a key. It takes as long whatever it finds.
func (t OptOutToken) MadeWith(optOutKey []byte) bool {
	want := MintOptOut(optOutKey, t.t.Key)
	return subtle.ConstantTimeCompare(want.t.secret[:], t.t.secret[:]) == 1
}

// Reveal returns the token as it stands in a link. Only the mail may hold it.
func (t OptOutToken) Reveal() string { return t.t.Reveal() }

// String hides the secret.
func (t OptOutToken) String() string { return t.t.String() }

// GoString hides the secret under %#v.
func (t OptOutToken) GoString() string { return t.String() }

// OptOut says that an address wants no invites of a tenant, or takes that back.
type OptOut struct {
	Key  Key
	Undo bool
	Now  time.Time
}

// Note tells the record of an invite. A link in a mail that has arrived works on: the
// person may still accept. An open invite is told as an event, for that changes what
// its row says of delivery; taking it back changes nothing that was ever published.
//
// Errors: [ErrReplayed] where there is no record, or it says so already.
func (o OptOut) Note(old *Invite) (*Invite, error) {
	if old == nil || old.OptedOutAt.IsZero() == o.Undo {
		return old, ErrReplayed
	}
	next := old.clone()
	next.Version++
	if o.Undo {
		next.OptedOutAt = time.Time{}
		return next, nil
	}
	next.OptedOutAt = o.Now
	if old.Status.Class() == Open {
		e := next.event("", o.Now, Person{}, OperationID{})
		e.Mark = EventMark(EventSuppressed, o.Now, OperationID{}) + "-" + strconv.FormatUint(old.Seq, 36) + "-" + ReasonOptedOut + "-o"
		next.Events = append(next.Events, e)
	}
	return next, nil
}

// OptOutStore keeps the wishes of addresses.
type OptOutStore interface {
	Get(context.Context, Key) (*Invite, error)
	// OptOut keeps or forgets a wish and tells the record by [OptOut.Note]. It returns
	// the record after that, nil where there is none. Repeating it mends whatever an
	// attempt before left half done. Unavailable as in [Store].
	OptOut(context.Context, OptOut) (*Invite, error)
	// OptedOut reads, strongly consistent, since when an address wants no invites of a
	// tenant; zero where it does not mind.
	OptedOut(context.Context, Key) (time.Time, error)
}

// OptOutKeys holds the keys that opt-out links were ever made with.
type OptOutKeys interface {
	// Every returns all of them. again asks for a fresh look where the last one was
	// not just now: there may be a new key.
	Every(ctx context.Context, again bool) ([][]byte, error)
}

// OptOuts is what the holder of an opt-out link may ask for.
type OptOuts struct {
	Store     OptOutStore
	Keys      OptOutKeys
	Retention Retention
	Now       func() time.Time
}

// Look tells whether the holder has opted out, and of which invite; nil where none is
// kept any more. It changes nothing. LinkDead for every whole link that is not genuine,
// LinkIncomplete for one that was cut.
func (o *OptOuts) Look(ctx context.Context, link string) (inv *Invite, optedOut bool, err error) {
	k, err := o.open(ctx, link)
	if err != nil {
		return nil, false, err
	}
	since, err := o.Store.OptedOut(ctx, k)
	if err != nil {
		return nil, false, fmt.Errorf("opt out: look: %w", err)
	}
	inv, err = o.Store.Get(ctx, k)
	if err != nil && KindOf(err) != NotFound {
		return nil, false, fmt.Errorf("opt out: look: %w", err)
	}
	return o.kept(inv), !since.IsZero(), nil
}

// Set opts the holder out, or undoes that, and returns the invite as Look does.
// Errors: those of Look, Unavailable.
func (o *OptOuts) Set(ctx context.Context, link string, undo bool) (*Invite, error) {
	k, err := o.open(ctx, link)
	if err != nil {
		return nil, err
	}
	inv, err := o.Store.OptOut(ctx, OptOut{Key: k, Undo: undo, Now: o.Now()})
	if err != nil {
		return nil, fmt.Errorf("opt out: %w", err)
	}
	return o.kept(inv), nil
}

func (o *OptOuts) kept(inv *Invite) *Invite {
	if inv == nil || inv.GoneAt(o.Now(), o.Retention) {
		return nil
	}
	return inv
}

// open finds whom a link is for. A link that no key has made costs no read of the
// table, and a look at the keys now and then at most.
func (o *OptOuts) open(ctx context.Context, link string) (Key, error) {
	token, err := ParseOptOut(link)
	if err != nil {
		return Key{}, err
	}
	for _, again := range []bool{false, true} {
		keys, err := o.Keys.Every(ctx, again)
		if err != nil {
			return Key{}, fmt.Errorf("opt out: keys: %w", err)
		}
		for _, key := range keys {
			if token.MadeWith(key) {
				return token.t.Key, nil
			}
		}
	}
	return Key{}, refuse(LinkDead, nil, "")
}

// optOut is the opt-out link of every mail to an address.
func (o *Outbox) optOut(ctx context.Context, k Key) (string, error) {
	key, _, err := o.OptOut.LinkKey(ctx, "")
	return o.LinkBase + "/o/" + MintOptOut(key, k).Reveal(), err
}
