package invite_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// backlog is a store whose due records all wait for their mail, and the sender that
// is asked for them.
type backlog struct {
	pages  [][]invite.Timer
	broken error // of the walk, after its pages
	refuse error // of the sender
	asked  [][]invite.Key
}

func waiting(pages, each int) *backlog {
	b := &backlog{}
	for p := range pages {
		var page []invite.Timer
		for n := range each {
			page = append(page, invite.Timer{Key: invite.KeyOf("acme", invite.Address(fmt.Sprintf("ana.%d.%d@example.com", p, n)))})
		}
		b.pages = append(b.pages, page)
	}
	return b
}

func (b *backlog) Due(context.Context, time.Time) iter.Seq2[[]invite.Timer, error] {
	return func(yield func([]invite.Timer, error) bool) {
		for _, page := range b.pages {
			if !yield(page, nil) {
				return
			}
		}
		if b.broken != nil {
			yield(nil, b.broken)
		}
	}
}

func (b *backlog) Expire(_ context.Context, due []invite.Timer, _ time.Time, _ invite.Retention) (marked int, left []invite.Key, err error) {
	for _, t := range due {
		left = append(left, t.Key)
	}
	return 0, left, nil
}

func (b *backlog) Redrive(_ context.Context, keys []invite.Key) error {
	b.asked = append(b.asked, keys)
	return b.refuse
}

func TestASweepHandsOverOnceAndNoMoreThanTheSenderCanSend(t *testing.T) {
	now := invitetest.Base
	broken, refused := errors.New("broken"), errors.New("refused")
	for _, c := range []struct {
		name    string
		backlog *backlog
		most    int
		stop    time.Time
		asked   int
		want    invite.Swept
		err     error
	}{
		{"all that wait", waiting(3, 10), 0, now.Add(1), 30, invite.Swept{Redriven: 30, Finished: true}, nil},
		{"fewer than the sender can send", waiting(3, 10), 31, now.Add(1), 30, invite.Swept{Redriven: 30, Finished: true}, nil},
		{"more than it can", waiting(3, 10), 15, now.Add(1), 15, invite.Swept{Redriven: 15, Finished: true}, nil},
		{"no time for another page", waiting(3, 10), 15, now, 10, invite.Swept{Redriven: 10}, nil},
		{"a walk that breaks", &backlog{pages: waiting(2, 10).pages, broken: broken}, 100, now.Add(1), 20, invite.Swept{Redriven: 20}, broken},
		{"a sender that cannot be woken", &backlog{pages: waiting(5, 10).pages, refuse: refused}, 15, now.Add(1), 15, invite.Swept{Finished: true}, refused},
		{"nothing", waiting(0, 0), 15, now.Add(1), 0, invite.Swept{Finished: true}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := invite.Sweeper{Store: c.backlog, Redriver: c.backlog, Mails: c.most, Now: func() time.Time { return now }}
			got, err := s.Sweep(t.Context(), c.stop)
			if got != c.want || !errors.Is(err, c.err) || c.err == nil && err != nil {
				t.Errorf("got %+v, %v, want %+v, %v", got, err, c.want, c.err)
			}
			asked := 0
			for _, keys := range c.backlog.asked {
				asked += len(keys)
			}
			if asked != c.asked || len(c.backlog.asked) > 1 {
				t.Errorf("asked for %d mails in %d calls, want %d in one", asked, len(c.backlog.asked), c.asked)
			}
		})
	}
}
