package client

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Credentials get the token of a product's backend from its issuer by client credentials
// (RFC 6749 4.4), and keep it while it is good. Their Token method is a [Token]:
//
//	backend := &client.Credentials{TokenURL: "https://…/oauth2/token", ID: "…", Secret: "…", Scope: "invites/service"}
//	invites := client.New("https://api.example.com", backend.Token)
//
// Set the fields before the first use. It may be used by many at once.
type Credentials struct {
	// TokenURL is the issuer's token endpoint; ID and Secret are the client's there.
	TokenURL, ID, Secret string
	// Scope is what to ask for, with spaces between several; "" for what the issuer gives
	// by default.
	Scope string
	// Audience and Resource name the API to an issuer that wants to be told: Auth0 by the
	// first, issuers of RFC 8707 by the second.
	Audience, Resource string
	// SecretInBody sends id and secret as fields of the form, for an issuer that takes
	// them no other way; by default they are sent by HTTP Basic, as RFC 6749 2.3.1 has it.
	SecretInBody bool
	// HTTP does the calls; nil for one of its own with a timeout.
	HTTP *http.Client

	mu    sync.Mutex
	token string
	ends  time.Time
	now   func() time.Time // nil for time.Now
}

const (
	// margin is how long before its end a token is no longer used.
	margin = time.Minute
	// largestToken is far over any answer of a token endpoint: a gateway takes 10 KB of headers.
	largestToken = 64 << 10
)

// Token returns a token that is good for a minute more, and asks the issuer for one where
// it has none.
func (c *Credentials) Token(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now
	if c.now != nil {
		now = c.now
	}
	if c.token != "" && now().Add(margin).Before(c.ends) {
		return c.token, nil
	}
	asked := now()
	token, lasts, err := c.ask(ctx)
	if err != nil {
		return "", fmt.Errorf("get a token of client %q: %w", c.ID, err)
	}
	c.token, c.ends = token, asked.Add(lasts)
	return token, nil
}

// Forget makes the next Token a fresh one, after the API refused this one with 401.
func (c *Credentials) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = ""
}

func (c *Credentials) ask(ctx context.Context) (token string, lasts time.Duration, err error) {
	form := url.Values{"grant_type": {"client_credentials"}}
	for name, value := range map[string]string{"scope": c.Scope, "audience": c.Audience, "resource": c.Resource} {
		if value != "" {
			form.Set(name, value)
		}
	}
	if c.SecretInBody {
		form.Set("client_id", c.ID)
		form.Set("client_secret", c.Secret)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	if !c.SecretInBody {
		pair := url.QueryEscape(c.ID) + ":" + url.QueryEscape(c.Secret)
		request.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	response, err := cmp.Or(c.HTTP, &http.Client{Timeout: timeout}).Do(request)
	if err != nil {
		return "", 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, largestToken))
	if err != nil {
		return "", 0, err
	}
	var answer struct {
		Token     string  `json:"access_token"`
		Type      string  `json:"token_type"`
		ExpiresIn float64 `json:"expires_in"`
		Error     string  `json:"error"`
	}
	// What is no JSON has neither a token nor an error's name.
	_ = json.Unmarshal(body, &answer)
	if response.StatusCode != http.StatusOK || answer.Token == "" || !strings.EqualFold(answer.Type, "Bearer") {
		return "", 0, fmt.Errorf("the issuer answered %s, error %.100q, token type %.100q", response.Status, answer.Error, answer.Type)
	}
	return answer.Token, time.Duration(answer.ExpiresIn * float64(time.Second)), nil
}
