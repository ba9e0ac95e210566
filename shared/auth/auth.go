// Package auth reports who is calling, from the claims of a token that the gateway
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

// Config names the claims, permissions and clients, from the stack's parameters. A
// claim is named by its own name, or by a path into it such as "realm_access.roles".
type Config struct {
	TenantClaim        string
	PermissionsClaim   string
	InviterNameClaim   string
	InviterEmailClaim  string
	InviterRoleClaim   string // "" where roles are not checked
	RequiredPermission string
	SettingsPermission string
	ServicePermission  string
	// ServiceClients are the clients whose tokens may be a service's; with none, no
	// token is.
	ServiceClients []string
}

// Principal is the caller.
type Principal struct {
	Tenant  invite.TenantID // "" for a service, and where NoTenant says why
	Person  invite.Person
	Service bool // the product's own backend
	// Roles are those of the person in the tenant; nil where nobody checks.
	Roles []string
	// NoTenant says why a token that is not a service's names no tenant. It wraps
	// [ErrSeveralTenants] where it names more than one.
	NoTenant error
	// NoService says why a token that holds the service permission is not a service's;
	// nil where it holds none. Both are for the log, and hold nothing about the person.
	NoService   error
	permissions []string
}

// Has reports whether the caller holds a permission.
func (p Principal) Has(permission string) bool {
	return permission != "" && slices.Contains(p.permissions, permission)
}

var (
	// ErrNoToken means that the request has no bearer token that can be read.
	ErrNoToken = errors.New("no readable bearer token")
	// ErrSeveralTenants means that a token names more than one tenant.
	ErrSeveralTenants = errors.New("several tenants")
)

// Principal reads the value of an Authorization header. It returns ErrNoToken
// where there is none. A token without a tenant leaves Tenant empty and says why; the
// caller decides whether that is allowed.
func (c Config) Principal(authorization string) (Principal, error) {
	token, err := payload(authorization)
	if err != nil {
		return Principal{}, err
	}
	p := Principal{permissions: c.permissions(token)}
	client, noService := c.service(token, p.permissions)
	p.Service, p.NoService = client != "", noService
	p.Person = invite.Person{
		ID:    subject(token["sub"]),
		Name:  text(token.at(c.InviterNameClaim), 4*invite.MaxName),
		Email: text(token.at(c.InviterEmailClaim), 254),
	}
	if invite.CheckName(p.Person.Name) != nil {
		p.Person.Name = ""
	}
	if strings.ContainsFunc(p.Person.Email, unicode.IsControl) {
		p.Person.Email = ""
	}
	if p.Service {
		if p.Person.ID == "" { // not every issuer writes a sub for a client
			p.Person.ID = identifier(client)
		}
		return p, nil
	}
	if c.InviterRoleClaim != "" {
		p.Roles = roles(token.at(c.InviterRoleClaim))
	}
	if p.Tenant, err = tenant(token.at(c.TenantClaim)); err != nil {
		p.NoTenant = fmt.Errorf("the claim %q names no tenant: %w", c.TenantClaim, err)
	}
	return p, nil
}

func payload(authorization string) (claims, error) {
	scheme, bearer, ok := strings.Cut(authorization, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return nil, ErrNoToken
	}
	parts := strings.Split(strings.TrimSpace(bearer), ".")
	if len(parts) != 3 {
		return nil, ErrNoToken
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil, fmt.Errorf("%w: payload is not base64url", ErrNoToken)
	}
	var token claims
	if err := json.Unmarshal(raw, &token); err != nil {
		return nil, fmt.Errorf("%w: payload is not a JSON object", ErrNoToken)
	}
	return token, nil
}
