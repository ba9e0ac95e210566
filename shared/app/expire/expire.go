// Package expire composes what only the scheduled Lambda has: the right to wake
// the sender.
package expire

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"invites/shared/app"
	"invites/shared/invite"
	"invites/shared/redrive"
)

// margin is kept of a run's time to answer in.
const margin = 5 * time.Second

// Handler sweeps once per invocation and logs what it did.
func Handler(a *app.App) (func(context.Context) error, error) {
	store, err := a.Store(nil)
	if err != nil {
		return nil, err
	}
	sweeper := invite.Sweeper{
		Store:     store,
		Redriver:  redrive.Function{Client: lambda.NewFromConfig(a.AWS), Name: a.Text("INVITES_SEND_FUNCTION")},
		Retention: a.Retention(),
		Now:       a.Now,
	}
	return func(ctx context.Context) error {
		stop := a.Now().Add(time.Minute)
		if deadline, ok := ctx.Deadline(); ok {
			stop = deadline.Add(-margin)
		}
		done, err := sweeper.Sweep(ctx, stop)
		slog.InfoContext(ctx, "swept", "expired", done.Expired, "redriven", done.Redriven, "finished", done.Finished)
		return err
	}, nil
}
