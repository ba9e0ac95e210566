// Feedback keeps what the mail provider says became of the mails, and pauses a tenant
// whose mails endanger everybody's: woken by the queue of the provider's notices.
package main

import (
	"context"

	"invites/shared/app"
	compose "invites/shared/app/feedback"
	"invites/shared/feedback"
)

func main() { app.Main(serve) }

func serve(_ context.Context, a *app.App) error {
	taker, err := compose.Feedback(a)
	if err != nil {
		return err
	}
	return feedback.Serve(taker, a.Err())
}
