package invitetest

import (
	"slices"
	"testing"
	"time"

	"invites/shared/invite"
)

// due collects what falls due.
func (s *scene) due(now time.Time) []invite.Timer {
	s.t.Helper()
	var all []invite.Timer
	for page, err := range s.s.Timer.Due(ctx, now) {
		if err != nil {
			s.t.Fatalf("due: %v", err)
		}
		all = append(all, page...)
	}
	return all
}

// shortWindow keeps the walk over the hours of a timer index short.
const shortWindow = 2 * time.Hour

func shortScene(t *testing.T, open func(*testing.T) Stores) *scene {
	s := newScene(t, open(t))
	s.window = shortWindow
	return s
}

func timers(t *testing.T, open func(*testing.T) Stores) {
	t.Run("a mail that nobody sent is due after two minutes", func(t *testing.T) {
		s := shortScene(t, open)
		queued.play(s)
		if got := s.due(s.inv.Due.Add(-time.Millisecond)); len(got) != 0 {
			t.Errorf("a moment before: got %v", got)
		}
		if got := s.due(s.inv.Due); len(got) != 1 || got[0] != (invite.Timer{Key: s.key, Due: s.inv.Due}) {
			t.Errorf("got %v", got)
		}
	})
	t.Run("a mail that waits is left for its sender", func(t *testing.T) {
		s := shortScene(t, open)
		abandoned.play(s)
		s.later(time.Hour)
		marked, left, err := s.s.Timer.Expire(ctx, s.due(s.now), s.now, Retention)
		if err != nil || marked != 0 || !slices.Equal(left, []invite.Key{s.key}) {
			t.Errorf("got %d, %v, %v, want the one left", marked, left, err)
		}
	})
	t.Run("a mail on its way is left alone", func(t *testing.T) {
		s := shortScene(t, open)
		leased.play(s)
		marked, left, err := s.s.Timer.Expire(ctx, []invite.Timer{{Key: s.key, Due: s.inv.Due}}, s.now, Retention)
		if err != nil || marked != 0 || len(left) != 0 {
			t.Errorf("got %d, %v, %v, want nothing", marked, left, err)
		}
	})
	t.Run("a sent mail is due when the invite is to be marked", func(t *testing.T) {
		s := shortScene(t, open)
		live.play(s)
		at := s.inv.ExpiresAt.Add(invite.ExpireGrace)
		if got := s.due(at.Add(-time.Millisecond)); len(got) != 0 {
			t.Errorf("a moment before: got %v", got)
		}
		due := s.due(at)
		marked, left, err := s.s.Timer.Expire(ctx, due, at, Retention)
		if err != nil || marked != 1 || len(left) != 0 {
			t.Errorf("got %d, %v, %v of %v, want one marked", marked, left, err, due)
		}
		marked, left, err = s.s.Timer.Expire(ctx, due, at, Retention)
		if err != nil || marked != 0 || len(left) != 0 {
			t.Errorf("again: got %d, %v, %v, want nothing", marked, left, err)
		}
		if got := s.due(at.Add(time.Hour)); len(got) != 0 {
			t.Errorf("afterwards: got %v", got)
		}
	})
	for _, ended := range []state{accepted, cancelled, released, expired} {
		t.Run("nothing is due when "+ended.name, func(t *testing.T) {
			s := shortScene(t, open)
			ended.play(s)
			if got := s.due(s.now.Add(2 * time.Hour)); len(got) != 0 {
				t.Errorf("got %v", got)
			}
		})
	}
	t.Run("a resend after the timer was seen keeps the invite alive", func(t *testing.T) {
		s := shortScene(t, open)
		overdue.play(s)
		due := s.due(s.now)
		s.keep(s.s.Store.Resend(ctx, s.change()))
		marked, left, err := s.s.Timer.Expire(ctx, due, s.now, Retention)
		if err != nil || marked != 0 || len(left) != 1 {
			t.Errorf("got %d, %v, %v, want the mail left for its sender", marked, left, err)
		}
		if d := Difference(s.stored(), s.inv); d != "" {
			t.Error(d)
		}
	})
	t.Run("many are marked, whatever their timers stood for", func(t *testing.T) {
		s := shortScene(t, open)
		for n := range 60 {
			s.invited(string(rune('a'+n%26))+string(rune('a'+n/26)), []state{queued, abandoned, live}[n%3])
			s.later(time.Second)
		}
		s.later(2 * shortWindow)
		marked := 0
		for page, err := range s.s.Timer.Due(ctx, s.now) {
			if err != nil {
				t.Fatal(err)
			}
			m, left, err := s.s.Timer.Expire(ctx, page, s.now, Retention)
			if err != nil || len(left) != 0 {
				t.Errorf("got %v, %v", left, err)
			}
			marked += m
		}
		if marked != 60 {
			t.Errorf("%d marked, want 60", marked)
		}
		if got := len(s.pages(s.query(invite.Expired, "", 100))); got != 60 {
			t.Errorf("%d listed, want 60", got)
		}
	})
	t.Run("a record that is not there is neither marked nor left", func(t *testing.T) {
		s := shortScene(t, open)
		marked, left, err := s.s.Timer.Expire(ctx, []invite.Timer{{Key: s.key, Due: s.now}}, s.now, Retention)
		if err != nil || marked != 0 || len(left) != 0 {
			t.Errorf("got %d, %v, %v, want nothing", marked, left, err)
		}
	})
}
