package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const keycloakVersion = "26.7.3"

const audience = "https://invites.example.com"

// object is a JSON object to send.
type object = map[string]any

// keycloak runs Keycloak from Maven Central with a realm called product.
func keycloak(ctx context.Context, b *bench) error {
	if err := b.do(ctx, b.dir, nil, "mvn", "-q", "dependency:copy", "-Dartifact=org.keycloak:keycloak-quarkus-dist:"+keycloakVersion+":zip", "-DoutputDirectory="+b.dir); err != nil {
		return err
	}
	if err := b.do(ctx, b.dir, nil, "unzip", "-q", "keycloak-quarkus-dist-"+keycloakVersion+".zip"); err != nil {
		return err
	}
	front, err := port()
	if err != nil {
		return err
	}
	management, err := port()
	if err != nil {
		return err
	}
	home := filepath.Join(b.dir, "keycloak-"+keycloakVersion)
	if err := b.start(home, []string{"KC_BOOTSTRAP_ADMIN_USERNAME=admin", "KC_BOOTSTRAP_ADMIN_PASSWORD=admin"}, filepath.Join(home, "bin", "kc.sh"),
		"start-dev", "--http-host=127.0.0.1", "--http-port="+strconv.Itoa(front), "--http-management-port="+strconv.Itoa(management)); err != nil {
		return err
	}
	origin := "http://127.0.0.1:" + strconv.Itoa(front)
	if err := b.untilUp(ctx, origin+"/realms/master/.well-known/openid-configuration"); err != nil {
		return err
	}
	master, err := b.discover(ctx, origin+"/realms/master")
	if err != nil {
		return err
	}
	bearer, err := master.token(ctx, "", url.Values{"grant_type": {"password"}, "client_id": {"admin-cli"}, "username": {"admin"}, "password": {"admin"}})
	if err != nil {
		return err
	}
	r := &realm{api: origin + "/admin/realms", bearer: bearer}
	if err := r.setUp(ctx); err != nil {
		return err
	}
	product, err := b.discover(ctx, origin+"/realms/product")
	if err != nil {
		return err
	}
	user := func(name, scope string) (string, error) {
		return product.token(ctx, "", url.Values{"grant_type": {"password"}, "client_id": {"console"}, "username": {name}, "password": {"password"}, "scope": {scope}})
	}
	for _, c := range []struct{ name, user, scope string }{
		{"admin", "ada", "openid"},
		// The fault that ServiceClients mends: whoever asks for the optional scope has it.
		{"user-with-service-scope", "vera", "openid invites:service"},
		{"organization", "ada", "openid organization"},
		{"two-organizations", "gil", "openid organization:*"},
	} {
		token, err := user(c.user, c.scope)
		if err != nil {
			return err
		}
		if err := product.keep(ctx, c.name, audience, token); err != nil {
			return err
		}
	}
	token, err := product.token(ctx, "backend:secret", url.Values{"grant_type": {"client_credentials"}})
	if err != nil {
		return err
	}
	if err := product.keep(ctx, "service", audience, token); err != nil {
		return err
	}
	return r.tenantIsClosed(ctx, origin, user)
}

// realm is Keycloak's admin API.
type realm struct{ api, bearer string }

func (r *realm) put(ctx context.Context, method, path string, body any) error {
	return call(ctx, method, r.api+path, r.bearer, body, nil)
}

// idOf finds what has a name, by the field that holds names.
func (r *realm) idOf(ctx context.Context, path, field, name string) (string, error) {
	var all []map[string]any
	if err := call(ctx, http.MethodGet, r.api+path, r.bearer, nil, &all); err != nil {
		return "", err
	}
	for _, one := range all {
		if one[field] == name {
			return fmt.Sprint(one["id"]), nil
		}
	}
	return "", fmt.Errorf("%s has no %s %q", path, field, name)
}

// setUp is what docs/sign-in.md says, and people to sign in.
func (r *realm) setUp(ctx context.Context) error {
	mapper := func(name, kind string, config object) object {
		config["access.token.claim"] = "true"
		return object{"name": name, "protocol": "openid-connect", "protocolMapper": kind, "config": config}
	}
	scope := func(name, said string, mappers ...object) object {
		return object{"name": name, "protocol": "openid-connect", "attributes": object{"include.in.token.scope": said}, "protocolMappers": mappers}
	}
	steps := []struct {
		path string
		body any
	}{
		{"", object{"realm": "product", "enabled": true, "organizationsEnabled": true}},
		{"/product/client-scopes", scope("invites", "false",
			mapper("audience", "oidc-audience-mapper", object{"included.custom.audience": audience}),
			mapper("tenant", "oidc-usermodel-attribute-mapper", object{"user.attribute": "tenant_id", "claim.name": "tenant_id", "jsonType.label": "String"}))},
		{"/product/client-scopes", scope("invites:service", "true")},
		// A client only to hold the roles.
		{"/product/clients", object{"clientId": "invites", "standardFlowEnabled": false, "publicClient": false}},
		// Direct access grants are for this recording; the token is that of the code flow.
		{"/product/clients", object{"clientId": "console", "publicClient": true, "directAccessGrantsEnabled": true, "redirectUris": []string{callback},
			"defaultClientScopes": []string{"basic", "profile", "email", "roles", "invites"}, "optionalClientScopes": []string{"invites:service", "organization"}}},
		{"/product/clients", object{"clientId": "backend", "secret": "secret", "publicClient": false, "standardFlowEnabled": false, "serviceAccountsEnabled": true,
			"defaultClientScopes": []string{"basic", "service_account", "invites", "invites:service"}, "optionalClientScopes": []string{}}},
	}
	for _, step := range steps {
		if err := r.put(ctx, http.MethodPost, step.path, step.body); err != nil {
			return err
		}
	}
	// The attribute is the tenant's wall: admins alone see and change it.
	var profile map[string]any
	if err := call(ctx, http.MethodGet, r.api+"/product/users/profile", r.bearer, nil, &profile); err != nil {
		return err
	}
	attributes, _ := profile["attributes"].([]any)
	profile["attributes"] = append(attributes, object{"name": "tenant_id", "permissions": object{"view": []string{"admin"}, "edit": []string{"admin"}}})
	if err := r.put(ctx, http.MethodPut, "/product/users/profile", profile); err != nil {
		return err
	}
	client, err := r.idOf(ctx, "/product/clients?clientId=invites", "clientId", "invites")
	if err != nil {
		return err
	}
	var roles []any
	for _, name := range []string{"users:admin", "settings:admin"} {
		var role any
		if err := r.put(ctx, http.MethodPost, "/product/clients/"+client+"/roles", object{"name": name}); err != nil {
			return err
		}
		if err := call(ctx, http.MethodGet, r.api+"/product/clients/"+client+"/roles/"+url.PathEscape(name), r.bearer, nil, &role); err != nil {
			return err
		}
		roles = append(roles, role)
	}
	for _, name := range []string{"acme", "globex"} {
		if err := r.put(ctx, http.MethodPost, "/product/organizations", object{"name": name, "alias": name, "domains": []object{{"name": name + ".example"}}}); err != nil {
			return err
		}
	}
	for _, u := range []struct {
		name, tenant string
		admin        bool
		member       []string
	}{{"ada", "acme", true, []string{"acme"}}, {"vera", "", false, nil}, {"gil", "globex", true, []string{"acme", "globex"}}} {
		user := object{"username": u.name, "email": u.name + "@example.com", "emailVerified": true, "firstName": strings.ToUpper(u.name[:1]) + u.name[1:], "lastName": "Example", "enabled": true,
			"credentials": []object{{"type": "password", "value": "password"}}}
		if u.tenant != "" {
			user["attributes"] = object{"tenant_id": []string{u.tenant}}
		}
		if err := r.put(ctx, http.MethodPost, "/product/users", user); err != nil {
			return err
		}
		id, err := r.idOf(ctx, "/product/users", "username", u.name)
		if err != nil {
			return err
		}
		if u.admin {
			if err := r.put(ctx, http.MethodPost, "/product/users/"+id+"/role-mappings/clients/"+client, roles); err != nil {
				return err
			}
		}
		for _, alias := range u.member {
			org, err := r.idOf(ctx, "/product/organizations", "alias", alias)
			if err != nil {
				return err
			}
			if err := r.put(ctx, http.MethodPost, "/product/organizations/"+org+"/members", id); err != nil {
				return err
			}
		}
	}
	return nil
}

// tenantIsClosed has a user try to move to another tenant by the account page's own API.
func (r *realm) tenantIsClosed(ctx context.Context, origin string, user func(name, scope string) (string, error)) error {
	bearer, err := user("ada", "openid")
	if err != nil {
		return err
	}
	account := origin + "/realms/product/account/"
	var mine map[string]any
	if err := call(ctx, http.MethodGet, account, bearer, nil, &mine); err != nil {
		return err
	}
	attributes, _ := mine["attributes"].(map[string]any)
	if attributes == nil {
		attributes = object{}
	}
	attributes["tenant_id"] = []string{"globex"}
	mine["attributes"] = attributes
	refused := call(ctx, http.MethodPost, account, bearer, mine, nil)
	var all []struct{ Attributes map[string][]string }
	if err := call(ctx, http.MethodGet, r.api+"/product/users?exact=true&username=ada", r.bearer, nil, &all); err != nil {
		return err
	}
	if len(all) != 1 || len(all[0].Attributes["tenant_id"]) != 1 || all[0].Attributes["tenant_id"][0] != "acme" {
		return fmt.Errorf("a user moved to another tenant: %v", all)
	}
	fmt.Fprintln(os.Stdout, "a user who asks for another tenant stays in their own:", refused)
	return nil
}
