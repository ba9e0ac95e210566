// Package feedback composes what only the Lambda of the notices has: the rule by which
// a tenant is paused, and the event bus that this is told on.
package feedback

import (
	"context"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"invites/shared/app"
	bus "invites/shared/eventbridge"
	"invites/shared/invite"
)

// Feedback returns what takes in the reports of the mail provider.
func Feedback(a *app.App) (*invite.Feedback, error) {
	store, err := a.Store(nil)
	if err != nil {
		return nil, err
	}
	return &invite.Feedback{
		Store: store,
		Warden: &invite.Warden{
			Store: store,
			Rule: invite.PauseRule{
				BounceRate: a.Rate("INVITES_PAUSE_BOUNCE_RATE"), ComplaintRate: a.Rate("INVITES_PAUSE_COMPLAINT_RATE"),
				MinBounces: uint64(a.Positive("INVITES_PAUSE_MIN_BOUNCES")), MinComplaints: uint64(a.Positive("INVITES_PAUSE_MIN_COMPLAINTS")),
			},
			Announce: announcer{bus.New(eventbridge.NewFromConfig(a.AWS), bus.Config{
				Bus: a.Text("INVITES_EVENT_BUS"), Journal: a.Text("INVITES_EVENT_JOURNAL"), Environment: a.Text("INVITES_ENVIRONMENT"),
			}, app.Wait)},
			Now: a.Now,
		},
		Now: a.Now,
	}, nil
}

// announcer logs a pause beside its event: the alarm tenant-paused counts these lines.
type announcer struct{ *bus.Bus }

func (b announcer) TenantPaused(ctx context.Context, p invite.Pausing) error {
	slog.WarnContext(ctx, "tenant paused", "tenant", p.Tenant, "reason", p.Reason,
		"delivered", p.Tally.Delivered, "bounced", p.Tally.Bounced, "complained", p.Tally.Complained)
	return b.Bus.TenantPaused(ctx, p)
}
