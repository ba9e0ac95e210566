package users

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// event is one about ana's invite; its id tells invite, kind and version.
func event(kind, invite, status string, version uint64) Event {
	return Event{Type: kind, Detail: Detail{
		EventID: fmt.Sprint(invite, kind, version), Version: version, OccurredAt: noon.Add(time.Duration(version) * time.Minute),
		TenantID: "acme", InviteID: invite, Status: status, Email: "ana@example.com", Role: "member",
	}}
}

var (
	created  = event("InviteCreated", "inv_1", "pending", 1)
	accepted = event("InviteAccepted", "inv_1", "accepted", 3)
	bounced  = event("InviteBounced", "inv_1", "accepted", 4)
	released = event("InviteReleased", "inv_1", "released", 5)
	again    = event("InviteCreated", "inv_2", "pending", 6)
	anew     = event("InviteAccepted", "inv_2", "accepted", 8)
)

func TestEventsMakeAndUnmakeUsers(t *testing.T) {
	for name, c := range map[string]struct {
		events []Event
		want   []Effect
		since  string // of the user in the end, "" where there is none
	}{
		"an accept":                       {[]Event{created, accepted}, []Effect{Noted, Activated}, "12:03"},
		"twice":                           {[]Event{accepted, accepted}, []Effect{Activated, Repeated}, "12:03"},
		"in the wrong order":              {[]Event{accepted, created}, []Effect{Activated, Older}, "12:03"},
		"a release":                       {[]Event{accepted, released}, []Effect{Activated, Deactivated}, ""},
		"a release first":                 {[]Event{released, accepted}, []Effect{Noted, Older}, ""},
		"a release twice":                 {[]Event{accepted, released, accepted, released}, []Effect{Activated, Deactivated, Older, Repeated}, ""},
		"told by a later event first":     {[]Event{bounced, accepted}, []Effect{Activated, Older}, "12:04"},
		"an expiry makes nobody a user":   {[]Event{event("InviteExpired", "inv_1", "expired", 2)}, []Effect{Noted}, ""},
		"two of one change":               {[]Event{event("InviteAsked", "inv_1", "accepted", 3), accepted}, []Effect{Activated, Noted}, "12:03"},
		"invited anew":                    {[]Event{accepted, released, again, anew}, []Effect{Activated, Deactivated, Noted, Activated}, "12:08"},
		"the release comes last":          {[]Event{accepted, again, anew, released}, []Effect{Activated, Noted, Activated, Noted}, "12:08"},
		"the first invite comes late":     {[]Event{anew, accepted, released}, []Effect{Activated, Noted, Noted}, "12:08"},
		"invited anew, not yet accepted":  {[]Event{accepted, again, released}, []Effect{Activated, Noted, Deactivated}, ""},
		"an event about the tenant alone": {[]Event{{Type: "TenantPaused", Detail: Detail{EventID: "e", TenantID: "acme"}}}, []Effect{Noted}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := &Directory{}
			for i, e := range c.events {
				if got := d.Apply(e); got != c.want[i] {
					t.Errorf("event %d, %s %d: %s, want %s", i, e.Type, e.Detail.Version, got, c.want[i])
				}
			}
			since := ""
			for _, u := range d.Users("acme") {
				since += u.Since.Format("15:04")
			}
			if since != c.since {
				t.Errorf("Active since %q, want %q", since, c.since)
			}
		})
	}
}

func TestWhoWasThereFromTheStartStays(t *testing.T) {
	d := &Directory{}
	d.Add(User{Tenant: "acme", Email: "ana@example.com", Name: "Ana", Role: "admin", Since: noon})
	d.Apply(accepted)
	d.Apply(released)
	if got := d.Users("acme"); len(got) != 1 || got[0].Name != "Ana" || !got[0].Since.Equal(noon) {
		t.Errorf("got %+v", got)
	}
}

func TestATenantSeesItsOwnUsersAndEventsNewestFirst(t *testing.T) {
	d := &Directory{}
	d.Add(User{Tenant: "acme", Email: "old@example.com", Since: noon})
	d.Add(User{Tenant: "globex", Email: "other@example.com", Since: noon})
	for version := range uint64(kept) {
		d.Apply(event("InviteResent", "inv_1", "pending", version+1))
	}
	d.Apply(event("InviteAccepted", "inv_1", "accepted", 90))
	if got := d.Users("acme"); len(got) != 2 || got[0].Email != "ana@example.com" || got[1].Email != "old@example.com" {
		t.Errorf("got %+v", got)
	}
	heard := d.Heard("acme")
	if len(heard) != kept || heard[0].Type != "InviteAccepted" || heard[0].Effect != Activated || heard[kept-1].Detail.Version != 2 {
		t.Errorf("got %d: %+v", len(heard), heard)
	}
	if got := d.Heard("globex"); len(got) != 0 {
		t.Errorf("globex hears %+v", got)
	}
}
