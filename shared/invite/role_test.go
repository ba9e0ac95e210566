package invite_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"invites/shared/invite"
)

func TestNobodyGivesARoleAboveTheirOwn(t *testing.T) {
	roles := []string{"viewer", "editor", "admin", "owner"}
	for _, c := range []struct {
		name string
		has  []string
		may  string // how many of the roles, the lowest first
	}{
		{"nobody checks", nil, "viewer editor admin owner"},
		{"the highest", []string{"owner"}, "viewer editor admin owner"},
		{"one in between", []string{"editor"}, "viewer editor"},
		{"the lowest", []string{"viewer"}, "viewer"},
		{"several", []string{"viewer", "admin", "editor"}, "viewer editor admin"},
		{"none", []string{}, "viewer"},
		{"one that the tenant does not have", []string{"root"}, "viewer"},
		{"one in another case", []string{"Owner"}, "viewer"},
		{"an empty one", []string{""}, "viewer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk()
			old, err := d.Model.Settings(t.Context(), "acme")
			if err != nil {
				t.Fatal(err)
			}
			to := old
			to.Roles = roles
			if _, err := d.Model.PutSettings(t.Context(), "acme", old, to); err != nil {
				t.Fatal(err)
			}
			for n, role := range append(roles, "") {
				r := request("acme")
				r.Roles = c.has
				inv, err := d.Service.Create(t.Context(), r, invite.New{Email: fmt.Sprintf("ana.%d@example.com", n), Role: role})
				if allowed := role == "" || strings.Contains(" "+c.may+" ", " "+role+" "); allowed {
					if err != nil || role != "" && inv.Role != role || role == "" && inv.Role != "viewer" {
						t.Errorf("%q: got %v", role, err)
					}
					continue
				}
				var e *invite.Error
				if !errors.As(err, &e) || e.Kind != invite.RoleNotAllowed || e.Field != "/role" || !strings.Contains(e.Text, fmt.Sprintf("%q", strings.Fields(c.may))) {
					t.Errorf("%q: got %v, want it refused with what may be given", role, err)
				}
			}
		})
	}
}
