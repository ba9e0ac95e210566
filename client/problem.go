package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// Problem is an answer that refuses a call, as RFC 9457 has it. Where the gateway
// answered and not the service, there is no Code.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	// Detail says in words for an admin what to do.
	Detail string `json:"detail"`
	// Code is stable.
	Code      string `json:"code"`
	RequestID string `json:"request_id"`
	// InviteID is the invite that is in the way.
	InviteID string `json:"invite_id"`
	// PasswordResetURL is where somebody who accepted before is to go.
	PasswordResetURL string `json:"password_reset_url"`
	// Reason and Confirm come with cannot_send: why nothing would arrive, and what to
	// send as Confirm to go on all the same.
	Reason  string `json:"reason"`
	Confirm string `json:"confirm"`
	// RetryAfter is in seconds, 0 where the answer does not say.
	RetryAfter int `json:"retry_after"`
	// Errors point at the fields that are at fault.
	Errors []FieldError `json:"errors"`
}

// FieldError is what is wrong with one field of a body.
type FieldError struct {
	// Pointer is a JSON pointer, such as /email.
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

func (p *Problem) Error() string {
	said := p.Detail
	if said == "" {
		said = p.Title
	}
	if p.Code == "" {
		return fmt.Sprintf("invites: %d: %s", p.Status, said)
	}
	return fmt.Sprintf("invites: %d %s: %s", p.Status, p.Code, said)
}

// problemOf reads an answer that is no success, the gateway's own too.
func problemOf(response *http.Response, text []byte) *Problem {
	p := &Problem{}
	if json.Unmarshal(text, p) != nil {
		p = &Problem{}
	}
	p.Status = response.StatusCode
	if p.Title == "" {
		p.Title = http.StatusText(response.StatusCode)
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		p.RetryAfter = seconds
	}
	return p
}
