package auth

import (
	"strings"
	"testing"
)

// The permissions, clients and forms of tokens that decide who is a service. Left out: real
// tokens of issuers, which are in issuers_test.go.
func TestAServiceIsAClientWithThePermission(t *testing.T) {
	none := with(func(g *Config) { g.ServiceClients = nil })
	other := with(func(g *Config) { g.ServicePermission = "api:backend:act" })
	slash := with(func(g *Config) { g.ServicePermission = "invites/service" })
	for _, c := range []struct {
		name    string
		config  Config
		payload string
		service bool
		reason  string // in the log; "" where the token does not hold the permission
	}{
		// The fault that this rule mends: a user asked for an optional scope.
		{"a user with the scope, by a client of users", config, `{"sub":"u-1","azp":"console","scope":"openid invites:service"}`, false, `"console"`},
		{"a user with the scope, without a client", config, `{"sub":"u-1","scope":"invites:service"}`, false, "client_id, azp, cid"},
		{"a user with the permission among the groups", config, `{"sub":"u-1","aud":"console","cognito:groups":["invites:service"]}`, false, "client_id, azp, cid"},
		{"the client without the permission", config, `{"client_id":"backend","scope":"openid"}`, false, ""},
		{"nobody where no client is named", none, `{"client_id":"backend","scope":"invites:service"}`, false, "is empty"},
		{"nor by the claim of permissions", none, `{"client_id":"backend","cognito:groups":["invites:service"]}`, false, "is empty"},
		{"nor by an empty client", with(func(g *Config) { g.ServiceClients = []string{""} }), `{"client_id":"","scope":"invites:service"}`, false, "client_id"},

		{"client_id and scope", config, `{"client_id":"backend","scope":"invites:service"}`, true, ""},
		{"azp", config, `{"azp":"jobs","scope":"email invites:service"}`, true, ""},
		{"cid and scp, as Okta writes them", config, `{"cid":"backend","sub":"backend","scp":["invites:service"]}`, true, ""},
		{"scp as text", config, `{"azp":"backend","scp":"invites:service"}`, true, ""},
		{"scope as a list", config, `{"azp":"backend","scope":["invites:service"]}`, true, ""},
		{"the claim of permissions", config, `{"azp":"backend","cognito:groups":["invites:service"]}`, true, ""},
		{"Cognito's form of a scope", config, `{"client_id":"backend","token_use":"access","scope":"invites/service"}`, true, ""},
		{"Cognito's form of another permission, by its last colon", other, `{"client_id":"backend","scope":"api:backend/act"}`, true, ""},
		{"not by another colon", other, `{"client_id":"backend","scope":"api/backend:act"}`, false, ""},
		{"a permission named in Cognito's form", slash, `{"client_id":"backend","scope":"invites/service"}`, true, ""},
		{"which is not the form with a colon", slash, `{"client_id":"backend","scope":"invites:service"}`, false, ""},

		{"a longer scope is another one", config, `{"client_id":"backend","scope":"invites:service:read"}`, false, ""},
		{"a scope in a list whose name has a space", config, `{"client_id":"backend","scp":["x invites:service"]}`, false, ""},
		{"a flattened list is no scope", config, `{"client_id":"backend","scp":"[invites:service]"}`, false, ""},
		{"a scope in a claim below is none", config, `{"client_id":"backend","ext":{"scope":"invites:service"}}`, false, ""},
		{"a client below is none", config, `{"act":{"client_id":"backend"},"scope":"invites:service"}`, false, "client_id, azp, cid"},
		{"a longer client is another one", config, `{"client_id":"backend2","scope":"invites:service"}`, false, `"backend2"`},
		{"a client in another case is another one", config, `{"client_id":"Backend","scope":"invites:service"}`, false, `"Backend"`},
		{"a list of clients is none", config, `{"client_id":["backend"],"scope":"invites:service"}`, false, "client_id"},
		{"null is no client", config, `{"client_id":null,"azp":"backend","scope":"invites:service"}`, false, "client_id"},
		{"the audience is no client", config, `{"aud":"backend","scope":"invites:service"}`, false, "client_id, azp, cid"},

		{"two claims that agree", config, `{"client_id":"backend","azp":"backend","scope":"invites:service"}`, true, ""},
		{"two that are both named", config, `{"client_id":"backend","azp":"jobs","scope":"invites:service"}`, true, ""},
		{"two of which one is not", config, `{"client_id":"backend","azp":"console","scope":"invites:service"}`, false, `"console"`},
		{"the other way round", config, `{"client_id":"console","azp":"backend","scope":"invites:service"}`, false, `"console"`},
		{"and of cid", config, `{"client_id":"backend","cid":"console","scope":"invites:service"}`, false, `"console"`},

		// A client that signs in users too should not be named; where the token shows it, it
		// makes no user a service.
		{"an ID token of Cognito", config, `{"azp":"backend","token_use":"id","cognito:groups":["invites:service"]}`, false, "token_use"},
		{"a user's access token of Cognito", config, `{"client_id":"backend","token_use":"access","username":"ana","scope":"invites/service"}`, false, "username"},
		{"a user's of Okta", config, `{"cid":"backend","uid":"00u1","scp":["invites:service"]}`, false, "uid"},
		{"a user's of Entra", config, `{"azp":"backend","idtyp":"user","scp":"invites:service"}`, false, "idtyp"},
		{"an application's of Entra", with(func(g *Config) { g.PermissionsClaim = "roles" }), `{"azp":"backend","idtyp":"app","roles":["invites:service"]}`, true, ""},
		{"a user's of Auth0, by the password grant", config, `{"azp":"backend","gty":"password","scope":"invites:service"}`, false, "gty"},
		{"a machine's of Auth0", config, `{"azp":"backend","gty":"client-credentials","scope":"invites:service"}`, true, ""},
		{"an ID token of Keycloak", config, `{"azp":"backend","typ":"ID","scope":"invites:service"}`, false, "typ"},
		{"an access token of Keycloak", config, `{"azp":"backend","typ":"Bearer","scope":"invites:service"}`, true, ""},
		{"an ID token with a nonce", config, `{"azp":"backend","nonce":"n","cognito:groups":["invites:service"]}`, false, "nonce"},
		{"an ID token beside an access token", config, `{"azp":"backend","at_hash":"h","cognito:groups":["invites:service"]}`, false, "at_hash"},
		{"a sign of another type", config, `{"azp":"backend","token_use":["access"],"idtyp":null,"scope":"invites:service"}`, false, "idtyp"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := principal(t, c.config, c.payload)
			if p.Service != c.service || (p.NoService != nil) != (c.reason != "") {
				t.Fatalf("got %v (%v), want %v", p.Service, p.NoService, c.service)
			}
			if c.reason != "" && !strings.Contains(p.NoService.Error(), c.reason) {
				t.Errorf("the log says %q, want %s", p.NoService, c.reason)
			}
			if c.service && (p.Tenant != "" || p.NoTenant != nil) {
				t.Errorf("a service names the tenant %q by its token (%v)", p.Tenant, p.NoTenant)
			}
		})
	}
}

func TestAServiceNamesNoTenantByItsToken(t *testing.T) {
	p := principal(t, config, `{"client_id":"backend","scope":"invites:service","custom:tenant_id":"acme"}`)
	if !p.Service || p.Tenant != "" {
		t.Errorf("got service %v of %q", p.Service, p.Tenant)
	}
}

func TestWhoIsNoServiceIsAUser(t *testing.T) {
	p := principal(t, config, `{"sub":"u-1","azp":"console","scope":"invites:service","custom:tenant_id":"acme","cognito:groups":["users:admin"]}`)
	if p.Service || p.Tenant != "acme" || !p.Has("users:admin") || p.Has("invites:service") {
		t.Errorf("got %+v", p)
	}
}
