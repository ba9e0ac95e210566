// Send sends the mails that records promise: woken by the table's stream, and by
// the schedule for what the stream left behind.
package main

import (
	"context"

	"invites/shared/app"
	"invites/shared/app/send"
	"invites/shared/stream"
)

func main() { app.Main(serve) }

func serve(_ context.Context, a *app.App) error {
	outbox, err := send.Outbox(a)
	if err != nil {
		return err
	}
	return stream.Serve(outbox, send.Decode, a.Err())
}
