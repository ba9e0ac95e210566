package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"invites/shared/dynamo"
	"invites/shared/invite"
)

func TestEachRowIsAnsweredAsACallOfItsOwn(t *testing.T) {
	t.Parallel()
	d, single := newOffice(t), newOffice(t)
	rows := []string{
		`{"email":"ana@example.com","name":"Ana","role":"admin","locale":"de"}`,
		`{"email":" Pending@Example.com "}`, `{"email":"accepted@example.com"}`,
		`{"email":"x"}`, `{"email":""}`, `{}`, `{"email":null}`, `{"email":7}`, `{"email":"a@example.com","other":1}`, `{"email":"a@example.com","email":"b@example.com"}`,
		`{"email":"b@example.com","role":"owner"}`, `{"email":"b@example.com","name":"` + strings.Repeat("n", 81) + `"}`, `{"email":"b@example.com","locale":"../etc"}`,
		`{"email":"b@example.com","on_behalf_of":{"name":"A"}}`, `{"email":"b@example.com","name":"\ud800"}`, `[]`, `"b@example.com"`, `null`,
		`{"email":"Bo@Bücher.example"}`,
	}
	for _, o := range []*office{d, single} {
		for _, email := range []string{"pending@example.com", "accepted@example.com"} {
			if w := o.post(t.Context(), "/v1/invites", `{"email":"`+email+`"}`); w.Code != http.StatusCreated {
				t.Fatal(w.Body)
			}
		}
		o.accept("accepted@example.com")
	}
	results := d.many("/v1/invites/batch", `{"invites":[`+strings.Join(rows, ",")+`]}`)
	if len(results) != len(rows) {
		t.Fatalf("%d results, want %d", len(results), len(rows))
	}
	for n, body := range rows {
		got, w := results[n], single.post(t.Context(), "/v1/invites", body)
		if got.Status != w.Code {
			t.Errorf("%s: got %d, want %d", body, got.Status, w.Code)
			continue
		}
		if got.Problem == nil {
			var want row
			if err := json.Unmarshal([]byte(`{"invite":`+w.Body.String()+`}`), &want); err != nil || *got.Invite != *want.Invite {
				t.Errorf("%s: got %+v, want %s", body, got.Invite, w.Body)
			}
			continue
		}
		var want Problem
		if err := json.Unmarshal(w.Body.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		at := fmt.Sprint("/invites/", n)
		for i := range want.Errors {
			want.Errors[i].Pointer = at + want.Errors[i].Pointer
		}
		if len(want.Errors) == 0 && want.Status == http.StatusBadRequest {
			want.Errors = []ProblemField{{at, want.Detail}}
		}
		want.RequestID = got.Problem.RequestID
		if fmt.Sprintf("%+v", *got.Problem) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s: got\n%+v, want\n%+v", body, *got.Problem, want)
		}
	}
	if results[0].Invite.InvitedBy.Name != "Olga" || results[1].Problem.InviteID == "" || results[2].Problem.Code != "already_accepted" {
		t.Errorf("got %+v", results[:3])
	}
}

func TestACallOfManyIsRefusedWholeWhereItIsWrongAsAWhole(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	big := `{"invites":[{"email":"ana@example.com","name":"` + strings.Repeat("n", 64<<10) + `"}]}`
	for _, c := range []struct {
		name, path, body string
		headers          []string
		status           int
		code, pointer    string
	}{
		{"no rows", "batch", `{}`, nil, 400, "bad_request", "/invites"},
		{"an empty list", "batch", `{"invites":[]}`, nil, 400, "bad_request", "/invites"},
		{"null for the list", "batch", `{"invites":null}`, nil, 400, "bad_request", "/invites"},
		{"no list", "batch", `{"invites":{"email":"ana@example.com"}}`, nil, 400, "bad_request", "/invites"},
		{"a row too many", "batch", addresses(101), nil, 400, "bad_request", "/invites"},
		{"an id too many", "resend", `{"ids":[` + strings.Repeat(`"a",`, 100) + `"a"]}`, nil, 400, "bad_request", "/ids"},
		{"an unknown field beside the rows", "batch", `{"invites":[{"email":"ana@example.com"}],"role":"admin"}`, nil, 400, "bad_request", "/role"},
		{"a confirmation that cancel does not know", "cancel", `{"ids":["a"],"confirm":"bounced"}`, nil, 400, "bad_request", "/confirm"},
		{"cut off", "batch", `{"invites":[{"email":"ana@example.com"}`, nil, 400, "bad_request", ""},
		{"broken UTF-8", "batch", "{\"invites\":[{\"email\":\"\xff@example.com\"}]}", nil, 400, "bad_request", ""},
		{"more than 64 KiB", "batch", big, nil, 413, "body_too_large", ""},
		{"If-Match", "cancel", `{"ids":["a"]}`, []string{`If-Match: "pending-1-2"`}, 400, "bad_request", ""},
		{"a bad key", "cancel", `{"ids":["a"]}`, []string{"Idempotency-Key: a b"}, 400, "bad_request", ""},
		{"without the permission", "batch", addresses(1), []string{"Authorization: " + viewerToken}, 403, "forbidden", ""},
		{"without a token", "batch", addresses(1), []string{"Authorization: "}, 401, "unauthorized", ""},
		{"a person the token may not name", "batch", `{"invites":[{"email":"ana@example.com"}],"on_behalf_of":{"name":"A"}}`, nil, 400, "bad_request", "/on_behalf_of"},
		{"a tenant the token may not name", "batch", addresses(1), []string{"Invite-Tenant: globex"}, 400, "bad_request", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := d.post(t.Context(), "/v1/invites/"+c.path, c.body, c.headers...)
			var p Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != c.status || p.Code != c.code {
				t.Fatalf("got %d %s, want %d %s", w.Code, w.Body, c.status, c.code)
			}
			if c.pointer != "" && (len(p.Errors) != 1 || p.Errors[0].Pointer != c.pointer) {
				t.Errorf("got %+v, want %s", p.Errors, c.pointer)
			}
		})
	}
	if d.Trips() != 0 {
		t.Errorf("the table was asked %d times", d.Trips())
	}
	// The other calls keep their own limit.
	if w := d.post(t.Context(), "/v1/invites", `{"email":"ana@example.com","name":"`+strings.Repeat("n", MaxBody)+`"}`); w.Code != 413 {
		t.Errorf("got %d", w.Code)
	}
}

// A call reads the tenant's settings once, where a row needs them, and once how its
// mails fare, where a mail is asked for; every row takes the one write of its own call,
// and one that invites the read whether its address has opted out.
func TestABatchCostsWhatItsRowsCostAndOneReadOfTheTenant(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 10, 100} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			d := newOffice(t)
			asked := func(what string, want int, do func() []row, say string) []row {
				t.Helper()
				d.Reset()
				rows := do()
				d.want(what, rows, all(n, say))
				if got := d.Answered(); got != want {
					t.Errorf("%s of %d rows: %d round trips, want %d\n%v", what, n, got, want, d.Counter)
				}
				return rows
			}
			batch := func() []row { return d.many("/v1/invites/batch", addresses(n), "Idempotency-Key: k") }
			made := asked("batch", 2*n+2, batch, "201")
			asked("the same batch again", 2*n+2, batch, "201")
			ids := idsOf(made)
			asked("resend", n+1, func() []row { return d.many("/v1/invites/resend", `{"ids":[`+ids+`]}`) }, "200")
			for i := range n {
				d.accept(invite.Address(fmt.Sprintf("ana.%d@example.com", i)))
			}
			asked("resend of accepted ones, for the password reset", n+2, func() []row { return d.many("/v1/invites/resend", `{"ids":[`+ids+`]}`) }, "409 already_accepted")
			asked("cancel", n, func() []row { return d.many("/v1/invites/cancel", `{"ids":[`+ids+`]}`) }, "409 already_accepted")
		})
	}
}

func TestOneAddressInTwoRowsIsInvitedOnce(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	batch := func() []row {
		return d.many("/v1/invites/batch", `{"invites":[{"email":"ana@example.com"},{"email":"bo@example.com","role":"owner"},{"email":"Ana@Example.com","role":"admin"},`+
			`{"email":"bo@example.com"},{"email":"bo@example.com"}]}`, "Idempotency-Key: k")
	}
	const want = "201, 422 role_not_allowed, 409 already_pending, 201, 409 already_pending"
	rows := batch()
	d.want("the first time", rows, want)
	if p := rows[2].Problem; p.InviteID != rows[0].Invite.ID || len(p.Errors) != 1 || p.Errors[0].Pointer != "/invites/2/email" {
		t.Errorf("got %+v, want a pointer to the row and the invite in the way", p)
	}
	d.want("repeated", batch(), want)
	// Nor when the invite has ended meanwhile: the batch has had its effect.
	d.want("cancel", d.many("/v1/invites/cancel", `{"ids":["`+rows[0].Invite.ID+`"]}`), "200")
	again := batch()
	d.want("repeated after a cancel", again, want)
	if got := again[0].Invite; got.ID != rows[0].Invite.ID || got.Status != "cancelled" {
		t.Errorf("got %+v, want the invite as it is now", got)
	}
}

func TestAKeyStandsForEachRowOfItsOwn(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	batch := func(body, key string) []row {
		return d.many("/v1/invites/batch", `{"invites":[`+body+`]}`, "Idempotency-Key: "+key)
	}
	const ana, bo, cy = `{"email":"ana@example.com"}`, `{"email":"bo@example.com","name":"Bo"}`, `{"email":"cy@example.com"}`
	d.want("first", batch(ana+","+bo, "k"), "201, 201")
	for _, c := range []struct{ what, body, want string }{
		{"repeated", ana + "," + bo, "201, 201"},
		{"in another order", bo + "," + ana, "201, 201"},
		{"the rows that were left alone", bo, "201"},
		{"with a row more", ana + "," + cy + "," + bo, "201, 201, 201"},
		{"with another content of one row", ana + `,{"email":"bo@example.com","name":"Bob"},` + cy, "201, 422 idempotency_key_reused, 201"},
	} {
		d.want(c.what, batch(c.body, "k"), c.want)
	}
	d.want("by another key", batch(ana+","+bo, "l"), "409 already_pending, 409 already_pending")
	// The call alone is another call.
	if w := d.post(t.Context(), "/v1/invites", ana, "Idempotency-Key: k"); w.Code != http.StatusConflict {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	for _, email := range []invite.Address{"ana@example.com", "bo@example.com", "cy@example.com"} {
		if inv, err := d.store.Get(t.Context(), invite.KeyOf("acme", email)); err != nil || inv.Seq != 1 {
			t.Errorf("%s: %v, %+v", email, err, inv)
		}
	}
}

func TestManyAreResentAndCancelledOnceEach(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	made := d.many("/v1/invites/batch", addresses(4))
	other := d.many("/v1/invites/batch", addresses(1), "Authorization: "+otherAdmin)
	d.accept("ana.3@example.com")
	ids := `"` + made[0].Invite.ID + `","` + other[0].Invite.ID + `","inv_nothing",7,null,"` + made[0].Invite.ID + `","` + made[3].Invite.ID + `","` + made[1].Invite.ID + `"`
	resend := func(headers ...string) []row { return d.many("/v1/invites/resend", `{"ids":[`+ids+`]}`, headers...) }
	const want = "200, 404 not_found, 404 not_found, 400 bad_request, 400 bad_request, 200, 409 already_accepted, 200"
	rows := resend("Idempotency-Key: k")
	d.want("resend", rows, want)
	if rows[0].Invite.SendCount != 2 || rows[5].Invite.SendCount != 2 || rows[3].Problem.Errors[0].Pointer != "/ids/3" {
		t.Errorf("got %+v and %+v, want one mail more, and %+v", rows[0].Invite, rows[5].Invite, rows[3].Problem)
	}
	if got := resend("Idempotency-Key: k"); says(got) != want || got[0].Invite.SendCount != 2 || got[7].Invite.SendCount != 2 {
		t.Errorf("repeated: got %s, %+v", says(got), got[0].Invite)
	}
	if got := resend(); got[0].Invite.SendCount != 3 || got[5].Invite.SendCount != 3 {
		t.Errorf("without a key: got %+v, want one mail more for both rows", got[0].Invite)
	}
	confirmed := d.many("/v1/invites/resend", `{"ids":["`+made[0].Invite.ID+`"],"confirm":"bounced"}`, "Idempotency-Key: k")
	d.want("the same key with another body", confirmed, "422 idempotency_key_reused")

	cancel := `{"ids":["` + made[0].Invite.ID + `","` + other[0].Invite.ID + `","` + made[0].Invite.ID + `","` + made[3].Invite.ID + `"]}`
	for range 2 {
		rows := d.many("/v1/invites/cancel", cancel, "Idempotency-Key: k")
		d.want("cancel", rows, "200, 404 not_found, 200, 409 already_accepted")
		if rows[0].Invite.Status != "cancelled" {
			t.Errorf("got %+v", rows[0].Invite)
		}
	}
	if inv, err := d.store.Get(t.Context(), invite.KeyOf("globex", "ana.0@example.com")); err != nil || inv.Status != invite.Pending || inv.Seq != 1 {
		t.Errorf("another tenant's invite: %v, %+v", err, inv)
	}
}

// A bounced address is sent to again only where the caller says that it was seen.
func TestManyAreResentInSpiteOfABounceWhereThatIsConfirmed(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	made := d.many("/v1/invites/batch", addresses(2))
	d.bounced("ana.1@example.com")
	ids := `"ids":[` + idsOf(made) + `]`
	rows := d.many("/v1/invites/resend", `{`+ids+`}`)
	d.want("without", rows, "200, 409 cannot_send")
	if p := rows[1].Problem; p.Confirm != "bounced" || p.InviteID != made[1].Invite.ID {
		t.Errorf("got %+v", p)
	}
	d.want("with", d.many("/v1/invites/resend", `{`+ids+`,"confirm":"bounced"}`), "200, 200")
}

func TestAServiceInvitesManyForAPerson(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	service := []string{"Authorization: " + serviceToken, "Invite-Tenant: acme", "Idempotency-Key: k"}
	batch := func(name string) []row {
		return d.many("/v1/invites/batch", `{"invites":[{"email":"ana@example.com"}],"on_behalf_of":{"name":"`+name+`","email":"kim@acme.example"}}`, service...)
	}
	rows := batch("Kim")
	d.want("batch", rows, "201")
	if by := rows[0].Invite.InvitedBy; by.Name != "Kim" || by.Email != "kim@acme.example" {
		t.Errorf("invited by %+v", by)
	}
	d.want("the same for another person", batch("Kai"), "422 idempotency_key_reused")
}

// slow is a table that lets the function's time run out at some row.
type slow struct {
	*dynamo.Store
	rows atomic.Int32
	most int32
	end  context.CancelFunc
}

// OptedOut is what a row asks for first.
func (s *slow) OptedOut(ctx context.Context, k invite.Key) (time.Time, error) {
	if s.rows.Add(1) == s.most {
		s.end()
	}
	return s.Store.OptedOut(ctx, k)
}

func TestWhatThereIsNoTimeForIsToldAndDoneByARepetition(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	ctx, end := context.WithCancel(t.Context())
	table := &slow{Store: d.store, most: 30, end: end}
	d.Service.Store = table
	rows := d.rows(d.post(ctx, "/v1/invites/batch", addresses(100), "Idempotency-Key: k"))
	done, untried := 0, 0
	for _, r := range rows {
		switch {
		case r.Status == http.StatusCreated:
			done++
		case r.Status != http.StatusServiceUnavailable || r.Problem.RetryAfter != 1:
			t.Errorf("got %+v", r.Problem)
		case strings.HasPrefix(r.Problem.Detail, "There was no time left for this row. Repeat"):
			untried++
		}
	}
	// Those that were on their way may have been cut off.
	if tried := int(table.rows.Load()); untried != 100-tried || done > tried || done < tried-rowsAtOnce {
		t.Errorf("%d rows were tried, %d are done and %d say that they were not tried", tried, done, untried)
	}
	d.want("repeated", d.many("/v1/invites/batch", addresses(100), "Idempotency-Key: k"), all(100, "201"))
	for n := range 100 {
		inv, err := d.store.Get(t.Context(), invite.KeyOf("acme", invite.Address(fmt.Sprintf("ana.%d@example.com", n))))
		if err != nil || inv.Seq != 1 || inv.Version != 1 {
			t.Errorf("row %d: %v, %+v, want it invited once", n, err, inv)
		}
	}
}

// asks notes until when a row may take.
type asks struct {
	*dynamo.Store
	until atomic.Value
}

func (a *asks) Cancel(ctx context.Context, c invite.Change) (*invite.Invite, error) {
	end, _ := ctx.Deadline()
	a.until.Store(end)
	return a.Store.Cancel(ctx, c)
}

func TestRowsEndWhileThereIsTimeToAnswer(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	table := &asks{Store: d.store}
	d.Service.Store = table
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	k := invite.KeyOf("acme", "nobody@example.com")
	d.want("cancel", d.rows(d.post(ctx, "/v1/invites/cancel", `{"ids":["`+string(invite.IDOf(k, 1))+`"]}`)), "404 not_found")
	end, _ := ctx.Deadline()
	if got, ok := table.until.Load().(time.Time); !ok || !got.Equal(end.Add(-answerTime)) {
		t.Errorf("a row may take until %v, want %v before %v", got, answerTime, end)
	}
}

// The rows after one of unknown outcome about the same address are not tried: they
// would take effect where the first one has not.
func TestARowAfterOneOfUnknownOutcomeIsNotTried(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	broken := &failing{Store: d.store}
	d.Service.Store = broken
	const body = `{"invites":[{"email":"ana@example.com"},{"email":"bo@example.com"},{"email":"ana@example.com","role":"admin"}]}`
	d.want("with an outage", d.many("/v1/invites/batch", body, "Idempotency-Key: k"), "503 unavailable, 503 unavailable, 503 unavailable")
	if got := broken.asked.Load(); got != 2 {
		t.Errorf("%d writes, want 2", got)
	}
	d.Service.Store = d.store
	d.want("afterwards", d.many("/v1/invites/batch", body, "Idempotency-Key: k"), "201, 201, 409 already_pending")
}

type failing struct {
	*dynamo.Store
	asked atomic.Int32
}

func (f *failing) Create(context.Context, invite.Creation) (*invite.Invite, error) {
	f.asked.Add(1)
	return nil, &invite.Error{Kind: invite.Unavailable, RetryAfter: time.Second}
}

// settingsDown is a tenant whose settings cannot be read.
type settingsDown struct{ asked atomic.Int32 }

func (s *settingsDown) Settings(context.Context, invite.TenantID) (invite.Settings, error) {
	s.asked.Add(1)
	return invite.Settings{}, &invite.Error{Kind: invite.Unavailable, RetryAfter: time.Second}
}

func TestSettingsThatCannotBeReadAreAskedForOnce(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	down := &settingsDown{}
	d.Admin.Settings, d.Service.Settings = down, down
	d.want("batch", d.many("/v1/invites/batch", addresses(20)), all(20, "503 unavailable"))
	if got := down.asked.Load(); got != 1 {
		t.Errorf("asked %d times, want once", got)
	}
}
