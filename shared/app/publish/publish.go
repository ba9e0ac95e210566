// Package publish composes what only the publishing Lambda has: the event bus.
package publish

import (
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"invites/shared/app"
	"invites/shared/dynamo"
	bus "invites/shared/eventbridge"
	"invites/shared/invite"
)

// Decode reads the images of the table's stream.
var Decode = dynamo.FromStream

// Publisher returns the publisher of events, and the bus that it publishes on.
func Publisher(a *app.App) (*invite.Publisher, *bus.Bus, error) {
	store, err := a.Store(nil)
	if err != nil {
		return nil, nil, err
	}
	on := bus.New(eventbridge.NewFromConfig(a.AWS), bus.Config{
		Bus: a.Text("INVITES_EVENT_BUS"), Journal: a.Text("INVITES_EVENT_JOURNAL"), Environment: a.Text("INVITES_ENVIRONMENT"),
	}, app.Wait)
	return &invite.Publisher{Store: store, Bus: on}, on, nil
}
