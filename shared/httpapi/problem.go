package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"invites/shared/invite"
)

// Problem is an RFC 9457 problem document with the members the contract adds.
type Problem struct {
	Type             string         `json:"type"`
	Title            string         `json:"title"`
	Status           int            `json:"status"`
	Detail           string         `json:"detail"`
	Code             string         `json:"code"`
	RequestID        string         `json:"request_id"`
	InviteID         string         `json:"invite_id,omitempty"`
	PasswordResetURL string         `json:"password_reset_url,omitempty"`
	Reason           string         `json:"reason,omitempty"`      // of cannot_send: the code of the delivery
	Confirm          string         `json:"confirm,omitempty"`     // of cannot_send: what to send as confirm to go on all the same
	RetryAfter       int            `json:"retry_after,omitempty"` // seconds; of a row, which has no header of its own
	Errors           []ProblemField `json:"errors,omitempty"`
}

// ProblemField is one field at fault.
type ProblemField struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// Refusals of the HTTP layer itself, beside those of the domain.
const (
	unauthorized   invite.Kind = "unauthorized"
	forbidden      invite.Kind = "forbidden"
	bodyTooLarge   invite.Kind = "body_too_large"
	internal       invite.Kind = "internal"
	noSuchResource invite.Kind = "no_such_resource"
)

// answers is the one place where errors become responses.
var answers = map[invite.Kind]struct {
	status int
	title  string
}{
	invite.BadRequest:         {http.StatusBadRequest, "The request cannot be read"},
	unauthorized:              {http.StatusUnauthorized, "Sign in first"},
	forbidden:                 {http.StatusForbidden, "Not allowed"},
	invite.NotFound:           {http.StatusNotFound, "No such invite"},
	noSuchResource:            {http.StatusNotFound, "No such resource"},
	invite.AlreadyPending:     {http.StatusConflict, "The address has a pending invite"},
	invite.AlreadyAccepted:    {http.StatusConflict, "The invite was accepted"},
	invite.AlreadyCancelled:   {http.StatusConflict, "The invite was cancelled"},
	invite.AlreadyReleased:    {http.StatusConflict, "The invite was released"},
	invite.NotAccepted:        {http.StatusConflict, "The invite is not accepted"},
	invite.Sending:            {http.StatusConflict, "A mail is on its way"},
	invite.CannotSend:         {http.StatusConflict, "A mail would not arrive"},
	invite.DomainTaken:        {http.StatusConflict, "The domain belongs to another tenant"},
	invite.LinkDead:           {http.StatusGone, "This invite link has expired"},
	invite.CodeDead:           {http.StatusGone, "The code was used or has expired"},
	invite.LinkIncomplete:     {http.StatusGone, "The link or code is not complete"},
	invite.PreconditionFailed: {http.StatusPreconditionFailed, "The invite has changed"},
	bodyTooLarge:              {http.StatusRequestEntityTooLarge, "The body is too large"},
	invite.InvalidField:       {http.StatusUnprocessableEntity, "A field is not valid"},
	invite.AddressUnmailable:  {http.StatusUnprocessableEntity, "The address cannot be mailed"},
	invite.RoleNotAllowed:     {http.StatusUnprocessableEntity, "The role is not allowed"},
	invite.KeyReused:          {http.StatusUnprocessableEntity, "The Idempotency-Key was used for another body"},
	invite.Unavailable:        {http.StatusServiceUnavailable, "Try again in a moment"},
	internal:                  {http.StatusInternalServerError, "Something went wrong on our side"},
}

// linkDeadText is the same for every cause (rule 5).
const linkDeadText = "This invite link has expired. If a newer mail from us has arrived, use the link in the most recent one; otherwise ask for a new invite."

// fieldsError refuses several fields at once.
type fieldsError struct {
	kind   invite.Kind
	detail string
	fields []ProblemField
}

func (e *fieldsError) Error() string { return string(e.kind) }

// because adds a cause for the log alone to a refusal; nil adds none.
func because(cause, refusal error) error {
	if cause == nil {
		return refusal
	}
	return fmt.Errorf("%w: %w", refusal, cause)
}

func badRequest(pointer, detail string) error {
	e := &fieldsError{kind: invite.BadRequest, detail: detail}
	if pointer != "" {
		e.fields = []ProblemField{{Pointer: pointer, Detail: detail}}
	}
	return e
}

// problemOf maps an error to its document and a Retry-After, zero for none. What
// it does not know becomes "internal" and loses its text.
func problemOf(err error) (Problem, time.Duration) {
	var e *invite.Error
	var f *fieldsError
	p := Problem{Code: string(internal), Detail: "Your request may or may not have taken effect. Try again with the same Idempotency-Key, and give the request id to your operator if it happens again."}
	var retry time.Duration
	switch {
	case errors.As(err, &f):
		p.Code, p.Detail, p.Errors = string(f.kind), f.detail, f.fields
	case errors.As(err, &e):
		if _, known := answers[e.Kind]; !known {
			break
		}
		p.Code, p.Detail, retry = string(e.Kind), e.Text, e.RetryAfter
		if e.Field != "" {
			p.Errors = []ProblemField{{Pointer: e.Field, Detail: e.Text}}
		}
		switch e.Kind {
		case invite.AlreadyPending, invite.AlreadyAccepted:
			if e.Invite != nil {
				p.InviteID = string(e.Invite.ID())
			}
		case invite.CannotSend:
			p.Reason, p.Confirm = e.Blocked.Reason, string(e.Blocked.Confirm)
			if e.Invite != nil {
				p.InviteID = string(e.Invite.ID())
			}
		case invite.LinkDead:
			p.Detail = linkDeadText
		case invite.Unavailable:
			if p.Detail == "" {
				p.Detail = "The service could not finish in time, and nobody knows yet whether this took effect. Repeat the request with the same Idempotency-Key: it takes effect once."
			}
			retry = max(retry, time.Second)
		}
	}
	var u *withURL
	if errors.As(err, &u) {
		p.PasswordResetURL = u.url
	}
	if isTimeout(err) && p.Code == string(internal) {
		p.Code, retry = string(invite.Unavailable), time.Second
	}
	a := answers[invite.Kind(p.Code)]
	p.Type, p.Title, p.Status = "urn:invites:problem:"+p.Code, a.title, a.status
	return p, retry
}

func isTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// writeProblem answers with an error and logs what the answer does not say.
func writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	p, retry := problemOf(err)
	p.RequestID = requestID(r)
	logFailure(r, p.Status, p.Code, err)
	if retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(wholeSeconds(retry)))
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the writer is memory
}

// logFailure keeps refusals quiet and failures loud. It never logs a path, for a
// path may hold a token.
func logFailure(r *http.Request, status int, code string, err error, more ...any) {
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	slog.Log(r.Context(), level, "request refused", append([]any{"request_id", requestID(r), "method", r.Method, "status", status, "code", code, "error", err.Error()}, more...)...)
}

// wholeSeconds rounds up, to what a Retry-After can say (RFC 9110 10.2.3).
func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func requestID(r *http.Request) string { return r.Header.Get("X-Request-Id") }
