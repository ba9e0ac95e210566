package tests

import (
	"fmt"
	"net/url"
	"sync"
	"testing"
)

// together runs n requests at once and returns their answers.
func together(t testing.TB, n int, r func(n int) request) []answer {
	t.Helper()
	origin := api(t)
	answers := make([]answer, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			a, err := try(origin, r(i))
			if err != nil {
				t.Errorf("request %d: %v", i, err)
			}
			answers[i] = a
		})
	}
	close(start)
	wg.Wait()
	return answers
}

func TestFiftyAcceptsOfOneLinkAreOneAccept(t *testing.T) {
	i := create(t, "acme", address(t))
	path := newest(t, i.Email, 1)
	codes := map[string]bool{}
	for n, a := range together(t, 50, func(int) request { return request{method: "POST", path: path} }) {
		next, err := url.Parse(a.header.Get("Location"))
		if a.status != 303 || err != nil || next.Query().Get("invite") != i.ID {
			t.Fatalf("accept %d: got %d, %q", n, a.status, a.header.Get("Location"))
		}
		codes[next.Query().Get("code")] = true
	}
	if len(codes) != 50 {
		t.Errorf("got %d codes, want 50", len(codes))
	}
	good := 0
	for code := range codes {
		if a := redeem(t, "acme", "service", code); a.status == 200 {
			good++
			redeem(t, "acme", "service", code).refused(t, 410, "code_used_or_expired")
		} else {
			a.refused(t, 410, "code_used_or_expired")
		}
	}
	if good != 5 {
		t.Errorf("%d codes could be redeemed, want the last five", good)
	}
}

func TestFiftyResendsAtOnceLeaveOneLiveLinkInTheNewestMail(t *testing.T) {
	i := create(t, "acme", address(t))
	newest(t, i.Email, 1)
	admin := token(t, "acme", "admin")
	asked := 1
	for n, a := range together(t, 50, func(int) request {
		return request{method: "POST", path: "/v1/invites/" + i.ID + "/resend", as: admin}
	}) {
		switch a.status {
		case 200:
			asked++
		case 409:
			a.refused(t, 409, "sending")
			if a.header.Get("Retry-After") == "" {
				t.Errorf("resend %d: 409 without Retry-After", n)
			}
		case 503: // nobody knows; the count below does
			asked = -1
		default:
			t.Errorf("resend %d: got %d %s", n, a.status, a.body)
		}
	}
	row := settled(t, "acme", i.ID)
	if asked > 0 && row.SendCount != asked {
		t.Errorf("%d resends were acknowledged and %d counted", asked, row.SendCount)
	}
	live := 0
	sent := mails(t, i.Email, 2)
	for n, m := range sent {
		a := do(t, request{method: "GET", path: link(t, m)})
		if a.status == 200 {
			live++
		}
		if n == 0 && a.status != 200 {
			t.Errorf("the newest mail's link answers %d", a.status)
		}
	}
	if live != 1 {
		t.Errorf("%d of %d links are live, want 1", live, len(sent))
	}
}

func TestTwoAdminsWhoInviteAtOnceMakeOneInvite(t *testing.T) {
	email, admin := address(t), token(t, "acme", "admin")
	created := 0
	for _, a := range together(t, 10, func(int) request {
		return request{method: "POST", path: "/v1/invites", as: admin, body: object("email", email)}
	}) {
		if a.status == 201 {
			created++
		} else {
			a.refused(t, 409, "already_pending")
		}
	}
	if created != 1 {
		t.Errorf("%d invites, want 1", created)
	}
	if got := len(mails(t, email, 1)); got != 1 {
		t.Errorf("%d mails, want 1", got)
	}
}

func TestAnAcceptAndACancelAtOnceHaveOneWinner(t *testing.T) {
	for range 5 {
		i := create(t, "acme", address(t))
		path := newest(t, i.Email, 1)
		admin := token(t, "acme", "admin")
		both := together(t, 2, func(n int) request {
			if n == 0 {
				return request{method: "POST", path: path}
			}
			return request{method: "POST", path: "/v1/invites/" + i.ID + "/cancel", as: admin}
		})
		got := fmt.Sprint(both[0].status, both[1].status)
		status := get(t, "acme", i.ID).Status
		if (got != "303 409" || status != "accepted") && (got != "410 200" || status != "cancelled") {
			t.Errorf("accept and cancel answered %s and the invite is %s", got, status)
		}
	}
}
