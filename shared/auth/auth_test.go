package auth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"invites/shared/invite"
)

var config = Config{
	TenantClaim: "custom:tenant_id", PermissionsClaim: "cognito:groups",
	InviterNameClaim: "name", InviterEmailClaim: "email",
	RequiredPermission: "users:admin", SettingsPermission: "settings:admin", ServicePermission: "invites:service",
}

func bearer(t *testing.T, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return "Bearer e30." + base64.RawURLEncoding.EncodeToString(payload) + ".c2ln"
}

func TestPermissions(t *testing.T) {
	url := config
	url.PermissionsClaim = "https://example.com/permissions"
	scope := config
	scope.PermissionsClaim = "scope"
	for _, c := range []struct {
		name   string
		config Config
		claims map[string]any
		admin  bool
	}{
		{"a group in the list opens", config, map[string]any{"cognito:groups": []string{"users:admin"}}, true},
		{"a group whose name holds the permission after a space opens nothing", config, map[string]any{"cognito:groups": []string{"x users:admin"}}, false},
		{"a group whose name is a flattened list opens nothing", config, map[string]any{"cognito:groups": []string{"[users:admin]"}}, false},
		{"a string is a list separated by spaces", scope, map[string]any{"scope": "openid users:admin"}, true},
		{"a longer permission is another one", scope, map[string]any{"scope": "users:administrator"}, false},
		{"a claim may be named by a URL", url, map[string]any{"https://example.com/permissions": []string{"users:admin"}}, true},
		{"another claim's groups do not count", config, map[string]any{"groups": []string{"users:admin"}}, false},
		{"a claim of another type opens nothing", config, map[string]any{"cognito:groups": map[string]bool{"users:admin": true}}, false},
		{"a list with a number in it opens nothing", config, map[string]any{"cognito:groups": []any{"users:admin", 1}}, false},
		{"a scope does not stand in for groups", config, map[string]any{"scope": "users:admin"}, false},
		{"no claim opens nothing", config, map[string]any{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := c.config.Principal(bearer(t, c.claims))
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Has("users:admin"); got != c.admin {
				t.Errorf("got %v, want %v", got, c.admin)
			}
			if p.Has("") {
				t.Error("the empty permission is held")
			}
		})
	}
}

func TestTenantComesFromTheClaimAlone(t *testing.T) {
	for _, c := range []struct {
		name   string
		claims map[string]any
		tenant invite.TenantID
	}{
		{"a string names the tenant", map[string]any{"custom:tenant_id": "acme"}, "acme"},
		{"a number names nobody", map[string]any{"custom:tenant_id": 7}, ""},
		{"a list names nobody", map[string]any{"custom:tenant_id": []string{"acme"}}, ""},
		{"a control character names nobody", map[string]any{"custom:tenant_id": "ac\nme"}, ""},
		{"an empty string names nobody", map[string]any{"custom:tenant_id": ""}, ""},
		{"a service names none by claim", map[string]any{"custom:tenant_id": "acme", "cognito:groups": []string{"invites:service"}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := config.Principal(bearer(t, c.claims))
			if err != nil {
				t.Fatal(err)
			}
			if p.Tenant != c.tenant {
				t.Errorf("got %q, want %q", p.Tenant, c.tenant)
			}
		})
	}
}

func TestAServiceIsKnownByGroupOrScope(t *testing.T) {
	for _, claims := range []map[string]any{
		{"cognito:groups": []string{"invites:service"}},
		{"scope": "invites:service other"},
	} {
		p, err := config.Principal(bearer(t, claims))
		if err != nil || !p.Service {
			t.Errorf("%v: got service %v, %v", claims, p.Service, err)
		}
	}
}

func TestRolesAreThoseOfTheClaimAlone(t *testing.T) {
	role := config
	role.InviterRoleClaim = "custom:role"
	for _, c := range []struct {
		name   string
		config Config
		claims map[string]any
		roles  []string
	}{
		{"a string is one role", role, map[string]any{"custom:role": "team admin"}, []string{"team admin"}},
		{"a list is many", role, map[string]any{"custom:role": []string{"member", "team admin"}}, []string{"member", "team admin"}},
		{"a flattened list is one role that nobody has", role, map[string]any{"custom:role": "[member admin]"}, []string{"[member admin]"}},
		{"no claim is no role", role, map[string]any{"role": "admin"}, []string{}},
		{"null is no role", role, map[string]any{"custom:role": nil}, []string{}},
		{"a number is no role", role, map[string]any{"custom:role": 7}, []string{}},
		{"a list with a number in it is no role", role, map[string]any{"custom:role": []any{"admin", 1}}, []string{}},
		{"where no claim is named nobody checks", config, map[string]any{"custom:role": "member", "": "member"}, nil},
		{"a service has none of its own", role, map[string]any{"custom:role": "member", "cognito:groups": []string{"invites:service"}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := c.config.Principal(bearer(t, c.claims))
			if err != nil {
				t.Fatal(err)
			}
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

func TestPersonLosesWhatNoMailCanCarry(t *testing.T) {
	p, err := config.Principal(bearer(t, map[string]any{"sub": "u-1", "name": "Ana\r\nBcc: x@example.com", "email": "ana@example.com\n"}))
	if err != nil {
		t.Fatal(err)
	}
	if want := (invite.Person{ID: "u-1"}); p.Person != want {
		t.Errorf("got %+v, want %+v", p.Person, want)
	}
}
