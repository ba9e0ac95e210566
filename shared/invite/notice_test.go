package invite_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// permutations calls each with every order of 0 to n-1.
func permutations(n int, each func([]int)) {
	var walk func(order []int)
	walk = func(order []int) {
		if len(order) == n {
			each(order)
			return
		}
		for i := range n {
			if !slices.Contains(order, i) {
				walk(append(slices.Clone(order), i))
			}
		}
	}
	walk(nil)
}

// sent is an invite whose second mail was sent.
func sent(now time.Time) *invite.Invite {
	return &invite.Invite{Tenant: "acme", Email: "ana@example.com", Status: invite.Pending, Gen: 1, Seq: 2, Version: 9,
		ExpiresAt: now.Add(time.Hour), Mail: invite.Mail{Status: invite.MailSent, At: now}}
}

// Every set of up to six notices, some of them of the same kind, some about the mail
// before this one, in every order and with the first two delivered twice.
func TestNoticesInAnyOrderTellTheSame(t *testing.T) {
	now := invitetest.Base
	var all []invite.Notification
	for n, notice := range append(slices.Clone(invitetest.Notices), invitetest.Notices[1], invitetest.Notices[4]) {
		notice.At = now.Add(time.Duration(n*7%5) * time.Second)
		all = append(all, invite.Notification{Gen: 1, Seq: 2, Notice: notice, Now: now})
	}
	older := all[6]
	older.Seq = 1
	all = append(all, older)
	for set := 1; set < 1<<len(all); set++ {
		var chosen []invite.Notification
		for i, n := range all {
			if set>>i&1 == 1 {
				chosen = append(chosen, n)
			}
		}
		if len(chosen) > 6 {
			continue
		}
		var want *invite.Notice
		permutations(len(chosen), func(order []int) {
			inv := sent(now)
			for _, i := range append(order, order[:min(2, len(order))]...) {
				if next, err := chosen[i].Note(inv); err == nil {
					inv = next
				} else if invite.KindOf(err) != invite.Superseded {
					t.Fatal(err)
				}
			}
			got := inv.Mail.Notice
			if want == nil {
				want = &got
			}
			if got != *want {
				t.Fatalf("%v in the order %v: got %v, want %v", chosen, order, got, *want)
			}
		})
	}
}

// The same of an invite whose first reminder was sent, with notices about its own mail,
// its reminder, and one that never was. Only what holds for the reminder too is kept of
// the mail before it.
func TestNoticesOfAMailAndItsReminderInAnyOrderTellTheSame(t *testing.T) {
	now := invitetest.Base
	var all []invite.Notification
	for n, notice := range invitetest.Notices {
		for reminder := range 3 {
			notice.At = now.Add(time.Duration((n+3*reminder)*7%5) * time.Second)
			all = append(all, invite.Notification{Gen: 1, Seq: 2, Reminder: reminder, Notice: notice, Now: now})
		}
	}
	counts := func(n invite.Notification) bool {
		return n.Reminder == 1 || n.Reminder == 0 && n.Notice.Rank() >= invite.BlockedFrom
	}
	random := rand.New(rand.NewPCG(1, 2))
	kept := 0
	for range 400 {
		var chosen []invite.Notification
		for _, i := range random.Perm(len(all))[:random.IntN(5)+1] {
			chosen = append(chosen, all[i])
		}
		var want invite.Notice
		for _, n := range chosen {
			if counts(n) && n.Notice.Outranks(want) {
				want = n.Notice
			}
		}
		if !want.IsZero() {
			kept++
		}
		permutations(len(chosen), func(order []int) {
			inv := sent(now)
			inv.Mail.Reminder, inv.Reminders = 1, 1
			for _, i := range append(order, order[:min(2, len(order))]...) {
				if next, err := chosen[i].Note(inv); err == nil {
					inv = next
				} else if invite.KindOf(err) != invite.Superseded {
					t.Fatal(err)
				}
			}
			if got := inv.Mail.Notice; got != want {
				t.Fatalf("%v in the order %v: got %v, want %v", chosen, order, got, want)
			}
		})
	}
	if kept < 100 {
		t.Errorf("only %d sets said anything", kept)
	}
}

// A notice about the mail itself comes before or after its reminder was sent: the row
// says the same then, unless the notice has kept the reminder from going out.
func TestANoticeBeforeOrAfterTheReminderTellsTheSame(t *testing.T) {
	for _, notice := range invitetest.Notices {
		now := invitetest.Base
		inv := sent(now)
		inv.Link, inv.Window, inv.ExpiresAt = invite.Digest{1}, invitetest.Window, now.Add(invitetest.Window)
		due := now.Add(invitetest.Window / 7)
		notice.At = now.Add(time.Hour)
		note := invite.Notification{Gen: 1, Seq: 2, Notice: notice, Now: due}
		remind := invite.Claim{Gen: 1, Seq: 2, Owner: "x", Link: inv.Link, Now: due}
		stops := notice.Status != invite.MailDelivered
		before, err := note.Note(inv)
		if err != nil {
			t.Fatal(err)
		}
		reminded, err := remind.Remind(before)
		if stops != (invite.KindOf(err) == invite.Superseded) || !stops && err != nil {
			t.Errorf("%s %s: the reminder after it: %v", notice.Status, notice.Reason, err)
		}
		if !stops && !reminded.Mail.Notice.IsZero() {
			t.Errorf("%s %s: the reminder has the notice of the mail before it", notice.Status, notice.Reason)
		}
		after, err := remind.Remind(inv)
		if err != nil {
			t.Fatal(err)
		}
		if next, err := note.Note(after); err == nil {
			after = next
		}
		if !after.LastReminderAt.IsZero() || !after.LastSentAt.Equal(inv.LastSentAt) {
			t.Errorf("%s %s: a notice of the mail before it says when the reminder left", notice.Status, notice.Reason)
		}
		own := note
		own.Reminder = 1
		if next, err := own.Note(after); err == nil && (!next.LastReminderAt.Equal(due) || !next.LastSentAt.Equal(inv.LastSentAt)) {
			t.Errorf("%s %s of the reminder: left at %v, want %v", notice.Status, notice.Reason, next.LastReminderAt, due)
		}
		if lost := after.Mail.Notice.IsZero(); lost != (notice.Rank() < invite.BlockedFrom) {
			t.Errorf("%s %s after the reminder: the row says %+v", notice.Status, notice.Reason, after.Mail.Notice)
		}
	}
}

// Two marks are never the same, whatever mail a notice is about.
func TestNoticesOfDifferentMailsAreDifferentEvents(t *testing.T) {
	seen := map[string]bool{}
	for _, notice := range invitetest.Notices {
		for seq := range uint64(3) {
			for reminder := range 4 {
				mark, ok := invite.Notification{Seq: seq, Reminder: reminder, Notice: notice}.Mark()
				if ok && seen[mark] {
					t.Errorf("%q comes twice", mark)
				}
				seen[mark] = true
			}
		}
	}
}

func TestWhatIsTrueOfAMail(t *testing.T) {
	now := invitetest.Base
	n := invitetest.Notices
	delayed, delivered, autoReply, full, missing := n[0], n[1], n[2], n[3], n[4]
	rejected, suppressed, complained := n[5], n[6], n[7]
	for _, c := range []struct {
		name string
		said []invite.Notice
		want invite.Notice
	}{
		{"a mail that was delayed arrives", []invite.Notice{delayed, delivered}, delivered},
		{"a late delay changes nothing", []invite.Notice{delivered, delayed}, delivered},
		{"an out-of-office reply is no bounce", []invite.Notice{delivered, autoReply}, delivered},
		{"a mailbox accepts and is full", []invite.Notice{delivered, full}, full},
		{"a mailbox accepts and does not exist", []invite.Notice{delivered, missing}, missing},
		{"a mail arrives and is marked as spam", []invite.Notice{delivered, complained}, complained},
		{"the provider refuses the mail", []invite.Notice{rejected}, rejected},
		{"the provider sends nothing there", []invite.Notice{missing, suppressed}, suppressed},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := sent(now)
			for _, s := range c.said {
				s.At = now
				if next, err := (invite.Notification{Gen: 1, Seq: 2, Notice: s, Now: now}).Note(inv); err == nil {
					inv = next
				}
			}
			status, reason, _ := inv.Delivery(now)
			if status != c.want.Status || reason != c.want.Reason {
				t.Errorf("got %s %q, want %s %q", status, reason, c.want.Status, c.want.Reason)
			}
		})
	}
}

// A sender that died, or whose answer is late, has left the time of its last try.
func TestAMailThatTheProviderToldOfHasLeft(t *testing.T) {
	now := invitetest.Base
	tried := now.Add(-time.Minute)
	for _, status := range []invite.MailStatus{invite.MailSending, invite.MailQueued} {
		inv := sent(now)
		inv.LastSentAt = now.Add(-time.Hour) // the mail before
		inv.Mail = invite.Mail{Status: status, At: tried, Lease: invite.Lease{Owner: "x", Until: now.Add(time.Second)}}
		for _, n := range []invite.Notice{invitetest.Notices[0], invitetest.Notices[1]} {
			n.At = now
			next, err := invite.Notification{Gen: 1, Seq: 2, Notice: n, Now: now}.Note(inv)
			if err != nil {
				t.Fatal(err)
			}
			inv = next
			if !inv.LastSentAt.Equal(tried) || !inv.Due.Equal(inv.ExpiresAt.Add(invite.ExpireGrace)) || inv.Mail.Lease.Owner != "x" {
				t.Errorf("%s, %s: last sent %v, due %v, lease of %q", status, n.Status, inv.LastSentAt, inv.Due, inv.Mail.Lease.Owner)
			}
			inv.Due = inv.ExpiresAt.Add(invite.ExpireGrace)
		}
		if s, _, at := inv.Delivery(now); s != invite.MailDelivered || !at.Equal(now) {
			t.Errorf("%s: the row says %s at %v", status, s, at)
		}
	}
	settled := sent(now)
	settled.LastSentAt = tried
	next, err := invite.Notification{Gen: 1, Seq: 2, Notice: invite.Notice{Status: invite.MailDelivered, At: now}, Now: now}.Note(settled)
	if err != nil || !next.LastSentAt.Equal(tried) {
		t.Errorf("a settled mail: last sent %v, %v, want %v", next.LastSentAt, err, tried)
	}
}

func TestWhereNothingWouldArriveResendLeavesTheLink(t *testing.T) {
	now := invitetest.Base
	for _, c := range []struct {
		notice  invite.Notice
		confirm invite.MailStatus // what opens it, if anything
		blocked bool
	}{
		{invitetest.Notices[1], "", false},
		{invitetest.Notices[2], "", false},
		{invitetest.Notices[3], "", false},
		{invitetest.Notices[4], invite.MailBounced, true},
		{invitetest.Notices[5], "", false},
		{invitetest.Notices[6], invite.MailSuppressed, true},
		{invitetest.Notices[7], "", true},
	} {
		t.Run(fmt.Sprint(c.notice.Status, " ", c.notice.Reason), func(t *testing.T) {
			inv := sent(now)
			inv.Mail.Notice = c.notice
			for _, confirm := range []invite.MailStatus{"", invite.MailBounced, invite.MailSuppressed, invite.MailComplained} {
				_, err := invite.Change{Gen: 1, Now: now, Confirm: confirm, Retention: invitetest.Retention}.Resend(inv)
				want := invite.Kind("")
				if c.blocked && (c.confirm == "" || c.confirm != confirm) {
					want = invite.CannotSend
				}
				if got := invite.KindOf(err); got != want {
					t.Errorf("resend confirming %q: got %q, want %q", confirm, got, want)
				}
			}
		})
	}
}
