package tests

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// counted is a page's counts.
type counted struct {
	Open, Pending, Expired, Attention, Accepted int
	MoreOpen                                    bool `json:"more_open"`
	MoreAccepted                                bool `json:"more_accepted"`
}

// counts asks for the numbers of all invites whose address has a beginning.
func counts(t testing.TB, tenant, prefix string) counted {
	t.Helper()
	a := do(t, request{method: "GET", path: "/v1/invites?counts=true&page_size=1&q=" + url.QueryEscape(prefix), as: token(t, tenant, "admin")})
	var page struct{ Counts *counted }
	if err := json.Unmarshal([]byte(a.body), &page); err != nil || a.status != 200 || page.Counts == nil {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	return *page.Counts
}

// needing lists what needs attention, each address with its reason.
func needing(t testing.TB, tenant, query string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, i := range list(t, tenant, "attention=true&"+query) {
		if i.Attention == nil {
			t.Errorf("a row without a reason: %+v", i)
			continue
		}
		found[i.Email] = *i.Attention
	}
	return found
}

func TestTheListOfWhatNeedsAttentionAndItsCounts(t *testing.T) {
	prefix := strings.TrimSuffix(address(t), "@example.com")
	invited := func(name string) invite {
		i := create(t, "acme", prefix+name+"@example.com")
		newest(t, i.Email, 1)
		return i
	}
	fine, old, ending, gone, asked := invited("-fine"), invited("-old"), invited("-ending"), invited("-gone"), invited("-asked")
	accepted, long := invited("-accepted"), invited("-long")
	if got := counts(t, "acme", prefix); got != (counted{Open: 7, Pending: 7}) {
		t.Fatalf("got %+v before anything happened", got)
	}
	press(t, newest(t, accepted.Email, 1), 303)
	age(t, old.ID, "8d")
	age(t, ending.ID, "150h")
	age(t, long.ID, "20d")
	superseded := newest(t, asked.Email, 1)
	on(t, "acme", asked.ID, "resend").invite(t, 200)
	newest(t, asked.Email, 2)
	do(t, request{method: "POST", path: superseded + "/ask"})
	on(t, "acme", gone.ID, "cancel").invite(t, 200)

	want := map[string]string{old.Email: "expired", ending.Email: "expiring", asked.Email: "asked_again"}
	for query, emails := range map[string][]string{
		"": {old.Email, ending.Email, asked.Email}, "status=pending": {ending.Email, asked.Email}, "status=expired": {old.Email},
	} {
		got := needing(t, "acme", query+"&q="+url.QueryEscape(strings.ToUpper(prefix)))
		if len(got) != len(emails) {
			t.Errorf("%q: got %v, want %v", query, got, emails)
		}
		for _, e := range emails {
			if got[e] != want[e] {
				t.Errorf("%q: %s is listed as %q, want %q", query, e, got[e], want[e])
			}
		}
	}
	if got := counts(t, "acme", prefix); got != (counted{Open: 5, Pending: 3, Expired: 2, Attention: 3, Accepted: 1}) {
		t.Errorf("got %+v", got)
	}
	if got := counts(t, "globex", prefix); got != (counted{}) {
		t.Errorf("another tenant counts %+v", got)
	}
	if i := get(t, "acme", fine.ID); i.Attention != nil {
		t.Errorf("got %q", *i.Attention)
	}
	on(t, "acme", old.ID, "resend").invite(t, 200)
	on(t, "acme", asked.ID, "cancel").invite(t, 200)
	if got := needing(t, "acme", "q="+url.QueryEscape(prefix)); len(got) != 1 || got[ending.Email] == "" {
		t.Errorf("after a resend and a cancel: got %v", got)
	}
	if got := counts(t, "acme", prefix); got != (counted{Open: 4, Pending: 3, Expired: 1, Attention: 1, Accepted: 1}) {
		t.Errorf("after a resend and a cancel: got %+v", got)
	}
}

func TestABouncedMailNeedsAttention(t *testing.T) {
	i := create(t, "acme", simulator(t, "bounce"))
	t.Cleanup(func() { on(t, "acme", i.ID, "cancel").invite(t, 200) })
	row := delivered(t, "acme", i.ID, "bounced")
	if row.Attention == nil || *row.Attention != "bounced" || needing(t, "acme", "")[i.Email] != "bounced" {
		t.Errorf("got %+v", row)
	}
}

func TestListParametersAreChecked(t *testing.T) {
	admin := token(t, "acme", "admin")
	for query, pointer := range map[string]string{
		"attention=yes": "/attention", "counts=1": "/counts", "attention=true&status=accepted": "/status", "attention=true&status=cancelled": "/status",
	} {
		a := do(t, request{method: "GET", path: "/v1/invites?" + query, as: admin})
		a.refused(t, 400, "bad_request")
		if p := a.problem(t); len(p.Errors) != 1 || p.Errors[0].Pointer != pointer {
			t.Errorf("%s: got %s", query, a.body)
		}
	}
	if a := do(t, request{method: "GET", path: "/v1/invites?page_size=1&attention=false", as: admin}); a.status != 200 || strings.Contains(a.body, `"counts"`) {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func TestABeginningIsComparedAsAddressesAre(t *testing.T) {
	name := strings.TrimSuffix(address(t), "@example.com")
	i := create(t, "acme", strings.ToUpper(name)+"@BÜCHER.Example.com")
	if i.Email != name+"@xn--bcher-kva.example.com" {
		t.Fatalf("invited as %q", i.Email)
	}
	for _, typed := range []string{name, strings.ToUpper(name) + "@", name + "@bücher.exa", name + "@BÜCHER.EXAMPLE.COM", name + "@xn--bch"} {
		rows := list(t, "acme", "q="+url.QueryEscape(typed))
		if !slices.ContainsFunc(rows, func(r invite) bool { return r.ID == i.ID }) {
			t.Errorf("%q does not find %s", typed, i.Email)
		}
	}
	if rows := list(t, "acme", "q="+url.QueryEscape(name+"@bucher")); len(rows) != 0 {
		t.Errorf("another domain: got %+v", rows)
	}
}
