// Publish puts what happens to invites on the event bus: woken by the table's stream,
// by the schedule for what the stream left behind, and by a replay of the archive for
// what was lost because the bus was not there. Its heartbeats tell whether it is.
package main

import (
	"context"

	"invites/shared/app"
	"invites/shared/app/publish"
	"invites/shared/stream"
)

func main() { app.Main(serve) }

func serve(_ context.Context, a *app.App) error {
	publisher, bus, err := publish.Publisher(a)
	if err != nil {
		return err
	}
	return stream.ServePublisher(publisher, bus, publish.Decode, a.Now, a.Err())
}
