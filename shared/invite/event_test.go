package invite_test

import (
	"errors"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

func TestEventsHaveMarksAndIdsOfTheirOwn(t *testing.T) {
	now, k := invitetest.Base, invite.KeyOf("acme", "ana@example.com")
	marks, ids := map[string]bool{}, map[string]bool{}
	for _, kind := range invite.EventTypes() {
		for _, op := range []invite.OperationID{{}, {1}} {
			e := invite.Event{Mark: invite.EventMark(kind, now, op), Gen: 1}
			if e.Type() != kind {
				t.Errorf("%s: the mark %q says %q", kind, e.Mark, e.Type())
			}
			if marks[e.Mark] {
				t.Errorf("the mark %q stands twice", e.Mark)
			}
			marks[e.Mark] = true
			next := e
			next.Gen++
			for _, id := range []string{e.ID(k), next.ID(k), e.ID(invite.KeyOf("acme", "bo@example.com"))} {
				if ids[id] {
					t.Errorf("%s: the id %q stands twice", kind, id)
				}
				ids[id] = true
			}
			if e.ID(k) != e.ID(k) {
				t.Error("an id changes")
			}
		}
	}
}

func TestACreateOverAnUnmarkedExpiryTellsBoth(t *testing.T) {
	now := invitetest.Base
	create := invite.Creation{Tenant: "acme", Email: "ana@example.com", Role: "member", Window: time.Hour, Now: now, Retention: invitetest.Retention,
		Op: invitetest.Op(now)}
	first, err := create.Create(nil)
	if err != nil {
		t.Fatal(err)
	}
	create.Now, create.Role, create.Op = now.Add(2*time.Hour), "admin", invitetest.Op(now)
	second, err := create.Create(first)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		kind    invite.EventType
		gen     invite.Gen
		version uint64
		role    string
	}{{invite.EventCreated, first.Gen, 1, "member"}, {invite.EventExpired, first.Gen, 2, "member"}, {invite.EventCreated, second.Gen, 3, "admin"}}
	if len(second.Events) != len(want) || second.Version != 3 {
		t.Fatalf("got %v at version %d", second.Events, second.Version)
	}
	for i, w := range want {
		if e := second.Events[i]; e.Type() != w.kind || e.Gen != w.gen || e.Version != w.version || e.Role != w.role || e.SendCount != 1 {
			t.Errorf("event %d: got %s %+v, want %+v", i, e.Type(), e, w)
		}
	}
}

func TestAPublicationForgetsWhatWasPublishedAndNothingElse(t *testing.T) {
	now := invitetest.Base
	first, err := invite.Creation{Tenant: "acme", Email: "ana@example.com", Window: time.Hour, Now: now, Op: invitetest.Op(now)}.Create(nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := invite.Change{Key: first.Key, Gen: first.Gen, Op: invitetest.Op(now), Now: now.Add(time.Second), Retention: invitetest.Retention}.Resend(first)
	if err != nil {
		t.Fatal(err)
	}
	empty := *second
	empty.Events = nil
	created, resent := second.Events[0].Mark, second.Events[1].Mark
	for _, c := range []struct {
		name     string
		of       *invite.Invite
		marks    []string
		left     int
		replayed bool
	}{
		{"both", second, []string{created, resent}, 0, false},
		{"the first", second, []string{created}, 1, false},
		{"the first, and one that another has published", second, []string{created, "Cxyz"}, 1, false},
		{"what another has published", second, []string{"Cxyz"}, 2, true},
		{"nothing of a record that holds some", second, nil, 2, true},
		{"what another has published, and nothing is left", &empty, []string{created}, 0, true},
		{"nothing of a record that holds none", &empty, nil, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			next, err := invite.Publication{Key: c.of.Key, Marks: c.marks}.Publish(c.of)
			if errors.Is(err, invite.ErrReplayed) != c.replayed || err != nil && !c.replayed {
				t.Fatalf("got %v", err)
			}
			if len(next.Events) != c.left || next.Version != c.of.Version {
				t.Errorf("%d events are left at version %d, want %d at %d", len(next.Events), next.Version, c.left, c.of.Version)
			}
		})
	}
	if _, err := (invite.Publication{}).Publish(nil); invite.KindOf(err) != invite.NotFound {
		t.Errorf("got %v", err)
	}
}
