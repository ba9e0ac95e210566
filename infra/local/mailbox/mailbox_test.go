package mailbox

import (
	"context"
	"encoding/json"
	"net"
	"net/http/httptest"
	"net/smtp"
	"slices"
	"strings"
	"testing"
	"time"
)

const raw = "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nFrom: Acme <noreply@acme.example>\r\nTo: bob@example.com\r\n" +
	"MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nOpen http://localhost:8080/i/abc.\r\n" +
	"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p><a href=\"http://localhost:8080/i/abc\">Open</a> <script>alert(1)</script></p>\r\n--b--\r\n"

func TestAMailSentBySMTPIsShown(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	store, served := &Store{}, make(chan error)
	go func() { served <- store.Serve(ctx, listener, nil) }()
	began := time.Now()
	if err := smtp.SendMail(listener.Addr().String(), nil, "noreply@acme.example", []string{"Bob@example.com"}, []byte(raw)); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := <-served; err != nil {
		t.Fatal(err)
	}

	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		store.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w
	}
	var listed struct{ Messages []Message }
	if err := json.Unmarshal(get("/mailbox/api/messages?to=bob@example.com").Body.Bytes(), &listed); err != nil {
		t.Fatal(err)
	}
	if len(listed.Messages) != 1 {
		t.Fatalf("got %d mails, want 1", len(listed.Messages))
	}
	message := listed.Messages[0]
	if message.Subject != "Grüße" || !slices.Equal(message.Links, []string{"http://localhost:8080/i/abc"}) || message.At.Before(began) {
		t.Errorf("got %+v", message)
	}
	if got := get("/mailbox/api/messages/" + message.ID + "/raw").Body.String(); got != raw {
		t.Errorf("raw: got %q, want the bytes as they were sent", got)
	}
	shown := get("/mailbox/" + message.ID + "/html")
	if policy := shown.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox ") || strings.Contains(policy, "allow-scripts") {
		t.Errorf("the HTML part is not in a sandbox: %q", policy)
	}
	if strings.Contains(shown.Body.String(), "<script") {
		t.Errorf("the HTML part keeps its script: %s", shown.Body)
	}
	if page := get("/mailbox/" + message.ID); !strings.Contains(page.Body.String(), "Grüße") || page.Code != 200 {
		t.Errorf("the mail's page: %d %s", page.Code, page.Body)
	}
	if other := get("/mailbox/?to=eve@example.com"); strings.Contains(other.Body.String(), "Grüße") {
		t.Error("the filter shows a mail to somebody else")
	}
	if missing := get("/mailbox/m999999"); missing.Code != 404 {
		t.Errorf("a mail that does not exist: got %d, want 404", missing.Code)
	}
}

func TestLinksAreThoseAReaderCanFollow(t *testing.T) {
	for name, c := range map[string]struct {
		html, text string
		want       []string
	}{
		"each once, the HTML's first": {`<a href="https://x/2">b</a><a href="https://x/1?a=1&amp;b=2">a</a>`, "see https://x/1?a=1&b=2", []string{"https://x/2", "https://x/1?a=1&b=2"}},
		"no full stop at the end":     {"", "Go to <https://x/1>. Or (https://x/2).", []string{"https://x/1", "https://x/2"}},
		"no other schemes":            {`<a href="mailto:a@b.c">m</a><a href="javascript:x()">j</a>`, "", []string{}},
		"no images":                   {`<img src="https://x/logo.png">`, "", []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := links(c.html, c.text); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAFramedMailRunsNothingAndOpensLinksInATab(t *testing.T) {
	got, err := framed(`<head><base href="http://evil"><meta http-equiv="refresh" content="0;url=http://evil"></head>
		<body onload="x()"><a href="https://x/1" target="_top">go</a><a href=" JavaScript:x()">no</a>
		<iframe src="http://evil"></iframe><svg><script>x()</script></svg><img src="x" onerror="x()"></body>`)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<base", "http-equiv", "onload", "onerror", "_top", "<script", "<iframe", "JavaScript:"} {
		if strings.Contains(got, bad) {
			t.Errorf("keeps %q: %s", bad, got)
		}
	}
	if want := `<a href="https://x/1" target="_blank" rel="noopener noreferrer">`; !strings.Contains(got, want) {
		t.Errorf("got %s, want it to hold %s", got, want)
	}
}
