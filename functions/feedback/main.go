// Feedback keeps what the mail provider says became of the mails: woken by the queue of
// its notices.
package main

import (
	"context"

	"invites/shared/app"
	"invites/shared/feedback"
	"invites/shared/invite"
)

func main() { app.Main(serve) }

func serve(_ context.Context, a *app.App) error {
	store, err := a.Store(nil)
	if err != nil {
		return err
	}
	return feedback.Serve(&invite.Feedback{Store: store, Now: a.Now}, a.Err())
}
