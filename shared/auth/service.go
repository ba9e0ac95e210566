package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// scopeClaims hold what the issuer granted to a client, as text or as a list (RFC 9068
// 2.2.3; scp is Okta's, Entra's and Hydra's name).
var scopeClaims = []string{"scope", "scp"}

// permissions are those of the claim that the operator chose. Where that is the scope,
// both of its names count.
func (c Config) permissions(token claims) []string {
	if !slices.Contains(scopeClaims, c.PermissionsClaim) {
		return words(token.at(c.PermissionsClaim))
	}
	return scopes(token)
}

func scopes(token claims) (found []string) {
	for _, name := range scopeClaims {
		if value, ok := token[name]; ok {
			found = append(found, words([]json.RawMessage{value})...)
		}
	}
	return found
}

// clientClaims name the client that a token was issued to: RFC 9068 and Cognito, OpenID
// Connect (Keycloak, Auth0, Entra), Okta.
var clientClaims = []string{"client_id", "azp", "cid"}

// service returns the client of a service's token. A scope makes nobody a service: issuers
// give one to any user whose client asks for it. So the permission counts only in a token
// of a client that the operator named, and one that shows no user. Where it holds the
// permission and is no service's, the error says why.
func (c Config) service(token claims, permissions []string) (client string, err error) {
	if !slices.ContainsFunc(permissions, c.isService) && !slices.ContainsFunc(scopes(token), c.isService) {
		return "", nil
	}
	if client, err = c.serviceClient(token); err == nil {
		err = machine(token)
	}
	if err != nil {
		return "", fmt.Errorf("it holds %s, but is not a service's: %w", c.ServicePermission, err)
	}
	return client, nil
}

// isService reports whether a permission is the service's. Cognito writes a scope as the
// resource server and the name with a slash between them, so invites/service is
// invites:service.
func (c Config) isService(permission string) bool {
	want := c.ServicePermission
	if want == "" {
		return false
	}
	colon := strings.LastIndexByte(want, ':')
	return permission == want || colon > 0 && permission == want[:colon]+"/"+want[colon+1:]
}

// serviceClient is the client of a token where the operator named it. A token that names
// several clients needs all of them named: which of them it speaks for, no standard says.
func (c Config) serviceClient(token claims) (client string, err error) {
	if len(c.ServiceClients) == 0 {
		return "", errors.New("the parameter ServiceClients is empty")
	}
	for _, name := range clientClaims {
		value, ok := token[name]
		if !ok {
			continue
		}
		var id string
		if json.Unmarshal(value, &id) != nil || id == "" {
			return "", fmt.Errorf("its %s is not a client's id", name)
		}
		if !slices.Contains(c.ServiceClients, id) {
			return "", fmt.Errorf("its client %.100q (%s) is not in the parameter ServiceClients", id, name)
		}
		if client == "" {
			client = id
		}
	}
	if client == "" {
		return "", fmt.Errorf("it has none of the claims %s", strings.Join(clientClaims, ", "))
	}
	return client, nil
}

// machine returns an error where a token shows by its issuer's own claims that it is a
// user's or no access token. No issuer has them all, and Keycloak and Hydra have none for a
// user's access token, so the clients that an operator names must sign in no users.
func machine(token claims) error {
	for _, sign := range []struct {
		claim string
		// allowed are the values of a machine's access token; with none, it has no such claim.
		allowed []string
	}{
		{"token_use", []string{"access"}},       // Cognito: "id" in an ID token
		{"username", nil},                       // Cognito: the user of an access token
		{"idtyp", []string{"app"}},              // Entra: "user"
		{"gty", []string{"client-credentials"}}, // Auth0: the grant
		{"uid", nil},                            // Okta: the user
		{"nonce", nil},                          // an ID token (OpenID Connect Core 2)
		{"at_hash", nil},                        // an ID token issued beside an access token (3.1.3.6)
	} {
		if value, ok := token[sign.claim]; ok && !slices.Contains(sign.allowed, text([]json.RawMessage{value}, len(value))) {
			return fmt.Errorf("its claim %s shows a user or an ID token", sign.claim)
		}
	}
	if text(token.at("typ"), 10) == "ID" { // Keycloak
		return errors.New("its claim typ shows an ID token")
	}
	return nil
}
