package invite

import (
	"context"
	"fmt"
	"iter"
	"time"
)

// Store keeps the records. Every method but Get, List and Counts is one transition of
// transition.go, done atomically on the record as it is when the write arrives,
// and returns the invite after it. A repetition of what took effect is a success.
//
// Errors are those of the transition, and Unavailable where the database cannot
// be reached or nobody knows whether the write took effect: it is safe to ask
// again with the same operation.
type Store interface {
	Create(context.Context, Creation) (*Invite, error)
	Resend(context.Context, Change) (*Invite, error)
	Cancel(context.Context, Change) (*Invite, error)
	Release(context.Context, Change) (*Invite, error)
	Accept(context.Context, Acceptance) (*Invite, error)
	Redeem(context.Context, Redemption) (*Invite, error)
	Ask(context.Context, Asking) (*Invite, error)
	OptOutStore

	// Get reads the record at a key, strongly consistent. NotFound where there is
	// none; the caller checks generation and retention.
	Get(context.Context, Key) (*Invite, error)
	// List reads one page, strongly consistent, newest first by CreatedAt.
	List(context.Context, ListQuery) (ListPage, error)
	// Counts counts the newest [MostCounted] records that are open and as many that are
	// accepted, strongly consistent: those with the query's beginning, whatever else it
	// asks for.
	Counts(context.Context, ListQuery) (Counts, error)
}

// OutboxStore is what sending needs of the records.
type OutboxStore interface {
	Get(context.Context, Key) (*Invite, error)
	Claim(context.Context, Claim) (*Invite, error)
	// Remind and Defer are for an invite whose next reminder is due (see
	// [Claim.Remind]).
	Remind(context.Context, Claim) (*Invite, error)
	Defer(context.Context, Deferral) (*Invite, error)
	Settle(context.Context, Settlement) (*Invite, error)
}

// NoticeStore keeps what the mail provider says of mails. Superseded for a notice
// that changes nothing.
type NoticeStore interface {
	Note(context.Context, Notification) (*Invite, error)
}

// EventStore is what publishing needs of the records.
type EventStore interface {
	Get(context.Context, Key) (*Invite, error)
	// Publish forgets events that were published (see [Publication.Publish]).
	Publish(context.Context, Publication) (*Invite, error)
	// Unpublished walks the records that have held an event since before an instant,
	// in pages. What a caller has not seen comes again next time.
	Unpublished(ctx context.Context, before time.Time) iter.Seq2[[]Key, error]
}

// TimerStore is what the schedule needs of the records.
type TimerStore interface {
	// Due walks the records whose time has come, oldest hour first, in pages. A
	// caller may stop between pages; what it has not seen comes again next time.
	Due(ctx context.Context, now time.Time) iter.Seq2[[]Timer, error]
	// Expire marks those of the records that are to be expired (see [Expire]) and
	// returns the keys of those that wait for a sender instead, with their mail or for
	// the reminder that is due. Both counts stand beside an error too; what is in neither comes again next time.
	Expire(ctx context.Context, due []Timer, now time.Time, r Retention) (marked int, left []Key, err error)
}

// Timer is a record whose time has come.
type Timer struct {
	Key Key
	Due time.Time
}

// ListQuery asks for one page of a tenant's invites of one class.
type ListQuery struct {
	Tenant    TenantID
	Status    Status // one state, or "" for all that are open
	Attention bool   // only those that need an admin (see [Invite.NeedsAttention])
	Prefix    string // of the address, as addresses are compared (see [AddressPrefix]); "" for all
	PageSize  int    // how many records are read; a filtered page may hold fewer
	Page      string // token of a page before, or ""
	Now       time.Time
	Retention Retention
}

// ListPage is one page. Next is "" on the last one.
type ListPage struct {
	Invites []*Invite
	Next    string
}

// MostCounted bounds what counting costs: records of a class, each under 1 KB.
const MostCounted = 500

// Counts are how many invites the lists have, by their state at an instant.
type Counts struct {
	Pending   int
	Expired   int
	Attention int // of these two, those that need an admin
	Accepted  int
	// Where [MostCounted] records were read, there may be more, and the numbers of the
	// class hold at least.
	MoreOpen     bool
	MoreAccepted bool
}

// Add counts an open invite.
func (c *Counts) Add(i *Invite, now time.Time) {
	switch i.StatusAt(now) {
	case Pending:
		c.Pending++
	case Expired:
		c.Expired++
	}
	if i.NeedsAttention(now) {
		c.Attention++
	}
}

// SettingsReader finds the settings a tenant works with: its own, or the
// operator's defaults.
type SettingsReader interface {
	Settings(context.Context, TenantID) (Settings, error)
}

// SettingsStore keeps settings, and which tenant has which domain for its sender: one at
// a time. What is written together is written at once or not at all.
//
// Errors: PreconditionFailed where the settings are not the given ones any more, by their
// version or by what was noted of the domain; Unavailable.
type SettingsStore interface {
	SettingsReader
	// PutSettings puts to in the place of old and returns it as stored. A domain that the
	// tenant gives up by that (see [Settings.GivesUp]) is nobody's from then on.
	PutSettings(ctx context.Context, t TenantID, old, to Settings) (Settings, error)
	// NoteDomain keeps what a look at the domain of these settings found; their version
	// stays. A domain that is found to be proven becomes the tenant's: DomainTaken where
	// another one has it.
	NoteDomain(ctx context.Context, t TenantID, s Settings, found SenderDomain) (Settings, error)
	// DomainOwner reads, strongly consistent, who has a domain.
	DomainOwner(ctx context.Context, domain string) (DomainOwner, error)
	// OwnIdentity remembers, for good, that we make a domain known to the mail provider.
	// DomainTaken where the domain is not the tenant's.
	OwnIdentity(ctx context.Context, domain string, t TenantID) error
}

// LinkKeys holds the keys that links are minted with. Asked for no version it
// returns the current one. [ErrNoLinkKey] for a version that is not kept any more.
type LinkKeys interface {
	LinkKey(ctx context.Context, version string) (key []byte, v string, err error)
}

// Message is everything a mail says.
type Message struct {
	Invite   Invite
	Settings Settings
	Link     string
	OptOut   string // link by which the reader keeps the tenant from inviting them
}

// Receipt is the provider's word that it has taken a mail over.
type Receipt struct {
	MessageID string
	Sender    string // the address it went from
}

// Mailer renders a message and hands it to the mail provider, from the tenant's
// own sender or, where that cannot be used, from the platform's.
//
// Its errors are [*MailError]; any other one counts as temporary.
type Mailer interface {
	Send(context.Context, Message) (Receipt, error)
}

// MailError says why a mail was not taken over.
type MailError struct {
	Reason    string    // one of the Reason constants
	Temporary bool      // whether the same mail may be taken later
	At        time.Time // when that was so; zero for now
	Err       error
}

func (e *MailError) Error() string { return fmt.Sprintf("mail not taken: %s: %v", e.Reason, e.Err) }
func (e *MailError) Unwrap() error { return e.Err }

// Redriver has waiting mails sent by somebody who may send.
type Redriver interface {
	Redrive(context.Context, []Key) error
}
