package console

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"invites/infra/local/senders"
	"invites/shared/invite"
)

func TestLettingAMailBounce(t *testing.T) {
	ana, id := keyOf("acme", 1)
	for name, c := range map[string]struct {
		body   string
		err    error
		status int
		said   string
	}{
		"a mail that has left":  {`{"id": "` + id + `"}`, nil, http.StatusAccepted, "m1"},
		"none that has left":    {`{"id": "` + id + `"}`, senders.ErrNotSent, http.StatusConflict, "No mail of this invite has left yet."},
		"SNS does not take it":  {`{"id": "` + id + `"}`, errors.New("secret"), http.StatusBadGateway, "That does not work right now. Try again in a moment."},
		"what is no invite":     {`{"id": "x"}`, nil, http.StatusNotFound, "There is no such invite."},
		"what is no request":    {`[]`, nil, http.StatusBadRequest, "Send the id of an invite as JSON."},
		"a request without one": {`{}`, nil, http.StatusNotFound, "There is no such invite."},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scene{}
			s.Bounce = func(_ context.Context, k invite.Key, gen invite.Gen) (string, error) {
				if k != ana || gen != 1 {
					t.Errorf("bounced %v %d", k, gen)
				}
				return "m1", c.err
			}
			var got struct {
				ID     string `json:"message_id"`
				Detail string
			}
			if status := call(t, open(t, s, nil), "POST /console/api/bounce", c.body, &got); status != c.status || got.ID+got.Detail != c.said {
				t.Errorf("got %d %+v, want %d %q", status, got, c.status, c.said)
			}
		})
	}
}
