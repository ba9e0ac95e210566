package invite

import (
	"context"
	"fmt"
	"time"
)

// Report is one notice of the mail provider, with the way back to the mail it is about.
type Report struct {
	Route  Route
	Notice Notice
}

// Feedback takes in what the mail provider reports.
type Feedback struct {
	Store  NoticeStore
	Warden *Warden
	Now    func() time.Time
}

// Take keeps a report, and has the warden weigh one that said something new. One that
// says nothing new, or is about a mail that is not the newest any more, has nothing to
// change and is done. After an error the same report may come again.
func (f *Feedback) Take(ctx context.Context, r Report) error {
	inv, err := f.Store.Note(ctx, Notification{
		Key: r.Route.Key, Gen: r.Route.Gen, Seq: r.Route.Seq, Reminder: r.Route.Reminder, Notice: r.Notice, Now: f.Now(),
	})
	if KindOf(err) == Superseded {
		return nil
	}
	if err == nil {
		err = f.Warden.Weigh(ctx, inv.Tenant, r.Notice)
	}
	if err != nil {
		return fmt.Errorf("take a report: %w", err)
	}
	return nil
}
