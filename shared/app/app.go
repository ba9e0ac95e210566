// Package app is the composition root: the only place where the environment, the
// clock and chance enter. A Lambda's main calls [Main] and takes the ready parts
// from the [App] it is given. What only one Lambda needs is in a package below
// this one, so that no other Lambda links its clients.
package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"invites/shared/auth"
	"invites/shared/dynamo"
	"invites/shared/invite"
)

// App holds what every Lambda has: the environment, AWS and the table.
type App struct {
	AWS aws.Config

	env environment
	db  *dynamodb.Client
}

// Main starts a Lambda: serve takes its parts from the App and does not return
// while the Lambda lives. A wrong environment ends the process with all that is
// wrong with it.
func Main(serve func(context.Context, *App) error) {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	ctx := context.Background()
	err := start(ctx, serve)
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
}

func start(ctx context.Context, serve func(context.Context, *App) error) error {
	a := &App{}
	cfg, err := loadAWS(ctx, a.env.optional("INVITES_ROOTS"))
	if err != nil {
		return fmt.Errorf("aws configuration: %w", err)
	}
	a.AWS = cfg
	a.db = dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) {
		// One endpoint for all accounts: it is the one that is warmed.
		o.AccountIDEndpointMode = aws.AccountIDEndpointModeDisabled
	})
	a.warmTable(ctx)
	return serve(ctx, a)
}

// warmTable opens the connection to DynamoDB that the first request will use.
func (a *App) warmTable(ctx context.Context) {
	e, err := dynamodb.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, dynamodb.EndpointParameters{
		Region: aws.String(a.AWS.Region), Endpoint: a.AWS.BaseEndpoint,
	})
	if err == nil {
		warm(ctx, a.AWS.HTTPClient, e.URI.String())
	}
}

// Err tells what was missing in the environment; call it when all parts are taken.
func (a *App) Err() error { return a.env.err() }

// Now is the clock, in the resolution the table keeps.
func (a *App) Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Store returns the table's records. cursorKey seals page tokens; only the Lambda
// that lists has one.
func (a *App) Store(cursorKey []byte) (*dynamo.Store, error) {
	return dynamo.New(a.db, dynamo.Config{
		Table:     a.env.text("INVITES_TABLE"),
		Shards:    a.env.positive("INVITES_TIMER_SHARDS"),
		CursorKey: cursorKey,
		Defaults:  a.defaults(),
		Random:    random,
		Wait:      Wait,
	})
}

// Retention is how long ended records are kept.
func (a *App) Retention() invite.Retention {
	const day = 24 * time.Hour
	return invite.Retention{
		Ended:   time.Duration(a.env.positive("INVITES_ENDED_RETENTION_DAYS")) * day,
		Expired: time.Duration(a.env.positive("INVITES_EXPIRED_RETENTION_DAYS")) * day,
	}
}

// Service returns the domain's door for admins and invitees. Creating and listing need
// IDNA as well; the others do not link its tables.
func (a *App) Service(store *dynamo.Store) *invite.Service {
	return &invite.Service{
		Store: store, Settings: store, Standing: a.Standing(store), Retention: a.Retention(), Now: a.Now,
		Random: random, Wait: Wait,
	}
}

// Cached remembers settings for a moment, where a read for each request is too many.
func (a *App) Cached(s invite.SettingsReader) invite.SettingsReader {
	return &invite.CachedSettings{From: s, Now: a.Now}
}

// Standing remembers standings for a moment.
func (a *App) Standing(s invite.StandingStore) *invite.CachedStanding {
	return &invite.CachedStanding{StandingStore: s, Now: a.Now}
}

// Auth returns the claims and permissions the operator chose.
func (a *App) Auth() auth.Config {
	return auth.Config{
		TenantClaim:        a.env.text("INVITES_TENANT_CLAIM"),
		PermissionsClaim:   a.env.text("INVITES_PERMISSIONS_CLAIM"),
		InviterNameClaim:   a.env.text("INVITES_INVITER_NAME_CLAIM"),
		InviterEmailClaim:  a.env.text("INVITES_INVITER_EMAIL_CLAIM"),
		InviterRoleClaim:   a.env.optional("INVITES_INVITER_ROLE_CLAIM"),
		RequiredPermission: a.env.text("INVITES_REQUIRED_PERMISSION"),
		SettingsPermission: a.env.text("INVITES_SETTINGS_PERMISSION"),
		ServicePermission:  a.env.text("INVITES_SERVICE_PERMISSION"),
		ServiceClients:     a.env.names("INVITES_SERVICE_CLIENTS"),
	}
}

// AllowedHosts are the hosts that a tenant's addresses may name: those of the
// parameter, and those of the operator's own default addresses, which a page's
// policy must let an accept lead to as well.
func (a *App) AllowedHosts() []string {
	hosts := a.env.list("INVITES_ALLOWED_URL_HOSTS")
	d := a.defaults()("")
	for _, address := range []string{d.SetupURL, d.SignInURL, d.PasswordResetURL} {
		if u, err := url.Parse(address); err == nil && u.Host != "" && !slices.Contains(hosts, strings.ToLower(u.Host)) {
			hosts = append(hosts, strings.ToLower(u.Host))
		}
	}
	return hosts
}

// PlatformSender is the operator's own sender address.
func (a *App) PlatformSender() string { return a.env.optional("INVITES_PLATFORM_SENDER") }

// AnySender tells that the operator looks after the domains of senders.
func (a *App) AnySender() bool { return a.env.optional("INVITES_SENDER_PROOF") == "none" }

// Text reads one required variable for the packages below this one.
func (a *App) Text(name string) string { return a.env.text(name) }

// Optional reads one variable that may be empty.
func (a *App) Optional(name string) string { return a.env.optional(name) }

// Positive reads one whole number above 0.
func (a *App) Positive(name string) int { return a.env.positive(name) }

// Rate reads one required variable: a part of one, as 0.04.
func (a *App) Rate(name string) float64 { return a.env.rate(name) }

// defaults are the settings of a tenant that has none of its own.
func (a *App) defaults() func(invite.TenantID) invite.Settings {
	s := invite.Settings{
		ExpiresIn:        invite.DefaultWindow,
		SetupURL:         a.env.optional("INVITES_DEFAULT_SETUP_URL"),
		SignInURL:        a.env.optional("INVITES_DEFAULT_SIGN_IN_URL"),
		PasswordResetURL: a.env.optional("INVITES_DEFAULT_PASSWORD_RESET_URL"),
		Locale:           a.env.optional("INVITES_DEFAULT_LOCALE"),
		TimeZone:         "UTC",
		Roles:            invite.DefaultRoles,
	}
	return func(t invite.TenantID) invite.Settings {
		s := s
		s.Name = string(t)
		return s
	}
}

func random(b []byte) { _, _ = rand.Read(b) } // crypto/rand never fails

// Wait sleeps, or ends with the context.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
