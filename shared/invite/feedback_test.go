package invite_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// notes is a NoticeStore of one answer.
type notes struct {
	got invite.Notification
	err error
}

func (s *notes) Note(_ context.Context, n invite.Notification) (*invite.Invite, error) {
	s.got = n
	return &invite.Invite{Tenant: "acme"}, s.err
}

func TestAReportIsNotedOrComesAgain(t *testing.T) {
	now := invitetest.Base
	route := invite.Route{Key: invite.KeyOf("acme", "ana@example.com"), Gen: 7, Seq: 3}
	report := invite.Report{Route: route, Notice: invite.Notice{Status: invite.MailDelivered, At: now.Add(-time.Second)}}
	for name, c := range map[string]struct {
		answer error
		again  bool
	}{
		"noted":              {nil, false},
		"nothing new":        {&invite.Error{Kind: invite.Superseded}, false},
		"outcome unknown":    {&invite.Error{Kind: invite.Unavailable}, true},
		"something is wrong": {errors.New("broken"), true},
	} {
		t.Run(name, func(t *testing.T) {
			store, m, clock := &notes{err: c.answer}, invitetest.NewModel(invitetest.Defaults), func() time.Time { return now }
			err := (&invite.Feedback{Store: store, Warden: &invite.Warden{Store: m, Now: clock}, Now: clock}).Take(t.Context(), report)
			if tally, _ := m.Tally(t.Context(), "acme", now, now); (tally.Delivered == 1) != (name == "noted") {
				t.Errorf("weighed as %+v", tally)
			}
			if (err != nil) != c.again || c.again && !errors.Is(err, c.answer) {
				t.Errorf("got %v", err)
			}
			want := invite.Notification{Key: route.Key, Gen: 7, Seq: 3, Notice: report.Notice, Now: now}
			if store.got != want {
				t.Errorf("got %+v, want %+v", store.got, want)
			}
		})
	}
}
