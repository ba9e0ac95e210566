package httpapi

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
	"invites/shared/page"
)

// gluedTo is what a browser asks for where something was glued to a link or broke it. The
// forms of a token alone are in shared/invite; these are about paths.
func gluedTo(link string) map[string]string {
	half := len(link) - 30
	return map[string]string{
		"nothing": link, "capitals": link[:3] + strings.ToUpper(link[3:]), "a slash": link + "/", "two slashes": link + "//", "a slash before it": link[:3] + "/" + link[3:],
		"a slash as %": link + "%2F", "a full stop": link + ".", "a bracket": link + ")", "a comma": link + ",", "a space": link + "%20", "an equals sign": link + "=", "one as %": link + "%3D",
		"the next word": link + "%E3%82%92%E9%96%8B%E3%81%8F", "stars": link + "*", "stars around": link[:3] + "*" + link[3:] + "*", "an underscore": link + "_", "brackets around": link[:3] + "%3C" + link[3:] + "%3E",
		"a quote": link + "%22", "a letter of its alphabet": link + "s", "a page": link + "/index.html", "a soft hyphen inside": link[:half] + "%C2%AD" + link[half:], "a line break inside": link[:half] + "%0D%0A" + link[half:],
		"a soft line break inside": link[:half] + "=%0D%0A" + link[half:], "a zero-width space": link[:3] + "%E2%80%8B" + link[3:] + "%E2%80%8B", "a percent sign": link[:3] + "%25" + link[3:] + "%25",
		"an = of QP": link[:3] + "=3D" + link[3:], "a query": link + "?utm_source=mail", "a slash and a query": link + "/?utm_source=mail", "a question mark as %": link + "%3Futm_source=mail",
	}
}

// visit asks for a path as a browser sends it.
func visit(t *testing.T, h http.Handler, method, path string) (status int, told string) {
	t.Helper()
	r := httptest.NewRequest(method, "/", nil)
	u, err := url.ParseRequestURI(path)
	if err != nil {
		t.Fatal(err)
	}
	r.URL = u
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, fmt.Sprint(w.Code, w.Header(), w.Body)
}

func TestWhatIsGluedToALinkChangesNothing(t *testing.T) {
	for what := range gluedTo("/i/" + strings.Repeat("0", invite.TokenLength)) {
		t.Run(what, func(t *testing.T) {
			d := newDoor(t)
			for of, link := range map[string]string{"live": "/i/" + d.live, "dead": "/i/" + d.old} {
				for _, method := range []string{"GET", "HEAD"} {
					_, want := visit(t, d, method, link)
					if _, got := visit(t, d, method, gluedTo(link)[what]); got != want {
						t.Errorf("%s of a %s link: got %s, want %s", method, of, got, want)
					}
				}
			}
			form := gluedTo("/i/" + d.live)[what]
			if status, told := visit(t, d, "POST", form); status != 200 || d.stored(t).Status != invite.Accepted {
				t.Errorf("POST: got %s", told)
			}
			if status, told := visit(t, d, "GET", form); status != 200 || !strings.Contains(told, "already accepted") {
				t.Errorf("GET of the accepted link: got %s", told)
			}

			d = newDoor(t)
			where, _, _ := strings.Cut(gluedTo("/i/" + d.old)[what], "?")
			if status, told := visit(t, d, "POST", where+page.AskAction); status != 200 || d.stored(t).RenewalRequestedAt().IsZero() {
				t.Errorf("asking: got %s", told)
			}

			e := newExit(t)
			if status, told := visit(t, e.Handler(), "GET", gluedTo(e.link)[what]); status != 200 || !strings.Contains(told, "ana@example.com") {
				t.Errorf("opt-out: got %s", told)
			}
			if status, told := visit(t, e.Handler(), "POST", gluedTo(e.link)[what]); status != 200 || !e.optedOut(t) {
				t.Errorf("opting out: got %s", told)
			}
		})
	}
}

func TestPeekAndAcceptDropWhatIsNoPartOfAToken(t *testing.T) {
	d := newDoor(t)
	_, peeked, _ := d.post(t, "/v1/peek", tokenBody(d.live))
	for _, token := range []string{d.live + ".", d.live + "を開く", d.live + "%20", "*" + d.live + "*", "3D" + d.live, "=3D" + d.live, d.live[:20] + `=\r\n` + d.live[20:], d.live + "/", d.live + `\u0000`} {
		if _, got, _ := d.post(t, "/v1/peek", tokenBody(token)); got != peeked {
			t.Errorf("peek: got %s, want %s", got, peeked)
		}
		if status, got, _ := d.post(t, "/v1/accept", tokenBody(token)); status != 200 {
			t.Errorf("accept: got %s", got)
		}
		d = newDoor(t)
	}
}

// Every link that is not whole, an invite's or an opt-out's, opens one page, whatever is
// done with it, and nothing is read for it.
func TestEveryLinkThatIsNotWholeOpensOnePage(t *testing.T) {
	d, e := newDoor(t), newExit(t)
	status, want := visit(t, d, "GET", "/i/x")
	if status != 410 || !strings.Contains(want, "This link is not complete") || strings.Contains(want, "<form") || strings.Contains(want, "received") {
		t.Fatalf("got %s", want)
	}
	for path, h := range map[string]http.Handler{"/i": d, "/o": e.Handler()} {
		if _, got := visit(t, h, "GET", path); got != want {
			t.Errorf("%s: got %s", path, got)
		}
	}
	token := d.old
	for name, cut := range map[string]string{
		"nothing": "", "a slash": "/", "a word": "hello", "without its end": token[:64], "without its beginning": token[1:], "half": token[:32], "half, with a sign": token[:32] + ".",
		"half, with a space": token[:32] + "%20", "half, with a soft break": token[:32] + "=", "a path": "../../v1/invites", "the ask page alone": "ask", "half, with letters that are none of the alphabet": token[:32] + strings.Repeat("ilou", 20),
		"62 characters, and three of a path": token[:62] + "%20", "Kelvin signs": strings.Repeat("%E2%84%AA", invite.TokenLength),
	} {
		for _, method := range []string{"GET", "HEAD", "POST"} {
			for _, behind := range []string{"", "/", "/ask", "/ask/", page.AskAction, "/" + page.AskAction, "/ask" + page.AskAction} {
				if _, got := visit(t, d, method, "/i/"+cut+behind); got != want {
					t.Errorf("%s of %s%s: got %s", method, name, behind, got)
				}
			}
			for _, behind := range []string{"", "/", "?undo=1"} {
				if _, got := visit(t, e.Handler(), method, "/o/"+cut+behind); got != want {
					t.Errorf("%s of %s%s, an opt-out: got %s", method, name, behind, got)
				}
			}
		}
		if method, _, _ := strings.Cut(cut, "%"); method == cut {
			for _, call := range []string{"/v1/peek", "/v1/accept"} {
				if status, got, _ := d.post(t, call, tokenBody(cut)); status != 410 || !strings.Contains(got, `"code":"link_incomplete"`) {
					t.Errorf("%s of %s: got %s", call, name, got)
				}
			}
		}
	}
	if d.reads != 0 || d.writes != 0 || e.writes != 0 {
		t.Errorf("%d reads and %d writes, %d opt-outs", d.reads, d.writes, e.writes)
	}
}

func TestARedeemedCodeIsReadAsALinkIs(t *testing.T) {
	d := newDoor(t)
	service := &invite.Service{Store: d.Model, Retention: invitetest.Retention, Now: func() time.Time { return d.now }, Random: func([]byte) {}}
	h := Invitee{Admin: Admin{Service: service, Auth: claims}}.Handler()
	_, code, err := service.Accept(t.Context(), d.live)
	if err != nil {
		t.Fatal(err)
	}
	text := code.Reveal()
	const incomplete, used = `"code":"link_incomplete"`, `"code":"code_used_or_expired"`
	for n, c := range []struct {
		code   string
		status int
		says   string
	}{
		{"", 410, incomplete}, {text[1:], 410, incomplete}, {text[:87] + ".", 410, incomplete}, {"z" + text, 410, used},
		{"*" + text + "%20/", 200, "ana@example.com"}, {text, 410, used},
	} {
		r := httptest.NewRequest("POST", "/v1/redeem", strings.NewReader(`{"code":"`+c.code+`"}`))
		r.Header.Set("Authorization", adminToken)
		r.Header.Set("X-Request-Id", fmt.Sprint(n))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%d: got %d %s, want %d %s", n, w.Code, w.Body, c.status, c.says)
		}
	}
}
