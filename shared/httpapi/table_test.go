package httpapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"invites/shared/dynamo"
	"invites/shared/dynamo/dynamotest"
	"invites/shared/idn"
	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// office is the admin API on a table of its own, and the count of what it asks.
type office struct {
	Admin
	*dynamotest.Counter
	t     *testing.T
	store *dynamo.Store
	now   time.Time
}

func newOffice(t *testing.T) *office {
	d := &office{t: t, Counter: new(dynamotest.Counter), now: invitetest.Base}
	var n atomic.Uint32
	random := func(b []byte) {
		for i := range b {
			b[i] = byte(n.Add(1))
		}
	}
	store, err := dynamo.New(dynamotest.Start(t, d.Attach), dynamo.Config{
		AttemptTime: 5 * time.Minute,
		Table:       dynamotest.CreateTable(t), Shards: 1, CursorKey: []byte("a key of a test and of nothing else"), Defaults: invitetest.Defaults, Random: random,
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	d.store = store
	now := func() time.Time { return d.now }
	d.Admin = Admin{
		Service: &invite.Service{Store: store, Settings: store, Standing: store, Retention: invitetest.Retention, ToASCII: idn.ToASCII, Now: now, Random: random,
			Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }},
		Settings: store, Now: now,
		Auth: claims,
	}
	return d
}

// bearer is a token as the gateway has verified it.
func bearer(claims string) string {
	return "Bearer e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".x"
}

var (
	adminToken   = bearer(`{"sub":"u-1","tenant":"acme","groups":["users:admin"],"name":"Olga","email":"olga@acme.example"}`)
	otherAdmin   = bearer(`{"sub":"u-2","tenant":"globex","groups":["users:admin"]}`)
	viewerToken  = bearer(`{"sub":"u-3","tenant":"acme","groups":[]}`)
	serviceToken = bearer(`{"sub":"product","azp":"backend","groups":["invites:service"]}`)
)

var requests atomic.Uint64

// post sends a request; headers come as "Name: value", an Authorization is added.
func (d *office) post(ctx context.Context, path, body string, headers ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/v1/invites", d.Create())
	mux.Handle("/v1/invites/batch", d.Create())
	mux.Handle("/v1/invites/resend", d.Resend())
	mux.Handle("/v1/invites/{id}/resend", d.Resend())
	mux.Handle("/v1/invites/cancel", d.CancelAndRelease())
	mux.Handle("/v1/invites/{id}/cancel", d.CancelAndRelease())
	r := httptest.NewRequestWithContext(ctx, "POST", path, strings.NewReader(body))
	r.Header.Set("Authorization", adminToken)
	r.Header.Set("X-Request-Id", fmt.Sprint("r-", requests.Add(1)))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

// row is a result as a caller reads it.
type row struct {
	Index, Status int
	Invite        *struct {
		ID, Email, Role, Status string
		SendCount               int                              `json:"send_count"`
		InvitedBy               struct{ ID, Name, Email string } `json:"invited_by"`
	}
	Problem *Problem
}

// many sends a call of many and checks the form of its answer.
func (d *office) many(path, body string, headers ...string) []row {
	d.t.Helper()
	return d.rows(d.post(d.t.Context(), path, body, headers...))
}

func (d *office) rows(w *httptest.ResponseRecorder) []row {
	d.t.Helper()
	var answer struct{ Results []row }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		d.t.Fatalf("got %d %s", w.Code, w.Body)
	}
	for n, r := range answer.Results {
		if r.Index != n || (r.Invite == nil) == (r.Problem == nil) || r.Problem != nil && (r.Problem.Status != r.Status || r.Problem.RequestID == "") {
			d.t.Errorf("row %d is %+v", n, r)
		}
	}
	return answer.Results
}

// says is the status of each row, with the code of its problem.
func says(rows []row) string {
	said := make([]string, len(rows))
	for n, r := range rows {
		said[n] = fmt.Sprint(r.Status)
		if r.Problem != nil {
			said[n] += " " + r.Problem.Code
		}
	}
	return strings.Join(said, ", ")
}

func (d *office) want(what string, rows []row, want string) {
	d.t.Helper()
	if got := says(rows); got != want {
		d.t.Errorf("%s: got %s, want %s", what, got, want)
	}
}

// addresses writes the body of a batch of n rows.
func addresses(n int) string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"email":"ana.%d@example.com"}`, i)
	}
	return `{"invites":[` + strings.Join(rows, ",") + `]}`
}

func idsOf(rows []row) string {
	var ids []string
	for _, r := range rows {
		ids = append(ids, `"`+r.Invite.ID+`"`)
	}
	return strings.Join(ids, ",")
}

func all(n int, status string) string {
	return strings.TrimSuffix(strings.Repeat(status+", ", n), ", ")
}

// accept makes the invite of an address accepted, as its link would.
func (d *office) accept(email invite.Address) {
	d.t.Helper()
	k := invite.KeyOf("acme", email)
	inv, err := d.store.Get(d.t.Context(), k)
	if err != nil {
		d.t.Fatal(err)
	}
	link := invite.Digest{1}
	if _, err := d.store.Claim(d.t.Context(), invite.Claim{Key: k, Gen: inv.Gen, Seq: inv.Seq, Owner: "x", Link: link, KeyVersion: "1", Now: d.now}); err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.store.Accept(d.t.Context(), invite.Acceptance{Key: k, Link: link, Code: invite.Digest{2}, Now: d.now, Retention: invitetest.Retention}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *office) bounced(email invite.Address) {
	d.t.Helper()
	k := invite.KeyOf("acme", email)
	inv, err := d.store.Get(d.t.Context(), k)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.store.Note(d.t.Context(), invite.Notification{Key: k, Gen: inv.Gen, Seq: inv.Seq, Now: d.now,
		Notice: invite.Notice{Status: invite.MailBounced, Reason: invite.ReasonMailboxMissing, At: d.now}}); err != nil {
		d.t.Fatal(err)
	}
}
