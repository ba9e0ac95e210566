package invite

import (
	"sync"
	"testing"
	"time"
)

var paceBase = time.UnixMilli(1_800_000_000_000).UTC()

// goes takes turns as soon as they come until an instant and returns how many.
func goes(p *Pace, from, until time.Time) (n int) {
	now := from
	for {
		wait, ok := p.take(now, until)
		if !ok {
			return n
		}
		now = now.Add(wait)
		n++
	}
}

func TestAPaceLetsASecondsWorthGoAndThenKeepsToTheRate(t *testing.T) {
	for _, c := range []struct {
		share   float64
		seconds int
		want    int
	}{
		{3.5, 0, 3},              // at once
		{3.5, 10, 38},            // 3.5 s⁻¹ · 10 s, and the second's worth
		{1, 10, 11},              // one at once, then each second
		{0.25, 40, 11},           // one at once, then each 4 s
		{100, 1, 200},            // the second's worth, then the rate
		{slowestPace / 2, 16, 3}, // a share below the slowest pace is kept
	} {
		got := goes(NewPace(c.share), paceBase, paceBase.Add(time.Duration(c.seconds)*time.Second))
		if got < c.want-1 || got > c.want {
			t.Errorf("%g a second: %d in %d seconds, want %d", c.share, got, c.seconds, c.want)
		}
	}
}

func TestTurnsThatWereGivenBackDelayNobody(t *testing.T) {
	p := NewPace(1)
	for range 100 {
		if wait, ok := p.take(paceBase, paceBase); !ok || wait != 0 {
			t.Fatalf("got %v, %v", wait, ok)
		}
		p.giveBack()
	}
}

func TestATurnAfterTheLatestIsNotBooked(t *testing.T) {
	p := NewPace(1)
	p.take(paceBase, time.Time{})
	for range 3 {
		if _, ok := p.take(paceBase, paceBase.Add(900*time.Millisecond)); ok {
			t.Error("a turn was given that comes too late")
		}
	}
	if wait, ok := p.take(paceBase, paceBase.Add(time.Second)); !ok || wait != time.Second {
		t.Errorf("got %v, %v, want the next turn", wait, ok)
	}
}

func TestTooFastHalvesThePaceOnceAMomentAndTakenMailsBringItBack(t *testing.T) {
	p := NewPace(8)
	now := paceBase
	for range 5 { // of mails that were on their way together
		p.tooFast(now)
	}
	if p.rate != 4 {
		t.Fatalf("%g a second, want 4", p.rate)
	}
	if wait, _ := p.take(now, time.Time{}); wait != 250*time.Millisecond {
		t.Errorf("the next turn is in %v, want an interval", wait)
	}
	mails := 0
	for ; p.rate < 8; mails++ {
		p.taken()
	}
	if mails != 36 {
		t.Errorf("back after %d mails, want 36", mails)
	}
	for range 20 {
		now = now.Add(slowing)
		p.tooFast(now)
	}
	if p.rate != slowestPace {
		t.Errorf("%g a second, want %g at least", p.rate, slowestPace)
	}
}

func TestManyAtOnceGetTurnsOfTheirOwn(t *testing.T) {
	p := NewPace(1)
	var mu sync.Mutex
	seen := map[time.Duration]bool{}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			wait, _ := p.take(paceBase, time.Time{})
			mu.Lock()
			defer mu.Unlock()
			if seen[wait] {
				t.Errorf("two turns after %v", wait)
			}
			seen[wait] = true
		})
	}
	wg.Wait()
	if !seen[0] || !seen[49*time.Second] {
		t.Errorf("got %v", seen)
	}
}

func TestWithoutAPaceNobodyWaits(t *testing.T) {
	var p *Pace
	p.tooFast(paceBase)
	p.taken()
	if wait, ok := p.take(paceBase, paceBase.Add(-time.Hour)); !ok || wait != 0 {
		t.Errorf("got %v, %v", wait, ok)
	}
	p.giveBack()
}
