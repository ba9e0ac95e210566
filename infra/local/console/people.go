package console

import (
	"cmp"
	"net/http"
	"time"

	"invites/infra/local/users"
)

// userView is somebody Active, as the page shows them.
type userView struct {
	Email string    `json:"email"`
	Name  string    `json:"name"`
	Role  string    `json:"role"`
	Since time.Time `json:"since"`
	// InviteID is null for who was there from the start.
	InviteID *string `json:"invite_id"`
	// SetUp tells whether the set-up page has made the account.
	SetUp bool `json:"set_up"`
}

// eventView is an event that the product's backend took from the bus.
type eventView struct {
	ID      string       `json:"id"`
	Type    string       `json:"type"`
	Version uint64       `json:"version"`
	At      time.Time    `json:"at"`
	Email   string       `json:"email"`
	Effect  users.Effect `json:"effect"`
}

// listUsers tells who is Active, which is the bus's to say, and who has finished setting
// up, which the set-up page knows.
func (c *console) listUsers(w http.ResponseWriter, _ *http.Request, who caller) {
	tenant := string(who.tenant)
	people, events := []userView{}, []eventView{}
	for _, u := range c.Directory.Users(tenant) {
		view := userView{Email: u.Email, Name: u.Name, Role: u.Role, Since: u.Since, SetUp: u.InviteID == ""}
		if u.InviteID != "" {
			view.InviteID = &u.InviteID
			if account, ok := c.Account(tenant, u.Email); ok && account.InviteID == u.InviteID {
				view.Name, view.SetUp = cmp.Or(view.Name, account.Name), true
			}
		}
		people = append(people, view)
	}
	for _, e := range c.Directory.Heard(tenant) {
		d := e.Detail
		events = append(events, eventView{ID: d.EventID, Type: e.Type, Version: d.Version, At: d.OccurredAt, Email: d.Email, Effect: e.Effect})
	}
	answer(w, http.StatusOK, map[string]any{"users": people, "events": events})
}
