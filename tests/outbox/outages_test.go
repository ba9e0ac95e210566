package outbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"invites/shared/invite"
)

const unverified = "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: "

// stalls lets a process sleep right after its claim until this much is left of the
// time it has to hand the mail over.
func (w *world) stalls(left time.Duration) map[step]func() {
	const handOverTime = 40 * time.Second // the lease without the margin at its end
	return map[step]func(){claimWritten: func() { w.advance(handOverTime - left) }}
}

// shortly is enough for a call of SES and little enough to wait for.
const shortly = 200 * time.Millisecond

func TestAMailArrivesOnceAnOutageIsOver(t *testing.T) {
	t.Parallel()
	for _, outage := range []struct {
		name   string
		begin  func(*world)
		end    func(*world)
		reason string
		slow   bool // an attempt ends by its time
		// attempts are counted after 1, 2 and 3 minutes.
		attempts [3]int
	}{
		// Each sender tries at four turns of its pace, and the schedule wakes one each minute.
		{name: "SES throttles", reason: invite.ReasonThrottled, attempts: [3]int{8, 12, 16}, begin: func(w *world) { w.ses.is(throttles) }},
		{name: "the quota of the day is used up", reason: invite.ReasonQuota,
			begin: func(w *world) { w.ses.is(refuses(400, "Throttling", "Daily message quota exceeded.")) }},
		{name: "SES answers 5xx", reason: invite.ReasonUnreachable, begin: func(w *world) { w.ses.is(breaks) }},
		{name: "SES breaks the connection", reason: invite.ReasonUnreachable, begin: func(w *world) { w.ses.is(cutBefore) }},
		{name: "nobody listens", reason: invite.ReasonUnreachable,
			begin: func(w *world) { w.ses.down() }, end: func(w *world) { w.ses.up() }},
		{name: "SES does not answer in time", reason: invite.ReasonUnreachable, slow: true, begin: func(w *world) { w.ses.is(hangs) }},
		{name: "sending is paused", reason: invite.ReasonPaused,
			begin: func(w *world) { w.ses.is(refuses(400, "AccountSendingPausedException", "Sending is paused.")) }},
		{name: "no sender is verified", reason: invite.ReasonSenderUnverified,
			begin: func(w *world) { w.ses.is(refuses(400, "MessageRejected", unverified+tenantSender+", "+platform)) }},
	} {
		t.Run(outage.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			inv := w.invite()
			outage.begin(w)
			f := fate{}
			if outage.slow {
				f.at = w.stalls(shortly)
			}
			if err := w.start(f).deliver(inv); err != nil {
				t.Fatalf("an outage of SES is no failure of the sender: %v", err)
			}
			w.says(t, inv, invite.MailQueued, outage.reason)
			if outage.slow {
				f = fate{at: w.stalls(shortly)}
				w.fates = func(invite.Key) fate { return f }
			}
			// Attempts follow after 1, 2 and 4 minutes, each as the one before.
			attempts := outage.attempts
			if attempts == [3]int{} {
				attempts = [3]int{2, 2, 3}
			}
			for minute, want := range attempts {
				w.pass(time.Minute)
				if got := w.row(inv).Mail.Attempts; got != want && !outage.slow {
					t.Errorf("%d attempts after %d minutes, want %d", got, minute+1, want)
				}
				w.says(t, inv, invite.MailQueued, outage.reason)
			}
			w.fates = nil
			w.ses.is(takes)
			if outage.end != nil {
				outage.end(w)
			}
			w.pass(invite.Backoff(3) + time.Minute)
			w.arrived(t, inv, 1)
		})
	}
}

// Nobody knows whether SES has a mail that it never answered for: it is sent again,
// with the same link.
func TestAnUnansweredMailIsSentAgain(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]verdict{
		"the connection breaks":      cutAfter,
		"the answer does not come":   always(reply{takes: true, silent: true}),
		"the answer is an error":     always(reply{takes: true, status: 500, code: "InternalFailure", text: "oops"}),
		"the answer is of a proxy's": always(reply{takes: true, status: 504, code: "", text: ""}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			inv := w.invite()
			if err := w.start(fate{says: says, at: w.stalls(shortly)}).deliver(inv); err != nil {
				t.Fatal(err)
			}
			w.says(t, inv, invite.MailQueued, invite.ReasonUnreachable)
			w.pass(untilSent)
			w.arrived(t, inv, 2)
		})
	}
}

func TestAnOutageLongerThanTheInviteIsToldInItsRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.window = invite.MinWindow
	inv := w.invite()
	w.ses.is(breaks)
	if err := w.start(fate{}).deliver(inv); err != nil {
		t.Fatal(err)
	}
	w.pass(invite.MinWindow - time.Minute)
	w.says(t, inv, invite.MailQueued, invite.ReasonUnreachable)
	// At once, attempts 1 to 4 wait 1, 2, 4 and 8 minutes, the others 15.
	if got := w.row(inv).Mail.Attempts; got != 7 {
		t.Errorf("%d attempts in an hour, want 7", got)
	}
	w.pass(time.Minute)
	w.says(t, inv, invite.MailFailed, invite.ReasonExpired)
	w.ses.is(takes)
	w.pass(20 * time.Minute)
	w.says(t, inv, invite.MailFailed, invite.ReasonExpired)
	row := w.row(inv)
	if len(w.ses.of(row)) > 0 || row.Status != invite.Expired {
		t.Errorf("%d mails of an invite that is %s", len(w.ses.of(row)), row.Status)
	}
	again, err := w.resend(inv)
	if err != nil {
		t.Fatal(err)
	}
	w.pass(untilSent)
	w.arrived(t, again, 1)
}

func TestARefusalForGoodIsToldInTheRowAndNotTriedAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, reason string }{
		{"Message contains a virus.", invite.ReasonRejected},
		{"Address is on the suppression list.", invite.ReasonSuppressed},
		{unverified + "RECIPIENT", invite.ReasonSandbox},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			inv := w.invite()
			w.ses.is(refuses(400, "MessageRejected", strings.ReplaceAll(c.text, "RECIPIENT", string(inv.Email))))
			if err := w.start(fate{}).deliver(inv); err != nil {
				t.Fatal(err)
			}
			w.says(t, inv, invite.MailFailed, c.reason)
			w.ses.is(takes)
			w.pass(30 * time.Minute)
			if err := w.start(fate{}).deliver(inv); err != nil { // the stream repeats itself
				t.Fatal(err)
			}
			w.says(t, inv, invite.MailFailed, c.reason)
			if got := w.ses.asked(); got != 1 {
				t.Errorf("SES was asked %d times, want once", got)
			}
			again, err := w.resend(inv)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.start(fate{}).deliver(again); err != nil {
				t.Fatal(err)
			}
			w.arrived(t, again, 1)
		})
	}
}

func TestThePlatformSendsForATenantWhoseSenderIsNotVerified(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inv := w.invite()
	w.ses.is(func(source string) reply {
		if source == tenantSender {
			return reply{status: 400, code: "MessageRejected", text: unverified + tenantSender}
		}
		return reply{takes: true}
	})
	if err := w.start(fate{}).deliver(inv); err != nil {
		t.Fatal(err)
	}
	if got := w.row(inv).Mail.Sender; got != platform {
		t.Errorf("the row says that %q has sent, want %q", got, platform)
	}
	w.arrived(t, inv, 1)
}

// The database is away for a while, at every request: the sender fails, so that
// the stream comes again, and the mail arrives.
func TestAMailArrivesOnceTheDatabaseIsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, operations := range [][]string{nil, {"GetItem"}, {"UpdateItem"}} {
		t.Run(fmt.Sprint(operations), func(t *testing.T) {
			inv := w.invite()
			if err := w.start(fate{faults: away(operations)}).deliver(inv); err == nil {
				t.Error("the sender reports no failure")
			}
			w.says(t, inv, invite.MailQueued, "")
			if err := w.start(fate{}).deliver(inv); err != nil {
				t.Fatal(err)
			}
			w.arrived(t, inv, 1)
		})
	}
}
