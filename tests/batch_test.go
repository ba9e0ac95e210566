package tests

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// result is one row of the answer to a call of many.
type result struct {
	Index, Status int
	Invite        *invite
	Problem       *struct {
		Code, Detail string
		Status       int
		RequestID    string `json:"request_id"`
		InviteID     string `json:"invite_id"`
		Errors       []struct{ Pointer, Detail string }
	}
}

func (a answer) results(t testing.TB) (rows []result) {
	t.Helper()
	var body struct{ Results []result }
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.status != 200 {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	for n, r := range body.Results {
		if r.Index != n {
			t.Errorf("row %d has the index %d", n, r.Index)
		}
	}
	return body.Results
}

// says is the status of each row, with the code of its problem.
func says(rows []result) string {
	said := make([]string, len(rows))
	for n, r := range rows {
		said[n] = fmt.Sprint(r.Status)
		if r.Problem != nil {
			said[n] += " " + r.Problem.Code
		}
	}
	return strings.Join(said, ", ")
}

func many(t testing.TB, call, body string, headers map[string]string) answer {
	t.Helper()
	return do(t, request{method: "POST", path: "/v1/invites/" + call, as: token(t, "acme", "admin"), body: body, header: headers})
}

// batch writes the body of a call that invites addresses.
func batch(emails ...string) string {
	rows := make([]string, len(emails))
	for n, email := range emails {
		rows[n] = object("email", email)
	}
	return `{"invites":[` + strings.Join(rows, ",") + `]}`
}

func ids(rows ...string) string {
	text, err := json.Marshal(map[string][]string{"ids": rows})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestAHundredInvitesInOneCallAreAHundredMails(t *testing.T) {
	base := strings.TrimSuffix(address(t), "@example.com")
	emails := make([]string, 100)
	for n := range emails {
		emails[n] = fmt.Sprintf("%s-%d@example.com", base, n)
	}
	key := map[string]string{"Idempotency-Key": base}
	began := time.Now()
	first := many(t, "batch", batch(emails...), key).results(t)
	answered := time.Since(began)
	if len(first) != 100 {
		t.Fatalf("%d results", len(first))
	}
	links := map[string]bool{}
	for n, email := range emails {
		if first[n].Status != 201 || first[n].Invite.Email != email {
			t.Fatalf("row %d: got %+v", n, first[n])
		}
		links[newest(t, email, 1)] = true
	}
	t.Logf("100 invites: answered after %v, the last mail found after %v", answered, time.Since(began))
	if len(links) != 100 {
		t.Errorf("%d links for 100 people", len(links))
	}
	again := many(t, "batch", batch(emails...), key).results(t)
	all := make([]string, len(emails))
	for n := range emails {
		if again[n].Status != 201 || again[n].Invite.ID != first[n].Invite.ID || again[n].Invite.SendCount != 1 {
			t.Errorf("row %d of the same batch again: got %+v", n, again[n])
		}
		all[n] = first[n].Invite.ID
	}
	for n, r := range many(t, "resend", ids(all...), nil).results(t) {
		if r.Status != 200 || r.Invite.SendCount != 2 {
			t.Errorf("resend, row %d: got %+v", n, r)
		}
	}
	for _, email := range emails {
		if got := len(mails(t, email, 2)); got != 2 {
			t.Errorf("%d mails to %s, want 2: one for the batch, one for the resend", got, email)
		}
	}
	for n, r := range many(t, "cancel", ids(all...), nil).results(t) {
		if r.Status != 200 || r.Invite.Status != "cancelled" {
			t.Errorf("cancel, row %d: got %+v", n, r)
		}
	}
	for _, row := range list(t, "acme", "") {
		if slices.Contains(emails, row.Email) {
			t.Errorf("%s is still listed", row.Email)
		}
	}
}

func TestOneBadRowFailsNoOther(t *testing.T) {
	pending := create(t, "acme", address(t))
	good, twice := address(t), "twice-"+address(t)
	rows := many(t, "batch", `{"invites":[`+strings.Join([]string{
		object("email", good, "role", "admin", "name", "Ana"), object("email", "nobody"), object("email", pending.Email), object("email", twice),
		`{"email":"x@example.com","tenant":"globex"}`, object("email", "x@example.com", "role", "owner"), object("email", strings.ToUpper(twice)), `7`,
	}, ",")+`]}`, nil).results(t)
	const want = "201, 422 address_unmailable, 409 already_pending, 201, 400 bad_request, 422 role_not_allowed, 409 already_pending, 400 bad_request"
	if got := says(rows); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	if rows[0].Invite.Role != "admin" || rows[2].Problem.InviteID != pending.ID || rows[6].Problem.InviteID != rows[3].Invite.ID {
		t.Errorf("got %+v, %+v, %+v", rows[0].Invite, rows[2].Problem, rows[6].Problem)
	}
	for n, pointer := range map[int]string{1: "/invites/1/email", 4: "/invites/4/tenant", 5: "/invites/5/role", 6: "/invites/6/email", 7: "/invites/7"} {
		if p := rows[n].Problem; len(p.Errors) != 1 || p.Errors[0].Pointer != pointer || p.RequestID == "" || p.Detail == "" {
			t.Errorf("row %d: got %+v, want a pointer to %s", n, p, pointer)
		}
	}
	newest(t, good, 1)
	newest(t, twice, 1)
}

func TestOfManyTheOwnOnesAreDone(t *testing.T) {
	first, second, accepted := create(t, "acme", address(t)), create(t, "acme", "b-"+address(t)), create(t, "acme", "c-"+address(t))
	foreign := create(t, "globex", address(t))
	if a := do(t, request{method: "POST", path: newest(t, accepted.Email, 1)}); a.status != 303 {
		t.Fatalf("accept: got %d", a.status)
	}
	old := newest(t, first.Email, 1)
	body := ids(first.ID, foreign.ID, accepted.ID, second.ID, "inv_nothing")
	key := map[string]string{"Idempotency-Key": first.ID}
	for range 2 {
		rows := many(t, "resend", body, key).results(t)
		if got := says(rows); got != "200, 404 not_found, 409 already_accepted, 200, 404 not_found" {
			t.Fatalf("resend: got %s", got)
		}
		if rows[0].Invite.SendCount != 2 || rows[3].Invite.SendCount != 2 {
			t.Errorf("got %+v, want one mail more", rows[0].Invite)
		}
	}
	opens(t, old, 410)
	opens(t, newest(t, first.Email, 2), 200)
	for range 2 {
		if got := says(many(t, "cancel", body, key).results(t)); got != "200, 404 not_found, 409 already_accepted, 200, 404 not_found" {
			t.Fatalf("cancel: got %s", got)
		}
	}
	if got := get(t, "globex", foreign.ID); got.Status != "pending" || got.SendCount != 1 {
		t.Errorf("another tenant's invite: got %+v", got)
	}
	if got := get(t, "acme", second.ID).Status; got != "cancelled" {
		t.Errorf("got %s", got)
	}
}

func TestACallOfManyHasLimits(t *testing.T) {
	name := strings.Repeat("n", 700)
	big := `{"invites":[` + strings.TrimSuffix(strings.Repeat(object("email", "x@example.com", "name", name)+",", 100), ",") + `]}`
	many(t, "batch", big, nil).refused(t, 413, "body_too_large")
	many(t, "batch", batch(make([]string, 101)...), nil).refused(t, 400, "bad_request")
	many(t, "batch", `{"invites":[]}`, nil).refused(t, 400, "bad_request")
	for call, body := range map[string]string{"batch": batch(address(t)), "resend": ids("inv_nothing"), "cancel": ids("inv_nothing")} {
		do(t, request{method: "POST", path: "/v1/invites/" + call, as: token(t, "acme", "viewer"), body: body}).refused(t, 403, "forbidden")
		if a := do(t, request{method: "POST", path: "/v1/invites/" + call, body: body}); a.status != 401 {
			t.Errorf("%s without a token: got %d", call, a.status)
		}
		many(t, call, body, map[string]string{"If-Match": `"pending-1-2"`}).refused(t, 400, "bad_request")
	}
	// What fits is taken: 100 rows with as much as a row can hold.
	rows := make([]string, 100)
	for n := range rows {
		rows[n] = object("email", fmt.Sprintf("%s%02d@%s.example", strings.Repeat("a", 62), n, strings.Repeat("d", 63)), "name", strings.Repeat("n", 80), "role", "owner")
	}
	for n, r := range many(t, "batch", `{"invites":[`+strings.Join(rows, ",")+`]}`, nil).results(t) {
		if r.Status != 422 {
			t.Fatalf("row %d: got %+v", n, r)
		}
	}
}

func TestAServiceInvitesManyForAPerson(t *testing.T) {
	email := address(t)
	a := do(t, request{method: "POST", path: "/v1/invites/batch", as: token(t, "acme", "service"),
		header: map[string]string{"Invite-Tenant": "acme"},
		body:   strings.TrimSuffix(batch(email), "}") + `,"on_behalf_of":{"name":"Kim","email":"kim@acme.example"}}`})
	rows := a.results(t)
	if got := says(rows); got != "201" || rows[0].Invite.InvitedBy.Name != "Kim" {
		t.Fatalf("got %s, %+v", got, rows[0].Invite)
	}
	newest(t, email, 1)
}
