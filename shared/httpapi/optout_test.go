package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"invites/shared/idn"
	"invites/shared/invite"
	"invites/shared/invite/invitetest"
	"invites/shared/page"
)

// exit is the handler of opting out on a model, with one invite and its opt-out link.
type exit struct {
	OptOut
	*invitetest.Model
	now       time.Time
	inv       *invite.Invite
	link      string
	writes    int
	down      bool
	wordsDown bool
}

const optOutKey = "a key of a test and of nothing else"

func (e *exit) Every(context.Context, bool) ([][]byte, error) {
	return [][]byte{[]byte(optOutKey)}, nil
}

func (e *exit) Settings(ctx context.Context, t invite.TenantID) (invite.Settings, error) {
	if e.wordsDown {
		return invite.Settings{}, errors.New("down")
	}
	return e.Model.Settings(ctx, t)
}

// wishes counts what is written.
type wishes struct{ *exit }

func (w wishes) OptOut(ctx context.Context, o invite.OptOut) (*invite.Invite, error) {
	if w.down {
		return nil, &invite.Error{Kind: invite.Unavailable, Err: errors.New("down")}
	}
	w.writes++
	return w.Model.OptOut(ctx, o)
}

func newExit(t *testing.T) *exit {
	t.Helper()
	e := &exit{Model: invitetest.NewModel(invitetest.Defaults), now: invitetest.Base}
	clock := func() time.Time { return e.now }
	service := &invite.Service{Store: e.Model, Settings: e.Model, Standing: e.Model, Retention: invitetest.Retention, ToASCII: idn.ToASCII, Now: clock,
		Random: func([]byte) {}, Wait: func(context.Context, time.Duration) error { return nil }}
	inv, err := service.Create(t.Context(), invite.Request{Tenant: "acme", Op: invitetest.Op(e.now)}, invite.New{Email: "ana@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	e.inv, e.link = inv, "/o/"+invite.MintOptOut([]byte(optOutKey), inv.Key).Reveal()
	e.OptOut = OptOut{Settings: e, Pages: page.New(nil),
		OptOuts: &invite.OptOuts{Store: wishes{e}, Keys: e, Retention: invitetest.Retention, Now: clock}}
	return e
}

// knock sends a request and returns status and body.
func (e *exit) knock(t *testing.T, method, path, kind, body string) (int, string) {
	t.Helper()
	r := httptest.NewRequest(method, "/", strings.NewReader(body))
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	e.Handler().ServeHTTP(w, r)
	got, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(got)
}

func (e *exit) optedOut(t *testing.T) bool {
	t.Helper()
	since, err := e.Model.OptedOut(t.Context(), e.inv.Key)
	if err != nil {
		t.Fatal(err)
	}
	inv, err := e.Model.Get(t.Context(), e.inv.Key)
	if err != nil || inv.OptedOut() != !since.IsZero() {
		t.Errorf("the record says %v, the wish %v (%v)", inv.OptedOut(), since, err)
	}
	return !since.IsZero()
}

func multipartForm(t *testing.T, name, value string) (kind, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := errors.Join(w.WriteField(name, value), w.Close()); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

func TestAPostOptsOutAndUndoesIt(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	oneClick, oneClickBody := multipartForm(t, "List-Unsubscribe", "One-Click")
	undo, undoBody := multipartForm(t, "undo", "1")
	e := newExit(t)
	for _, c := range []struct {
		name, path, kind, body string
		says                   string
		want                   bool
	}{
		{"the page's form", "", form, "", "You have opted out", true},
		{"the page's form again", "", form, "", "You have opted out", true},
		{"the undo button", "", form, "undo=1", "allowed again", false},
		{"the undo button again", "", form, "undo=1", "allowed again", false},
		{"a mail program", "", form, "List-Unsubscribe=One-Click", "You have opted out", true},
		{"an undo in parts", "", undo, undoBody, "allowed again", false},
		{"a mail program, in parts", "", oneClick, oneClickBody, "You have opted out", true},
		{"an undo in the address alone", "?undo=1", form, "", "You have opted out", true},
		{"an undo of another value", "", form, "undo=0", "You have opted out", true},
		{"no form at all", "", "", "", "You have opted out", true},
		{"another form", "", "application/json", `{"undo":"1"}`, "You have opted out", true},
		{"a broken form", "", oneClick, "--", "You have opted out", true},
		{"a form that has no end", "", form, "undo=1&x=" + strings.Repeat("x", 2*MaxBody), "You have opted out", true},
		{"the undo button in the end", "", form, "undo=1", "allowed again", false},
	} {
		status, body := e.knock(t, "POST", e.link+c.path, c.kind, c.body)
		if got := e.optedOut(t); status != 200 || !strings.Contains(body, c.says) || got != c.want {
			t.Errorf("%s: got %d, opted out is %v, want %v and %q: %s", c.name, status, got, c.want, c.says, body)
		}
		looked, says := 200, "Don’t let"
		if c.want {
			says = "You have opted out"
		}
		if status, body := e.knock(t, "GET", e.link, "", ""); status != looked || !strings.Contains(body, says) {
			t.Errorf("after %s the page says %d %s", c.name, status, body)
		}
	}
}

func TestOpeningAnOptOutLinkChangesNothing(t *testing.T) {
	e := newExit(t)
	for _, method := range []string{"GET", "HEAD"} {
		for _, path := range []string{e.link, e.link + "?undo=1", e.link + "?List-Unsubscribe=One-Click", strings.ToUpper(e.link[3:])} {
			if strings.HasPrefix(path, "/o/") {
				if status, body := e.knock(t, method, path, "", ""); status != 200 || !strings.Contains(body, "ana@example.com") {
					t.Errorf("%s %s: got %d", method, path, status)
				}
			} else if status, _ := e.knock(t, method, "/o/"+path, "", ""); status != 200 {
				t.Errorf("%s in capitals: got %d", method, status)
			}
		}
	}
	if e.writes != 0 || e.optedOut(t) {
		t.Errorf("%d writes", e.writes)
	}
}

func TestEveryLinkThatIsNoneOpensOnePage(t *testing.T) {
	e := newExit(t)
	token := e.link[len("/o/"):]
	_, want := e.knock(t, "GET", "/o/0"+token, "", "")
	for name, path := range map[string]string{
		"an invite's link": "/o/" + invite.MintToken([]byte(optOutKey), e.inv.Key, e.inv.Gen, 1, invite.Nonce{}).Reveal(),
		"of another key":   "/o/" + invite.MintOptOut([]byte("another"), e.inv.Key).Reveal(), "of nobody": "/o/" + strings.Repeat("0", invite.TokenLength),
	} {
		for _, method := range []string{"GET", "HEAD", "POST"} {
			if status, body := e.knock(t, method, path, "application/x-www-form-urlencoded", "undo=1"); status != 410 || body != want {
				t.Errorf("%s %s: got %d %s", method, name, status, body)
			}
		}
	}
	if e.writes != 0 {
		t.Errorf("%d writes", e.writes)
	}
	for _, c := range []struct{ method, path string }{{"PUT", e.link}, {"DELETE", e.link}, {"GET", "/x/" + token}} {
		if status, _ := e.knock(t, c.method, c.path, "", ""); status != 404 {
			t.Errorf("%s %s: got %d", c.method, c.path, status)
		}
	}
}

func TestWhatCannotBeDoneNowIsToldAndNotPretended(t *testing.T) {
	e := newExit(t)
	e.down = true
	if status, body := e.knock(t, "POST", e.link, "", ""); status != 503 || strings.Contains(body, "You have opted out") {
		t.Errorf("got %d %s", status, body)
	}
	e.down, e.wordsDown = false, true
	if status, _ := e.knock(t, "GET", e.link, "", ""); status != 503 {
		t.Errorf("a page without its words: got %d", status)
	}
	// What was pressed has happened, whatever else cannot be read.
	if status, body := e.knock(t, "POST", e.link, "", ""); status != 200 || !strings.Contains(body, "You have opted out") || !e.optedOut(t) {
		t.Errorf("got %d %s", status, body)
	}
}

func TestALinkOutlivesItsInvite(t *testing.T) {
	e := newExit(t)
	e.now = e.inv.ExpiresAt.Add(invitetest.Retention.Expired)
	status, body := e.knock(t, "POST", e.link, "", "")
	if status != 200 || !strings.Contains(body, "The sender of that mail") || strings.Contains(body, "ana@example.com") || !e.optedOut(t) {
		t.Errorf("got %d %s", status, body)
	}
}
