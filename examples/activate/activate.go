// Package activate shows the two things that a product's backend does with invites:
// [SetUp] creates the account of somebody who accepted, from a code that it redeems, and
// [Consumer] makes its user Active, or takes that back, by the events of the service.
package activate

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"invites/client"
)

// User is what the product knows of an address in a tenant. The two halves come in
// either order: the event about an accept may be there before the account.
type User struct {
	Tenant, Email string
	// Account is the invite whose code was redeemed; empty where no account was made.
	Account string
	Name    string
	Role    string
	// Last is the newest event that was taken in.
	Last Event
}

// Active tells whether the person may use the product: they accepted, and it was they who
// set the account up. A mail scanner that presses Accept makes nobody Active.
func (u User) Active() bool {
	return u.Account != "" && u.Account == u.Last.InviteID && u.Last.Status == string(client.Accepted)
}

// Event is what this consumer needs of an event's detail (docs/events).
type Event struct {
	TenantID   string    `json:"tenant_id"`
	InviteID   string    `json:"invite_id"`
	Email      string    `json:"email"`
	Status     string    `json:"status"`
	Version    uint64    `json:"version"`
	OccurredAt time.Time `json:"occurred_at"`
}

// cleared is shorter than a record is kept after its end (a day at least), and longer than
// clocks differ.
const cleared = 12 * time.Hour

// Newer tells whether the event says more than one that was taken in before. The version
// rises with each change of an address's record, so what is not higher is a repetition or
// came late. Once the record is cleared, weeks after its end, a new invite of the address
// counts from 1 again: there the time decides.
func (e Event) Newer(than Event) bool {
	if e.InviteID != than.InviteID {
		if later := e.OccurredAt.Sub(than.OccurredAt); later > cleared || later < -cleared {
			return later > 0
		}
	}
	return e.Version > than.Version
}

// Users is where the product keeps its users, by tenant and lower-case address.
type Users interface {
	// Take keeps an event where it is newer than the one that was taken in before, as
	// [Event.Newer] has it; otherwise it changes nothing, which is no error.
	Take(ctx context.Context, e Event) error
	// Create makes the account of a redeemed invite. What was taken in stays.
	Create(ctx context.Context, r client.Redeemed) error
}

// Consumer takes in events from the service's bus.
type Consumer struct{ Users Users }

// Handle takes in one event, as EventBridge hands it to a Lambda. An error has
// EventBridge bring the event again; it can be taken in any number of times, in any order.
func (c Consumer) Handle(ctx context.Context, event events.EventBridgeEvent) error {
	var e Event
	if err := json.Unmarshal(event.Detail, &e); err != nil {
		return fmt.Errorf("read the event %s: %w", event.ID, err)
	}
	if e.InviteID == "" || e.Email == "" || e.Status == "" {
		return nil // an event about something else; the service grows by addition
	}
	e.Email = strings.ToLower(e.Email)
	return c.Users.Take(ctx, e)
}
