// Package seed fills a fresh stack with two demo tenants: Users makes their
// people in the user pool, Service finds how the product's backend signs in there,
// Settings gives the tenants their settings over the API, Senders verifies who may
// send mail and where its notices go.
package seed

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	"github.com/aws/aws-sdk-go-v2/service/ses/types"

	"invites/infra/local/pool"
	"invites/infra/local/stack"
	"invites/shared/dns/dnstest"
)

// The permissions of template.yaml's defaults, and the scope of infra/identity.yaml.
const (
	usersAdmin    = "users:admin"
	settingsAdmin = "settings:admin"
	serviceScope  = "invites/service"
)

// tenants are the demo's, with what differs between them.
var tenants = []struct{ id, name, admin, viewer, zone, locale, color string }{
	{"acme", "Acme", "Ada Admin", "Vera Viewer", "Europe/Berlin", "en", "#1f5fbf"},
	{"globex", "Globex", "Gil Admin", "Vic Viewer", "America/New_York", "en", "#0f7b5f"},
}

// Users makes every tenant's admin and viewer, with passwords that are new each time.
func Users(ctx context.Context, users *pool.Pool) (made []stack.Tenant, err error) {
	if err := users.AddGroups(ctx, usersAdmin, settingsAdmin); err != nil {
		return nil, err
	}
	add := func(email, name, tenant string, groups ...string) (stack.Login, error) {
		login := stack.Login{Name: name, Email: email, Password: newPassword()}
		return login, users.Add(ctx, pool.User{Email: email, Name: name, Password: login.Password, Tenant: tenant, Groups: groups})
	}
	for _, t := range tenants {
		one := stack.Tenant{ID: t.id, Name: t.name, Sender: "noreply@" + t.id + ".example", Color: t.color}
		if one.Admin, err = add("admin@"+t.id+".example", t.admin, t.id, usersAdmin, settingsAdmin); err != nil {
			return nil, err
		}
		if one.Viewer, err = add("viewer@"+t.id+".example", t.viewer, t.id); err != nil {
			return nil, err
		}
		made = append(made, one)
	}
	return made, nil
}

// Service is how the product's backend gets its token: by the client that the stack made
// for it. Locally the token endpoint is MiniStack's own, for the pool's domain is not there.
func Service(ctx context.Context, users *pool.Pool, clientID, endpoint string) (stack.Service, error) {
	secret, err := users.Secret(ctx, clientID)
	return stack.Service{TokenURL: endpoint + "/oauth2/token", ClientID: clientID, ClientSecret: secret, Scope: serviceScope}, err
}

// newPassword meets every rule a user pool can have: length and all four kinds.
func newPassword() string { return rand.Text() + "-aA1" }

// Senders verifies the domains of the addresses that mail is sent from, and has their
// notices published to a topic. Domains, because locally the envelope sender of every mail
// is an address of its own.
func Senders(ctx context.Context, cfg aws.Config, topic string, addresses ...string) error {
	mail := ses.NewFromConfig(cfg)
	for _, address := range addresses {
		domain := address[strings.LastIndexByte(address, '@')+1:]
		if _, err := mail.VerifyDomainIdentity(ctx, &ses.VerifyDomainIdentityInput{Domain: &domain}); err != nil {
			return fmt.Errorf("verify the sender %q: %w", address, err)
		}
		for _, kind := range types.NotificationType("").Values() {
			if _, err := mail.SetIdentityNotificationTopic(ctx, &ses.SetIdentityNotificationTopicInput{
				Identity: &domain, NotificationType: kind, SnsTopic: &topic,
			}); err != nil {
				return fmt.Errorf("have %s notices of %q published: %w", kind, domain, err)
			}
		}
	}
	return nil
}

// Settings gives each tenant its settings by its admin's own call, and sets the DNS records
// that the answers ask for until its sender is verified. The pages are those of the demo
// product.
func Settings(ctx context.Context, api, product string, users *pool.Pool, zone *dnstest.Zone, made []stack.Tenant) error {
	for i, one := range made {
		token, err := users.SignIn(ctx, one.Admin.Email, one.Admin.Password)
		if err != nil {
			return err
		}
		home := product + "/" + one.ID
		body, err := json.Marshal(map[string]any{
			"name": one.Name, "sender": one.Sender, "expires_in_hours": 7 * 24,
			"setup_url": home + "/setup", "sign_in_url": home + "/sign-in", "password_reset_url": home + "/reset",
			"support_email": "support@" + one.ID + ".example", "roles": []string{"member", "admin"},
			"time_zone": tenants[i].zone, "locale": tenants[i].locale, "brand_color": one.Color,
			"logo_url": home + "/logo.svg",
		})
		if err != nil {
			return err
		}
		for state, n := "", 0; state != "verified"; n++ {
			if n == 3 { // once for each kind of record, and once to be told that all is well
				return fmt.Errorf("give %s its sender: it stays %s", one.ID, state)
			}
			if state, err = put(ctx, api, token.Bearer, body, zone); err != nil {
				return fmt.Errorf("give %s its settings: %w", one.ID, err)
			}
		}
	}
	return nil
}

// put sets the settings and the records that they ask for, and returns the state of the sender.
func put(ctx context.Context, api, bearer string, body []byte, zone *dnstest.Zone) (state string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, api+"/v1/settings", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil || response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("PUT /v1/settings answered %s: %s", response.Status, bytes.TrimSpace(said))
	}
	var answer struct {
		SenderDomain struct {
			State   string
			Records []dnstest.Record
		} `json:"sender_domain"`
	}
	if err := json.Unmarshal(said, &answer); err != nil {
		return "", fmt.Errorf("read the answer of PUT /v1/settings: %w", err)
	}
	for _, r := range answer.SenderDomain.Records {
		if err := zone.Add(r); err != nil {
			return "", err
		}
	}
	return answer.SenderDomain.State, nil
}
