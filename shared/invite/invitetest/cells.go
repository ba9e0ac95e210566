package invitetest

import (
	"errors"
	"slices"
	"testing"

	"invites/shared/invite"
)

// Short names for the table of cells.
const (
	ok   = invite.Kind("")
	none = invite.NotFound
	pend = invite.AlreadyPending
	acc  = invite.AlreadyAccepted
	canc = invite.AlreadyCancelled
	rel  = invite.AlreadyReleased
	nota = invite.NotAccepted
	send = invite.Sending
	cant = invite.CannotSend
	dead = invite.LinkDead
	used = invite.CodeDead
	past = invite.Superseded
	wait = invite.NotDue
	no   = invite.NothingToRenew
)

// table says what every operation comes to in every state, in the order of
// operations. It leaves out what depends on more than the state: repeated
// operations, If-Match, an older generation, a link key of another version.
var table = []row{
	//                create resend cancel release | accept: newest, older, foreign, none | redeem: newest, foreign | ask: newest, older, foreign | claim: newest, older | settle: sender, other | note: newest, older | publish | expire
	{absent, []invite.Kind{ok, none, none, none, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, past, past, none, wait}},
	{queued, []invite.Kind{pend, ok, ok, nota, dead, dead, dead, dead, used, used, no, no, no, ok, past, past, past, ok, past, ok, wait}},
	{leased, []invite.Kind{pend, send, ok, nota, ok, dead, dead, dead, used, used, no, no, no, send, past, ok, past, ok, past, ok, wait}},
	{abandoned, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, no, no, ok, past, ok, past, ok, past, ok, wait}},
	{live, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, past, past, past, past, ok, past, ok, wait}},
	{bounced, []invite.Kind{pend, cant, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, past, past, past, past, past, past, ok, wait}},
	{complained, []invite.Kind{pend, cant, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, past, past, past, past, past, past, ok, wait}},
	{noticedLeased, []invite.Kind{pend, send, ok, nota, ok, dead, dead, dead, used, used, no, no, no, past, past, ok, past, ok, past, ok, wait}},
	{noticedAbandoned, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, no, no, past, past, ok, past, ok, past, ok, wait}},
	{complainedCancelled, []invite.Kind{cant, canc, ok, nota, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, past, past, ok, wait}},
	{lapsed, []invite.Kind{ok, ok, ok, nota, dead, dead, dead, dead, used, used, ok, ok, no, past, past, past, past, ok, past, ok, wait}},
	{overdue, []invite.Kind{ok, ok, ok, nota, dead, dead, dead, dead, used, used, ok, ok, no, past, past, past, past, ok, past, ok, ok}},
	{overdueQueued, []invite.Kind{ok, ok, ok, nota, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, ok}},
	{overdueLeased, []invite.Kind{send, send, ok, nota, dead, dead, dead, dead, used, used, ok, no, no, past, past, ok, past, ok, past, ok, wait}},
	{expired, []invite.Kind{ok, ok, ok, nota, dead, dead, dead, dead, used, used, ok, ok, no, past, past, past, past, ok, past, ok, wait}},
	{accepted, []invite.Kind{acc, acc, acc, ok, ok, dead, dead, dead, ok, used, no, no, no, past, past, past, past, ok, past, ok, wait}},
	{acceptedLeased, []invite.Kind{acc, acc, acc, ok, ok, dead, dead, dead, ok, used, no, no, no, past, past, ok, past, ok, past, ok, wait}},
	{cancelled, []invite.Kind{ok, canc, ok, nota, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait}},
	{cancelledLeased, []invite.Kind{send, canc, ok, nota, dead, dead, dead, dead, used, used, no, no, no, past, past, ok, past, ok, past, ok, wait}},
	{released, []invite.Kind{ok, rel, rel, nota, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait}},
	{asked, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait}},
	{askedBefore, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, past, past, past, past, ok, past, ok, wait}},
	{askedExpired, []invite.Kind{ok, ok, ok, nota, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait}},
	{renewed, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait}},
	{anew, []invite.Kind{pend, ok, ok, nota, dead, dead, dead, dead, used, used, no, ok, no, ok, past, past, past, ok, past, ok, wait}},
	{goneOverdue, []invite.Kind{ok, none, none, none, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, ok}},
	{goneExpired, []invite.Kind{ok, none, none, none, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait}},
	{goneAccepted, []invite.Kind{ok, none, none, none, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait}},
	{goneCancelled, []invite.Kind{ok, none, none, none, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait}},
	{goneReleased, []invite.Kind{ok, none, none, none, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait}},
}

// row is what operations come to in one state.
type row struct {
	state state
	want  []invite.Kind
}

// unsettled are the states in which no sender has said what became of its mail.
var unsettled = []string{queued.name, leased.name, abandoned.name, noticedLeased.name, noticedAbandoned.name,
	overdueQueued.name, overdueLeased.name, acceptedLeased.name, cancelledLeased.name, anew.name,
	optedOutQueued.name, optedOutLeased.name,
	reminding.name, remindingAbandoned.name, reminderQueued.name, remindingLapsed.name, remindingAccepted.name, remindingCancelled.name}

// endedLeased are the states in which an invite has ended before its mail was settled.
var endedLeased = []string{acceptedLeased.name, cancelledLeased.name, remindingAccepted.name, remindingCancelled.name}

// requestsOf says which cells take another number of requests than one, whatever
// they come to.
func requestsOf(o operation, s state, want invite.Kind) int {
	switch o.name {
	case "create": // over a record: the refusal brings it, the second write replaces it
		if want == ok && s.name != absent.name {
			return 2
		}
	case "accept with the newest link": // the first write is for the first accept
		if s.name == accepted.name || s.name == acceptedLeased.name || s.name == remindingAccepted.name || s.name == optedOutAccepted.name {
			return 2
		}
	case "opt out", "take the opt-out back": // reads whom to tell; where there is nobody, once more after it
		if s.name == absent.name {
			return 3
		}
		return 2
	case "accept with no link": // nothing to ask
		return 0
	case "note that it arrived", "note a complaint about the mail itself": // its sender has not settled it: a write of its own
		if want == ok && slices.Contains(unsettled, s.name) {
			return 2
		}
	case "redeem the newest code", "remind", "defer the reminder": // reads what it writes on
		if want == ok {
			return 2
		}
	case "settle as the sender": // has ended meanwhile
		if slices.Contains(endedLeased, s.name) {
			return 2
		}
	case "expire": // nothing to see in the answer: a read; the timer stood for the mail: a write of its own
		if s.name == absent.name || s.name == overdueQueued.name {
			return 2
		}
	}
	return 1
}

func cells(t *testing.T, stores Stores) {
	for _, r := range table {
		r.hold(t, stores, operations)
	}
}

// hold plays every operation in the state of the row.
func (r row) hold(t *testing.T, stores Stores, operations []operation) {
	if len(r.want) != len(operations) {
		t.Fatalf("%s: %d cells, want %d", r.state.name, len(r.want), len(operations))
	}
	// A refusal leaves the scene as it was, so it serves the next cell too.
	var s *scene
	for n, o := range operations {
		t.Run(o.when(r.state), func(t *testing.T) {
			if s == nil {
				s = newScene(t, stores)
				r.state.play(s)
				s.inv = s.stored()
			}
			s.t = t
			cell(t, s, r.state, o, r.want[n])
			if r.want[n] == ok || t.Failed() {
				s = nil
			}
		})
	}
}

func cell(t *testing.T, s *scene, from state, o operation, want invite.Kind) {
	before := s.inv
	var inv *invite.Invite
	var err error
	var pure transition
	requests := s.requests(func() { inv, err, pure = o.do(s) })
	if got := invite.KindOf(err); got != want || err != nil && got == "" {
		t.Fatalf("got %q (%v), want %q", got, err, want)
	}
	if w := requestsOf(o, from, want); requests >= 0 && requests != w {
		t.Errorf("got %d requests, want %d", requests, w)
	}
	after := s.stored()
	expected, reason := pure(copyOf(before))
	if want == ok && (reason == nil || errors.Is(reason, invite.ErrReplayed)) {
		if inv != nil {
			if d := Difference(inv, expected); d != "" {
				t.Errorf("answer: %s", d)
			}
		}
		if d := Difference(after, expected); d != "" {
			t.Errorf("record: %s", d)
		}
	} else {
		if invite.KindOf(reason) != want {
			t.Errorf("the pure transition says %v, want %q", reason, want)
		}
		if d := Difference(after, before); d != "" {
			t.Errorf("a refusal changed the record: %s", d)
		}
	}
	Invariants(t.Errorf, before, after)
}

// Invariants reports what no record may be and what no change may do, whatever the
// operation. before is nil where there was no record.
func Invariants(report func(format string, args ...any), before, after *invite.Invite) {
	if after == nil {
		if before != nil {
			report("the record is gone")
		}
		return
	}
	ended := after.Status != invite.Pending
	switch {
	case ended && !after.Link.IsZero():
		report("%s with a live link", after.Status)
	case ended && !after.Due.IsZero():
		report("%s with a timer", after.Status)
	case ended == after.PurgeAt.IsZero():
		report("%s with end of retention %v", after.Status, after.PurgeAt)
	case !ended && after.Due.IsZero():
		report("pending without a timer")
	case (after.Status == invite.Accepted) == after.Accepted.IsZero():
		report("%s with accepted link %v", after.Status, after.Accepted)
	case len(after.Codes) > invite.LiveCodes:
		report("%d codes", len(after.Codes))
	case after.Status != invite.Accepted && len(after.Codes) > 0:
		report("%s with codes", after.Status)
	case after.SendCount() < 1:
		report("send count %d", after.SendCount())
	case after.AskedAt.IsZero() != (after.AskedSeq == 0) || after.AskedSeq > after.Seq:
		report("asked at %v about mail %d of %d", after.AskedAt, after.AskedSeq, after.Seq)
	case (after.Status.Class() == invite.Ended) == after.EndedAt.IsZero():
		report("%s with an end at %v", after.Status, after.EndedAt)
	}
	remindersChanged(report, before, after)
	if before == nil {
		return
	}
	mailedAgainstTheWish(report, before, after)
	switch {
	case after.Gen < before.Gen || after.Seq < before.Seq || after.Version < before.Version:
		report("fell: gen %d to %d, seq %d to %d, version %d to %d", before.Gen, after.Gen, before.Seq, after.Seq, before.Version, after.Version)
	case after.Gen != before.Gen && after.Seq != before.Seq+1:
		report("a new generation with seq %d after %d", after.Seq, before.Seq)
	case after.Gen == before.Gen && !mayBecome[before.Status][after.Status]:
		report("%s became %s", before.Status, after.Status)
	case after.Gen == before.Gen && before.Status == invite.Accepted && !after.AcceptedAt.Equal(before.AcceptedAt):
		report("accepted a second time")
	case after.Gen == before.Gen && !after.AskedAt.Equal(before.AskedAt) && after.AskedAt.Before(before.AskedAt.Add(invite.AskPause)):
		report("asked at %v and at %v", before.AskedAt, after.AskedAt)
	case after.Gen == before.Gen && !after.AskedAt.Equal(before.AskedAt) && (after.Status != before.Status || after.Seq != before.Seq || after.Link != before.Link || !after.ExpiresAt.Equal(before.ExpiresAt)):
		report("asking changed the invite from %+v to %+v", before, after)
	}
}

// mayBecome is the diagram in package invite, within one generation.
var mayBecome = map[invite.Status]map[invite.Status]bool{
	invite.Pending:   {invite.Pending: true, invite.Expired: true, invite.Accepted: true, invite.Cancelled: true},
	invite.Expired:   {invite.Expired: true, invite.Pending: true, invite.Cancelled: true},
	invite.Accepted:  {invite.Accepted: true, invite.Released: true},
	invite.Cancelled: {invite.Cancelled: true},
	invite.Released:  {invite.Released: true},
}
