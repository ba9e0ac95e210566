package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"invites/shared/invite"
)

// aged keeps what was made older, and answers for an invite that was made a day ago.
func aged(of map[invite.Key]time.Duration) func(context.Context, invite.Key, invite.Gen, time.Duration) (*invite.Invite, error) {
	return func(_ context.Context, k invite.Key, gen invite.Gen, by time.Duration) (*invite.Invite, error) {
		if k.Address[0] == 9 || gen != 1 {
			return nil, &invite.Error{Kind: invite.NotFound}
		}
		of[k] += by
		i := &invite.Invite{Key: k, Status: invite.Pending, ExpiresAt: time.Now().Add(6*24*time.Hour - by)}
		if k.Address[0] == 3 { // a tenant may give a month
			i.ExpiresAt = i.ExpiresAt.Add(30 * 24 * time.Hour)
		}
		return i, nil
	}
}

func TestSevenDaysLaterForTheChosenAndForAllThatArePending(t *testing.T) {
	one, oneID := keyOf("acme", 1)
	two, twoID := keyOf("acme", 2)
	_, longID := keyOf("acme", 3)
	_, goneID := keyOf("acme", 9)
	pages := func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query(); q.Get("status") != "pending" {
			t.Errorf("listed %q", q)
		}
		if r.URL.Query().Get("page_token") == "" {
			fmt.Fprintf(w, `{"invites": [{"id": %q}], "next_page_token": "next"}`, oneID)
			return
		}
		fmt.Fprintf(w, `{"invites": [{"id": %q}, {"id": %q}], "next_page_token": ""}`, twoID, longID)
	}
	for name, c := range map[string]struct {
		body, want string
		older      []invite.Key
	}{
		"the chosen one":     {`{"ids": ["` + oneID + `"]}`, `{"expired":1,"older":1}`, []invite.Key{one}},
		"all":                {`{}`, `{"expired":2,"older":3}`, []invite.Key{one, two}},
		"one that is gone":   {`{"ids": ["` + goneID + `"]}`, `{"expired":0,"older":0}`, nil},
		"what is no id":      {`{"ids": ["x"]}`, `{"expired":0,"older":0}`, nil},
		"one that lives on":  {`{"ids": ["` + longID + `"]}`, `{"expired":0,"older":1}`, nil},
		"the same one twice": {`{"ids": ["` + twoID + `", "` + oneID + `"]}`, `{"expired":2,"older":2}`, []invite.Key{one, two}},
	} {
		t.Run(name, func(t *testing.T) {
			older := map[invite.Key]time.Duration{}
			s := &scene{}
			s.Age = aged(older)
			var got json.RawMessage
			if status := call(t, open(t, s, pages), "POST /console/api/later", c.body, &got); status != http.StatusOK || string(got) != c.want {
				t.Errorf("got %d %s, want %s", status, got, c.want)
			}
			for _, k := range c.older {
				if older[k] != 7*24*time.Hour {
					t.Errorf("%v is %s older", k, older[k])
				}
			}
		})
	}
}
