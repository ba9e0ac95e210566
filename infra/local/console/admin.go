package console

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"invites/shared/invite"
)

// caller is somebody whom the service has let see the invites of a tenant.
type caller struct {
	tenant invite.TenantID
	bearer string
}

// trusted is how long the service is not asked again about a token that it has taken.
const trusted = 30 * time.Second

// vouched remembers the tokens that the service has taken, by their digests.
type vouched struct {
	mu    sync.Mutex
	until map[[sha256.Size]byte]time.Time
}

func (v *vouched) has(token string, now time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.until[sha256.Sum256([]byte(token))].After(now)
}

func (v *vouched) add(token string, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for key, until := range v.until {
		if !until.After(now) {
			delete(v.until, key)
		}
	}
	if v.until == nil {
		v.until = map[[sha256.Size]byte]time.Time{}
	}
	v.until[sha256.Sum256([]byte(token))] = now.Add(trusted)
}

// admin lets only those on whom the service itself lets see invites: the API verifies the
// token and the permission, and what it refuses is refused here in its own words.
func (c *console) admin(next func(http.ResponseWriter, *http.Request, caller)) http.HandlerFunc {
	var known vouched
	return func(w http.ResponseWriter, r *http.Request) {
		bearer := r.Header.Get("Authorization")
		if !known.has(bearer, time.Now()) {
			refused, err := c.service.get(r.Context(), bearer, "/v1/invites?page_size=1", nil)
			if err != nil {
				c.Log.Printf("ask the service about a token: %v", err)
				refuse(w, http.StatusBadGateway, "The service does not answer right now. Try again in a moment.")
				return
			}
			if refused != nil {
				answer(w, refused.Status, refused)
				return
			}
			known.add(bearer, time.Now())
		}
		who, err := claims.Principal(bearer)
		if err != nil || who.Tenant == "" {
			refuse(w, http.StatusForbidden, "This token names no tenant.")
			return
		}
		next(w, r, caller{who.Tenant, bearer})
	}
}
