package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/jhillyerd/enmime/v2"

	domain "invites/shared/invite"
)

// optOutLink takes the path of the opt-out link out of a mail; text, HTML and the header
// for mail programs must agree.
func optOutLink(t testing.TB, e *enmime.Envelope) string {
	t.Helper()
	at := strings.Index(e.Text, api(t)+"/o/")
	if at < 0 {
		t.Fatalf("no opt-out link in %q", e.Text)
	}
	found := strings.Fields(e.Text[at:])[0]
	if !strings.Contains(e.HTML, `href="`+found+`"`) || e.GetHeader("List-Unsubscribe") != "<"+found+">" {
		t.Errorf("the HTML part or List-Unsubscribe (%q) has another link than the text part", e.GetHeader("List-Unsubscribe"))
	}
	if got := e.GetHeader("List-Unsubscribe-Post"); got != "List-Unsubscribe=One-Click" {
		t.Errorf("List-Unsubscribe-Post: %q", got)
	}
	return strings.TrimPrefix(found, api(t))
}

// form posts the fields of a form.
func form(t testing.TB, path, fields string) answer {
	t.Helper()
	return do(t, request{method: "POST", path: path, body: fields, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}})
}

func (a answer) shows(t testing.TB, status int, say string) {
	t.Helper()
	if a.status != status || !strings.Contains(a.body, say) {
		t.Errorf("got %d %s, want %d and %q", a.status, a.body, status, say)
	}
}

// cannot checks a refusal because of an opt-out.
func (a answer) cannot(t testing.TB, reason, id string) {
	t.Helper()
	a.refused(t, 409, "cannot_send")
	var p struct {
		Reason, Confirm string
		InviteID        string `json:"invite_id"`
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || p.Reason != reason || p.Confirm != "" || p.InviteID != id {
		t.Errorf("got %s, want the reason %s, nothing to confirm and invite %q", a.body, reason, id)
	}
}

func TestWhoeverWasInvitedKeepsTheTenantFromDoingItAgain(t *testing.T) {
	listen(t)
	i := create(t, "acme", address(t))
	mail := mails(t, i.Email, 1)[0]
	settled(t, "acme", i.ID)
	path, accept := optOutLink(t, mail), link(t, mail)
	page := do(t, request{method: "GET", path: path})
	page.shows(t, 200, "Don’t let")
	for _, say := range []string{"Acme", i.Email, "<form method=\"post\">"} {
		page.shows(t, 200, say)
	}
	form(t, path, "").shows(t, 200, "You have opted out")
	form(t, path, "").shows(t, 200, "You have opted out")
	do(t, request{method: "GET", path: path}).shows(t, 200, "You have opted out")

	row := get(t, "acme", i.ID)
	if row.Delivery.Status != "suppressed" || row.Delivery.Code != "opted_out" || row.Delivery.Reason == nil || row.CanResend || row.ResendBlockedReason == nil ||
		row.Advice == nil || row.Advice.Code != "opted_out" || row.Status != "pending" {
		t.Errorf("the row is %+v", row)
	}
	within(t, func() error {
		said := map[string]bool{} // by their ids: each comes once or more
		for _, p := range told(t, i.Email) {
			if p.Type == "InviteSuppressed" && p.Detail.Code == "opted_out" && p.Detail.InviteID == i.ID {
				said[p.Detail.EventID] = true
			}
		}
		if len(said) != 1 {
			return fmt.Errorf("%d events say that nothing more is sent, want one", len(said))
		}
		return nil
	})
	before := record(t, i.ID)
	on(t, "acme", i.ID, "resend").cannot(t, "opted_out", i.ID)
	do(t, request{method: "POST", path: "/v1/invites/" + i.ID + "/resend", as: token(t, "acme", "admin"), body: object("confirm", "suppressed")}).cannot(t, "opted_out", i.ID)
	if record(t, i.ID) != before {
		t.Error("a refused resend changed the record")
	}
	opens(t, accept, 200)
	on(t, "acme", i.ID, "cancel").invite(t, 200)
	again := request{method: "POST", path: "/v1/invites", as: token(t, "acme", "admin"), body: object("email", i.Email)}
	do(t, again).cannot(t, "opted_out", i.ID)

	// It is the tenant that may not, not everybody.
	other := create(t, "globex", i.Email)
	if theirs := optOutLink(t, mails(t, i.Email, 2)[0]); theirs == path {
		t.Error("two tenants have one opt-out link")
	}
	if row := get(t, "globex", other.ID); row.Delivery.Code == "opted_out" || !row.CanResend {
		t.Errorf("the neighbour's row is %+v", row)
	}

	form(t, path, "undo=1").shows(t, 200, "allowed again")
	form(t, path, "undo=1").shows(t, 200, "allowed again")
	do(t, request{method: "GET", path: path}).shows(t, 200, "Don’t let")
	anew := do(t, again).invite(t, 201)
	if next := optOutLink(t, mails(t, i.Email, 3)[0]); next != path {
		t.Error("the next mail has another opt-out link")
	}
	on(t, "acme", anew.ID, "resend").invite(t, 200)
}

func TestAMailProgramsOneClickOptsOut(t *testing.T) {
	i := create(t, "acme", address(t))
	mail := mails(t, i.Email, 1)[0]
	settled(t, "acme", i.ID)
	unsubscribe := strings.Trim(mail.GetHeader("List-Unsubscribe"), "<>")
	// The body as RFC 8058 has it, from a program that sends nothing else of ours.
	form(t, unsubscribe, mail.GetHeader("List-Unsubscribe-Post")).shows(t, 200, "You have opted out")
	on(t, "acme", i.ID, "resend").cannot(t, "opted_out", i.ID)
	// Whoever wants to come in after all may.
	path := link(t, mail)
	press(t, path, 303)
	if row := get(t, "acme", i.ID); row.Status != "accepted" || row.Delivery.Code == "opted_out" {
		t.Errorf("the row is %+v", row)
	}
}

func TestAScannerThatOpensAnOptOutLinkChangesNothing(t *testing.T) {
	i := create(t, "acme", address(t))
	path := optOutLink(t, mails(t, i.Email, 1)[0])
	settled(t, "acme", i.ID)
	before := record(t, i.ID)
	for _, query := range []string{"", "?undo=0", "?List-Unsubscribe=One-Click"} {
		for _, method := range []string{"GET", "HEAD"} {
			a := do(t, request{method: method, path: path + query})
			if a.status != 200 || method == "HEAD" && a.body != "" {
				t.Errorf("%s: got %d %s", method, a.status, a.body)
			}
			for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"} {
				if got := a.header.Get(name); got != want {
					t.Errorf("%s: %s is %q", method, name, got)
				}
			}
		}
	}
	if record(t, i.ID) != before {
		t.Error("the record changed")
	}
	if items := wishItem(t, "acme", i.Email); len(items) != 0 {
		t.Errorf("a wish was kept: %v", items)
	}
	on(t, "acme", i.ID, "resend").invite(t, 200)
}

// wishItem is the item of an address's wish.
func wishItem(t testing.TB, tenant, email string) map[string]types.AttributeValue {
	t.Helper()
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	k := domain.KeyOf(domain.TenantID(tenant), domain.Address(email))
	out, err := dynamodb.NewFromConfig(cloud(t)).GetItem(context.Background(), &dynamodb.GetItemInput{
		TableName: aws.String(s.Table), ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: k.Partition.String()}, "sk": &types.AttributeValueMemberS{Value: "optout#" + k.Address.String()},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

func TestEveryOptOutLinkThatIsNoneOpensOnePage(t *testing.T) {
	i := create(t, "acme", address(t))
	mail := mails(t, i.Email, 1)[0]
	path, accept := optOutLink(t, mail), link(t, mail)
	want := do(t, request{method: "GET", path: "/o/0" + path[len("/o/"):]})
	if want.status != 410 || strings.Contains(want.body, "<form") {
		t.Fatalf("got %d %s", want.status, want.body)
	}
	for name, bad := range map[string]string{
		"upside down":      "/o/" + reversed(path[len("/o/"):]),
		"an invite's link": "/o/" + strings.TrimPrefix(accept, "/i/"), "of nobody": "/o/" + strings.Repeat("0", 65),
	} {
		for _, a := range []answer{do(t, request{method: "GET", path: bad}), form(t, bad, ""), form(t, bad, "undo=1"), form(t, bad, "List-Unsubscribe=One-Click")} {
			if a.status != 410 || a.body != want.body {
				t.Errorf("%s: got %d %s", name, a.status, a.body)
			}
		}
	}
	opens(t, "/i/"+path[len("/o/"):], 410) // nor is an opt-out link an invite's
	if row := get(t, "acme", i.ID); !row.CanResend {
		t.Errorf("the row is %+v", row)
	}
}

// A mail that was promised before the person opted out is not sent, and the row says why.
func TestAMailThatWaitsIsNotSentToSomebodyWhoHasOptedOut(t *testing.T) {
	i := create(t, "acme", address(t))
	path := optOutLink(t, mails(t, i.Email, 1)[0])
	settled(t, "acme", i.ID)
	done := make(chan answer, 1)
	// The resend and the opt-out meet: whichever is first, nothing is sent afterwards.
	go func() { done <- form(t, path, "") }()
	a := on(t, "acme", i.ID, "resend")
	(<-done).shows(t, 200, "You have opted out")
	if a.status != 200 {
		a.cannot(t, "opted_out", i.ID)
	}
	within(t, func() error {
		item := recordItem(t, i.ID)
		if ms, _ := item["ms"].(*types.AttributeValueMemberS); ms.Value == "queued" || ms.Value == "sending" {
			return fmt.Errorf("the mail is %s", ms.Value)
		}
		return nil
	})
	if row := get(t, "acme", i.ID); row.Delivery.Code != "opted_out" || row.CanResend {
		t.Errorf("the row is %+v", row)
	}
	on(t, "acme", i.ID, "resend").cannot(t, "opted_out", i.ID)
}

func TestARoleAboveThatOfThePersonAServiceActsForIsRefused(t *testing.T) {
	tenant := freshTenant(t)
	body := func(email, role, has string) string {
		return fmt.Sprintf(`{"email":%q,"role":%q,"on_behalf_of":{"name":"Zoë","role":%q}}`, email, role, has)
	}
	a := byService(t, tenant, "POST", "/v1/invites", body(address(t), "admin", "member"))
	a.refused(t, 422, "role_not_allowed")
	if p := a.problem(t); len(p.Errors) != 1 || p.Errors[0].Pointer != "/role" || !strings.Contains(p.Detail, `["member"]`) {
		t.Errorf("got %s", a.body)
	}
	byService(t, tenant, "POST", "/v1/invites", body(address(t), "admin", "nobody")).refused(t, 422, "role_not_allowed")
	for _, c := range []struct{ role, has string }{{"member", "member"}, {"admin", "admin"}, {"member", "nobody"}} {
		if i := byService(t, tenant, "POST", "/v1/invites", body(address(t), c.role, c.has)).invite(t, 201); i.Role != c.role {
			t.Errorf("got %+v", i)
		}
	}
	if i := byService(t, tenant, "POST", "/v1/invites", object("email", address(t), "role", "admin")).invite(t, 201); i.Role != "admin" {
		t.Errorf("a service that says nothing: got %+v", i)
	}
	rows := byService(t, tenant, "POST", "/v1/invites/batch", `{"invites":[{"email":"`+address(t)+`","role":"admin"}],"on_behalf_of":{"role":"member"}}`)
	rows.shows(t, 200, "role_not_allowed")
}

// A count stands for each mail that left, by its tenant's day and its address's.
func TestEveryMailIsCountedOnce(t *testing.T) {
	tenant := freshTenant(t)
	email := address(t)
	i := byService(t, tenant, "POST", "/v1/invites", object("email", email)).invite(t, 201)
	mails(t, email, 1)
	byService(t, tenant, "POST", "/v1/invites/"+i.ID+"/resend", "").invite(t, 200)
	mails(t, email, 2)
	byService(t, tenant, "POST", "/v1/invites", object("email", "x"+email)).invite(t, 201)
	mails(t, "x"+email, 1)
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	sum := func(partition string) (n int) {
		out, err := dynamodb.NewFromConfig(cloud(t)).Query(context.Background(), &dynamodb.QueryInput{
			TableName: aws.String(s.Table), KeyConditionExpression: aws.String("pk = :pk AND begins_with(sk, :mails)"),
			ExpressionAttributeValues: map[string]types.AttributeValue{
				":pk": &types.AttributeValueMemberS{Value: partition}, ":mails": &types.AttributeValueMemberS{Value: "mails#"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range out.Items { // two, where midnight came in between
			count, _ := item["n"].(*types.AttributeValueMemberN)
			if _, ends := item["ttl"]; !ends || count == nil {
				t.Fatalf("got %v, want a count with an end", item)
			}
			var one int
			if _, err := fmt.Sscan(count.Value, &one); err != nil {
				t.Fatal(err)
			}
			n += one
		}
		return n
	}
	if got := sum(domain.PartitionOf(domain.TenantID(tenant)).String()); got != 3 {
		t.Errorf("%d mails of the tenant are counted, want 3", got)
	}
	if got := sum("#to#" + domain.RecipientOf(domain.Address(email)).String()); got != 2 {
		t.Errorf("%d mails to the address are counted, want 2", got)
	}
}

func TestAnOptOutLinkIsWhereItsMailSays(t *testing.T) {
	i := create(t, "acme", address(t))
	u, err := url.Parse(strings.Trim(mails(t, i.Email, 1)[0].GetHeader("List-Unsubscribe"), "<>"))
	if err != nil || u.Host == "" || len(strings.TrimPrefix(u.Path, "/o/")) > 70 {
		t.Errorf("got %v, %v, want an address with a token of at most 70 characters", u, err)
	}
}
