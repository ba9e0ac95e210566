// Publish puts what happens to invites on the event bus: woken by the table's stream,
// and by the schedule for what the stream left behind.
package main

import (
	"context"

	"invites/shared/app"
	"invites/shared/app/publish"
	"invites/shared/stream"
)

func main() { app.Main(serve) }

func serve(_ context.Context, a *app.App) error {
	publisher, err := publish.Publisher(a)
	if err != nil {
		return err
	}
	return stream.ServePublisher(publisher, publish.Decode, a.Err())
}
