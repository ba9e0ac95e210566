package outbox

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"invites/shared/dynamo/dynamotest"
	"invites/shared/invite"
)

var seed = flag.Uint64("seed", 0, "play TestWhateverHappensEveryMailArrives with this seed alone")

// storm draws what happens to the senders of a world. What a sender meets depends
// on the seed, its invite and how often that was tried, so a seed plays alike.
type storm struct {
	w    *world
	seed uint64

	mu      sync.Mutex
	numbers map[invite.Key]uint64
	tried   map[invite.Key]uint64
	// unrecorded counts, for each mail, the senders that may have died or failed
	// between SES's taking it and the record of that.
	unrecorded map[mailID]int
	deaths     map[step]int
	late       []*dynamotest.Faults
	over       bool
}

// fate is what the next sender of a mail meets: in half of the cases something.
func (s *storm) fate(k invite.Key) (f fate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried[k]++
	if s.over {
		return f
	}
	random := rand.New(rand.NewPCG(s.seed, s.numbers[k]<<16|s.tried[k]))
	lost := false
	switch random.IntN(10) {
	case 0, 1, 2:
		f.dies = beforeClaim + step(random.IntN(int(stepCount-beforeClaim)))
		lost = f.dies.copies()
		s.deaths[f.dies]++
	case 3:
		says := []reply{{status: 503, code: "ServiceUnavailable"}, {status: 400, code: "AccountSendingPausedException"}, {cut: true},
			{cut: true, takes: true}, {status: 500, code: "InternalFailure", takes: true}}
		r := says[random.IntN(len(says))]
		f.says, lost = always(r), r.takes
	case 4:
		f.faults = dynamotest.Plan{Seed: random.Uint64(), Chances: map[dynamotest.Fault]float64{
			dynamotest.LoseRequest: 0.1, dynamotest.LoseResponse: 0.1, dynamotest.Late: 0.1, dynamotest.Duplicate: 0.1, dynamotest.Throttle: 0.1}}
		f.ended = func(late *dynamotest.Faults, err error) { s.keep(k, late, err) }
	}
	if lost {
		s.unrecorded[s.newest(k)]++
	}
	return f
}

// newest is the mail that a sender would send now, or the last one that was sent.
func (s *storm) newest(k invite.Key) mailID {
	inv, err := s.w.store.Get(s.w.t.Context(), k)
	if err != nil {
		s.w.t.Error(err)
		return mailID{}
	}
	if n := inv.ReminderDue(s.w.clock()); n > 0 {
		inv.Mail.Reminder = n
	}
	return mailOf(inv)
}

// keep keeps what is still on its way when a sender has ended, until arrive.
func (s *storm) keep(k invite.Key, late *dynamotest.Faults, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late = append(s.late, late)
	if err != nil { // the record may not say that the mail is sent
		s.unrecorded[s.newest(k)]++
	}
}

func (s *storm) arrive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.late {
		f.Flush()
	}
	s.late = nil
}

// stream wakes a sender for most images, for some of them twice, for some never.
func (s *storm) stream(random *rand.Rand, images []*invite.Invite) {
	var woken []*invite.Invite
	for _, inv := range images {
		times := []int{0, 1, 1, 1, 1, 1, 1, 2}[random.IntN(8)]
		for range times {
			woken = append(woken, inv)
		}
	}
	together(woken, func(inv *invite.Invite) { _ = s.w.start(s.fate(inv.Key)).deliver(inv) })
}

// What is not here: a sender that sleeps (resend_test.go), invites that end while a
// sender has the lease (ends_test.go), and throttling (outages_test.go, rate_test.go).
func TestWhateverHappensEveryMailArrives(t *testing.T) {
	t.Parallel()
	seeds := []uint64{1, 2, 3}
	if *seed != 0 {
		seeds = []uint64{*seed}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { play(t, seed) })
	}
}

func play(t *testing.T, seed uint64) {
	w := newWorld(t)
	random := rand.New(rand.NewPCG(seed, 0))
	s := &storm{w: w, seed: seed, numbers: map[invite.Key]uint64{}, tried: map[invite.Key]uint64{},
		unrecorded: map[mailID]int{}, deaths: map[step]int{}}
	invites := make([]*invite.Invite, 80)
	for n := range invites {
		invites[n] = w.invite()
		s.numbers[invites[n].Key] = uint64(n + 1)
	}
	w.fates = s.fate
	s.stream(random, invites)
	cancelled := map[invite.Key]bool{}
	for range 15 {
		w.pass(time.Minute)
		s.arrive()
		var again []*invite.Invite
		for n, inv := range invites {
			switch c := random.IntN(100); {
			case cancelled[inv.Key]:
			case c < 3:
				if next, err := w.resend(inv); err == nil {
					invites[n] = next
					again = append(again, next)
				} else if kind := invite.KindOf(err); kind != invite.Sending && kind != invite.CannotSend {
					t.Errorf("resend: %v", err)
				}
			case c == 3 && random.IntN(3) == 0:
				if err := w.cancel(inv); err != nil {
					t.Errorf("cancel: %v", err)
				}
				cancelled[inv.Key] = true
			}
		}
		s.stream(random, again)
	}
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.arrive()
	w.pass(invite.Backoff(100) + invite.LeaseTime + time.Minute)
	copies := 0
	for _, inv := range invites {
		row := w.row(inv)
		mails := w.ses.of(row)
		copies += max(len(mails)-1, 0)
		if most := 1 + s.unrecorded[mailOf(row)]; len(mails) > most {
			t.Errorf("%d copies of a mail, want at most %d", len(mails), most)
		}
		if !cancelled[inv.Key] {
			w.arrived(t, inv, max(len(mails), 1))
			continue
		}
		status, reason, _ := row.Delivery(w.clock())
		if status != invite.MailSent && (status != invite.MailFailed || reason == "") {
			t.Errorf("the row of a cancelled invite says %q %q", status, reason)
		}
	}
	t.Logf("%d mails in %d calls of SES, %d more copies, %d invites cancelled; senders died: %v",
		len(w.ses.mails), w.ses.asked(), copies, len(cancelled), s.count())
	if t.Failed() {
		t.Logf("again: go test ./tests/outbox -run %s -seed %d", strings.SplitN(t.Name(), "/", 2)[0], seed)
	}
}

func (s *storm) count() (total int) {
	for _, n := range s.deaths {
		total += n
	}
	return total
}
