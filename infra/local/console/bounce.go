package console

import (
	"errors"
	"net/http"

	"invites/infra/local/senders"
	"invites/shared/invite"
)

// bounce has the newest mail of an invite of the tenant come back. What the service makes
// of it is seen on the invite a moment later.
func (c *console) bounce(w http.ResponseWriter, r *http.Request, who caller) {
	var asked struct{ ID string }
	if !read(w, r, &asked, "the id of an invite") {
		return
	}
	key, gen, err := invite.ParseID(who.tenant, asked.ID)
	if err != nil {
		refuse(w, http.StatusNotFound, "There is no such invite.")
		return
	}
	id, err := c.Bounce(r.Context(), key, gen)
	switch {
	case errors.Is(err, senders.ErrNotSent):
		refuse(w, http.StatusConflict, "No mail of this invite has left yet.")
	case err != nil:
		c.fail(w, "let a mail bounce", err)
	default:
		answer(w, http.StatusAccepted, map[string]string{"message_id": id})
	}
}
