package console

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"invites/infra/local/demo"
	"invites/infra/local/mailbox"
	"invites/infra/local/pool"
	"invites/infra/local/users"
	"invites/shared/invite"
)

// bearer is a token of somebody in a tenant. Nobody here checks its signature but the API,
// which is scene.service.
func bearer(tenant, name string) string {
	payload := fmt.Sprintf(`{"custom:tenant_id": %q, "name": %q, "email": "who@%s.example", "cognito:groups": ["users:admin"]}`, tenant, name, tenant)
	return "h." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".s"
}

// scene is the console between a user pool that takes one password and a service.
type scene struct {
	Options
	asked []string
}

// open serves the console of a scene before a service that answers as given, and for what
// it answers nothing, with an empty list.
func open(t *testing.T, s *scene, service http.HandlerFunc) http.Handler {
	t.Helper()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.Method+" "+r.URL.RequestURI())
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case strings.HasPrefix(r.URL.Path, "/v1/") && token == "":
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"message":"Unauthorized"}`)
		case strings.HasPrefix(r.URL.Path, "/v1/") && token == bearer("acme", "Vera"):
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"code": "forbidden", "detail": "You may not see invites."}`)
		case r.URL.RequestURI() == "/v1/invites?page_size=1":
			_, _ = io.WriteString(w, `{"invites": [], "next_page_token": ""}`)
		case service != nil:
			service(w, r)
		default:
			t.Errorf("the service was asked for %s", r.URL)
		}
	}))
	cognito := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ AuthParameters map[string]string }
		_ = json.NewDecoder(r.Body).Decode(&asked)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if asked.AuthParameters["PASSWORD"] != "right" {
			w.Header().Set("X-Amzn-ErrorType", "NotAuthorizedException")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type": "NotAuthorizedException", "message": "no"}`)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"AuthenticationResult": map[string]any{"IdToken": bearer("acme", "Ada"), "ExpiresIn": 3600}})
	}))
	t.Cleanup(api.Close)
	t.Cleanup(cognito.Close)
	s.API, s.Product, s.Part, s.Log = api.URL, api.URL, t.TempDir(), log.New(io.Discard, "", 0)
	s.Tenants = map[string]string{"acme": "Acme", "globex": "Globex"}
	s.Pool = pool.New(aws.Config{
		Region: "x", BaseEndpoint: &cognito.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	}, "pool", "client")
	if s.Mails == nil {
		s.Mails = &mailbox.Store{}
	}
	if s.Directory == nil {
		s.Directory = &users.Directory{}
	}
	if s.Account == nil {
		s.Account = func(string, string) (demo.Account, bool) { return demo.Account{}, false }
	}
	return Handler(s.Options)
}

// call asks the console as an admin of acme, or as who else is given, and reads the answer.
func call(t *testing.T, h http.Handler, request, body string, into any, as ...string) int {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	token := bearer("acme", "Ada")
	if len(as) > 0 {
		token = as[0]
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			t.Fatalf("%s answered %d %s: %v", request, w.Code, w.Body, err)
		}
	}
	return w.Code
}

// keyOf is the key of an address in a tenant, and the id of its invite of generation 1.
func keyOf(tenant invite.TenantID, address byte) (invite.Key, string) {
	k := invite.Key{Partition: invite.PartitionOf(tenant), Address: invite.AddressKey{address}}
	return k, string(invite.IDOf(k, 1))
}

// deliver puts a mail with links into the mailbox.
func deliver(t *testing.T, mails *mailbox.Store, to, subject string, links ...string) {
	t.Helper()
	raw := "From: a@b.example\r\nTo: " + to + "\r\nSubject: " + subject + "\r\n\r\n" + strings.Join(links, "\r\n") + "\r\n"
	if err := mails.Add([]string{to}, []byte(raw)); err != nil {
		t.Fatal(err)
	}
}

func linkTo(k invite.Key, seq uint64) string {
	return "/i/" + invite.MintToken([]byte("key"), k, 1, seq, invite.Nonce{}).Reveal()
}

func TestAPasswordGivesASessionThatSaysWhoItIs(t *testing.T) {
	h := open(t, &scene{}, nil)
	var got struct {
		Token, Name, Email string
		Ends               time.Time
		Tenant             struct{ ID, Name string }
	}
	if status := call(t, h, "POST /console/api/sign-in", `{"email": "a", "password": "right"}`, &got, ""); status != http.StatusOK {
		t.Fatalf("got %d", status)
	}
	if got.Token != bearer("acme", "Ada") || got.Name != "Ada" || got.Email != "who@acme.example" || got.Tenant.Name != "Acme" || !got.Ends.After(time.Now()) {
		t.Errorf("got %+v", got)
	}
	for body, want := range map[string]int{
		`{"email": "a", "password": "wrong"}`: http.StatusUnauthorized,
		`{`:                                   http.StatusBadRequest,
		`{"email": "` + strings.Repeat("x", largest) + `"}`: http.StatusBadRequest,
	} {
		var refused struct{ Detail string }
		if status := call(t, h, "POST /console/api/sign-in", body, &refused, ""); status != want || refused.Detail == "" {
			t.Errorf("%.40s: got %d %+v, want %d", body, status, refused, want)
		}
	}
}

func TestWhomTheServiceDoesNotLetInIsNotLetIn(t *testing.T) {
	s := &scene{}
	h := open(t, s, nil)
	requests := []string{"GET /console/api/users", "GET /console/api/mails", "POST /console/api/later", "POST /console/api/bounce", "POST /console/api/scan"}
	for _, request := range requests {
		for _, c := range []struct {
			who    string
			token  string
			status int
			detail string
		}{
			{"nobody", "", http.StatusUnauthorized, "Your session is over. Sign in again."},
			{"who may not see invites", bearer("acme", "Vera"), http.StatusForbidden, "You may not see invites."},
			{"who is of no tenant", bearer("", "Ada"), http.StatusForbidden, "This token names no tenant."},
		} {
			var refused struct{ Detail string }
			if status := call(t, h, request, `{}`, &refused, c.token); status != c.status || refused.Detail != c.detail {
				t.Errorf("%s by %s: got %d %q", request, c.who, status, refused.Detail)
			}
		}
	}
}

func TestTheServiceIsAskedAboutATokenOnce(t *testing.T) {
	s := &scene{}
	h := open(t, s, nil)
	for range 3 {
		if status := call(t, h, "GET /console/api/users", "", nil); status != http.StatusOK {
			t.Fatalf("got %d", status)
		}
	}
	if len(s.asked) != 1 {
		t.Errorf("asked %q", s.asked)
	}
	var v vouched
	now := time.Now()
	v.add("token", now)
	if !v.has("token", now.Add(trusted-1)) || v.has("token", now.Add(trusted)) || v.has("other", now) {
		t.Error("a token is trusted for too long, or another one is")
	}
}

func TestAServiceThatIsDownIsNoRefusal(t *testing.T) {
	h := Handler(Options{API: "http://127.0.0.1:1", Log: log.New(io.Discard, "", 0)})
	if status := call(t, h, "GET /console/api/users", "", nil); status != http.StatusBadGateway {
		t.Errorf("got %d", status)
	}
}

func TestThePageLoadsAndCallsNothingButItsOwnOrigin(t *testing.T) {
	h := open(t, &scene{}, nil)
	for _, path := range []string{"/console/", "/console/main.js", "/console/console.css"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		policy := w.Header().Get("Content-Security-Policy")
		if w.Code != http.StatusOK || strings.Contains(policy, "unsafe") || strings.Contains(policy, "//") ||
			!strings.Contains(policy, "script-src 'self';") || !strings.Contains(policy, "style-src 'self';") {
			t.Errorf("%s: got %d, %q", path, w.Code, policy)
		}
	}
}

func TestAnIDMeansAnInviteOfTheCallersTenantAlone(t *testing.T) {
	ofGlobex, id := keyOf("globex", 1)
	older := map[invite.Key]time.Duration{}
	s := &scene{}
	s.Age = aged(older)
	s.Bounce = func(_ context.Context, k invite.Key, _ invite.Gen) (string, error) {
		older[k]++
		return "m", nil
	}
	s.Mails = &mailbox.Store{}
	deliver(t, s.Mails, "gus@example.com", "Of Globex", "http://here.example"+linkTo(ofGlobex, 1))
	h := open(t, s, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"status": "pending"}`) })
	for _, request := range []string{"later", "bounce", "scan"} {
		call(t, h, "POST /console/api/"+request, fmt.Sprintf(`{"id": %q, "ids": [%q]}`, id, id), nil)
	}
	if _, touched := older[ofGlobex]; touched {
		t.Error("an admin of acme changed an invite of globex")
	}
	for _, request := range s.asked {
		if strings.HasPrefix(request, "HEAD /i/") {
			t.Error("an admin of acme had globex's mail scanned")
		}
	}
}
