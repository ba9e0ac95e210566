package invite_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// bus takes what it is not told to refuse.
type bus struct {
	taken  []invite.News
	refuse func(invite.News) error
}

func (b *bus) Put(_ context.Context, news []invite.News) []error {
	errs := make([]error, len(news))
	for i, n := range news {
		if b.refuse != nil {
			errs[i] = b.refuse(n)
		}
		if errs[i] == nil {
			b.taken = append(b.taken, n)
		}
	}
	return errs
}

func (b *bus) types() (types []invite.EventType) {
	for _, n := range b.taken {
		types = append(types, n.Event.Type())
	}
	return types
}

func TestAStepPublishesWhatItAddedAndTakesItOut(t *testing.T) {
	p := newPost()
	first := p.invited(t)
	second, err := p.Resend(t.Context(), invite.Change{Key: first.Key, Gen: first.Gen, Nonce: invite.Nonce{8}, Op: invitetest.Op(p.now), Now: p.now, Retention: invitetest.Retention})
	if err != nil {
		t.Fatal(err)
	}
	b := &bus{}
	publisher := &invite.Publisher{Store: p.Model, Bus: b}
	steps := []invite.Step{{After: first}, {Before: first, After: second}, {Before: second, After: second}}
	for i, err := range publisher.Publish(t.Context(), steps) {
		if err != nil {
			t.Errorf("step %d: %v", i, err)
		}
	}
	if got := b.types(); !slices.Equal(got, []invite.EventType{invite.EventCreated, invite.EventResent}) {
		t.Errorf("published %v", got)
	}
	if left := p.stored(t).Events; len(left) > 0 {
		t.Errorf("the record still holds %v", left)
	}
	if n := b.taken[1]; n.Tenant != "acme" || n.Email != "ana@example.com" || n.Event.Version != 2 || n.Event.SendCount != 2 {
		t.Errorf("got %+v", n)
	}
}

func TestWhatTheBusRefusesStaysAndIsPublishedLater(t *testing.T) {
	p := newPost()
	inv := p.invited(t)
	b := &bus{refuse: func(invite.News) error { return errors.New("no bus") }}
	publisher := &invite.Publisher{Store: p.Model, Bus: b}
	if errs := publisher.Publish(t.Context(), []invite.Step{{After: inv}}); errs[0] == nil {
		t.Error("got no error")
	}
	if len(p.stored(t).Events) != 1 {
		t.Fatal("the event is lost")
	}
	woken := &keys{}
	herald := &invite.Herald{Store: p.Model, Wake: woken, Now: func() time.Time { return p.now }}
	if n, err := herald.Call(t.Context(), p.now.Add(time.Minute)); n != 1 || err != nil || len(woken.keys) != 1 {
		t.Fatalf("got %d, %v, %v", n, err, woken.keys)
	}
	b.refuse = nil
	for range 2 { // a second call finds nothing more
		if err := publisher.Republish(t.Context(), woken.keys[0]); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.types(); !slices.Equal(got, []invite.EventType{invite.EventCreated}) {
		t.Errorf("published %v", got)
	}
	if err := publisher.Republish(t.Context(), invite.KeyOf("acme", "nobody@example.com")); err != nil {
		t.Errorf("a record that TTL has taken: %v", err)
	}
}

// keys notes what it is woken for.
type keys struct{ keys []invite.Key }

func (k *keys) Redrive(_ context.Context, woken []invite.Key) error {
	k.keys = append(k.keys, woken...)
	return nil
}

func TestAnEventOfADeliverySaysWhy(t *testing.T) {
	now := invitetest.Base
	for _, n := range invitetest.Notices {
		n.At = now
		next, err := (invite.Notification{Gen: 1, Seq: 2, Notice: n, Now: now}).Note(sent(now))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range next.Events {
			if e.Reason() != n.Reason {
				t.Errorf("%s: got the reason %q, want %q", e.Type(), e.Reason(), n.Reason)
			}
		}
	}
	if e := (invite.Event{Mark: invite.EventMark(invite.EventResent, now, invitetest.Op(now).ID)}); e.Reason() != "" {
		t.Errorf("a resend has the reason %q", e.Reason())
	}
}
