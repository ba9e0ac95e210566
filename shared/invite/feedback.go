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
	Store NoticeStore
	Now   func() time.Time
}

// Take keeps a report. One that says nothing new, or is about a mail that is not the
// newest any more, has nothing to change and is done. After an error the same report may
// come again.
func (f *Feedback) Take(ctx context.Context, r Report) error {
	_, err := f.Store.Note(ctx, Notification{
		Key: r.Route.Key, Gen: r.Route.Gen, Seq: r.Route.Seq, Reminder: r.Route.Reminder, Notice: r.Notice, Now: f.Now(),
	})
	if err != nil && KindOf(err) != Superseded {
		return fmt.Errorf("take a report: %w", err)
	}
	return nil
}
