package invite

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what a caller can do about an error. Its text is the stable code of
// the API's problem documents.
type Kind string

// The kinds of refusal. Whatever is not an *Error is internal.
const (
	NotFound           Kind = "not_found"
	BadRequest         Kind = "bad_request"
	InvalidField       Kind = "invalid_field"
	AddressUnmailable  Kind = "address_unmailable"
	RoleNotAllowed     Kind = "role_not_allowed"
	AlreadyPending     Kind = "already_pending"
	AlreadyAccepted    Kind = "already_accepted"
	AlreadyCancelled   Kind = "cancelled"
	AlreadyReleased    Kind = "released"
	NotAccepted        Kind = "not_accepted"
	CannotSend         Kind = "cannot_send" // it is known that nothing would arrive
	DomainTaken        Kind = "domain_taken"
	Sending            Kind = "sending"
	PreconditionFailed Kind = "precondition_failed"
	KeyReused          Kind = "idempotency_key_reused"
	LinkDead           Kind = "invite_expired"
	LinkIncomplete     Kind = "link_incomplete" // a link or code of which characters are missing
	CodeDead           Kind = "code_used_or_expired"
	Unavailable        Kind = "unavailable" // nothing happened, or nobody knows: try again
	Superseded         Kind = "superseded"  // the mail asked for is no longer the current one
	WrongLinkKey       Kind = "wrong_link_key"
	NothingToRenew     Kind = "nothing_to_renew"
	NotDue             Kind = "not_due" // expiry asked for an invite that has not expired
)

// Error is a refusal: a kind callers branch on, a sentence that may be shown to
// anybody who may see the invite, and a cause that is for logs alone.
type Error struct {
	Kind       Kind
	Text       string        // public; says what to do
	Field      string        // JSON pointer of the field at fault, if one is
	Invite     *Invite       // the invite as it is, where that explains the refusal
	Blocked    Blocked       // of CannotSend: why, and what may be confirmed
	RetryAfter time.Duration // when trying again makes sense, if known
	Err        error         // private
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Kind, e.Err)
	}
	return string(e.Kind)
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of an error, or "" where it is internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

func refuse(k Kind, inv *Invite, text string) error {
	return &Error{Kind: k, Invite: inv, Text: text}
}

// ErrNoLinkKey tells that a link key's version is not kept any more.
var ErrNoLinkKey = errors.New("no such link key")

// ErrReplayed tells that an operation had taken effect before: a transition
// returns it with the invite as it is now, and a store answers it as a success.
var ErrReplayed = errors.New("operation has taken effect already")
