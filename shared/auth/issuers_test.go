package auth

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"invites/shared/invite"
)

// values are those of docs/sign-in.md for an issuer, by the parameter's name.
type values map[string]string

// signIn reads the document: the parameter values of each section that has some.
func signIn(t *testing.T) map[string]values {
	t.Helper()
	text, err := os.ReadFile("../../docs/sign-in.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]values{}
	for _, section := range strings.Split(string(text), "\n## ")[1:] {
		title, rest, _ := strings.Cut(section, "\n")
		block := regexp.MustCompile("(?s)```ini\n(.*?)```").FindStringSubmatch(rest)
		if block == nil {
			continue
		}
		found[title] = values{}
		for line := range strings.Lines(block[1]) {
			name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
			if !ok {
				t.Fatalf("%s: not Name=value: %q", title, line)
			}
			found[title][name] = value
		}
	}
	return found
}

// config is what template.yaml makes of the values.
func (v values) config(t *testing.T) Config {
	t.Helper()
	c := config // the template's defaults
	c.ServiceClients = nil
	text := map[string]*string{
		"TenantClaim": &c.TenantClaim, "PermissionsClaim": &c.PermissionsClaim,
		"InviterNameClaim": &c.InviterNameClaim, "InviterEmailClaim": &c.InviterEmailClaim,
	}
	for name, value := range v {
		switch name {
		case "JwtIssuer", "JwtAudience":
		case "ServiceClients":
			c.ServiceClients = strings.Split(value, ",")
		case "PoolServiceClient":
			c.ServiceClients = []string{"backend"}
		default:
			if text[name] == nil {
				t.Fatalf("%s is no parameter that this test knows", name)
			}
			*text[name] = value
		}
	}
	return c
}

// token is one of testdata/issuers: what an issuer's token says, without its signature.
type token struct {
	Issuer, Recorded, Documented string
	Header                       struct{ Alg, Kid string }
	Payload                      json.RawMessage
}

func read(t *testing.T, path string) (found token) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &found)
	}
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// passes reports whether the gateway's authorizer takes a token, but for its signature and
// its times. The stack's own pool has its two clients as audiences.
func (v values) passes(t *testing.T, found token) bool {
	t.Helper()
	var claims struct {
		Iss      string
		Aud      any
		ClientID string `json:"client_id"`
	}
	if err := json.Unmarshal(found.Payload, &claims); err != nil {
		t.Fatal(err)
	}
	accepted := strings.Split(v["JwtAudience"], ",")
	if v["JwtIssuer"] == "" {
		accepted = []string{"console", "backend"}
	}
	audience := []any{claims.ClientID}
	switch aud := claims.Aud.(type) {
	case string:
		audience = []any{aud}
	case []any:
		audience = aud
	}
	return strings.HasPrefix(found.Header.Alg, "RS") && found.Header.Kid != "" && (v["JwtIssuer"] == "" || claims.Iss == v["JwtIssuer"]) &&
		slices.ContainsFunc(audience, func(a any) bool { return slices.Contains(accepted, a.(string)) })
}

// who is what the service makes of a token.
type who struct {
	Service         bool
	Tenant          invite.TenantID
	Name, Email     string
	Admin, Settings bool
}

var (
	ada     = who{Tenant: "acme", Name: "Ada Example", Email: "ada@example.com", Admin: true, Settings: true}
	service = who{Service: true}
	vera    = who{Name: "Vera Example", Email: "vera@example.com"}
	nobody  = who{}
)

// Each section of docs/sign-in.md, with the tokens of its issuer.
func TestTheParameterValuesOfTheDocumentReadTheIssuersTokens(t *testing.T) {
	document := signIn(t)
	tested := map[string]bool{}
	for _, c := range []struct {
		section, folder string
		tokens          map[string]who
	}{
		{"Cognito, the stack's own pool", "cognito", map[string]who{"admin": ada, "service": service, "user-with-service-scope": nobody}},
		{"Cognito, a pool of yours", "cognito", map[string]who{"admin": ada, "service": service, "user-with-service-scope": nobody}},
		{"Keycloak", "keycloak", map[string]who{"admin": ada, "service": service, "user-with-service-scope": vera}},
		{"Keycloak with organizations", "keycloak", map[string]who{"organization": ada, "service": service, "user-with-service-scope": vera,
			"two-organizations": {Name: "Gil Example", Email: "gil@example.com", Admin: true, Settings: true}}},
		{"node-oidc-provider", "oidc-provider", map[string]who{"admin": ada, "service": service, "user-with-service-scope": vera,
			"two-tenants": {Name: "Gil Example", Email: "gil@example.com", Admin: true}}},
		{"Ory Hydra", "hydra", map[string]who{"admin": ada, "service": service, "user-with-service-scope": nobody}},
		{"Auth0", "auth0", map[string]who{"admin": {Tenant: "org_acme", Name: "Ada Example", Email: "ada@example.com", Admin: true, Settings: true},
			"service": service, "service-rfc9068": service, "user-with-service-scope": nobody}},
		{"Okta", "okta", map[string]who{"admin": ada, "service": service, "user-with-service-scope": nobody}},
		{"Entra", "entra", map[string]who{"admin": ada, "service": service, "user-with-service-scope": {Name: "Vera Example"}}},
	} {
		v, ok := document[c.section]
		if !ok {
			t.Errorf("docs/sign-in.md has no section %q with values", c.section)
			continue
		}
		delete(document, c.section)
		for name, want := range c.tokens {
			t.Run(c.section+", "+name, func(t *testing.T) {
				path := filepath.Join("testdata", "issuers", c.folder, name+".json")
				tested[path] = true
				found := read(t, path)
				if !v.passes(t, found) {
					t.Errorf("the authorizer would not take it: %s", found.Payload)
				}
				p := principal(t, v.config(t), string(found.Payload))
				got := who{p.Service, p.Tenant, p.Person.Name, p.Person.Email, p.Has("users:admin"), p.Has("settings:admin")}
				if !reflect.DeepEqual(got, want) || p.Person.ID == "" {
					t.Errorf("got %+v with the id %q, want %+v", got, p.Person.ID, want)
				}
				if several := strings.HasPrefix(name, "two-"); errors.Is(p.NoTenant, ErrSeveralTenants) != several {
					t.Errorf("got %v, want several tenants: %v", p.NoTenant, several)
				}
				if asked := name == "user-with-service-scope"; asked != (p.NoService != nil) {
					t.Errorf("got %v, want a reason why it is no service's: %v", p.NoService, asked)
				}
				// Without the parameter nobody is a service.
				none := v.config(t)
				none.ServiceClients = nil
				if principal(t, none, string(found.Payload)).Service {
					t.Error("a service without ServiceClients")
				}
			})
		}
	}
	for section := range maps.Keys(document) {
		t.Errorf("no token of the section %q is tested", section)
	}
	all, err := filepath.Glob("testdata/issuers/*/*.json")
	if err != nil || len(all) == 0 {
		t.Fatalf("%d files, %v", len(all), err)
	}
	for _, path := range all {
		if found := read(t, path); (found.Recorded == "") == (found.Documented == "") {
			t.Errorf("%s says neither when it was recorded nor where it is documented, or both", path)
		}
		if !tested[path] {
			t.Errorf("%s is not tested", path)
		}
	}
}

func TestTheDocumentNamesParametersOfTheTemplate(t *testing.T) {
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for section, v := range signIn(t) {
		for name := range v {
			if !strings.Contains(string(template), "\n  "+name+": {Type: ") {
				t.Errorf("%s: template.yaml has no parameter %s", section, name)
			}
		}
	}
}
