// Package auth tells who is calling, from the claims of a token that the gateway
// has verified. [Config.Principal] is what handlers call.
//
// It never verifies a signature: the HTTP API's JWT authorizer has done so, and
// package apigw lets no bearer pass that it has not seen. It reads the token
// itself because the gateway flattens a list of claims to the string "[a b]", in
// which a group named "x users:admin" would pass for two.
package auth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"invites/shared/invite"
)

// Config names the claims and permissions, from the stack's parameters.
type Config struct {
	TenantClaim        string
	PermissionsClaim   string
	InviterNameClaim   string
	InviterEmailClaim  string
	InviterRoleClaim   string // "" where roles are not checked
	RequiredPermission string
	SettingsPermission string
	ServicePermission  string
}

// Principal is the caller.
type Principal struct {
	Tenant  invite.TenantID // "" for a service that has named none
	Person  invite.Person
	Service bool // the product's own backend
	// Roles are those of the person in the tenant; nil where nobody checks.
	Roles       []string
	permissions []string
}

// Has tells whether the caller holds a permission.
func (p Principal) Has(permission string) bool {
	return permission != "" && slices.Contains(p.permissions, permission)
}

// ErrNoToken means that the request has no bearer token that can be read.
var ErrNoToken = errors.New("no readable bearer token")

// Principal reads the value of an Authorization header. It returns ErrNoToken
// where there is none. A tenant claim that is missing or malformed leaves Tenant
// empty; the caller decides whether that is allowed.
func (c Config) Principal(authorization string) (Principal, error) {
	claims, err := payload(authorization)
	if err != nil {
		return Principal{}, err
	}
	p := Principal{permissions: permissions(claims[c.PermissionsClaim])}
	if c.PermissionsClaim != "scope" {
		// A client-credentials token has no groups; its rights are its scope.
		if slices.Contains(permissions(claims["scope"]), c.ServicePermission) {
			p.permissions = append(p.permissions, c.ServicePermission)
		}
	}
	p.Service = p.Has(c.ServicePermission)
	p.Person = invite.Person{
		ID:    text(claims["sub"], 64),
		Name:  text(claims[c.InviterNameClaim], 4*invite.MaxName),
		Email: text(claims[c.InviterEmailClaim], 254),
	}
	if invite.CheckName(p.Person.Name) != nil {
		p.Person.Name = ""
	}
	if strings.ContainsFunc(p.Person.Email, unicode.IsControl) {
		p.Person.Email = ""
	}
	if !p.Service && c.InviterRoleClaim != "" {
		p.Roles = roles(claims[c.InviterRoleClaim])
	}
	if !p.Service {
		var tenant string
		if json.Unmarshal(claims[c.TenantClaim], &tenant) == nil {
			if t, err := invite.ParseTenantID(tenant); err == nil {
				p.Tenant = t
			}
		}
	}
	return p, nil
}

func payload(authorization string) (map[string]json.RawMessage, error) {
	scheme, token, ok := strings.Cut(authorization, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return nil, ErrNoToken
	}
	parts := strings.Split(strings.TrimSpace(token), ".")
	if len(parts) != 3 {
		return nil, ErrNoToken
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil, fmt.Errorf("%w: payload is not base64url", ErrNoToken)
	}
	var claims map[string]json.RawMessage
	if err := json.Unmarshal(raw, &claims); err != nil {
		return nil, fmt.Errorf("%w: payload is not a JSON object", ErrNoToken)
	}
	return claims, nil
}

// permissions takes an array of strings as it is, and a string as a list
// separated by spaces, the form of an OAuth scope (RFC 6749 3.3).
func permissions(claim json.RawMessage) []string {
	var list []string
	if json.Unmarshal(claim, &list) == nil {
		return list
	}
	var scope string
	if json.Unmarshal(claim, &scope) == nil {
		return strings.Fields(scope)
	}
	return nil
}

// roles takes a string as one role, whatever is in it, and an array of strings as many.
// Anything else is none, which is not the same as nobody checking.
func roles(claim json.RawMessage) []string {
	var one *string
	if json.Unmarshal(claim, &one) == nil && one != nil {
		return []string{*one}
	}
	var list []string
	if json.Unmarshal(claim, &list) != nil || list == nil {
		return []string{}
	}
	return list
}

func text(claim json.RawMessage, most int) string {
	var s string
	if json.Unmarshal(claim, &s) != nil || len(s) > most {
		return ""
	}
	return s
}
