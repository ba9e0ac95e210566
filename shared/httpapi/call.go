package httpapi

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"invites/shared/auth"
	"invites/shared/invite"
)

// call is an admin request that was read whole.
type call struct {
	invite.Request
	ifMatch  *invite.ETag
	onBehalf any // the field on_behalf_of; nil where it is not known
}

// row is the request of one row of a call of many: its operation is that of the call
// for this target, so that a repeated call repeats no row, whichever rows it has.
func (c call) row(target string, said any) invite.Request {
	r := c.Request
	sum := sha256.Sum256(append(c.Op.ID[:], target...))
	copy(r.Op.ID[:], sum[:])
	r.Op.Body = digestOf([]any{said, c.onBehalf})
	return r
}

// open reads who calls, the headers and the body of an admin POST. name is the
// call with its target, the scope of an Idempotency-Key within the tenant.
func (a Admin) open(r *http.Request, name string, fields map[string]any) (call, error) {
	return a.openUpTo(MaxBody, r, name, fields)
}

// openUpTo is open for a body of at most so many bytes.
func (a Admin) openUpTo(most int, r *http.Request, name string, fields map[string]any) (call, error) {
	p, err := a.principal(r, a.Auth.RequiredPermission)
	if err != nil {
		return call{}, err
	}
	var person actor
	if err := readObjectUpTo(most, r, person.in(p.Service, fields)); err != nil {
		return call{}, err
	}
	if p, err = person.of(p); err != nil {
		return call{}, err
	}
	op, err := operation(r, name, fields)
	if err != nil {
		return call{}, err
	}
	return call{
		Request: invite.Request{Tenant: p.Tenant, Actor: p.Person, Roles: p.Roles, Op: op},
		ifMatch: ifMatch(r.Header.Get("If-Match")), onBehalf: fields["on_behalf_of"],
	}, nil
}

// actor is the person that a service acts for, on_behalf_of in a body.
type actor struct{ name, email, role *string }

// in adds the field to those of a body where a service sends it; nobody else may.
func (a *actor) in(service bool, fields map[string]any) map[string]any {
	if service {
		fields["on_behalf_of"] = map[string]any{"name": &a.name, "email": &a.email, "role": &a.role}
	}
	return fields
}

// of returns the caller as the service named the person; the id stays the service's own.
func (a actor) of(p auth.Principal) (auth.Principal, error) {
	if a.role != nil {
		p.Roles = []string{*a.role}
	}
	if a.name == nil && a.email == nil {
		return p, nil
	}
	p.Person.Name, p.Person.Email = orEmpty(a.name), orEmpty(a.email)
	if invite.CheckName(p.Person.Name) != nil || len(p.Person.Email) > 254 || strings.ContainsFunc(p.Person.Email, isControl) {
		return p, badRequest("/on_behalf_of", "Name and email of a person have no control characters and at most 80 and 254 characters.")
	}
	return p, nil
}

// principal finds the caller and the tenant, and demands a permission. A service
// may do what an admin may, in the tenant it names. The log says of a refused token why it
// is no service's where it holds that permission.
func (a Admin) principal(r *http.Request, permission string) (auth.Principal, error) {
	p, err := a.Auth.Principal(r.Header.Get("Authorization"))
	if err != nil {
		return p, &invite.Error{Kind: unauthorized, Text: "Send a bearer token of this service's issuer.", Err: err}
	}
	named := r.Header.Get("Invite-Tenant")
	if p.Service {
		if p.Tenant, err = invite.ParseTenantID(named); err != nil {
			return p, badRequest("", "Name the tenant in the header Invite-Tenant.")
		}
		return p, nil
	}
	switch {
	case named != "":
		return p, because(p.NoService, badRequest("", "Only a service token may send the header Invite-Tenant."))
	case errors.Is(p.NoTenant, auth.ErrSeveralTenants):
		return p, &invite.Error{Kind: forbidden, Text: "The token names more than one tenant. Sign in to one of them.", Err: because(p.NoService, p.NoTenant)}
	case p.NoTenant != nil:
		return p, &invite.Error{Kind: forbidden, Text: "The token names no tenant.", Err: because(p.NoService, p.NoTenant)}
	case !p.Has(permission):
		return p, &invite.Error{Kind: forbidden, Text: "You lack the permission for this. Ask an administrator of your tenant.", Err: p.NoService}
	}
	return p, nil
}

func isControl(c rune) bool { return c < ' ' || c >= 0x7f && c < 0xa0 }

// ifMatch reads one entity tag, quoted or bare; nil for none and for "*". A tag
// that is not one of ours is kept as one that never matches.
func ifMatch(h string) *invite.ETag {
	h = strings.TrimSpace(h)
	if h == "" || h == "*" {
		return nil
	}
	never := &invite.ETag{}
	parts := strings.Split(strings.Trim(h, `"`), "-")
	if len(parts) != 3 {
		return never
	}
	seq, err1 := strconv.ParseUint(parts[1], 10, 64)
	ms, err2 := strconv.ParseInt(parts[2], 10, 64)
	if err1 != nil || err2 != nil {
		return never
	}
	return &invite.ETag{Status: invite.Status(parts[0]), Seq: seq, ExpiresAt: time.UnixMilli(ms).UTC()}
}

// operation reads the Idempotency-Key and what the body said, so that a repeated
// request is known. Without a key the request's own id marks its retries.
func operation(r *http.Request, name string, fields map[string]any) (op invite.Operation, err error) {
	keys := r.Header.Values("Idempotency-Key")
	scope := "request\x00" + requestID(r)
	if len(keys) > 0 {
		key := keys[0]
		if len(keys) > 1 || len(key) < 1 || len(key) > 255 || strings.ContainsFunc(key, func(c rune) bool { return c <= ' ' || c > '~' }) {
			return op, badRequest("", "An Idempotency-Key is 1 to 255 visible ASCII characters.")
		}
		op.Keyed = true
		scope = "key\x00" + name + "\x00" + key
	}
	sum := sha256.Sum256([]byte(scope))
	copy(op.ID[:], sum[:])
	op.Body = digestOf(fields)
	return op, nil
}

// digestOf is the digest of what a body said.
func digestOf(said any) (d invite.BodyDigest) {
	text, _ := json.Marshal(said) // it was read from JSON; maps are written in the order of their keys
	sum := sha256.Sum256(text)
	copy(d[:], sum[:])
	return d
}
