package invitetest

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"invites/shared/invite"
)

// Defaults are the settings of tenants without any, as the operator would have set
// them.
func Defaults(t invite.TenantID) invite.Settings {
	return invite.Settings{Name: string(t), ExpiresIn: invite.DefaultWindow, TimeZone: "UTC", Roles: invite.DefaultRoles, Locale: "en"}
}

func settings(t *testing.T, stores Stores) {
	s := newScene(t, stores)
	own := invite.Settings{
		Name: "Acme", Sender: "noreply@acme.example", ExpiresIn: 36 * time.Hour, AcceptURL: "https://app.acme.example/join", SetupURL: "https://app.acme.example/welcome",
		SignInURL: "https://app.acme.example/in", PasswordResetURL: "https://app.acme.example/reset", SupportEmail: "help@acme.example",
		TimeZone: "Europe/Berlin", Roles: []string{"viewer", "editor"}, Locale: "de", BrandColor: "#102030", LogoURL: "https://app.acme.example/logo.png", RenewOnRequest: true, Reminders: true,
	}
	read := func(want invite.Settings) {
		t.Helper()
		got, err := stores.Settings.Settings(ctx, s.tenant)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	put := func(old, to invite.Settings) invite.Settings {
		t.Helper()
		got, err := stores.Settings.PutSettings(ctx, s.tenant, old, to)
		to.Version = old.Version + 1
		if err != nil || !reflect.DeepEqual(got, to) {
			t.Errorf("got %+v, %v, want %+v", got, err, to)
		}
		read(to)
		return to
	}
	refused := func(why string, old invite.Settings) {
		t.Helper()
		if _, err := stores.Settings.PutSettings(ctx, s.tenant, old, own); invite.KindOf(err) != invite.PreconditionFailed {
			t.Errorf("%s: got %v", why, err)
		}
	}

	none := Defaults(s.tenant)
	read(none)
	refused("the version of settings that are not there", invite.Settings{Version: 1})
	first := put(none, own)
	refused("an older version", none)
	own.Sender, own.Roles, own.NameTrusted, own.RenewOnRequest = "", []string{"only"}, true, false
	second := put(first, own)
	third := put(second, own)

	t.Run("of ten who save the same version one wins", func(t *testing.T) {
		var mu sync.Mutex
		won := 0
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if _, err := stores.Settings.PutSettings(ctx, s.tenant, third, own); err == nil {
					mu.Lock()
					won++
					mu.Unlock()
				} else if invite.KindOf(err) != invite.PreconditionFailed {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("%d won", won)
		}
	})
	t.Run("a neighbour's settings are its own", func(t *testing.T) {
		other := newScene(t, stores)
		got, err := stores.Settings.Settings(ctx, other.tenant)
		if err != nil || got.Version != 0 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("settings are no invite of any list", func(t *testing.T) {
		if got := s.pages(s.query("", "", 10)); len(got) != 0 {
			t.Errorf("got %v", got)
		}
	})
}
