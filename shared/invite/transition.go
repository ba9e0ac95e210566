package invite

import (
	"bytes"
	"cmp"
	"slices"
	"time"
)

// The state machine. One record per tenant and address; every operation is one
// function here and one conditional write in a store, and the two are proven
// equal by the contract test of package invitetest.
//
//	            create                        accept (digest equals, in time)
//	 (absent) ─────────▶ pending ───────────────────────────────▶ accepted ─┐
//	    ▲                 │ ▲  ▲ resend (old link dead)               │      │ accept again:
//	    │ retention       │ │  └──┐                                   │◀─────┘ a fresh code
//	    │ over            │ └─────┤ resend                     release │
//	    │     expires_at  ▼       │                                   ▼
//	    └────────────── expired ──┘                               released
//	                      │  cancel
//	 pending ── cancel ──▶└──────────▶ cancelled
//
// A cancelled, released or expired record, and one past its retention, is created
// anew as the next generation of the same address. Mail states run beside it:
// queued → sending (leased) → sent or failed; every resend starts them over. A
// reminder is such a mail too, see reminder.go. Who asks for a new invite with a dead
// link changes no state, see [Asking.Ask].

const (
	// LeaseTime is how long one sender may take for one mail before another may
	// try: a send takes well under a second, so only a crash lasts as long.
	LeaseTime = 60 * time.Second
	// RetryAfterStream is when the schedule looks after a mail that the stream
	// should have sent long ago.
	RetryAfterStream = 2 * time.Minute
	// ExpireGrace keeps the schedule clear of a request that began in time on a
	// machine whose clock is behind. Links die at their instant regardless.
	ExpireGrace = 60 * time.Second
	// CodeLife is how long a set-up code can be redeemed.
	CodeLife = 10 * time.Minute
	// LiveCodes is how many codes of one invite are valid side by side.
	LiveCodes = 5
	// MaxOps and OpsLife bound the memory for repeated requests (contract:
	// an invite's last 16 keys, for 24 hours).
	MaxOps  = 16
	OpsLife = 24 * time.Hour
	// MaxLinks is how many links of an address are remembered: the newest and the
	// twenty before it.
	MaxLinks = 21
	// retryLife outlasts every request and its retries: nothing younger is
	// forgotten, or a repeated write could take effect twice.
	retryLife = time.Minute
)

// Creation asks for a new invite.
type Creation struct {
	Tenant    TenantID
	Email     Address
	Name      string
	Role      string
	Locale    string
	InvitedBy Person
	Window    time.Duration
	Nonce     Nonce
	Confirm   MailStatus // see Invite.CannotSend
	// OptedOutAt is since when the address is known to want no invites; zero where it is not.
	OptedOutAt time.Time
	Op         Operation
	Now        time.Time
	Retention  Retention
}

// Change asks to resend, cancel or release the invite at Key, if it is still of
// generation Gen and, where IfMatch is given, in that state.
type Change struct {
	Key       Key
	Gen       Gen
	IfMatch   *ETag
	Actor     Person
	Nonce     Nonce      // resend only
	Confirm   MailStatus // resend only; see Invite.CannotSend
	Op        Operation
	Now       time.Time
	Retention Retention
}

// Acceptance presents a link and brings the digest of a fresh code.
type Acceptance struct {
	Key       Key
	Link      Digest
	Code      Digest
	Now       time.Time
	Retention Retention
}

// Redemption presents a code.
type Redemption struct {
	Key       Key
	Code      Digest
	Op        Operation
	Now       time.Time
	Retention Retention
}

// Create returns the first or next generation. old is nil where no record exists.
//
// Errors: AlreadyPending, AlreadyAccepted, CannotSend, Sending, KeyReused, [ErrReplayed].
func (c Creation) Create(old *Invite) (*Invite, error) {
	next := &Invite{
		Tenant: c.Tenant, Key: KeyOf(c.Tenant, c.Email), Gen: Gen(c.Now.UnixMilli()),
		Seq: 1, Version: 1, Status: Pending,
		Email: c.Email, Name: c.Name, Role: c.Role, Locale: c.Locale, InvitedBy: c.InvitedBy,
		Window: c.Window, CreatedAt: c.Now, ExpiresAt: c.Now.Add(c.Window),
		Mail: Mail{Status: MailQueued, At: c.Now, Nonce: c.Nonce},
		Ops:  []Operation{c.Op}, Due: c.Now.Add(RetryAfterStream),
	}
	if old == nil {
		if !c.OptedOutAt.IsZero() {
			return nil, cannotSend(nil, Blocked{Reason: ReasonOptedOut}, c.Now)
		}
		next.Events = []Event{next.event(EventCreated, c.Now, c.InvitedBy, c.Op.ID)}
		return next, nil
	}
	gone := old.GoneAt(c.Now, c.Retention)
	if !gone {
		if err := old.replayed(c.Op, c.Now); err != nil {
			return old, err
		}
		switch old.StatusAt(c.Now) {
		case Pending:
			return nil, refuse(AlreadyPending, old, "This address has a pending invite. Resend that one to send a fresh link.")
		case Accepted:
			return nil, refuse(AlreadyAccepted, old, "This person has accepted an invite already. If they cannot sign in, point them to password reset; if they left, release the invite first.")
		case Expired, Cancelled, Released:
		}
		// A bounce is no reason: whoever invites anew after a cancel has looked at it.
		if b, blocked := old.CannotSend(c.Confirm, c.Now); blocked && b.Confirm != MailBounced {
			return nil, cannotSend(old, b, c.Now)
		}
	}
	if !c.OptedOutAt.IsZero() || old.OptedOut() {
		if gone {
			old = nil // its id is nobody's any more
		}
		return nil, cannotSend(old, Blocked{Reason: ReasonOptedOut}, c.Now)
	}
	if old.LeasedAt(c.Now) {
		return nil, old.sending(c.Now)
	}
	next.Gen = max(next.Gen, old.Gen+1)
	next.Seq, next.FirstSeq = old.Seq+1, old.Seq
	next.Version = old.Version + 1
	next.Ops = rememberOp(old.Ops, c.Op)
	next.Links = slices.Clone(old.Links)
	next.Events = slices.Clone(old.Events)
	if old.Status == Pending { // its time was up and the schedule had not seen it
		lapsed := old.event(EventExpired, old.ExpiresAt, Person{}, OperationID{})
		lapsed.Version = next.Version
		next.Events = append(next.Events, lapsed)
		next.Version++
	}
	next.Events = append(next.Events, next.event(EventCreated, c.Now, c.InvitedBy, c.Op.ID))
	return next, nil
}

// Resend kills the link and asks for a mail with a new one and a full window.
//
// Errors: NotFound, AlreadyAccepted, AlreadyCancelled, AlreadyReleased, CannotSend,
// Sending, PreconditionFailed, KeyReused, [ErrReplayed].
func (c Change) Resend(old *Invite) (*Invite, error) {
	if err := c.check(old); err != nil {
		return old, err
	}
	switch old.StatusAt(c.Now) {
	case Accepted:
		return nil, refuse(AlreadyAccepted, old, "This person has accepted the invite and is active. If they cannot sign in, point them to password reset.")
	case Cancelled:
		return nil, refuse(AlreadyCancelled, old, "This invite was cancelled. Invite the address anew.")
	case Released:
		return nil, refuse(AlreadyReleased, old, "This invite was released. Invite the address anew.")
	case Pending, Expired:
	}
	if b, blocked := old.CannotSend(c.Confirm, c.Now); blocked {
		return nil, cannotSend(old, b, c.Now)
	}
	if old.LeasedAt(c.Now) {
		return nil, old.sending(c.Now)
	}
	next := old.clone()
	next.Seq++
	next.Version++
	next.Status = Pending
	next.ExpiresAt = c.Now.Add(old.Window)
	next.PurgeAt = time.Time{}
	next.Link = Digest{}
	next.Mail = Mail{Status: MailQueued, At: c.Now, Nonce: c.Nonce, Sender: old.Mail.Sender}
	next.Ops = rememberOp(old.Ops, c.Op)
	next.Due = c.Now.Add(RetryAfterStream)
	next.Events = append(next.Events, next.event(EventResent, c.Now, c.Actor, c.Op.ID))
	return next, nil
}

// Cancel kills the link and frees the address. Cancelling twice is a success.
// It does not wait for a lease: a mail on its way carries a link that is dead.
//
// Errors: NotFound, AlreadyAccepted, AlreadyReleased, PreconditionFailed,
// KeyReused, [ErrReplayed].
func (c Change) Cancel(old *Invite) (*Invite, error) {
	if err := c.check(old); err != nil {
		return old, err
	}
	switch old.StatusAt(c.Now) {
	case Accepted:
		return nil, refuse(AlreadyAccepted, old, "This person has accepted the invite, so there is nothing to cancel. To free the address, release the invite.")
	case Released:
		return nil, refuse(AlreadyReleased, old, "This invite was released; its address is free.")
	case Cancelled:
		return old, ErrReplayed
	case Pending, Expired:
	}
	return c.end(old, Cancelled, EventCancelled), nil
}

// Release ends an accepted invite: its address is free, its link is dead.
//
// Errors: NotFound, NotAccepted, PreconditionFailed, KeyReused, [ErrReplayed].
func (c Change) Release(old *Invite) (*Invite, error) {
	if err := c.check(old); err != nil {
		return old, err
	}
	if old.Status != Accepted {
		return nil, refuse(NotAccepted, old, "Only an accepted invite can be released. Cancel one that is pending or expired.")
	}
	return c.end(old, Released, EventReleased), nil
}

func (c Change) end(old *Invite, s Status, t EventType) *Invite {
	next := old.clone()
	next.Version++
	next.Status = s
	next.Link, next.Accepted, next.Codes = Digest{}, Digest{}, nil
	next.EndedAt = c.Now
	next.PurgeAt = PurgeAt(c.Now.Add(c.Retention.Ended))
	next.Ops = rememberOp(old.Ops, c.Op)
	next.Due = time.Time{}
	next.Events = append(next.Events, next.event(t, c.Now, c.Actor, c.Op.ID))
	return next
}

func (c Change) check(old *Invite) error {
	if old == nil || old.Gen != c.Gen || old.GoneAt(c.Now, c.Retention) {
		return refuse(NotFound, nil, "There is no invite with this id.")
	}
	if err := old.replayed(c.Op, c.Now); err != nil {
		return err
	}
	if c.IfMatch != nil && !c.IfMatch.Equal(old.ETag(c.Now)) {
		return refuse(PreconditionFailed, old, "Somebody else changed this invite. Load it again and decide anew.")
	}
	return nil
}

// Accept makes the holder of the live link a member, once; the holder of the
// accepted link gets a fresh code as often as asked.
//
// Errors: LinkDead, whatever the cause; [ErrReplayed] where the code is there.
func (a Acceptance) Accept(old *Invite) (*Invite, error) {
	if old == nil || old.GoneAt(a.Now, a.Retention) || a.Link.IsZero() {
		return nil, refuse(LinkDead, nil, "")
	}
	next := old.clone()
	next.Version++
	next.Codes = append([]SetupCode{{Digest: a.Code, Ends: a.Now.Add(CodeLife)}}, lastCodes(old.Codes, LiveCodes-1)...)
	switch {
	case old.StatusAt(a.Now) == Pending && old.Link.Equal(a.Link):
		next.Status = Accepted
		next.AcceptedAt = a.Now
		next.Link, next.Accepted = Digest{}, a.Link
		next.PurgeAt = PurgeAt(a.Now.Add(a.Retention.Ended))
		next.Due = time.Time{}
		next.Events = append(next.Events, next.event(EventAccepted, a.Now, Person{}, ByLink(a.Link)))
	case old.Status == Accepted && old.Accepted.Equal(a.Link):
		if slices.ContainsFunc(old.Codes, func(c SetupCode) bool { return c.Digest.Equal(a.Code) }) {
			return old, ErrReplayed
		}
	default:
		return nil, refuse(LinkDead, nil, "")
	}
	return next, nil
}

// Redeem uses up a code.
//
// Errors: CodeDead, KeyReused, [ErrReplayed].
func (r Redemption) Redeem(old *Invite) (*Invite, error) {
	dead := refuse(CodeDead, nil, "This code was used or has expired. Send the person back to the link in the mail for a fresh one.")
	if old == nil || old.GoneAt(r.Now, r.Retention) || old.Status != Accepted {
		return nil, dead
	}
	if err := old.replayed(r.Op, r.Now); err != nil {
		return old, err
	}
	last := lastCodes(old.Codes, LiveCodes)
	at := slices.IndexFunc(last, func(c SetupCode) bool { return c.Digest.Equal(r.Code) && c.Ends.After(r.Now) })
	if at < 0 {
		return nil, dead
	}
	next := old.clone()
	next.Version++
	next.Codes = slices.Delete(last, at, at+1)
	next.RedeemedAt = r.Now
	next.Ops = rememberOp(old.Ops, r.Op)
	return next, nil
}

// Expire marks a pending invite whose time has been up for [ExpireGrace].
//
// Errors: NotDue.
func Expire(old *Invite, now time.Time, r Retention) (*Invite, error) {
	if old == nil || old.Status != Pending || old.ExpiresAt.Add(ExpireGrace).After(now) {
		return nil, refuse(NotDue, old, "")
	}
	next := old.clone()
	next.Version++
	next.Status = Expired
	next.Link = Digest{}
	next.PurgeAt = PurgeAt(old.ExpiresAt.Add(r.Expired))
	next.Due = time.Time{}
	next.Events = append(next.Events, next.event(EventExpired, old.ExpiresAt, Person{}, OperationID{}))
	return next, nil
}

// lastCodes returns a copy of the newest codes; codes are kept newest first, and
// whatever a store still holds beyond the last five is dead.
func lastCodes(codes []SetupCode, most int) []SetupCode {
	return slices.Clone(codes[:min(most, len(codes))])
}

// PurgeAt is the end of a retention: t rounded up to the whole seconds that DynamoDB's TTL counts in.
func PurgeAt(t time.Time) time.Time { return t.Add(time.Second - 1).Truncate(time.Second) }

func (i *Invite) sending(now time.Time) error {
	return &Error{Kind: Sending, Invite: i, RetryAfter: i.Mail.Lease.Until.Sub(now),
		Text: "The mail before this one is on its way. Try again in a moment."}
}

func cannotSend(i *Invite, b Blocked, now time.Time) error {
	e := &Error{Kind: CannotSend, Invite: i, Blocked: b, Text: ReasonText(b.Reason)}
	if !b.Until.IsZero() {
		e.RetryAfter = b.Until.Sub(now)
	}
	return e
}

// replayed returns ErrReplayed where op took effect before, KeyReused where its
// key came with another body, and nil where it is new.
func (i *Invite) replayed(op Operation, now time.Time) error {
	for _, o := range i.Ops {
		if o.ID != op.ID || !o.At.After(now.Add(-OpsLife)) {
			continue
		}
		if o.Body != op.Body {
			return refuse(KeyReused, i, "This Idempotency-Key was used with another body. Use a new key for a new request.")
		}
		return ErrReplayed
	}
	return nil
}

func rememberOp(ops []Operation, op Operation) []Operation {
	kept := slices.DeleteFunc(slices.Clone(ops), func(o Operation) bool { return o.ID == op.ID })
	kept = append(kept, op)
	if len(kept) > 2*MaxOps {
		kept, _ = ForgetOps(kept, op.At)
	}
	return kept
}

// ForgetOps splits what is remembered into what must be kept at now and what may
// go: the newest [MaxOps] with a key for [OpsLife], and all that a retry may still
// ask for.
func ForgetOps(ops []Operation, now time.Time) (keep, drop []Operation) {
	sorted := slices.Clone(ops)
	slices.SortFunc(sorted, func(a, b Operation) int {
		return cmp.Or(b.At.Compare(a.At), bytes.Compare(a.ID[:], b.ID[:]))
	})
	keyed := 0
	for _, o := range sorted {
		if o.Keyed {
			keyed++
		}
		named := o.Keyed && keyed <= MaxOps && o.At.After(now.Add(-OpsLife))
		if named || o.At.After(now.Add(-retryLife)) {
			keep = append(keep, o)
		} else {
			drop = append(drop, o)
		}
	}
	return keep, drop
}

func (i *Invite) clone() *Invite {
	next := *i
	next.Codes = slices.Clone(i.Codes)
	next.Ops = slices.Clone(i.Ops)
	next.Links = slices.Clone(i.Links)
	next.Events = slices.Clone(i.Events)
	return &next
}
