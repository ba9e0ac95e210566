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

// Publisher returns the publisher of events.
func Publisher(a *app.App) (*invite.Publisher, error) {
	store, err := a.Store(nil)
	if err != nil {
		return nil, err
	}
	return &invite.Publisher{
		Store: store,
		Bus: bus.New(eventbridge.NewFromConfig(a.AWS), bus.Config{
			Bus: a.Text("INVITES_EVENT_BUS"), Environment: a.Text("INVITES_ENVIRONMENT"),
		}, app.Wait),
	}, nil
}
