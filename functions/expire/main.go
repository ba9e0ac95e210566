// Expire runs by the schedule: it marks expirations and has mails sent that were
// left behind.
package main

import (
	"cmp"
	"context"

	"github.com/aws/aws-lambda-go/lambda"

	"invites/shared/app"
	"invites/shared/app/expire"
)

func main() { app.Main(serve) }

func serve(_ context.Context, a *app.App) error {
	handler, err := expire.Handler(a)
	if err := cmp.Or(err, a.Err()); err != nil {
		return err
	}
	lambda.Start(handler)
	return nil
}
