package app

import (
	"context"
	"slices"
	"strings"
	"testing"
)

func TestTheOperatorsOwnAddressesAreAllowed(t *testing.T) {
	t.Setenv("INVITES_ALLOWED_URL_HOSTS", "App.example.com, other.example.com:8443")
	t.Setenv("INVITES_DEFAULT_SETUP_URL", "https://setup.example.com/welcome")
	t.Setenv("INVITES_DEFAULT_SIGN_IN_URL", "https://app.example.com/sign-in")
	t.Setenv("INVITES_DEFAULT_PASSWORD_RESET_URL", "")
	a := &App{}
	if got, want := a.AllowedHosts(), []string{"app.example.com", "other.example.com:8443", "setup.example.com"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestServiceClientsAreWholeNames(t *testing.T) {
	for value, want := range map[string][]string{
		"":                      nil,
		",":                     nil,
		"Backend, jobs runner,": {"Backend", "jobs runner"}, // never "jobs" and "runner"
	} {
		t.Setenv("INVITES_SERVICE_CLIENTS", value)
		if got := (&App{}).Auth().ServiceClients; !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}

func TestAWrongEnvironmentIsToldWhole(t *testing.T) {
	t.Setenv("INVITES_TABLE", "")
	t.Setenv("INVITES_TIMER_SHARDS", "many")
	t.Setenv("INVITES_ENDED_RETENTION_DAYS", "0")
	t.Setenv("INVITES_EXPIRED_RETENTION_DAYS", "180")
	t.Setenv("SOME_RATE", "4")
	a := &App{}
	_, _ = a.Store(nil)
	a.Retention()
	a.Rate("SOME_RATE")
	err := a.Err()
	for _, name := range []string{"INVITES_TABLE", "INVITES_TIMER_SHARDS", "INVITES_ENDED_RETENTION_DAYS", "SOME_RATE"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %s named", err, name)
		}
	}
	if err != nil && strings.Contains(err.Error(), "EXPIRED") {
		t.Errorf("got %v: what is right is named", err)
	}
}

func TestATenantWithoutSettingsWorksFromTheParameters(t *testing.T) {
	t.Setenv("INVITES_DEFAULT_SETUP_URL", "https://setup.example.com/welcome")
	t.Setenv("INVITES_DEFAULT_LOCALE", "de")
	s := (&App{}).defaults()("acme")
	if s.Name != "acme" || s.SetupURL != "https://setup.example.com/welcome" || s.Locale != "de" || len(s.Roles) == 0 || s.ExpiresIn == 0 {
		t.Errorf("got %+v", s)
	}
}

func TestWaitEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Wait(ctx, 1<<40); err == nil {
		t.Error("got no error")
	}
}
