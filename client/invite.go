package client

import "time"

// Invite is one invite as it is now.
type Invite struct {
	ID     string `json:"id"`
	Email  string `json:"email"`
	Name   string `json:"name"`
	Role   string `json:"role"`
	Locale string `json:"locale"`
	Status Status `json:"status"`
	// ETag covers status, send count and expiry, not delivery; see [IfMatch].
	ETag       string    `json:"etag"`
	InvitedBy  Inviter   `json:"invited_by"`
	CreatedAt  time.Time `json:"created_at"`
	LastSentAt time.Time `json:"last_sent_at"`
	ExpiresAt  time.Time `json:"expires_at"`
	AcceptedAt time.Time `json:"accepted_at"`
	// SendCount counts the mails asked for, the first one and every resend.
	SendCount           int       `json:"send_count"`
	ReminderCount       int       `json:"reminder_count"`
	LastReminderAt      time.Time `json:"last_reminder_at"`
	Delivery            Delivery  `json:"delivery"`
	CanResend           bool      `json:"can_resend"`
	ResendBlockedReason string    `json:"resend_blocked_reason"`
	// ResendConfirm is what a resend must send as Confirm; empty where it need not.
	ResendConfirm string `json:"resend_confirm"`
	CanCancel     bool   `json:"can_cancel"`
	// Advice is nil where there is none.
	Advice *Advice `json:"advice"`
	// RenewalRequestedAt is when the holder of a dead link asked for a new invite.
	RenewalRequestedAt time.Time `json:"renewal_requested_at"`
	// Attention is why the invite needs an admin, such as bounced or asked_again; empty
	// where it does not.
	Attention string `json:"attention"`
}

// Status is the state of an invite.
type Status string

const (
	Pending   Status = "pending"
	Expired   Status = "expired"
	Accepted  Status = "accepted"
	Cancelled Status = "cancelled"
	Released  Status = "released"
)

// Inviter is who invited.
type Inviter struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Delivery is what became of an invite's newest mail.
type Delivery struct {
	// Status is queued, sending, sent, delivered, delayed, bounced, complained,
	// suppressed or failed.
	Status string `json:"status"`
	// Code is why, stable, and Reason the same in words; both empty where nothing has
	// to be said.
	Code   string    `json:"code"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	// Sender is the address it went from.
	Sender string `json:"sender"`
}

// Advice is one thing to do about an invite.
type Advice struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Action  string `json:"action"`
	// Email is, with the action cancel_and_invite, the address that was probably meant.
	Email string `json:"email"`
}

// Person is who a service acts for.
type Person struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	// Role is theirs in the tenant: no higher one may be given.
	Role string `json:"role,omitempty"`
}

// NewInvite is whom to invite, and to what. All but Email may be left out.
type NewInvite struct {
	Email string `json:"email"`
	Name  string `json:"name,omitempty"`
	// Role is one of the tenant's; the lowest where none is given.
	Role string `json:"role,omitempty"`
	// Locale is a BCP 47 tag.
	Locale string `json:"locale,omitempty"`
	// Confirm is a delivery status to send in spite of: bounced or suppressed.
	Confirm string `json:"confirm,omitempty"`
}

// Resend says how to resend; the zero value is the usual one.
type Resend struct {
	// Confirm is a delivery status to send in spite of: bounced or suppressed.
	Confirm string `json:"confirm,omitempty"`
}

// Result is what became of one row of a call for many: as the call of that row alone
// would have answered, either Invite or Problem. A row with status 503 was not done, or
// nobody knows: make the call again with the same [Key], with that row or all.
type Result struct {
	// Index is the row's, from 0.
	Index   int      `json:"index"`
	Status  int      `json:"status"`
	Invite  *Invite  `json:"invite"`
	Problem *Problem `json:"problem"`
}

// Query says which invites to list. The zero value is all that are pending or expired.
type Query struct {
	Status Status
	// Attention lists only those that need an admin.
	Attention bool
	// Counts has the page say how many invites each list has, which costs more.
	Counts bool
	// Q is the beginning of an address.
	Q string
	// PageSize is how many records are read for one page, 1 to 100; 0 leaves it to the
	// service.
	PageSize int
	// PageToken is the NextPageToken of the page before, of the same tenant and query.
	PageToken string
}

// InvitePage is one page of a list, newest first.
type InvitePage struct {
	// Invites may be few, even none, on a page that is not the last.
	Invites []Invite `json:"invites"`
	// NextPageToken is empty on the last page.
	NextPageToken string `json:"next_page_token"`
	// Counts is nil unless the query asked for it.
	Counts *Counts `json:"counts"`
}

// Counts are how many invites there are, of the newest 500 open and 500 accepted ones.
type Counts struct {
	// Open is Pending and Expired together.
	Open    int `json:"open"`
	Pending int `json:"pending"`
	Expired int `json:"expired"`
	// Attention is how many of the open ones need an admin.
	Attention int `json:"attention"`
	Accepted  int `json:"accepted"`
	// MoreOpen and MoreAccepted tell that there may be more than were looked at.
	MoreOpen     bool `json:"more_open"`
	MoreAccepted bool `json:"more_accepted"`
}

// Redeemed is what a set-up code stood for: create the account from it alone.
type Redeemed struct {
	TenantID   string    `json:"tenant_id"`
	InviteID   string    `json:"invite_id"`
	Email      string    `json:"email"`
	Name       string    `json:"name"`
	Role       string    `json:"role"`
	AcceptedAt time.Time `json:"accepted_at"`
}

// Explanation is what became of a link.
type Explanation struct {
	// Cause is live, superseded, expired, cancelled, released, accepted, unknown or incomplete.
	Cause string `json:"cause"`
	// InviteID is the invite of the address as it is now.
	InviteID string `json:"invite_id"`
	// At is when that happened.
	At time.Time `json:"at"`
	// NewestSentAt is when the newest mail of the invite left.
	NewestSentAt time.Time `json:"newest_sent_at"`
}

// Peek is what a product's own accept page may show. What is not safe to show is empty.
type Peek struct {
	// Status is live or accepted.
	Status string     `json:"status"`
	Tenant PeekTenant `json:"tenant"`
	Email  string     `json:"email"`
	Locale string     `json:"locale"`

	// Of a live link.

	InvitedBy PeekInviter `json:"invited_by"`
	Role      string      `json:"role"`
	ExpiresAt time.Time   `json:"expires_at"`

	// The ways on of an accepted one.

	CanSetUp         bool   `json:"can_set_up"`
	SignInURL        string `json:"sign_in_url"`
	PasswordResetURL string `json:"password_reset_url"`
}

// PeekTenant is the tenant that invites; say "your team" where it has no name.
type PeekTenant struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	LogoURL      string `json:"logo_url"`
	BrandColor   string `json:"brand_color"`
	SupportEmail string `json:"support_email"`
	TimeZone     string `json:"time_zone"`
}

// PeekInviter is who invites; say "an administrator" where both are empty.
type PeekInviter struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Acceptance is where somebody who accepted goes on.
type Acceptance struct {
	InviteID string `json:"invite_id"`
	TenantID string `json:"tenant_id"`
	Email    string `json:"email"`
	// Next is the set-up address with a fresh code; empty where the tenant has none.
	Next string `json:"next"`
}
