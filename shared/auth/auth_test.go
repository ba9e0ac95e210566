package auth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"invites/shared/invite"
)

var config = Config{
	TenantClaim: "custom:tenant_id", PermissionsClaim: "cognito:groups",
	InviterNameClaim: "name", InviterEmailClaim: "email",
	RequiredPermission: "users:admin", SettingsPermission: "settings:admin", ServicePermission: "invites:service",
	ServiceClients: []string{"backend", "jobs"},
}

// with returns the configuration with one more thing chosen.
func with(choose func(*Config)) Config {
	c := config
	choose(&c)
	return c
}

// bearer is a token with this payload, as the gateway has verified it.
func bearer(payload string) string {
	return "Bearer e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}

// principal reads a token with this payload.
func principal(t *testing.T, c Config, payload string) Principal {
	t.Helper()
	if !json.Valid([]byte(payload)) {
		t.Fatalf("not JSON: %s", payload)
	}
	p, err := c.Principal(bearer(payload))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPermissions(t *testing.T) {
	const url = "https://example.com/permissions"
	for _, c := range []struct {
		name, claim, payload string
		admin                bool
	}{
		{"a group in the list opens", "cognito:groups", `{"cognito:groups":["users:admin"]}`, true},
		{"a group whose name holds the permission after a space opens nothing", "cognito:groups", `{"cognito:groups":["x users:admin"]}`, false},
		{"a group whose name is a flattened list opens nothing", "cognito:groups", `{"cognito:groups":["[users:admin]"]}`, false},
		{"a string is a list separated by spaces", "scope", `{"scope":"openid users:admin"}`, true},
		{"a space is the only separator", "scope", `{"scope":"openid\u00a0users:admin,users:admin"}`, false},
		{"a longer permission is another one", "scope", `{"scope":"users:administrator"}`, false},
		{"scp as a list is read like scope", "scope", `{"scp":["openid","users:admin"]}`, true},
		{"scp as text is read like scope", "scope", `{"scp":"openid users:admin"}`, true},
		{"scope is read like scp", "scp", `{"scope":"openid users:admin"}`, true},
		{"a claim may be named by a URL", url, `{"https://example.com/permissions":["users:admin"]}`, true},
		{"another claim's groups do not count", "cognito:groups", `{"groups":["users:admin"]}`, false},
		{"a claim of another type opens nothing", "cognito:groups", `{"cognito:groups":{"users:admin":true}}`, false},
		{"an object opens nothing by its keys", "cognito:groups", `{"cognito:groups":{"users:admin":{}}}`, false},
		{"a list with a number in it opens nothing", "cognito:groups", `{"cognito:groups":["users:admin",1]}`, false},
		{"a list in a list opens nothing", "cognito:groups", `{"cognito:groups":[["users:admin"]]}`, false},
		{"a scope does not stand in for groups", "cognito:groups", `{"scope":"users:admin","scp":["users:admin"]}`, false},
		{"no claim opens nothing", "cognito:groups", `{}`, false},

		{"a path leads into an object", "realm_access.roles", `{"realm_access":{"roles":["offline_access","users:admin"]}}`, true},
		{"a path of three", "resource_access.invites.roles", `{"resource_access":{"account":{"roles":["x"]},"invites":{"roles":["users:admin"]}}}`, true},
		{"the roles of another client do not count", "resource_access.invites.roles", `{"resource_access":{"account":{"roles":["users:admin"]}}}`, false},
		{"a client's id may have dots", "resource_access.my.client.roles", `{"resource_access":{"my.client":{"roles":["users:admin"]}}}`, true},
		{"the longest name comes first", "resource_access.my.client.roles", `{"resource_access":{"my.client":{"roles":["x"]},"my":{"client":{"roles":["users:admin"]}}}}`, false},
		{"a shorter one where the longest leads nowhere", "resource_access.my.client.roles", `{"resource_access":{"my.client":{"other":[]},"my":{"client":{"roles":["users:admin"]}}}}`, true},
		{"the claim of exactly this name comes before a path", "realm_access.roles", `{"realm_access.roles":["x"],"realm_access":{"roles":["users:admin"]}}`, false},
		{"a flat name with dots", "app.example.roles", `{"app.example.roles":["users:admin"]}`, true},
		{"a path may begin with a URL", "https://example.com/app.roles", `{"https://example.com/app":{"roles":["users:admin"]}}`, true},
		{"a path through a list reads each element", "roles.name", `{"roles":[{"name":"x"},{"name":"users:admin"},7,{}]}`, true},
		{"a path ends at a text", "realm_access.roles.users:admin", `{"realm_access":{"roles":"users:admin"}}`, false},
		{"a path is not its last name", "realm_access.roles", `{"roles":["users:admin"]}`, false},
		{"a path is no text to search", "realm_access.roles", `{"realm_access":"{\"roles\":[\"users:admin\"]}"}`, false},
		{"a name in another case is another one", "realm_access.roles", `{"Realm_Access":{"Roles":["users:admin"]}}`, false},
		{"an empty part leads nowhere", "realm_access..roles", `{"realm_access":{"roles":["users:admin"]}}`, false},
		{"a dot at the end leads nowhere", "realm_access.", `{"realm_access":{"":["users:admin"]}}`, false},
		{"a dot alone leads nowhere", ".", `{"":{"":["users:admin"]}}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := principal(t, with(func(g *Config) { g.PermissionsClaim = c.claim }), c.payload)
			if got := p.Has("users:admin"); got != c.admin {
				t.Errorf("got %v, want %v", got, c.admin)
			}
			if p.Has("") {
				t.Error("the empty permission is held")
			}
		})
	}
}

func TestTheTenantIsTheOneThatTheClaimNames(t *testing.T) {
	for _, c := range []struct {
		name, claim, payload string
		tenant               invite.TenantID
		reason               string // in the log, where there is no tenant
	}{
		{"a text names the tenant", "custom:tenant_id", `{"custom:tenant_id":"acme"}`, "acme", ""},
		{"a text is one name, whatever is in it", "org", `{"org":"acme,globex"}`, "acme,globex", ""},
		{"a list of one", "org", `{"org":["acme"]}`, "acme", ""},
		{"an object of one is its key (Keycloak's organization)", "organization", `{"organization":{"acme":{"id":"42c3e46f"}}}`, "acme", ""},
		{"an object of one that holds nothing", "organization", `{"organization":{"acme":{}}}`, "acme", ""},
		{"a list of one such object", "organization", `{"organization":[{"acme":{}}]}`, "acme", ""},
		{"a path (Hydra's ext)", "ext.tenant_id", `{"ext":{"tenant_id":"acme"}}`, "acme", ""},
		{"a path to a list of one", "ext.tenants", `{"ext":{"tenants":["acme"]}}`, "acme", ""},
		{"a path through a list of one", "orgs.id", `{"orgs":[{"id":"acme"}]}`, "acme", ""},
		{"a URL", "https://example.com/tenant", `{"https://example.com/tenant":"acme"}`, "acme", ""},

		{"a list of two", "org", `{"org":["acme","globex"]}`, "", "several tenants"},
		{"a list of one twice", "org", `{"org":["acme","acme"]}`, "", "several tenants"},
		{"a list of a name and a number", "org", `{"org":["acme",7]}`, "", "several tenants"},
		{"an object of two", "organization", `{"organization":{"acme":{},"globex":{}}}`, "", "several tenants"},
		{"a path through a list of two", "orgs.id", `{"orgs":[{"id":"acme"},{"id":"globex"}]}`, "", "several tenants"},
		{"an object whose key is a field's name", "organization", `{"organization":{"id":"acme"}}`, "", "by a path"},
		{"an object of several fields", "organization", `{"organization":{"id":"acme","name":"Acme"}}`, "", "by a path"},
		{"a number", "org", `{"org":7}`, "", "neither text"},
		{"a list of one number", "org", `{"org":[7]}`, "", "neither text"},
		{"true", "org", `{"org":true}`, "", "neither text"},
		{"null", "org", `{"org":null}`, "", "missing or empty"},
		{"an empty list", "org", `{"org":[]}`, "", "missing or empty"},
		{"an empty object", "org", `{"org":{}}`, "", "missing or empty"},
		{"no claim", "org", `{"tenant":"acme"}`, "", "missing or empty"},
		{"an empty text", "org", `{"org":""}`, "", "tenant id"},
		{"a control character", "org", `{"org":"ac\nme"}`, "", "tenant id"},
		{"a key that is no tenant's", "org", `{"org":{"ac me":{}}}`, "", "tenant id"},
		{"too long a text", "org", `{"org":"` + strings.Repeat("a", 65) + `"}`, "", "tenant id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := principal(t, with(func(g *Config) { g.TenantClaim = c.claim }), c.payload)
			if p.Tenant != c.tenant || (p.Tenant == "") != (p.NoTenant != nil) {
				t.Fatalf("got %q, %v; want %q", p.Tenant, p.NoTenant, c.tenant)
			}
			if p.NoTenant == nil {
				return
			}
			if said := p.NoTenant.Error(); !strings.Contains(said, c.reason) || strings.Contains(said, "acme") || strings.Contains(said, "globex") {
				t.Errorf("the log says %q, want %q and no tenant", said, c.reason)
			}
			if got, want := errors.Is(p.NoTenant, ErrSeveralTenants), c.reason == "several tenants"; got != want {
				t.Errorf("several: got %v, want %v", got, want)
			}
		})
	}
}

func TestRolesAreThoseOfTheClaimAlone(t *testing.T) {
	role := with(func(g *Config) { g.InviterRoleClaim = "custom:role" })
	path := with(func(g *Config) { g.InviterRoleClaim = "resource_access.app.roles" })
	for _, c := range []struct {
		name    string
		config  Config
		payload string
		roles   []string
	}{
		{"a string is one role", role, `{"custom:role":"team admin"}`, []string{"team admin"}},
		{"a list is many", role, `{"custom:role":["member","team admin"]}`, []string{"member", "team admin"}},
		{"a flattened list is one role that nobody has", role, `{"custom:role":"[member admin]"}`, []string{"[member admin]"}},
		{"no claim is no role", role, `{"role":"admin"}`, []string{}},
		{"null is no role", role, `{"custom:role":null}`, []string{}},
		{"a number is no role", role, `{"custom:role":7}`, []string{}},
		{"an object is no role", role, `{"custom:role":{"admin":{}}}`, []string{}},
		{"a list with a number in it is no role", role, `{"custom:role":["admin",1]}`, []string{}},
		{"a path leads to a list", path, `{"resource_access":{"app":{"roles":["member","admin"]}}}`, []string{"member", "admin"}},
		{"a path that leads nowhere is no role", path, `{"resource_access":{"other":{"roles":["admin"]}}}`, []string{}},
		{"where no claim is named nobody checks", config, `{"custom:role":"member","":"member"}`, nil},
		{"a service has none of its own", role, `{"custom:role":"member","azp":"backend","scope":"invites:service"}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := principal(t, c.config, c.payload)
			if (p.Roles == nil) != (c.roles == nil) || !slices.Equal(p.Roles, c.roles) {
				t.Errorf("got %#v, want %#v", p.Roles, c.roles)
			}
		})
	}
}

func TestUnreadableTokens(t *testing.T) {
	for _, h := range []string{"", "Bearer", "Bearer x", "Basic YTpi", "Bearer a.!.c", "Bearer a.W10.c", "Bearer a.b", "Bearer a.e30.c.d"} {
		if _, err := config.Principal(h); !errors.Is(err, ErrNoToken) {
			t.Errorf("%q: got %v, want ErrNoToken", h, err)
		}
	}
}

func TestThePerson(t *testing.T) {
	path := with(func(g *Config) { g.InviterNameClaim, g.InviterEmailClaim = "ext.name", "emails" })
	for _, c := range []struct {
		name    string
		config  Config
		payload string
		want    invite.Person
	}{
		{"as the token says", config, `{"sub":"u-1","name":"Ana","email":"ana@example.com"}`, invite.Person{ID: "u-1", Name: "Ana", Email: "ana@example.com"}},
		{"loses what no mail can carry", config, `{"sub":"u-1","name":"Ana\r\nBcc: x@example.com","email":"ana@example.com\n"}`, invite.Person{ID: "u-1"}},
		{"by a path and by a list of one (Entra's emails)", path, `{"ext":{"name":"Ana"},"emails":["ana@example.com"]}`, invite.Person{Name: "Ana", Email: "ana@example.com"}},
		{"of two addresses none is chosen", path, `{"emails":["ana@example.com","bo@example.com"]}`, invite.Person{}},
		{"a name that is an object or a number is none", config, `{"sub":"u-1","name":{"given":"Ana"},"email":7}`, invite.Person{ID: "u-1"}},
		{"a service without a sub is its client", config, `{"client_id":"backend","scope":"invites:service"}`, invite.Person{ID: "backend"}},
		{"a service with a sub is that", config, `{"sub":"s-1","client_id":"backend","scope":"invites:service"}`, invite.Person{ID: "s-1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if p := principal(t, c.config, c.payload); p.Person != c.want {
				t.Errorf("got %+v, want %+v", p.Person, c.want)
			}
		})
	}
}

func TestASubIsKeptOrDigestedAndNeverDropped(t *testing.T) {
	longest := strings.Repeat("x", 255)
	for _, c := range []struct{ name, sub, want string }{
		{"64 bytes are kept", `"` + longest[:64] + `"`, longest[:64]},
		{"65 are digested", `"` + longest[:65] + `"`, "sha256:su34l7prebec67ky2jpj5vmd6uwafnhd"},
		{"255 are digested", `"` + longest + `"`, "sha256:2itatwr24okwzjehoblkrzma53lujjxx"},
		{"what begins like a digest is digested, so that it is nobody else's", `"sha256:su34l7prebec67ky2jpj5vmd6uwafnhd"`, "sha256:hm73wiewf6bh4pvmjcisqqzw4m7ew7xa"},
		{"a number is its digits", `10000000000000001`, "10000000000000001"},
		{"null is nobody", `null`, ""},
		{"a list is nobody", `["u-1"]`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := principal(t, config, `{"sub":`+c.sub+`}`).Person.ID
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if len(got) > maxID {
				t.Errorf("%d bytes, want at most %d", len(got), maxID)
			}
		})
	}
}

// FuzzClaims: whatever a token and a path hold, nothing panics, what is found was said in
// the token as a whole text or word, and a token names one tenant or says why it names none.
func FuzzClaims(f *testing.F) {
	for _, path := range []string{"a", "a.b", "a.b.c", ".", "a.", "https://example.com/a.b"} {
		for _, payload := range []string{
			`{"a":{"b":["x","y z"]},"sub":"u"}`, `{"a":[{"b":"x"},{"b":{"c":{}}}]}`, `{"a.b":"x y","a":7}`,
			`{"https://example.com/a":{"b":"x"},"scp":["invites/service"],"cid":"backend"}`, `[]`, `{"a":`,
		} {
			f.Add(path, payload)
		}
	}
	f.Fuzz(func(t *testing.T, path, payload string) {
		p, err := with(func(g *Config) { g.TenantClaim, g.PermissionsClaim, g.InviterRoleClaim = path, path, path }).Principal(bearer(payload))
		if err != nil {
			if !errors.Is(err, ErrNoToken) {
				t.Fatalf("got %v, want ErrNoToken", err)
			}
			return
		}
		texts := map[string]bool{}
		var token any
		if err := json.Unmarshal([]byte(payload), &token); err != nil {
			t.Fatal(err)
		}
		said(token, texts)
		for _, permission := range p.permissions {
			if !texts[permission] {
				t.Errorf("the permission %q is no text and no word of the token", permission)
			}
		}
		for _, role := range p.Roles {
			if !texts[role] {
				t.Errorf("the role %q is no text of the token", role)
			}
		}
		if p.Tenant != "" && !texts[string(p.Tenant)] {
			t.Errorf("the tenant %q is no text of the token", p.Tenant)
		}
		if !p.Service && (p.Tenant == "") != (p.NoTenant != nil) {
			t.Errorf("got the tenant %q and the reason %v", p.Tenant, p.NoTenant)
		}
	})
}

// said collects every text in a JSON value: keys, strings, and the words of strings.
func said(value any, texts map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for key, member := range v {
			texts[key] = true
			said(member, texts)
		}
	case []any:
		for _, element := range v {
			said(element, texts)
		}
	case string:
		texts[v] = true
		for word := range strings.SplitSeq(v, " ") {
			texts[word] = true
		}
	}
}
