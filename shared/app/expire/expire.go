// Package expire composes what only the scheduled Lambda has: the right to wake
// the sender and the publisher.
package expire

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"invites/shared/app"
	"invites/shared/invite"
	"invites/shared/redrive"
)

const (
	// margin is kept of a run's time to answer in.
	margin = 5 * time.Second
	// sendingTime is how long the senders that a run wakes may take for its mails: a
	// mail waits for its turn up to 35 of the 50 seconds that a sender has.
	sendingTime = 30 * time.Second
)

// Handler sweeps once per invocation and logs what it did.
func Handler(a *app.App) (func(context.Context) error, error) {
	store, err := a.Store(nil)
	if err != nil {
		return nil, err
	}
	client := lambda.NewFromConfig(a.AWS)
	herald := invite.Herald{Store: store, Wake: redrive.Function{Client: client, Name: a.Text("INVITES_PUBLISH_FUNCTION"), Calls: 1}, Now: a.Now}
	sweeper := invite.Sweeper{
		Store:     store,
		Redriver:  redrive.Function{Client: client, Name: a.Text("INVITES_SEND_FUNCTION"), Calls: invite.Senders},
		Retention: a.Retention(),
		Mails:     a.Positive("INVITES_MAILS_PER_SECOND") * int(sendingTime/time.Second),
		Now:       a.Now,
	}
	return func(ctx context.Context) error {
		stop := a.Now().Add(time.Minute)
		if deadline, ok := ctx.Deadline(); ok {
			stop = deadline.Add(-margin)
		}
		done, err := sweeper.Sweep(ctx, stop)
		woken, also := herald.Call(ctx, stop)
		slog.InfoContext(ctx, "swept", "expired", done.Expired, "redriven", done.Redriven, "finished", done.Finished, "unpublished", woken)
		return errors.Join(err, also)
	}, nil
}
