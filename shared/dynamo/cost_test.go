package dynamo

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// cost is what one operation takes: round trips, how many of them a condition
// refused, units read, and units written in table, local and the two global indexes. AWS
// bills a refusal as the write it would have been, which no reply says: one unit
// of the table each.
type cost struct {
	trips, refused           int
	read                     float64
	table, list, timer, pile float64
}

func (c cost) String() string {
	return fmt.Sprintf("%5d %7d %6g %6g %6g %6g %6g %7g", c.trips, c.refused, c.read, c.table, c.list, c.timer, c.pile, c.written())
}

func (c cost) written() float64 { return c.table + c.list + c.timer + c.pile + float64(c.refused) }

func (o opened) cost() cost {
	list, timer, pile := o.Units(*o.table, byCreated), o.Units(*o.table, byDue), o.Units(*o.table, byUnpublished)
	table := o.Units(*o.table, "")
	return cost{
		trips:   o.Trips(),
		refused: o.Failed("UpdateItem", "ConditionalCheckFailedException") + o.Failed("PutItem", "ConditionalCheckFailedException"),
		read:    table.Read + list.Read + timer.Read + pile.Read,
		table:   table.Write, list: list.Write, timer: timer.Write, pile: pile.Write,
	}
}

// priced is an operation on an invite that prepare has made.
type priced struct {
	name    string
	prepare func(testing.TB, opened) *invite.Invite
	do      func(testing.TB, opened, *invite.Invite) error
	want    cost
}

// later is when the operations of the table happen.
var later = base.Add(time.Hour)

var prices = []priced{
	{"create, address new", nobody, createAgain, cost{trips: 1, table: 1, list: 1, timer: 1, pile: 1}},
	{"create, address cancelled", cancelledOne, createAgain, cost{trips: 2, refused: 1, table: 1, list: 2, timer: 1, pile: 1}},
	{"create, address pending", sentOne, refusedAs(invite.AlreadyPending, createAgain), cost{trips: 1, refused: 1}},
	{"resend", sentOne, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Resend(t.Context(), change(i, later))
		return err
	}, cost{trips: 1, table: 1, list: 1, timer: 2, pile: 1}},
	{"resend with If-Match", sentOne, func(t testing.TB, o opened, i *invite.Invite) error {
		c, tag := change(i, later), i.ETag(later)
		c.IfMatch = &tag
		_, err := o.Resend(t.Context(), c)
		return err
	}, cost{trips: 1, table: 1, list: 1, timer: 2, pile: 1}},
	{"cancel, pending", sentOne, cancelIt, cost{trips: 1, table: 1, list: 2, timer: 1, pile: 1}},
	{"cancel, expired", expiredOne, cancelIt, cost{trips: 1, table: 1, list: 2, pile: 1}},
	{"cancel, cancelled", cancelledOne, cancelIt, cost{trips: 1, refused: 1}},
	{"release", acceptedOne, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Release(t.Context(), change(i, later))
		return err
	}, cost{trips: 1, table: 1, list: 2, pile: 1}},
	{"accept, first", sentOne, acceptIt, cost{trips: 1, table: 1, list: 2, timer: 1, pile: 1}},
	{"accept, returning", acceptedOne, acceptIt, cost{trips: 2, refused: 1, table: 1, list: 1}},
	{"accept, dead link", cancelledOne, refusedAs(invite.LinkDead, acceptIt), cost{trips: 1, refused: 1}},
	{"redeem", acceptedOne, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Redeem(t.Context(), redemption(i, "the first code", later))
		return err
	}, cost{trips: 2, read: 1, table: 1, list: 1}},
	{"ask", resentOne, askIt, cost{trips: 1, table: 1, list: 1, pile: 1}},
	{"ask, asked today", askedOne, refusedAs(invite.NothingToRenew, askIt), cost{trips: 1, refused: 1}},
	{"ask, forged link", sentOne, refusedAs(invite.NothingToRenew, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Ask(t.Context(), asking(i, invitetest.Digest("forged"), later))
		return err
	}), cost{trips: 1, refused: 1}},
	{"ask, nobody's address", nobody, refusedAs(invite.NothingToRenew, func(t testing.TB, o opened, _ *invite.Invite) error {
		nobody := &invite.Invite{Key: invite.KeyOf("acme", "ana@example.com")}
		_, err := o.Ask(t.Context(), asking(nobody, invitetest.Digest("forged"), later))
		return err
	}), cost{trips: 1, refused: 1}},
	{"opted out, read", nobody, func(t testing.TB, o opened, _ *invite.Invite) error { // beside a create, side by side with the settings
		_, err := o.OptedOut(t.Context(), invite.KeyOf("acme", "ana@example.com"))
		return err
	}, cost{trips: 1, read: 1}},
	{"create, opted out", nobody, refusedAs(invite.CannotSend, func(t testing.TB, o opened, _ *invite.Invite) error {
		c := creation("acme", "ana@example.com", later)
		c.OptedOutAt = base
		_, err := o.Create(t.Context(), c)
		return err
	}), cost{trips: 1, read: 1}},
	{"resend, opted out", optedOutOne, refusedAs(invite.CannotSend, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Resend(t.Context(), change(i, later))
		return err
	}), cost{trips: 1, refused: 1}},
	{"opt out", sentOne, optOutIt, cost{trips: 2, read: 1, table: 4, list: 2, pile: 2}},
	{"opt out, again", optedOutOne, optOutIt, cost{trips: 2, read: 1, table: 2}},
	{"count a mail", nobody, countIt(true), cost{trips: 2, table: 2}},
	{"count a mail, tenant capped", func(t testing.TB, o opened) *invite.Invite {
		if err := countIt(true)(t, o, nil); err != nil {
			t.Fatal(err)
		}
		return nil
	}, countIt(false), cost{trips: 1, refused: 1}},
	{"claim", queuedOne, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Claim(t.Context(), claim(i, later))
		return err
	}, cost{trips: 1, table: 1, list: 1}},
	{"settle, sent", leasedOne, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Settle(t.Context(), settlement(i, later))
		return err
	}, cost{trips: 1, table: 1, list: 1, timer: 2}},
	{"settle, to be tried again", leasedOne, func(t testing.TB, o opened, i *invite.Invite) error {
		s := settlement(i, later)
		s.Status, s.MessageID, s.Reason, s.RetryAt = invite.MailQueued, "", invite.ReasonThrottled, later.Add(time.Hour)
		_, err := o.Settle(t.Context(), s)
		return err
	}, cost{trips: 1, table: 1, list: 1, timer: 2}},
	{"settle, capped", leasedOne, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Settle(t.Context(), cappedSettlement(i, later))
		return err
	}, cost{trips: 1, table: 1, list: 1, timer: 2}},
	{"settle, cancelled meanwhile", func(t testing.TB, o opened) *invite.Invite {
		return must[*invite.Invite](t)(o.Cancel(t.Context(), change(leasedOne(t, o), base)))
	}, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Settle(t.Context(), settlement(i, later))
		return err
	}, cost{trips: 2, refused: 1, table: 1, list: 1}},
	{"remind", remindedOne, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Remind(t.Context(), claim(i, day1))
		return err
	}, cost{trips: 2, read: 1, table: 1, list: 1, pile: 1}},
	{"settle, a reminder", func(t testing.TB, o opened) *invite.Invite {
		return o.published(t, must[*invite.Invite](t)(o.Remind(t.Context(), claim(remindedOne(t, o), day1))))
	}, func(t testing.TB, o opened, i *invite.Invite) error {
		s := settlement(i, day1)
		s.RemindAt = day1.Add(48 * time.Hour)
		_, err := o.Settle(t.Context(), s)
		return err
	}, cost{trips: 1, table: 1, list: 1, timer: 2}},
	{"defer a reminder", remindedOne, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Defer(t.Context(), deferral(i, day1))
		return err
	}, cost{trips: 2, read: 1, table: 1, list: 1, timer: 2}},
	{"expire, its mail never left", func(t testing.TB, o opened) *invite.Invite { return o.published(t, queuedOne(t, o)) }, func(t testing.TB, o opened, i *invite.Invite) error {
		now := i.ExpiresAt.Add(invite.ExpireGrace)
		marked, _, err := o.Expire(t.Context(), []invite.Timer{{Key: i.Key, Due: i.Due}}, now, retention)
		if err == nil && marked != 1 {
			err = fmt.Errorf("%d marked", marked)
		}
		return err
	}, cost{trips: 2, table: 1, list: 1, timer: 1, pile: 1}},
	{"note", sentOne, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Note(t.Context(), invite.Notification{Key: i.Key, Gen: i.Gen, Seq: i.Seq, Now: later,
			Notice: invite.Notice{Status: invite.MailDelivered, At: later}})
		return err
	}, cost{trips: 1, table: 1, list: 1, pile: 1}},
	{"resend, nothing published yet", queuedOne, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Resend(t.Context(), change(i, later))
		return err
	}, cost{trips: 1, table: 1, list: 1, timer: 2}},
	{"publish", queuedOne, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Publish(t.Context(), publication(i))
		return err
	}, cost{trips: 1, table: 1, list: 1, pile: 1}},
	{"get", sentOne, func(t testing.TB, o opened, i *invite.Invite) error {
		_, err := o.Get(t.Context(), i.Key)
		return err
	}, cost{trips: 1, read: 1}},
	{"list, page of 20", twentyOf, listThem, cost{trips: 1, read: 3}},
	{"list, page of 20 of 60", sixtyOf, listThem, cost{trips: 1, read: 3}},
	// With attention a page costs what it costs without: nothing is read twice.
	{"list, page of 20 that need attention", twentyOf, func(t testing.TB, o opened, _ *invite.Invite) error {
		page, err := o.List(t.Context(), invite.ListQuery{Tenant: "acme", Attention: true, PageSize: 20, Now: base.Add(invitetest.Window), Retention: retention})
		if err == nil && len(page.Invites) != 20 {
			err = fmt.Errorf("got %d rows", len(page.Invites))
		}
		return err
	}, cost{trips: 1, read: 3}},
	{"counts, nobody invited", nobody, countThem(invite.Counts{}), cost{trips: 2}},
	{"counts, of 20 open and 1 accepted", func(t testing.TB, o opened) *invite.Invite {
		acceptedOne(t, o)
		return twentyOf(t, o)
	}, countThem(invite.Counts{Pending: 20, Accepted: 1}), cost{trips: 2, read: 4}},
	// 500 records of each class are read, and no more of 100,000: here of 200 bytes, so 25.5
	// units a class; 75 of the 600 bytes that a row of the lists above has.
	{"counts, of more than is counted", crowdsOf, countThem(invite.Counts{Pending: invite.MostCounted, Accepted: invite.MostCounted, MoreOpen: true, MoreAccepted: true}), cost{trips: 2, read: 51}},
	{"settings, read", nobody, func(t testing.TB, o opened, _ *invite.Invite) error {
		_, err := o.Settings(t.Context(), "acme")
		return err
	}, cost{trips: 1, read: 1}},
	{"settings, put", nobody, func(t testing.TB, o opened, _ *invite.Invite) error {
		_, err := o.PutSettings(t.Context(), "acme", o.defaults("acme"), o.defaults("acme"))
		return err
	}, cost{trips: 1, table: 1}},
	{"a sender's domain, looked at", withSender, func(t testing.TB, o opened, _ *invite.Invite) error {
		_, err := o.NoteDomain(t.Context(), "acme", must[invite.Settings](t)(o.Settings(t.Context(), "acme")), invite.SenderDomain{State: invite.SenderUnproven, CheckedAt: base})
		return err
	}, cost{trips: 2, read: 1, table: 1}},
	// DynamoDB Local counts the two writes of a transaction once; AWS counts each twice.
	{"a sender's domain, proven", withSender, prove, cost{trips: 2, read: 1, table: 2}},
	{"settings, put, domain given up", withDomain, func(t testing.TB, o opened, _ *invite.Invite) error {
		_, err := o.PutSettings(t.Context(), "acme", must[invite.Settings](t)(o.Settings(t.Context(), "acme")), o.defaults("acme"))
		return err
	}, cost{trips: 2, read: 1, table: 2}},
}

func withSender(t testing.TB, o opened) *invite.Invite {
	to := o.defaults("acme")
	to.Sender = "noreply@acme.example"
	must[invite.Settings](t)(o.PutSettings(t.Context(), "acme", o.defaults("acme"), to))
	return nil
}

func prove(t testing.TB, o opened, _ *invite.Invite) error {
	_, err := o.NoteDomain(t.Context(), "acme", must[invite.Settings](t)(o.Settings(t.Context(), "acme")), invite.SenderDomain{State: invite.SenderPending, CheckedAt: base})
	return err
}

func withDomain(t testing.TB, o opened) *invite.Invite {
	withSender(t, o)
	if err := prove(t, o, nil); err != nil {
		t.Fatal(err)
	}
	return nil
}

func nobody(testing.TB, opened) *invite.Invite { return nil }

func queuedOne(t testing.TB, o opened) *invite.Invite {
	return must[*invite.Invite](t)(o.Create(t.Context(), creation("acme", "ana@example.com", base)))
}

func leasedOne(t testing.TB, o opened) *invite.Invite {
	return must[*invite.Invite](t)(o.Claim(t.Context(), claim(queuedOne(t, o), base)))
}

func sentOne(t testing.TB, o opened) *invite.Invite {
	return o.arrived(t, "acme", "ana@example.com", base)
}

func remindedOne(t testing.TB, o opened) *invite.Invite {
	return o.reminderOf(t, "acme", "ana@example.com")
}

func acceptedOne(t testing.TB, o opened) *invite.Invite {
	return o.published(t, must[*invite.Invite](t)(o.Accept(t.Context(), acceptance(sentOne(t, o), "the first code", later.Add(-time.Minute)))))
}

func cancelledOne(t testing.TB, o opened) *invite.Invite {
	return o.published(t, must[*invite.Invite](t)(o.Cancel(t.Context(), change(sentOne(t, o), base))))
}

func optedOutOne(t testing.TB, o opened) *invite.Invite {
	return o.published(t, must[*invite.Invite](t)(o.OptOut(t.Context(), invite.OptOut{Key: sentOne(t, o).Key, Now: base})))
}

func optOutIt(t testing.TB, o opened, i *invite.Invite) error {
	_, err := o.OptOut(t.Context(), invite.OptOut{Key: i.Key, Now: later})
	return err
}

// countIt counts a mail of a tenant that may have one.
func countIt(want bool) func(testing.TB, opened, *invite.Invite) error {
	return func(t testing.TB, o opened, _ *invite.Invite) error {
		within, err := o.CountMail(t.Context(), "acme", "ana@example.com", later, 1, 5)
		if err == nil && within != want {
			err = fmt.Errorf("within is %v", within)
		}
		return err
	}
}

func cappedSettlement(i *invite.Invite, now time.Time) invite.Settlement {
	s := settlement(i, now)
	s.Status, s.MessageID, s.Sender, s.Reason = invite.MailSuppressed, "", "", invite.ReasonCapped
	return s
}

// resentOne has a superseded link beside its live one.
func resentOne(t testing.TB, o opened) *invite.Invite {
	ok := must[*invite.Invite](t)
	inv := ok(o.Resend(t.Context(), change(sentOne(t, o), base)))
	ok(o.Claim(t.Context(), claim(inv, base)))
	return o.published(t, ok(o.Settle(t.Context(), settlement(inv, base))))
}

func askedOne(t testing.TB, o opened) *invite.Invite {
	inv := resentOne(t, o)
	return o.published(t, must[*invite.Invite](t)(o.Ask(t.Context(), asking(inv, supersededOf(inv), base))))
}

// supersededOf is the link of the mail before the newest.
func supersededOf(inv *invite.Invite) invite.Digest {
	before := *inv
	before.Seq--
	return linkOf(&before)
}

func askIt(t testing.TB, o opened, i *invite.Invite) error {
	_, err := o.Ask(t.Context(), asking(i, supersededOf(i), later))
	return err
}

func expiredOne(t testing.TB, o opened) *invite.Invite {
	inv := sentOne(t, o)
	if n, _, err := o.Expire(t.Context(), []invite.Timer{{Key: inv.Key, Due: inv.Due}}, inv.Due, retention); n != 1 {
		t.Fatalf("expire: %d, %v", n, err)
	}
	return o.published(t, must[*invite.Invite](t)(o.Get(t.Context(), inv.Key)))
}

func twentyOf(t testing.TB, o opened) *invite.Invite { return many(t, o, 20) }

func sixtyOf(t testing.TB, o opened) *invite.Invite { return many(t, o, 60) }

func many(t testing.TB, o opened, n int) (inv *invite.Invite) {
	for i := range n {
		inv = o.arrived(t, "acme", invite.Address(fmt.Sprintf("ana.%02d@example.com", i)), base.Add(time.Duration(i)*time.Second))
	}
	return inv
}

func createAgain(t testing.TB, o opened, _ *invite.Invite) error {
	_, err := o.Create(t.Context(), creation("acme", "ana@example.com", later))
	return err
}

func cancelIt(t testing.TB, o opened, i *invite.Invite) error {
	_, err := o.Cancel(t.Context(), change(i, later))
	return err
}

func acceptIt(t testing.TB, o opened, i *invite.Invite) error {
	_, err := o.Accept(t.Context(), acceptance(i, "a code", later))
	return err
}

func listThem(t testing.TB, o opened, _ *invite.Invite) error {
	page, err := o.List(t.Context(), invite.ListQuery{Tenant: "acme", PageSize: 20, Now: later, Retention: retention})
	if err == nil && len(page.Invites) != 20 {
		err = fmt.Errorf("got %d rows", len(page.Invites))
	}
	return err
}

func countThem(want invite.Counts) func(testing.TB, opened, *invite.Invite) error {
	return func(t testing.TB, o opened, _ *invite.Invite) error {
		got, err := o.Counts(t.Context(), invite.ListQuery{Tenant: "acme", Now: later, Retention: retention})
		if err == nil && got != want {
			err = fmt.Errorf("got %+v, want %+v", got, want)
		}
		return err
	}
}

// crowdsOf has more open invites than are counted, and more accepted ones.
func crowdsOf(t testing.TB, o opened) *invite.Invite {
	var records []item
	for n := range 2 * (invite.MostCounted + 100) {
		inv := pendingAt(n, base.Add(invitetest.Window))
		inv.Window = invitetest.Window
		if n%2 == 0 {
			inv.Status, inv.Due, inv.PurgeAt = invite.Accepted, time.Time{}, later.Add(retention.Ended)
		}
		i := key(inv.Key)
		maps.Copy(i, encode(inv))
		records = append(records, i)
	}
	o.seed(t, records)
	return nil
}

// refusedAs makes a refusal of one kind the success that is asked for.
func refusedAs(want invite.Kind, do func(testing.TB, opened, *invite.Invite) error) func(testing.TB, opened, *invite.Invite) error {
	return func(t testing.TB, o opened, i *invite.Invite) error {
		if err := do(t, o, i); invite.KindOf(err) != want {
			return fmt.Errorf("got %w, want %s", err, want)
		}
		return nil
	}
}

func TestOperationsCostWhatTheyShould(t *testing.T) {
	t.Parallel()
	o := open(t) // one table for all: what a case costs does not depend on who used it before
	var b strings.Builder
	fmt.Fprintf(&b, "%-28s trips refused   read  table   list  timer  written\n", "")
	for _, p := range prices {
		t.Run(p.name, func(t *testing.T) {
			o.empty(t)
			inv := p.prepare(t, o)
			o.Reset()
			if err := p.do(t, o, inv); err != nil {
				t.Fatal(err)
			}
			got := o.cost()
			fmt.Fprintf(&b, "%-28s %v\n", p.name, got)
			if got != p.want {
				t.Errorf("got\n%v, want\n%v\n%v", got, p.want, o.Counter)
			}
		})
	}
	t.Logf("\n%s", b.String())
}

func BenchmarkOperations(b *testing.B) {
	for _, p := range prices {
		b.Run(strings.ReplaceAll(p.name, ", ", " "), func(b *testing.B) {
			var sum cost
			for range b.N {
				b.StopTimer()
				o := open(b)
				inv := p.prepare(b, o)
				o.Reset()
				b.StartTimer()
				if err := p.do(b, o, inv); err != nil {
					b.Fatal(err)
				}
				c := o.cost()
				sum.trips += c.trips
				sum.read += c.read
				sum.table += c.written()
			}
			b.ReportMetric(float64(sum.trips)/float64(b.N), "trips/op")
			b.ReportMetric(sum.read/float64(b.N), "rcu/op")
			b.ReportMetric(sum.table/float64(b.N), "wcu/op")
		})
	}
}
