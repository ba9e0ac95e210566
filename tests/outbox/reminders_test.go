package outbox

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"invites/shared/invite"
)

// dueAt is when a reminder of the newest link is due.
func dueAt(inv *invite.Invite, n int) time.Time {
	return inv.ExpiresAt.Add(-inv.Window).Add(inv.Window / 7 * time.Duration(2*n-1))
}

// reminders is a world whose tenant has them.
func reminders(t *testing.T) *world {
	w := newWorld(t)
	w.reminders = true
	return w
}

// due is an invite whose mail was sent and whose first reminder is due.
func (w *world) due(t *testing.T) *invite.Invite {
	t.Helper()
	inv := w.invite()
	if err := w.start(fate{}).deliver(inv); err != nil {
		t.Fatal(err)
	}
	w.at(dueAt(inv, 1))
	return w.row(inv)
}

func (w *world) at(t time.Time) { w.advance(t.Sub(w.clock())) }

// goesOn lets some minutes pass for one invite, without a walk over the table: days of
// empty hours would take longer than the test.
func (w *world) goesOn(inv *invite.Invite, minutes int) {
	for range minutes {
		w.advance(time.Minute)
		f := fate{}
		if w.fates != nil {
			f = w.fates(inv.Key)
		}
		if row := w.row(inv); !row.Due.After(w.clock()) {
			_ = w.start(f).redeliver(inv.Key)
		}
	}
}

// reminded checks that a reminder has arrived in so many copies, counted once, and that
// the invite is otherwise as it was.
func (w *world) reminded(t *testing.T, before *invite.Invite, n, copies int) {
	t.Helper()
	row := w.row(before)
	if row.Mail.Reminder != n || row.Reminders != 1 || !row.Link.Equal(before.Link) || row.ETag(w.clock()) != before.ETag(w.clock()) {
		t.Errorf("reminder %d, %d counted, link and etag the same: %t, %t", row.Mail.Reminder, row.Reminders,
			row.Link.Equal(before.Link), row.ETag(w.clock()) == before.ETag(w.clock()))
	}
	w.arrived(t, before, copies)
}

func TestAReminderArrivesWhereverItsSenderDies(t *testing.T) {
	t.Parallel()
	for s := beforeClaim; s < stepCount; s++ {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			w := reminders(t)
			inv := w.due(t)
			copies := 1
			if s.copies() {
				copies = 2
			}
			w.secret.rotate() // the link keeps its own key
			_ = w.start(fate{dies: s}).redeliver(inv.Key)
			w.goesOn(inv, 5)
			w.reminded(t, inv, 1, copies)
		})
	}
}

func TestTheScheduleFindsTheRemindersThatAreDue(t *testing.T) {
	t.Parallel()
	w := reminders(t)
	invites := make([]*invite.Invite, 20)
	for n := range invites {
		invites[n] = w.invite()
		if err := w.start(fate{}).deliver(invites[n]); err != nil {
			t.Fatal(err)
		}
	}
	w.at(dueAt(invites[0], 1).Add(-time.Minute))
	if done := w.sweep(); done.Redriven != 0 {
		t.Errorf("a minute before: %+v", done)
	}
	w.at(dueAt(invites[0], 1))
	var both sync.WaitGroup
	for range 2 { // at once
		both.Go(func() { w.sweep() })
	}
	both.Wait()
	for _, inv := range invites {
		w.reminded(t, w.row(inv), 1, 1)
	}
	if got, want := w.ses.asked(), 2*len(invites); got != want {
		t.Errorf("SES was asked %d times, want %d", got, want)
	}
}

func TestSendersAtOnceSendOneReminder(t *testing.T) {
	t.Parallel()
	w := reminders(t)
	inv := w.due(t)
	var everybody sync.WaitGroup
	for range sendersAtOnce {
		p := w.start(fate{})
		everybody.Go(func() {
			if err := p.redeliver(inv.Key); err != nil {
				t.Error(err)
			}
		})
	}
	everybody.Wait()
	w.reminded(t, inv, 1, 1)
}

// The resend waits for the reminder, so none leaves with a link that the resend killed:
// provider.check fails where one does.
func TestAResendWaitsForAReminder(t *testing.T) {
	t.Parallel()
	w := reminders(t)
	inv := w.due(t)
	claimed, goOn, sent := make(chan struct{}), make(chan struct{}), make(chan error)
	p := w.start(fate{at: map[step]func(){beforeHandOver: func() {
		close(claimed)
		<-goOn
	}}})
	go func() { sent <- p.redeliver(inv.Key) }()
	<-claimed
	w.onWait = once(func() {
		close(goOn)
		if err := <-sent; err != nil {
			t.Error(err)
		}
	})
	second, err := w.resend(inv)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.ses.asked(); got != 2 {
		t.Errorf("SES was asked %d times before the resend was acknowledged, want 2", got)
	}
	if err := w.start(fate{}).deliver(second); err != nil {
		t.Fatal(err)
	}
	w.dead(t, w.ses.of(inv)[0].token)
	w.arrived(t, second, 1)
}

// A sender that slept with a reminder until a resend was acknowledged hands nothing over.
func TestASenderThatSleptWithAReminderHandsNothingOver(t *testing.T) {
	t.Parallel()
	w := reminders(t)
	inv := w.due(t)
	var second *invite.Invite
	p := w.start(fate{at: map[step]func(){claimWritten: once(func() {
		w.advance(invite.LeaseTime)
		var err error
		if second, err = w.resend(inv); err != nil {
			t.Error(err)
		}
	})}})
	if err := p.redeliver(inv.Key); err != nil {
		t.Error(err)
	}
	if got := w.ses.asked(); got != 1 {
		t.Errorf("SES was asked %d times, want once for the first mail", got)
	}
	if err := w.start(fate{}).deliver(second); err != nil {
		t.Fatal(err)
	}
	w.arrived(t, second, 1)
}

// What becomes of a reminder when its invite ends while a sender has the lease.
func TestAnInviteThatEndsWhileItsReminderIsOnItsWay(t *testing.T) {
	t.Parallel()
	accepts := func(t *testing.T, w *world, inv *invite.Invite) {
		first := *inv
		first.Mail.Reminder = 0
		if _, _, err := w.service.Accept(t.Context(), w.ses.of(&first)[0].token); err != nil {
			t.Error(err)
		}
	}
	cancels := func(t *testing.T, w *world, inv *invite.Invite) {
		if err := w.cancel(inv); err != nil {
			t.Error(err)
		}
	}
	for _, c := range []struct {
		name  string
		ends  func(*testing.T, *world, *invite.Invite)
		at    step
		dies  step
		want  told
		state invite.Status
		mails int // of the reminder
	}{
		{"is accepted before its reminder is claimed", accepts, beforeClaim, never, arrived, invite.Accepted, 0},
		{"is accepted while its reminder is on its way", accepts, beforeHandOver, never, arrived, invite.Accepted, 1},
		{"is accepted, and the sender dies", accepts, claimWritten, beforeHandOver, arrived, invite.Accepted, 0},
		{"is cancelled before its reminder is claimed", cancels, beforeClaim, never, arrived, invite.Cancelled, 0},
		{"is cancelled while its reminder is on its way", cancels, beforeHandOver, never, arrived, invite.Cancelled, 1},
		{"is cancelled, and the sender dies", cancels, claimWritten, beforeHandOver, told{invite.MailFailed, invite.ReasonCancelled}, invite.Cancelled, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := reminders(t)
			inv := w.due(t)
			end := once(func() { c.ends(t, w, inv) })
			_ = w.start(fate{at: map[step]func(){c.at: end}, dies: c.dies}).redeliver(inv.Key)
			for range 3 { // nobody sends another one
				w.advance(day)
				_ = w.start(fate{}).redeliver(inv.Key)
			}
			row := w.row(inv)
			if row.Status != c.state || !row.Due.IsZero() {
				t.Errorf("the invite is %s and due at %v", row.Status, row.Due)
			}
			w.says(t, inv, c.want.status, c.want.reason)
			reminder := *row
			reminder.Mail.Reminder = 1
			if got := len(w.ses.of(&reminder)); got != c.mails {
				t.Errorf("%d copies of the reminder, want %d", got, c.mails)
			}
			if got := w.ses.asked(); got != 1+c.mails {
				t.Errorf("SES was asked %d times, want %d", got, 1+c.mails)
			}
		})
	}
}

const day = 24 * time.Hour

// Many invites live through their windows, with senders that die anywhere, answers that
// are lost, people who accept and admins who cancel and resend. In the end every
// reminder that was counted arrived, in no more copies than senders that may have died
// between SES and the record, all of them with the link of their mail.
func TestWhateverHappensRemindersGoOutOnceEach(t *testing.T) {
	t.Parallel()
	seeds := []uint64{1, 2, 3}
	if *seed != 0 {
		seeds = []uint64{*seed}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { playReminders(t, seed) })
	}
}

func playReminders(t *testing.T, seed uint64) {
	w := reminders(t)
	random := rand.New(rand.NewPCG(seed, 1))
	s := &storm{w: w, seed: seed, numbers: map[invite.Key]uint64{}, tried: map[invite.Key]uint64{},
		unrecorded: map[mailID]int{}, deaths: map[step]int{}}
	invites := make([]*invite.Invite, 30)
	for n := range invites {
		invites[n] = w.invite()
		s.numbers[invites[n].Key] = uint64(n + 1)
	}
	w.fates = s.fate
	open := func(inv *invite.Invite) bool { return w.row(inv).StatusAt(w.clock()) == invite.Pending }
	counted := 0
	for n := range 4 { // the mails themselves, and three reminders
		if n > 0 {
			w.at(dueAt(invites[0], n))
		}
		for range 20 {
			w.advance(time.Minute)
			together(invites, func(inv *invite.Invite) {
				if row := w.row(inv); !row.Due.IsZero() && !row.Due.After(w.clock()) {
					_ = w.start(s.fate(inv.Key)).redeliver(inv.Key)
				}
			})
			s.arrive()
		}
		for _, inv := range invites {
			if !open(inv) {
				continue
			}
			switch row := w.row(inv); random.IntN(10) {
			case 0:
				if err := w.cancel(inv); err != nil {
					t.Error(err)
				}
			case 1:
				if mails := w.ses.of(row); len(mails) > 0 {
					if _, _, err := w.service.Accept(t.Context(), mails[0].token); err != nil {
						t.Error(err)
					}
				}
			}
		}
	}
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	w.advance(invite.Backoff(100) + invite.LeaseTime)
	together(invites, func(inv *invite.Invite) { _ = w.start(fate{}).redeliver(inv.Key) })
	copies := 0
	for _, inv := range invites {
		row := w.row(inv)
		arrived := uint64(0)
		for n := range invite.MaxReminders + 1 {
			mail := *row
			mail.Mail.Reminder = n
			got := len(w.ses.of(&mail))
			if most := 1 + s.unrecorded[mailOf(&mail)]; got > most {
				t.Errorf("%d copies of reminder %d, want at most %d", got, n, most)
			}
			copies += max(got-1, 0)
			if n > 0 && got > 0 {
				arrived++
			}
		}
		if row.Status == invite.Pending && (arrived != row.Reminders || row.Reminders != invite.MaxReminders) {
			t.Errorf("%d reminders arrived and %d are counted, want all three", arrived, row.Reminders)
		}
		if arrived > row.Reminders {
			t.Errorf("%d reminders arrived and %d are counted", arrived, row.Reminders)
		}
		counted += int(row.Reminders)
	}
	t.Logf("%d reminders of %d invites, %d mails, %d more copies; senders died: %v", counted, len(invites), len(w.ses.mails), copies, s.count())
	if counted < len(invites) {
		t.Errorf("only %d reminders were sent", counted)
	}
}
