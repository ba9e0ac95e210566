package dynamo

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"invites/shared/dynamo/dynamotest"
	"invites/shared/invite"
)

// faultyStore is a second store on the table of o, behind a network that does what
// it is told.
func (o opened) faultyStore(t *testing.T, f *dynamotest.Faults) *Store {
	t.Helper()
	config := configFor(*o.table)
	config.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	s, err := New(dynamotest.Start(t, f.Attach), config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// once is an operation that may take effect once, however often it is sent.
type once struct {
	name    string
	prepare func(testing.TB, opened) *invite.Invite
	do      func(context.Context, *Store, *invite.Invite) (*invite.Invite, error)
	// lostIsUnknown: nothing in the record tells a repetition that it has worked.
	lostIsUnknown bool
}

var onces = []once{
	{name: "create", prepare: nobody, do: func(ctx context.Context, s *Store, _ *invite.Invite) (*invite.Invite, error) {
		return s.Create(ctx, creation("acme", "ana@example.com", later))
	}},
	{name: "create over a cancelled one", prepare: cancelledOne, do: func(ctx context.Context, s *Store, _ *invite.Invite) (*invite.Invite, error) {
		return s.Create(ctx, creation("acme", "ana@example.com", later))
	}},
	{name: "resend", prepare: sentOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		return s.Resend(ctx, change(i, later))
	}},
	{name: "cancel", prepare: sentOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		return s.Cancel(ctx, change(i, later))
	}},
	{name: "release", prepare: acceptedOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		return s.Release(ctx, change(i, later))
	}},
	{name: "accept", prepare: sentOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		return s.Accept(ctx, acceptance(i, "a code", later))
	}},
	{name: "accept again", prepare: acceptedOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		return s.Accept(ctx, acceptance(i, "a code", later))
	}},
	{name: "redeem", prepare: acceptedOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		return s.Redeem(ctx, redemption(i, "the first code", later))
	}},
	{name: "ask", prepare: resentOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		return s.Ask(ctx, asking(i, supersededOf(i), later))
	}},
	{name: "claim", prepare: queuedOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		return s.Claim(ctx, claim(i, later))
	}},
	{name: "settle as sent", prepare: leasedOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		return s.Settle(ctx, settlement(i, later))
	}},
	{name: "settle to try again", prepare: leasedOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		o := settlement(i, later)
		o.Status, o.MessageID, o.RetryAt = invite.MailQueued, "", later.Add(time.Hour)
		return s.Settle(ctx, o)
	}, lostIsUnknown: true},
	{name: "remind", prepare: remindedOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		return s.Remind(ctx, claim(i, day1))
	}},
	{name: "defer", prepare: remindedOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		return s.Defer(ctx, deferral(i, day1))
	}, lostIsUnknown: true},
	{name: "opt out", prepare: sentOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		return s.OptOut(ctx, invite.OptOut{Key: i.Key, Now: later})
	}},
	{name: "settle as capped", prepare: leasedOne, do: func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
		return s.Settle(ctx, cappedSettlement(i, later))
	}, lostIsUnknown: true},
}

// reads are the operations that read the record before they write it.
var reads = []string{"create over a cancelled one", "redeem", "remind", "defer", "opt out"}

func TestWhateverTheNetworkDoesAnOperationTakesEffectOnce(t *testing.T) {
	t.Parallel()
	for _, op := range onces {
		for _, fault := range []dynamotest.Fault{dynamotest.LoseRequest, dynamotest.LoseResponse, dynamotest.Late, dynamotest.Duplicate, dynamotest.Throttle} {
			t.Run(op.name+" meets: "+fault.String(), func(t *testing.T) {
				o := open(t)
				inv := op.prepare(t, o)
				// The fault meets the write that works: the last one of the operation.
				script := dynamotest.Script(fault)
				if slices.Contains(reads, op.name) {
					script = dynamotest.Script(dynamotest.None, fault)
				}
				got, err := op.do(t.Context(), o.faultyStore(t, script), inv)
				script.Flush()
				var before uint64
				if inv != nil {
					before = inv.Version
				}
				now := o.only(t)
				if now.Version != before+1 {
					t.Errorf("version %d became %d, want one more", before, now.Version)
				}
				if op.lostIsUnknown && (fault == dynamotest.LoseResponse || fault == dynamotest.Late) {
					if invite.KindOf(err) != invite.Unavailable {
						t.Errorf("got %v, want unavailable", err)
					}
					return
				}
				if err != nil || got.Version != before+1 {
					t.Errorf("got %v, want the success it was", err)
				}
			})
		}
	}
}

// only is the one invite of the table.
func (o opened) only(t *testing.T) *invite.Invite {
	t.Helper()
	return must[*invite.Invite](t)(o.Get(t.Context(), invite.KeyOf("acme", "ana@example.com")))
}

func TestAnEndlessFaultIsUnavailable(t *testing.T) {
	t.Parallel()
	for _, fault := range []dynamotest.Fault{dynamotest.LoseRequest, dynamotest.LoseResponse, dynamotest.Throttle, dynamotest.Delay} {
		for _, op := range onces {
			if op.name == "create over a cancelled one" || op.name == "accept again" {
				continue // as the ones without
			}
			t.Run(op.name+" meets nothing but: "+fault.String(), func(t *testing.T) {
				o := open(t)
				inv := op.prepare(t, o)
				s := o.faultyStore(t, dynamotest.NewFaults(dynamotest.Plan{Operations: []string{"UpdateItem", "TransactWriteItems"},
					Chances: map[dynamotest.Fault]float64{fault: 1}, LongestDelay: time.Minute}))
				s.attempt = 5 * time.Millisecond
				if _, err := op.do(t.Context(), s, inv); invite.KindOf(err) != invite.Unavailable {
					t.Errorf("got %v, want unavailable", err)
				}
			})
		}
	}
}

func TestARefusalAfterAnUnknownOutcomeIsNoConflict(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		prepare func(testing.TB, opened) *invite.Invite
		do      func(context.Context, *Store, *invite.Invite) (*invite.Invite, error)
		refusal invite.Kind
	}{
		{"create", sentOne, onces[0].do, invite.AlreadyPending},
		{"resend", acceptedOne, func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
			return s.Resend(ctx, change(i, later))
		}, invite.AlreadyAccepted},
		{"accept", cancelledOne, func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
			return s.Accept(ctx, acceptance(i, "a code", later))
		}, invite.LinkDead},
		{"ask", askedOne, func(ctx context.Context, s *Store, i *invite.Invite) (*invite.Invite, error) {
			return s.Ask(ctx, asking(i, supersededOf(i), later))
		}, invite.NothingToRenew},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := open(t)
			inv := c.prepare(t, o)
			for fault, want := range map[dynamotest.Fault]invite.Kind{
				dynamotest.None: c.refusal, dynamotest.Throttle: c.refusal, dynamotest.LoseRequest: invite.Unavailable,
			} {
				if _, err := c.do(t.Context(), o.faultyStore(t, dynamotest.Script(fault)), inv); invite.KindOf(err) != want {
					t.Errorf("%v: got %v, want %s", fault, err, want)
				}
			}
		})
	}
}

func TestWhatTheNetworkDeliversLateChangesNothing(t *testing.T) {
	t.Parallel()
	t.Run("a claim whose mail waits again", func(t *testing.T) {
		o := open(t)
		inv := queuedOne(t, o)
		late := dynamotest.Script(dynamotest.Duplicate)
		ok := must[*invite.Invite](t)
		ok(o.faultyStore(t, late).Claim(t.Context(), claim(inv, base)))
		s := settlement(inv, base.Add(time.Second))
		s.Status, s.MessageID, s.RetryAt = invite.MailQueued, "", base.Add(time.Minute)
		want := ok(o.Settle(t.Context(), s))
		late.Flush()
		if got := o.only(t); got.Version != want.Version {
			t.Errorf("got %+v, want %+v", got.Mail, want.Mail)
		}
	})
	t.Run("a request for an invite that was cancelled and made anew", func(t *testing.T) {
		o := open(t)
		inv := resentOne(t, o)
		late := dynamotest.Script(dynamotest.Duplicate)
		ok := must[*invite.Invite](t)
		ok(o.faultyStore(t, late).Ask(t.Context(), asking(inv, supersededOf(inv), later)))
		ok(o.Cancel(t.Context(), change(inv, later.Add(time.Second))))
		want := ok(o.Create(t.Context(), creation("acme", "ana@example.com", later.Add(2*time.Second))))
		late.Flush()
		if got := o.only(t); got.Version != want.Version {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
	t.Run("an accept whose code was redeemed", func(t *testing.T) {
		o := open(t)
		inv := sentOne(t, o)
		late := dynamotest.Script(dynamotest.Duplicate)
		ok := must[*invite.Invite](t)
		ok(o.faultyStore(t, late).Accept(t.Context(), acceptance(inv, "a code", later)))
		ok(o.Redeem(t.Context(), redemption(inv, "a code", later.Add(time.Second))))
		late.Flush()
		if _, err := o.Redeem(t.Context(), redemption(inv, "a code", later.Add(2*time.Second))); invite.KindOf(err) != invite.CodeDead {
			t.Errorf("got %v, want a dead code", err)
		}
	})
}

func TestAConflictIsTriedAgain(t *testing.T) {
	t.Parallel()
	o := open(t)
	inv := acceptedOne(t, o)
	// Between the read and the write of a redemption somebody comes back for a code.
	s := o.faultyStore(t, dynamotest.Script())
	between := &interloper{do: func() {
		must[*invite.Invite](t)(o.Accept(t.Context(), acceptance(inv, "another code", later)))
	}}
	got, err := s.apply(t.Context(), inv.Key, transition{now: later, next: func(old *invite.Invite) (*invite.Invite, error) {
		between.once()
		return redemption(inv, "the first code", later).Redeem(old)
	}})
	if err != nil || got.Version != inv.Version+2 || len(got.Codes) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

type interloper struct {
	done bool
	do   func()
}

func (i *interloper) once() {
	if !i.done {
		i.done = true
		i.do()
	}
}

func TestAnEndedContextIsUnavailable(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := o.Create(ctx, creation("acme", "ana@example.com", base))
	if invite.KindOf(err) != invite.Unavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want unavailable by a cancelled context", err)
	}
}

func TestAForbiddenWriteIsInternalAndNotTriedAgain(t *testing.T) {
	t.Parallel()
	o := open(t)
	config := configFor("no-such-table")
	s, err := New(o.client, config)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Create(t.Context(), creation("acme", "ana@example.com", base))
	if err == nil || invite.KindOf(err) != "" || o.Trips("UpdateItem") != 1 {
		t.Errorf("got %v after %d attempts, want an internal error after one", err, o.Trips("UpdateItem"))
	}
}

func TestSettingsSurviveTheNetwork(t *testing.T) {
	t.Parallel()
	for _, fault := range []dynamotest.Fault{dynamotest.LoseRequest, dynamotest.LoseResponse, dynamotest.Late, dynamotest.Throttle} {
		t.Run(fault.String(), func(t *testing.T) {
			o := open(t)
			to := o.defaults("acme")
			script := dynamotest.Script(fault)
			got, err := o.faultyStore(t, script).PutSettings(t.Context(), "acme", to, to)
			if err != nil || got.Version != 1 {
				t.Errorf("got %+v, %v, want version 1", got, err)
			}
			script.Flush()
			stored, err := o.Settings(t.Context(), "acme")
			if err != nil || stored.Version != 1 || !slices.Equal(stored.Roles, to.Roles) {
				t.Errorf("stored %+v, %v", stored, err)
			}
		})
	}
}

func TestADomainChangesHandsOnceInSpiteOfTheNetwork(t *testing.T) {
	t.Parallel()
	for _, fault := range []dynamotest.Fault{dynamotest.LoseRequest, dynamotest.LoseResponse, dynamotest.Late, dynamotest.Duplicate, dynamotest.Throttle} {
		t.Run(fault.String(), func(t *testing.T) {
			o := open(t)
			withSender(t, o)
			before, err := o.Settings(t.Context(), "acme")
			if err != nil {
				t.Fatal(err)
			}
			script := dynamotest.Script(fault)
			noted, err := o.faultyStore(t, script).NoteDomain(t.Context(), "acme", before, invite.SenderDomain{State: invite.SenderPending, CheckedAt: base})
			if err != nil || !noted.Domain.Proven() {
				t.Errorf("take: got %+v, %v", noted, err)
			}
			script.Flush()
			script = dynamotest.Script(fault)
			if _, err := o.faultyStore(t, script).PutSettings(t.Context(), "acme", noted, o.defaults("acme")); err != nil {
				t.Errorf("give up: got %v", err)
			}
			script.Flush()
			stored, err := o.Settings(t.Context(), "acme")
			if owner, wrong := o.DomainOwner(t.Context(), "acme.example"); err != nil || wrong != nil || owner.Tenant != "" || stored.Version != 2 {
				t.Errorf("stored version %d (%v), and the domain is %q's (%v)", stored.Version, err, owner.Tenant, wrong)
			}
		})
	}
}

func TestADomainThatAnOperatorTookAwayHoldsNoSettingsBack(t *testing.T) {
	t.Parallel()
	o := open(t)
	withDomain(t, o)
	if err := o.write(t.Context(), update{key: domainKey("acme.example"), set: "#owner = :owner", values: item{"owner": text("globex")}}); err != nil {
		t.Fatal(err)
	}
	old, err := o.Settings(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.PutSettings(t.Context(), "acme", old, o.defaults("acme")); err != nil {
		t.Errorf("got %v", err)
	}
	if owner, err := o.DomainOwner(t.Context(), "acme.example"); err != nil || owner.Tenant != "globex" {
		t.Errorf("the domain is %q's (%v), want globex's still", owner.Tenant, err)
	}
}
