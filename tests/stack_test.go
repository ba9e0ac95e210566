package tests

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"
)

// stack is .local/stack.json, the contract's description of what is running.
var stack = sync.OnceValues(func() (s struct {
	API         string `json:"api"`
	Console     string `json:"console"`
	Mailbox     string `json:"mailbox"`
	AWSEndpoint string `json:"aws_endpoint"`
	Region      string `json:"region"`
	Stack       string `json:"stack"`
	Table       string `json:"table"`
	UserPoolID  string `json:"user_pool_id"`
	ClientID    string `json:"client_id"`
	Service     struct {
		TokenURL     string `json:"token_url"`
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		Scope        string
	}
	Tenants []struct {
		ID, Name, Sender string
		Admin, Viewer    struct{ Email, Password string }
	} `json:"tenants"`
	Outputs map[string]string `json:"outputs"`
}, err error) {
	text, err := os.ReadFile("../.local/stack.json")
	if err != nil {
		return s, fmt.Errorf("no stack is running; start one with `make up`: %w", err)
	}
	return s, json.Unmarshal(text, &s)
})

func api(t testing.TB) string {
	t.Helper()
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	return s.API
}

// tokens asks `make token` once for each person.
var (
	tokensMu sync.Mutex
	tokens   = map[string]string{}
)

func token(t testing.TB, tenant, as string) string {
	t.Helper()
	tokensMu.Lock()
	defer tokensMu.Unlock()
	who := tenant + " " + as
	if tokens[who] == "" {
		out, err := run("make", "-s", "token", "TENANT="+tenant, "AS="+as)
		if err != nil {
			t.Fatal(err)
		}
		tokens[who] = strings.TrimSpace(out)
	}
	return tokens[who]
}

// age moves an invite's clock into the past, as `make age` does for a person.
func age(t testing.TB, id, by string) {
	t.Helper()
	if _, err := run("make", "-s", "age", "INVITE="+id, "BY="+by); err != nil {
		t.Fatal(err)
	}
}

func run(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = ".."
	var problem bytes.Buffer
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s%s", name, strings.Join(args, " "), err, out, problem.String())
	}
	return string(out), nil
}

// browser does not follow redirects: where an answer leads is part of the answer.
var browser = &http.Client{
	Timeout:       patience,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
}

// answer is one response, read whole.
type answer struct {
	status int
	header http.Header
	body   string
}

// problem decodes the answer as a problem document.
func (a answer) problem(t testing.TB) (p struct {
	Type, Title, Detail, Code string
	Status                    int
	RequestID                 string `json:"request_id"`
	InviteID                  string `json:"invite_id"`
	PasswordResetURL          string `json:"password_reset_url"`
	Errors                    []struct{ Pointer, Detail string }
}) {
	t.Helper()
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %q, want application/problem+json: %s", got, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatalf("not a problem document: %v: %s", err, a.body)
	}
	return p
}

// refused checks status and code of a refusal.
func (a answer) refused(t testing.TB, status int, code string) {
	t.Helper()
	p := a.problem(t)
	if a.status != status || p.Status != status || p.Code != code || p.Detail == "" || p.RequestID == "" {
		t.Fatalf("got %d %s, want %d %q", a.status, a.body, status, code)
	}
}

// request is one call; zero fields are left out.
type request struct {
	method, path string
	as           string // bearer token
	body         string
	header       map[string]string
}

func do(t testing.TB, r request) answer {
	t.Helper()
	a, err := try(api(t), r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func try(origin string, r request) (answer, error) {
	target := r.path
	if !strings.HasPrefix(target, "http") {
		target = origin + target
	}
	req, err := http.NewRequest(r.method, target, strings.NewReader(r.body))
	if err != nil {
		return answer{}, err
	}
	if r.as != "" {
		req.Header.Set("Authorization", "Bearer "+r.as)
	}
	if r.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	response, err := browser.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{response.StatusCode, response.Header, string(body)}
	hear(req.URL.Path, a)
	return a, conforms(req, a)
}

// invite is the contract's invite.
type invite struct {
	ID, Email, Name, Role, Locale, Status, ETag string
	CreatedAt                                   time.Time                        `json:"created_at"`
	LastSentAt                                  *time.Time                       `json:"last_sent_at"`
	ExpiresAt                                   time.Time                        `json:"expires_at"`
	AcceptedAt                                  *time.Time                       `json:"accepted_at"`
	RenewalRequestedAt                          *time.Time                       `json:"renewal_requested_at"`
	SendCount                                   int                              `json:"send_count"`
	ReminderCount                               int                              `json:"reminder_count"`
	LastReminderAt                              *time.Time                       `json:"last_reminder_at"`
	CanResend                                   bool                             `json:"can_resend"`
	CanCancel                                   bool                             `json:"can_cancel"`
	ResendBlockedReason                         *string                          `json:"resend_blocked_reason"`
	InvitedBy                                   struct{ ID, Name, Email string } `json:"invited_by"`
	Delivery                                    struct {
		Status, Code, Sender string
		Reason               *string
		At                   time.Time
	}
	Advice    *struct{ Code, Message string }
	Attention *string
}

func (a answer) invite(t testing.TB, status int) (i invite) {
	t.Helper()
	if a.status != status {
		t.Fatalf("got %d %s, want %d", a.status, a.body, status)
	}
	if err := json.Unmarshal([]byte(a.body), &i); err != nil {
		t.Fatalf("not an invite: %v: %s", err, a.body)
	}
	if i.ETag != a.header.Get("ETag") {
		t.Errorf("etag %q in the row and %q in the header", i.ETag, a.header.Get("ETag"))
	}
	return i
}

// address returns one that no other test uses.
func address(t testing.TB) string {
	name := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(t.Name()))
	return fmt.Sprintf("%.30s-%d@example.com", strings.TrimLeft(name, "-"), time.Now().UnixNano()%1e10)
}

func create(t testing.TB, tenant, email string) invite {
	t.Helper()
	return do(t, request{method: "POST", path: "/v1/invites", as: token(t, tenant, "admin"), body: object("email", email)}).invite(t, 201)
}

func get(t testing.TB, tenant, id string) invite {
	t.Helper()
	return do(t, request{method: "GET", path: "/v1/invites/" + id, as: token(t, tenant, "admin")}).invite(t, 200)
}

// on calls resend, cancel or release. Where a mail has been on its way for longer than the
// API waits for it, on asks again, as a client would.
func on(t testing.TB, tenant, id, call string) (a answer) {
	t.Helper()
	within(t, func() error {
		a = do(t, request{method: "POST", path: "/v1/invites/" + id + "/" + call, as: token(t, tenant, "admin")})
		if a.status == 409 && a.problem(t).Code == "sending" {
			return errors.New(a.body)
		}
		return nil
	})
	return a
}

func list(t testing.TB, tenant, query string) (rows []invite) {
	t.Helper()
	next := ""
	for {
		path := "/v1/invites?page_size=100&" + query
		if next != "" {
			path += "&page_token=" + url.QueryEscape(next)
		}
		a := do(t, request{method: "GET", path: path, as: token(t, tenant, "admin")})
		var page struct {
			Invites       []invite
			NextPageToken *string `json:"next_page_token"`
		}
		if err := json.Unmarshal([]byte(a.body), &page); err != nil || a.status != 200 {
			t.Fatalf("list: got %d %s (%v)", a.status, a.body, err)
		}
		rows = append(rows, page.Invites...)
		if page.NextPageToken == nil {
			return rows
		}
		next = *page.NextPageToken
	}
}

func find(rows []invite, id string) *invite {
	for n := range rows {
		if rows[n].ID == id {
			return &rows[n]
		}
	}
	return nil
}

// object writes a flat JSON object of text fields.
func object(pairs ...string) string {
	m := map[string]string{}
	for n := 0; n < len(pairs); n += 2 {
		m[pairs[n]] = pairs[n+1]
	}
	text, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// mailProgram takes each part's declared charset at its word.
var mailProgram = enmime.NewParser(enmime.DisableCharacterDetection(true))

// mails returns the mails sent to an address, newest first, once there are at
// least n of them.
func mails(t testing.TB, to string, n int) []*enmime.Envelope {
	t.Helper()
	var ids []string
	within(t, func() (err error) {
		if ids, err = mailIDs(t, to); err == nil && len(ids) < n {
			err = fmt.Errorf("%d mails to %s, want %d", len(ids), to, n)
		}
		return err
	})
	var parsed []*enmime.Envelope
	for _, id := range ids {
		raw := do(t, request{method: "GET", path: "/mailbox/api/messages/" + id + "/raw"})
		e, err := mailProgram.ReadEnvelope(strings.NewReader(raw.body))
		if err != nil {
			t.Fatalf("mail to %s: %v", to, err)
		}
		parsed = append(parsed, e)
	}
	return parsed
}

// mailIDs names the mails sent to an address, newest first.
func mailIDs(t testing.TB, to string) (ids []string, err error) {
	t.Helper()
	a := do(t, request{method: "GET", path: "/mailbox/api/messages?to=" + url.QueryEscape(to)})
	text := a.body
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		text = `{"messages":` + text + `}`
	}
	var listed struct{ Messages []struct{ ID string } }
	if err := json.Unmarshal([]byte(text), &listed); err != nil {
		return nil, err
	}
	for _, m := range listed.Messages {
		ids = append(ids, m.ID)
	}
	return ids, nil
}

// link takes the path of the one link out of a mail; text and HTML must agree.
func link(t testing.TB, e *enmime.Envelope) string {
	t.Helper()
	at := strings.Index(e.Text, api(t)+"/i/")
	if at < 0 {
		t.Fatalf("no link in %q", e.Text)
	}
	found := strings.Fields(e.Text[at:])[0]
	if !strings.Contains(e.HTML, found) {
		t.Errorf("the HTML part does not hold the link of the text part")
	}
	return strings.TrimPrefix(found, api(t))
}

// newest waits for the n-th mail to an address and returns its link.
func newest(t testing.TB, to string, n int) string {
	t.Helper()
	return link(t, mails(t, to, n)[0])
}

// patience is how long a test waits for a fact. A correct service on a busy machine is
// slow, not wrong, so it is far more than any fact takes: it ends what would hang.
const patience = 10 * time.Minute

// within repeats a check until it holds.
func within(t testing.TB, check func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %v", patience, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
