package tests

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// exchange posts a form to the pool's token endpoint, as a client with this id and secret.
func exchange(t *testing.T, form url.Values, id, secret string) (status int, answer struct {
	AccessToken string `json:"access_token"`
	IDToken     string `json:"id_token"`
	TokenType   string `json:"token_type"`
	Error       string
}) {
	t.Helper()
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Service.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if secret != "" {
		r.SetBasicAuth(id, secret)
	}
	response, err := browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatalf("the token endpoint answered %s and no JSON: %v", response.Status, err)
	}
	return response.StatusCode, answer
}

// payload is what a token says.
func payload(t *testing.T, token string) (claims map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[min(1, len(parts)-1)])
	if err == nil {
		err = json.Unmarshal(raw, &claims)
	}
	if err != nil {
		t.Fatalf("not a token: %v", err)
	}
	return claims
}

func TestTheBackendGetsItsTokenByClientCredentials(t *testing.T) {
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	if got := output(t, "ServiceClientId"); got != s.Service.ClientID {
		t.Errorf("the stack's output names the client %q, stack.json %q", got, s.Service.ClientID)
	}
	if got := output(t, "TokenUrl"); !strings.HasPrefix(got, "https://invites-") || !strings.HasSuffix(got, ".amazoncognito.com/oauth2/token") {
		t.Errorf("the token endpoint in AWS is %q", got)
	}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"invites/service"}}
	status, got := exchange(t, form, s.Service.ClientID, s.Service.ClientSecret)
	if status != 200 || got.TokenType != "Bearer" {
		t.Fatalf("got %d %+v", status, got)
	}
	claims := payload(t, got.AccessToken)
	if claims["aud"] != nil || claims["client_id"] != s.Service.ClientID || claims["scope"] != "invites/service" || claims["token_use"] != "access" {
		t.Errorf("the token says %v", claims)
	}
	in := map[string]string{"Invite-Tenant": freshTenant(t)}
	i := do(t, request{method: "POST", path: "/v1/invites", as: got.AccessToken, header: in, body: object("email", address(t))}).invite(t, 201)
	if i.InvitedBy.ID != s.Service.ClientID {
		t.Errorf("invited by %+v, want the client", i.InvitedBy)
	}
	if a := do(t, request{method: "GET", path: "/v1/invites", as: got.AccessToken, header: in}); a.status != 200 || !strings.Contains(a.body, i.ID) {
		t.Errorf("list: got %d %s", a.status, a.body)
	}
	// Nobody gets one without the secret, for more, or as a user.
	if status, got := exchange(t, form, s.Service.ClientID, "x"); status < 400 || got.AccessToken != "" {
		t.Errorf("with a wrong secret: got %d %+v", status, got)
	}
	form.Set("scope", "openid")
	if status, got := exchange(t, form, s.Service.ClientID, s.Service.ClientSecret); status < 400 || got.AccessToken != "" {
		t.Errorf("for another scope: got %d %+v", status, got)
	}
	form.Set("scope", "invites/service")
	form.Set("client_id", s.ClientID)
	if status, got := exchange(t, form, s.ClientID, ""); status < 400 || got.AccessToken != "" {
		t.Errorf("by the console's client: got %d %+v", status, got)
	}
}

// The fault that rule 19 mends, by Cognito's own means: a pool whose console may ask for the
// backend's scope gives it to any user. And the group of that name, which made a service too.
func TestRule19AUserWithTheScopeOrTheGroupIsNoService(t *testing.T) {
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	ctx, pool := t.Context(), cognitoidentityprovider.NewFromConfig(cloud(t))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	email, password := address(t), "Password-1-for-this-test"
	_, err = pool.AdminCreateUser(ctx, &cognitoidentityprovider.AdminCreateUserInput{UserPoolId: &s.UserPoolID, Username: &email, TemporaryPassword: &password, MessageAction: cognito.MessageActionTypeSuppress})
	must(err)
	_, err = pool.AdminSetUserPassword(ctx, &cognitoidentityprovider.AdminSetUserPasswordInput{UserPoolId: &s.UserPoolID, Username: &email, Password: &password, Permanent: true})
	must(err)
	group := aws.String("invites:service")
	_, err = pool.CreateGroup(ctx, &cognitoidentityprovider.CreateGroupInput{UserPoolId: &s.UserPoolID, GroupName: group})
	must(err)
	_, err = pool.AdminAddUserToGroup(ctx, &cognitoidentityprovider.AdminAddUserToGroupInput{UserPoolId: &s.UserPoolID, Username: &email, GroupName: group})
	must(err)

	// The console's client, but for now with a page to sign in on and the backend's scope.
	const callback = "https://console.example/callback"
	old, err := pool.DescribeUserPoolClient(ctx, &cognitoidentityprovider.DescribeUserPoolClientInput{UserPoolId: &s.UserPoolID, ClientId: &s.ClientID})
	must(err)
	now := cognitoidentityprovider.UpdateUserPoolClientInput{
		UserPoolId: &s.UserPoolID, ClientId: &s.ClientID, ClientName: old.UserPoolClient.ClientName, ExplicitAuthFlows: old.UserPoolClient.ExplicitAuthFlows,
		ReadAttributes: old.UserPoolClient.ReadAttributes, WriteAttributes: old.UserPoolClient.WriteAttributes,
		AccessTokenValidity: old.UserPoolClient.AccessTokenValidity, IdTokenValidity: old.UserPoolClient.IdTokenValidity,
		RefreshTokenValidity: old.UserPoolClient.RefreshTokenValidity, TokenValidityUnits: old.UserPoolClient.TokenValidityUnits,
		PreventUserExistenceErrors: old.UserPoolClient.PreventUserExistenceErrors, EnableTokenRevocation: old.UserPoolClient.EnableTokenRevocation,
	}
	before := now
	t.Cleanup(func() {
		_, err := pool.UpdateUserPoolClient(context.Background(), &before)
		if err != nil {
			t.Error(err)
		}
	})
	now.AllowedOAuthFlowsUserPoolClient, now.AllowedOAuthFlows = true, []cognito.OAuthFlowType{cognito.OAuthFlowTypeCode}
	now.AllowedOAuthScopes, now.CallbackURLs = []string{"openid", "invites/service"}, []string{callback}
	now.SupportedIdentityProviders = []string{"COGNITO"}
	_, err = pool.UpdateUserPoolClient(ctx, &now)
	must(err)
	signIn, err := browser.PostForm(s.AWSEndpoint+"/login", url.Values{
		"username": {email}, "password": {password}, "client_id": {s.ClientID}, "redirect_uri": {callback}, "scope": {"openid invites/service"}, "response_type": {"code"},
	})
	must(err)
	signIn.Body.Close()
	to, err := signIn.Location()
	must(err)
	status, tokens := exchange(t, url.Values{"grant_type": {"authorization_code"}, "client_id": {s.ClientID}, "redirect_uri": {callback}, "code": {to.Query().Get("code")}}, "", "")
	if status != 200 {
		t.Fatalf("sign in: got %d %+v", status, tokens)
	}
	access := payload(t, tokens.AccessToken)
	if scope, _ := access["scope"].(string); !strings.Contains(scope, "invites/service") || access["client_id"] != s.ClientID {
		t.Fatalf("the user's token says %v: want the backend's scope by the console's client", access)
	}
	for name, bearer := range map[string]string{"an access token with the scope": tokens.AccessToken, "an ID token with the group": tokens.IDToken} {
		t.Run(name, func(t *testing.T) {
			for _, call := range []struct{ method, path, body string }{
				{"GET", "/v1/invites", ""}, {"POST", "/v1/invites", object("email", "x"+email)}, {"PUT", "/v1/settings", object("name", "Mine")}, {"POST", "/v1/redeem", object("code", "x")},
			} {
				do(t, request{method: call.method, path: call.path, as: bearer, body: call.body}).refused(t, 403, "forbidden")
				do(t, request{method: call.method, path: call.path, as: bearer, body: call.body, header: map[string]string{"Invite-Tenant": "acme"}}).refused(t, 400, "bad_request")
			}
		})
	}
}
