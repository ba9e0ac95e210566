package console

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"invites/infra/local/demo"
	"invites/infra/local/users"
)

func TestUsersAreActiveByTheBusAndSetUpByTheSetUpPage(t *testing.T) {
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	s := &scene{}
	s.Directory = &users.Directory{}
	s.Directory.Add(users.User{Tenant: "acme", Email: "ada@acme.example", Name: "Ada", Role: "admin", Since: noon})
	for i, email := range []string{"ana@example.com", "bob@example.com", "cid@example.com"} {
		s.Directory.Apply(users.Event{Type: "InviteAccepted", Detail: users.Detail{
			EventID: email, Version: 3, OccurredAt: noon.Add(time.Duration(i+1) * time.Hour), TenantID: "acme", InviteID: "inv_" + email, Status: "accepted", Email: email, Role: "member",
		}})
	}
	accounts := map[string]demo.Account{
		"ana@example.com": {InviteID: "inv_ana@example.com", Name: "Ana"},
		"cid@example.com": {InviteID: "inv_of_another_time", Name: "Cid"},
	}
	s.Account = func(tenant, email string) (demo.Account, bool) {
		a, ok := accounts[email]
		return a, ok && tenant == "acme"
	}
	h := open(t, s, nil)
	var got struct {
		Users  []userView
		Events []eventView
	}
	call(t, h, "GET /console/api/users", "", &got)
	lines := []string{}
	for _, u := range got.Users {
		id := "-"
		if u.InviteID != nil {
			id = *u.InviteID
		}
		lines = append(lines, fmt.Sprint(u.Email, " ", u.Name, " ", u.Role, " ", id, " ", u.SetUp))
	}
	want := `cid@example.com  member inv_cid@example.com false
bob@example.com  member inv_bob@example.com false
ana@example.com Ana member inv_ana@example.com true
ada@acme.example Ada admin - true`
	if strings.Join(lines, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), want)
	}
	if len(got.Events) != 3 || got.Events[0].Email != "cid@example.com" || got.Events[0].Effect != users.Activated || got.Events[0].Version != 3 {
		t.Errorf("got %+v", got.Events)
	}
	call(t, h, "GET /console/api/users", "", &got, bearer("globex", "Gil"))
	if len(got.Users) != 0 || len(got.Events) != 0 {
		t.Errorf("another tenant sees %+v", got)
	}
}
