package tests

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/jhillyerd/enmime/v2"

	"invites/shared/dynamo"
	domain "invites/shared/invite"
)

// reminding switches the reminders of globex on while something is done. A sender may
// remember the settings before for a moment.
func reminding(t *testing.T, then func()) {
	withSettings(t, "globex", map[string]any{"reminders": true}, 200, func() {
		time.Sleep(domain.SettingsLife + time.Second)
		then()
	})
}

// invited is an invite of a tenant whose mail has left.
func invited(t *testing.T, tenant, name string) invite {
	t.Helper()
	i := create(t, tenant, name+address(t))
	newest(t, i.Email, 1)
	return settled(t, tenant, i.ID)
}

// runSchedule does what the schedule does every minute.
func runSchedule(t *testing.T) {
	t.Helper()
	if payload, failed := invoke(t, "ExpireFunctionName", map[string]any{}); failed {
		t.Fatalf("expire: %s", payload)
	}
}

// reminded runs the schedule until the n-th mail to an invite's address is there, and
// returns it. A mail that a run finds no turn for, or that the provider does not take just
// then, is left to a later run.
func reminded(t *testing.T, tenant string, i invite, n int) *enmime.Envelope {
	t.Helper()
	const look = 10 * time.Second // between two runs
	var ran time.Time
	within(t, func() error {
		if time.Since(ran) > look {
			runSchedule(t)
			ran = time.Now()
		}
		ids, err := mailIDs(t, i.Email)
		if err != nil || len(ids) >= n {
			return err
		}
		inv := recordOf(t, tenant, i.ID)
		return fmt.Errorf("%d mails to %s, want %d; the record is due at %v and has the mail %+v", len(ids), i.Email, n, inv.Due, inv.Mail)
	})
	return mails(t, i.Email, n)[0]
}

// noReminder checks that nobody was reminded of an invite. A run of the schedule that
// found it has sent the reminder of another one by now.
func noReminder(t *testing.T, tenant string, i invite, why string) {
	t.Helper()
	if got := len(mails(t, i.Email, 1)); got != 1 {
		t.Errorf("%s: %d mails, want no reminder", why, got)
	}
	if row := get(t, tenant, i.ID); row.ReminderCount != 0 || row.LastReminderAt != nil {
		t.Errorf("%s: the row says %d reminders, the last at %v", why, row.ReminderCount, row.LastReminderAt)
	}
}

func TestSomebodyWhoDoesNotAcceptIsRemindedWithTheSameLink(t *testing.T) {
	off := invited(t, "acme", "off-")
	reminding(t, func() {
		i, accepted := invited(t, "globex", ""), invited(t, "globex", "accepted-")
		path := newest(t, i.Email, 1)
		bounced := create(t, "globex", simulator(t, "bounce"))
		delivered(t, "globex", bounced.ID, "bounced")
		delivered(t, "globex", i.ID, "delivered")
		press(t, newest(t, accepted.Email, 1), 303)
		runSchedule(t)
		noReminder(t, "globex", i, "before day 1")
		seen := []string{mails(t, i.Email, 1)[0].GetHeader("Subject")}
		for n, by := range []string{"24h", "48h", "48h"} { // days 1, 3 and 5
			for _, one := range []invite{i, off, bounced, accepted} {
				age(t, one.ID, by)
			}
			before := get(t, "globex", i.ID)
			m := reminded(t, "globex", i, n+2)
			if got := link(t, m); got != path {
				t.Errorf("reminder %d carries another link than the invite", n+1)
			}
			subject := m.GetHeader("Subject")
			if !strings.Contains(strings.ToLower(subject), "reminder") || !strings.Contains(m.Text, "reminder") || slices.Contains(seen, subject) {
				t.Errorf("reminder %d has the subject %q after %q and says\n%s", n+1, subject, seen, m.Text)
			}
			seen = append(seen, subject)
			settled(t, "globex", i.ID)
			var row invite
			within(t, func() error { // until it has, the row tells of the mail before it
				if row = get(t, "globex", i.ID); row.Delivery.Status != "delivered" || row.Delivery.At.Equal(before.Delivery.At) {
					return fmt.Errorf("after reminder %d the row tells of the mail %+v, before it of %+v", n+1, row.Delivery, before.Delivery)
				}
				return nil
			})
			if row.ReminderCount != n+1 || row.SendCount != 1 || row.LastReminderAt == nil || row.ETag != before.ETag || !row.ExpiresAt.Equal(before.ExpiresAt) || !row.LastSentAt.Equal(*before.LastSentAt) {
				t.Errorf("after reminder %d the row is %+v, before it was %+v", n+1, row, before)
			}
		}
		noReminder(t, "acme", off, "a tenant that did not ask for any")
		noReminder(t, "globex", bounced, "a mail that bounced")
		noReminder(t, "globex", accepted, "an invite that is accepted")
		if got := len(mails(t, i.Email, 4)); got != 4 {
			t.Errorf("%d mails, want the invite and three reminders", got)
		}
		opens(t, path, 200)
		again := on(t, "globex", i.ID, "resend").invite(t, 200)
		opens(t, path, 410)
		fresh := newest(t, i.Email, 5)
		if settled(t, "globex", i.ID); again.SendCount != 2 || again.ReminderCount != 3 {
			t.Errorf("after a resend the row says %d mails and %d reminders, want 2 and 3", again.SendCount, again.ReminderCount)
		}
		age(t, i.ID, "24h")
		if got := link(t, reminded(t, "globex", i, 6)); got != fresh {
			t.Error("after a resend the reminder carries another link than the newest")
		}
		settled(t, "globex", i.ID)
		press(t, fresh, 303)
	})
}

func TestNobodyIsRemindedInTheLastHoursNorOfAShortInvite(t *testing.T) {
	reminding(t, func() {
		late, control := invited(t, "globex", "late-"), invited(t, "globex", "control-")
		withSettings(t, "globex", map[string]any{"expires_in_hours": 23}, 200, func() {
			short := invited(t, "globex", "short-")
			age(t, late.ID, "156h") // 12 hours are left
			age(t, short.ID, "16h")
			age(t, control.ID, "24h")
			reminded(t, "globex", control, 2)
			within(t, func() error { // the schedule has let go of it until it expires
				if due := dueOf(t, "globex", late.ID); due.Before(late.ExpiresAt.Add(-156 * time.Hour)) {
					return fmt.Errorf("due at %v", due)
				}
				return nil
			})
			noReminder(t, "globex", late, "twelve hours before the end")
			noReminder(t, "globex", short, "a window of 23 hours")
		})
	})
}

func TestWhoSwitchesRemindersOffSendsNone(t *testing.T) {
	var i invite
	reminding(t, func() { i = invited(t, "globex", "") })
	time.Sleep(domain.SettingsLife + time.Second)
	age(t, i.ID, "24h")
	end := get(t, "globex", i.ID).ExpiresAt
	runSchedule(t)
	within(t, func() error {
		if due := dueOf(t, "globex", i.ID); due.Before(end) {
			return fmt.Errorf("due at %v", due)
		}
		return nil
	})
	noReminder(t, "globex", i, "switched off")
}

// records is the store on the stack's table.
func records(t *testing.T) *dynamo.Store {
	t.Helper()
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	store, err := dynamo.New(dynamodb.NewFromConfig(cloud(t)), dynamo.Config{Table: s.Table, Shards: 4,
		Random: func([]byte) {}, Wait: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func recordOf(t *testing.T, tenant, id string) *domain.Invite {
	t.Helper()
	k, _, err := domain.ParseID(domain.TenantID(tenant), id)
	if err != nil {
		t.Fatal(err)
	}
	inv, err := records(t).Get(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// dueOf is when the schedule looks at an invite next.
func dueOf(t *testing.T, tenant, id string) time.Time { return recordOf(t, tenant, id).Due }
