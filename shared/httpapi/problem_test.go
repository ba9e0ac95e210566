package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"invites/shared/invite"
)

func TestEveryErrorHasOneAnswer(t *testing.T) {
	key := invite.KeyOf("acme", "ana@example.com")
	inv := &invite.Invite{Key: key, Gen: 1}
	for _, c := range []struct {
		name   string
		err    error
		status int
		code   string
		retry  string
		says   string
	}{
		{"what the domain refuses keeps its text", &invite.Error{Kind: invite.NotFound, Text: "No such invite."}, 404, "not_found", "", "No such invite."},
		{"a wrapped refusal is found", fmt.Errorf("create: %w", &invite.Error{Kind: invite.AlreadyPending, Invite: inv}), 409, "already_pending", "", string(inv.ID())},
		{"a mail on its way says when", &invite.Error{Kind: invite.Sending, RetryAfter: 1500 * time.Millisecond}, 409, "sending", "2", ""},
		{"a mail that would not arrive says what to confirm", &invite.Error{Kind: invite.CannotSend, Invite: inv,
			Blocked: invite.Blocked{Reason: invite.ReasonMailboxMissing, Confirm: invite.MailBounced}}, 409, "cannot_send", "", `"reason":"mailbox_missing","confirm":"bounced"`},
		{"an unknown outcome says so and when", &invite.Error{Kind: invite.Unavailable}, 503, "unavailable", "1", "nobody knows"},
		{"a time that is up is an unknown outcome", fmt.Errorf("update: %w", context.DeadlineExceeded), 503, "unavailable", "1", ""},
		{"the unknown becomes internal and loses its text", errors.New("pk=secret"), 500, "internal", "", ""},
		{"a kind that is the outbox's own becomes internal", &invite.Error{Kind: invite.Superseded, Text: "secret"}, 500, "internal", "", ""},
		{"a dead link reads the same for every cause", &invite.Error{Kind: invite.LinkDead, Text: "secret"}, 410, "invite_expired", "", "most recent"},
		{"a link that is not complete says how to copy it", second(invite.ParseToken("x")), 410, "link_incomplete", "", "Copy the whole link"},
		{"a code that is not complete says what to send", second(invite.ParseCode("x")), 410, "link_incomplete", "", "the value of code"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil)
			r.Header.Set("X-Request-Id", "r-1")
			writeProblem(w, r, c.err)
			body := w.Body.String()
			if w.Code != c.status || !strings.Contains(body, `"code":"`+c.code+`"`) || !strings.Contains(body, `"request_id":"r-1"`) {
				t.Errorf("got %d %s", w.Code, body)
			}
			if got := w.Header().Get("Retry-After"); got != c.retry {
				t.Errorf("Retry-After %q, want %q", got, c.retry)
			}
			if !strings.Contains(body, c.says) || strings.Contains(body, "secret") {
				t.Errorf("got %s", body)
			}
			if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
				t.Errorf("content type %q", got)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

func TestEveryAnswerHasATitle(t *testing.T) {
	for kind, a := range answers {
		if a.title == "" || a.status < 400 {
			t.Errorf("%s: %+v", kind, a)
		}
	}
}

func TestIfMatch(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000).UTC()
	i := &invite.Invite{Status: invite.Pending, Seq: 3, ExpiresAt: now.Add(time.Hour)}
	own := i.ETag(now)
	for _, c := range []struct {
		name, header string
		want         *invite.ETag
	}{
		{"none demands nothing", "", nil},
		{"a star demands nothing", "*", nil},
		{"as the header gave it", etag(i, now), &own},
		{"without quotes", own.String(), &own},
		{"another's never matches", `"abc"`, &invite.ETag{}},
		{"a weak one never matches (RFC 9110 13.1.1)", "W/" + etag(i, now), nil},
		{"a list never matches", etag(i, now) + `, "x"`, &invite.ETag{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ifMatch(c.header)
			if strings.HasPrefix(c.header, "W/") {
				if got == nil || *got == own {
					t.Errorf("got %v", got)
				}
				return
			}
			if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestOperationsAreToldApartByCallTargetAndKey(t *testing.T) {
	id := func(name, key, requestID string) invite.Operation {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("X-Request-Id", requestID)
		if key != "" {
			r.Header.Set("Idempotency-Key", key)
		}
		op, err := operation(r, name, nil)
		if err != nil {
			t.Fatal(err)
		}
		return op
	}
	if id("resend inv_1", "k", "r1") != id("resend inv_1", "k", "r2") {
		t.Error("a repeated key is another operation")
	}
	seen := map[invite.OperationID]bool{}
	for _, op := range []invite.Operation{id("resend inv_1", "k", "r"), id("cancel inv_1", "k", "r"), id("resend inv_2", "k", "r"), id("resend inv_1", "l", "r"), id("resend inv_1", "", "r"), id("resend inv_1", "", "r2")} {
		if seen[op.ID] {
			t.Error("two operations share an id")
		}
		seen[op.ID] = true
	}
}
