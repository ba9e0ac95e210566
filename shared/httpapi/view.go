package httpapi

import (
	"encoding/json"
	"net/http"
	"time"

	"invites/shared/invite"
)

// Invite is the admin API's view of an invite (contract). It holds no link, token,
// digest or key.
type Invite struct {
	ID                  invite.ID         `json:"id"`
	Email               string            `json:"email"`
	Name                string            `json:"name"`
	Role                string            `json:"role"`
	Locale              string            `json:"locale"`
	Status              invite.Status     `json:"status"`
	ETag                string            `json:"etag"`
	InvitedBy           Person            `json:"invited_by"`
	CreatedAt           Time              `json:"created_at"`
	LastSentAt          *Time             `json:"last_sent_at"`
	ExpiresAt           Time              `json:"expires_at"`
	AcceptedAt          *Time             `json:"accepted_at"`
	SendCount           uint64            `json:"send_count"`
	ReminderCount       uint64            `json:"reminder_count"`
	LastReminderAt      *Time             `json:"last_reminder_at"`
	Delivery            Delivery          `json:"delivery"`
	CanResend           bool              `json:"can_resend"`
	ResendBlockedReason *string           `json:"resend_blocked_reason"`
	ResendConfirm       *string           `json:"resend_confirm"` // what a resend must confirm, where it must
	CanCancel           bool              `json:"can_cancel"`
	Advice              *Advice           `json:"advice"`
	RenewalRequestedAt  *Time             `json:"renewal_requested_at"`
	Attention           *invite.Attention `json:"attention"`
}

// Explanation is what became of a link. It holds nothing of the link itself.
type Explanation struct {
	Cause        invite.Cause `json:"cause"`
	InviteID     *invite.ID   `json:"invite_id"`
	At           *Time        `json:"at"`
	NewestSentAt *Time        `json:"newest_sent_at"`
}

func explanationOf(e invite.Explanation) Explanation {
	v := Explanation{Cause: e.Cause, At: optional(e.At)}
	if e.Invite != nil {
		id := e.Invite.ID()
		v.InviteID, v.NewestSentAt = &id, optional(e.Invite.LastSentAt)
	}
	return v
}

// Person is who did something.
type Person struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Delivery is what became of the newest mail, in words, and where it came from.
type Delivery struct {
	Status invite.MailStatus `json:"status"`
	Code   string            `json:"code,omitempty"`
	Reason *string           `json:"reason"`
	At     Time              `json:"at"`
	Sender string            `json:"sender,omitempty"`
}

// Advice is one thing to do.
type Advice struct {
	Code    string        `json:"code"`
	Message string        `json:"message"`
	Action  invite.Action `json:"action"`
	Email   string        `json:"email,omitempty"`
}

// Time is an RFC 3339 instant in UTC, to the millisecond.
type Time time.Time

// MarshalJSON writes the instant.
func (t Time) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(t).UTC().Format("2006-01-02T15:04:05.000Z07:00"))
}

// viewOf shows an invite as it is at an instant.
func viewOf(i *invite.Invite, now time.Time) Invite {
	status := i.StatusAt(now)
	v := Invite{
		ID: i.ID(), Email: string(i.Email), Name: i.Name, Role: i.Role, Locale: i.Locale,
		Status: status, ETag: etag(i, now),
		InvitedBy: Person(i.InvitedBy),
		CreatedAt: Time(i.CreatedAt), LastSentAt: optional(i.LastSentAt),
		ExpiresAt: Time(i.ExpiresAt), AcceptedAt: optional(i.AcceptedAt),
		SendCount: i.SendCount(), ReminderCount: i.Reminders, LastReminderAt: optional(i.LastReminderAt),
		CanResend: status.Class() == invite.Open, CanCancel: status.Class() == invite.Open,
		Delivery: deliveryOf(i, now), Advice: adviceOf(i, now),
		RenewalRequestedAt: optional(i.RenewalRequestedAt()),
	}
	if a := i.AttentionAt(now); a != "" {
		v.Attention = &a
	}
	if reason, blocked := resendBlocked[status]; blocked {
		v.ResendBlockedReason = &reason
		return v
	}
	if b, blocked := i.CannotSend("", now); blocked && b.Confirm != "" {
		confirm := string(b.Confirm)
		v.ResendConfirm = &confirm
	} else if blocked {
		text := invite.ReasonText(b.Reason)
		v.CanResend, v.ResendBlockedReason = false, &text
	}
	return v
}

var resendBlocked = map[invite.Status]string{
	invite.Accepted:  "This person is active now. If they cannot sign in, point them to password reset.",
	invite.Cancelled: "This invite was cancelled. Invite the address anew.",
	invite.Released:  "This invite was released. Invite the address anew.",
}

func deliveryOf(i *invite.Invite, now time.Time) Delivery {
	status, code, at := i.Delivery(now)
	d := Delivery{Status: status, Code: code, At: Time(at), Sender: i.Mail.Sender}
	if code != "" {
		text := invite.ReasonText(code)
		d.Reason = &text
	}
	return d
}

// adviceOf is one thing an admin can do about an invite that does not get
// accepted (rule 6), or nil.
func adviceOf(i *invite.Invite, now time.Time) *Advice {
	a, ok := invite.AdviceAt(i, now)
	if !ok {
		return nil
	}
	return &Advice{Code: a.Code, Message: a.Message, Action: a.Action, Email: string(a.Email)}
}

func optional(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	v := Time(t)
	return &v
}

func etag(i *invite.Invite, now time.Time) string { return `"` + i.ETag(now).String() + `"` }

func writeInvite(w http.ResponseWriter, status int, i *invite.Invite, now time.Time) {
	w.Header().Set("ETag", etag(i, now))
	writeJSON(w, status, viewOf(i, now))
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the writer is memory
}
