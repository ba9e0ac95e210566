package console

import (
	"errors"
	"net/http"

	"invites/infra/local/pool"
	"invites/shared/auth"
)

// claims are the defaults of template.yaml's parameters.
var claims = auth.Config{
	TenantClaim: "custom:tenant_id", PermissionsClaim: "cognito:groups", InviterNameClaim: "name", InviterEmailClaim: "email",
}

// signIn is the console's own way to a token; a product has a sign-in page.
func (c *console) signIn(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Email, Password string }
	if !read(w, r, &asked, "an email and a password") {
		return
	}
	token, err := c.Pool.SignIn(r.Context(), asked.Email, asked.Password)
	switch {
	case errors.Is(err, pool.ErrRefused):
		refuse(w, http.StatusUnauthorized, "The address or the password is wrong.")
		return
	case err != nil:
		c.Log.Printf("sign in: %v", err)
		refuse(w, http.StatusBadGateway, "Signing in does not work right now.")
		return
	}
	who, err := claims.Principal("Bearer " + token.Bearer)
	if err != nil {
		c.Log.Printf("sign in: %v", err)
		refuse(w, http.StatusBadGateway, "Signing in does not work right now.")
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"token": token.Bearer, "ends": token.Ends.UTC(), "email": who.Person.Email, "name": who.Person.Name,
		"tenant": map[string]string{"id": string(who.Tenant), "name": c.Tenants[string(who.Tenant)]},
	})
}
