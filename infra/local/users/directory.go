// Package users is what a product's backend makes of the events of the service: a
// [Directory] of who is Active, and a [Feed] that brings it the events from the bus.
package users

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// User is somebody who is Active in a tenant.
type User struct {
	Tenant, Email, Name, Role string
	Since                     time.Time
	// InviteID is the invite that was accepted, "" for who was there from the start.
	InviteID string
}

// Event is one of docs/events, as far as the directory reads it.
type Event struct {
	Type   string `json:"detail-type"`
	Detail Detail `json:"detail"`
}

// Detail is an event's own part.
type Detail struct {
	EventID    string    `json:"event_id"`
	Version    uint64    `json:"version"`
	OccurredAt time.Time `json:"occurred_at"`
	TenantID   string    `json:"tenant_id"`
	InviteID   string    `json:"invite_id"`
	Status     string    `json:"status"` // of the invite after the event
	Email      string    `json:"email"`
	Role       string    `json:"role"`
}

// Effect is what an event did.
type Effect string

const (
	Activated   Effect = "activated"
	Deactivated Effect = "deactivated"
	Noted       Effect = "noted"    // it is news, and makes nobody a user or an ex-user
	Older       Effect = "older"    // than what is known of the invite
	Repeated    Effect = "repeated" // it came before
)

// Heard is an event that came, and what it did.
type Heard struct {
	Event
	Effect Effect
}

// kept is how many of a tenant's newest events are remembered for show.
const kept = 20

// Directory is who is Active, by tenant, in memory; safe for use by many at once.
type Directory struct {
	mu      sync.Mutex
	people  map[person]User
	invites map[string]known // by the id of the invite
	heard   map[string][]Heard
}

type person struct{ tenant, email string }

// known is the newest that was told of an invite: its version, and the ids of the events
// that had it.
type known struct {
	version uint64
	events  []string
}

// Add makes somebody a user without an invite.
func (d *Directory) Add(u User) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.add(u)
}

func (d *Directory) add(u User) {
	if d.people == nil {
		d.people = map[person]User{}
	}
	d.people[person{u.Tenant, u.Email}] = u
}

// Apply takes one event in. Events come in any order and more than once: of an invite
// only what has no lower version than what came before counts, and of that each event
// once. Each says the status that its invite has after it, so that nothing is missed with
// what is left out.
func (d *Directory) Apply(e Event) Effect {
	d.mu.Lock()
	defer d.mu.Unlock()
	effect := d.apply(e.Detail)
	if d.heard == nil {
		d.heard = map[string][]Heard{}
	}
	tenant := e.Detail.TenantID
	d.heard[tenant] = append(d.heard[tenant], Heard{e, effect})
	if over := len(d.heard[tenant]) - kept; over > 0 {
		d.heard[tenant] = slices.Delete(d.heard[tenant], 0, over)
	}
	return effect
}

func (d *Directory) apply(e Detail) Effect {
	if e.InviteID == "" { // about the tenant itself
		return Noted
	}
	if d.invites == nil {
		d.invites = map[string]known{}
	}
	id := e.TenantID + " " + e.InviteID
	have := d.invites[id]
	switch {
	case slices.Contains(have.events, e.EventID):
		return Repeated
	case e.Version < have.version:
		return Older
	case e.Version > have.version:
		have = known{version: e.Version}
	}
	have.events = append(have.events, e.EventID)
	d.invites[id] = have

	who := person{e.TenantID, e.Email}
	user, active := d.people[who]
	switch {
	// A later invite takes the place of an earlier one whose release is still on its way.
	case e.Status == "accepted" && (!active || user.InviteID != "" && user.InviteID != e.InviteID && e.OccurredAt.After(user.Since)):
		d.add(User{Tenant: e.TenantID, Email: e.Email, Role: e.Role, Since: e.OccurredAt, InviteID: e.InviteID})
		return Activated
	case e.Status == "released" && active && user.InviteID == e.InviteID:
		delete(d.people, who)
		return Deactivated
	}
	return Noted
}

// Users returns who is Active in a tenant, the newest first.
func (d *Directory) Users(tenant string) []User {
	d.mu.Lock()
	defer d.mu.Unlock()
	found := []User{}
	for who, user := range d.people {
		if who.tenant == tenant {
			found = append(found, user)
		}
	}
	slices.SortFunc(found, func(a, b User) int { return cmp.Or(b.Since.Compare(a.Since), cmp.Compare(a.Email, b.Email)) })
	return found
}

// Heard returns a tenant's newest events, in the opposite order of their coming.
func (d *Directory) Heard(tenant string) []Heard {
	d.mu.Lock()
	defer d.mu.Unlock()
	newest := slices.Clone(d.heard[tenant])
	slices.Reverse(newest)
	return newest
}
