package tests

import (
	"fmt"
	"strings"
	"testing"
)

// glued is what browsers ask for where something was glued to a link, or broke it.
func glued(path string) map[string]string {
	head, token, middle := path[:3], path[3:], len(path)-30
	return map[string]string{
		"a slash": path + "/", "slashes": path + "//", "a slash in front": head + "/" + token, "a slash as %": path + "%2F", "a page": path + "/index.html", "a path": path + "/a/b/", "a full stop": path + ".",
		"a bracket": path + ")", "a comma": path + ",", "a space": path + "%20", "an equals sign": path + "=", "one as %": path + "%3D", "a quote": path + "%22", "stars": head + "*" + token + "*",
		"underscores": head + "_" + token + "_", "angle brackets": head + "%3C" + token + "%3E", "the next word": path + "%E3%82%92%E9%96%8B%E3%81%8F", "a word of its alphabet": path + "and",
		"a soft hyphen inside": path[:middle] + "%C2%AD" + path[middle:], "a line break inside": path[:middle] + "%0D%0A" + path[middle:], "a soft line break inside": path[:middle] + "=%0D%0A" + path[middle:],
		"zero-width spaces": head + "%E2%80%8B" + token + "%E2%80%8B", "percent signs": head + "%25" + token + "%25", "an = of QP": head + "=3D" + token, "a query": path + "/?utm_source=mail", "capitals": head + strings.ToUpper(token),
	}
}

func TestALinkAnswersWhateverIsGluedToIt(t *testing.T) {
	i := create(t, "acme", address(t))
	old := newest(t, i.Email, 1)
	on(t, "acme", i.ID, "resend").invite(t, 200)
	mail := mails(t, i.Email, 2)[0]
	live, out := link(t, mail), optOutLink(t, mail)
	same := func(what string, got, want answer) {
		t.Helper()
		if got, want = got.comparable(), want.comparable(); got.status != want.status || got.body != want.body || fmt.Sprint(got.header) != fmt.Sprint(want.header) {
			t.Errorf("%s: got %d %v %s, want %d %v %s", what, got.status, got.header, got.body, want.status, want.header, want.body)
		}
	}
	for _, plain := range []string{live, old, out} {
		for what, path := range glued(plain) {
			for _, method := range []string{"GET", "HEAD"} {
				same(method+" "+what, do(t, request{method: method, path: path}), do(t, request{method: method, path: plain}))
			}
		}
	}
	token := strings.TrimPrefix(live, "/i/")
	peeked := peek(t, token)
	for _, what := range []string{".", "を開く", "%20", "=", "/"} {
		same("peek with "+what, peek(t, token+what), peeked)
		if e := explain(t, "acme", "https://links.example/i/"+token+what); e.Cause != "live" {
			t.Errorf("explain with %s: got %+v", what, e)
		}
	}
	form(t, out+"/", "").shows(t, 200, "You have opted out")
	form(t, out+")", "undo=1").shows(t, 200, "allowed again")

	press(t, live+"/", 303)
	code := press(t, live+".", 303).Get("code")
	if a := do(t, request{method: "POST", path: "/v1/accept", body: object("token", "*"+token+"*")}); a.status != 200 {
		t.Errorf("accept: got %d %s", a.status, a.body)
	}
	redeem(t, "acme", "admin", code[1:]).refused(t, 410, "link_incomplete")
	if a := redeem(t, "acme", "admin", code+"%20"); a.status != 200 {
		t.Errorf("redeem: got %d %s", a.status, a.body)
	}
}

func TestAskingForANewInviteHearsALinkWithSomethingGluedToIt(t *testing.T) {
	for n, behind := range []string{"/ask/", "./ask", "/?ask=1", ".?ask=1"} {
		i := create(t, "acme", fmt.Sprint(n)+address(t))
		old := newest(t, i.Email, 1)
		on(t, "acme", i.ID, "resend").invite(t, 200)
		newest(t, i.Email, 2)
		if a := do(t, request{method: "POST", path: old + behind}); a.status != 200 {
			t.Errorf("%s: got %d %s", behind, a.status, a.body)
		}
		if get(t, "acme", i.ID).RenewalRequestedAt == nil {
			t.Errorf("%s: the request was not noted", behind)
		}
	}
}

func TestEveryLinkThatIsNotCompleteOpensOnePage(t *testing.T) {
	i := create(t, "acme", address(t))
	mail := mails(t, i.Email, 1)[0]
	token, out := strings.TrimPrefix(link(t, mail), "/i/"), strings.TrimPrefix(optOutLink(t, mail), "/o/")
	want := do(t, request{method: "GET", path: "/i/x"}).comparable()
	want.shows(t, 410, "This link is not complete")
	if strings.Contains(want.body, "<form") || strings.Contains(want.body, "expired") {
		t.Errorf("got %s", want.body)
	}
	for name, cut := range map[string]string{
		"nothing": "", "without its end": token[:64], "without its beginning": token[1:], "half": token[:30], "half, with signs": token[:30] + "=%20%E2%80%8B.", "letters of no token": strings.Repeat("ilou", 30),
	} {
		for _, behind := range []string{"", "/", "/ask", "/ask/", "?ask=1", "/?ask=1"} {
			if cut == "" && behind != "" && behind != "?ask=1" {
				continue // another path
			}
			for _, method := range []string{"GET", "HEAD", "POST"} {
				a := do(t, request{method: method, path: "/i/" + cut + behind}).comparable()
				if method == "HEAD" {
					a.body = want.body
					a.header.Set("Content-Length", want.header.Get("Content-Length"))
				}
				if a.status != want.status || a.body != want.body || fmt.Sprint(a.header) != fmt.Sprint(want.header) {
					t.Errorf("%s %s%s: got %d %v %s", method, name, behind, a.status, a.header, a.body)
				}
			}
		}
		if strings.Contains(cut, "%") {
			continue
		}
		for _, call := range []string{"/v1/peek", "/v1/accept"} {
			do(t, request{method: "POST", path: call, body: object("token", cut)}).refused(t, 410, "link_incomplete")
		}
		if e := explain(t, "acme", "https://links.example/i/"+cut); e != (explanation{Cause: "incomplete"}) {
			t.Errorf("explain %s: got %+v", name, e)
		}
	}
	for _, a := range []answer{do(t, request{method: "GET", path: "/o/" + out[:64]}), form(t, "/o/"+out[1:], ""), form(t, "/o/"+out[:30]+"/", "List-Unsubscribe=One-Click")} {
		if a.status != 410 || a.body != want.body {
			t.Errorf("an opt-out: got %d %s", a.status, a.body)
		}
	}
	german := do(t, request{method: "GET", path: "/i/" + token[:9], header: map[string]string{"Accept-Language": "de-AT"}})
	german.shows(t, 410, "Dieser Link ist nicht vollständig")
	if row := get(t, "acme", i.ID); row.Status != "pending" || row.RenewalRequestedAt != nil || !row.CanResend {
		t.Errorf("the row is %+v", row)
	}
}
