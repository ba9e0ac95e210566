package httpapi

import (
	"encoding/json"
	"net/http"
	"testing"
)

// What becomes of an address is shared/invite's; this is that the API says it.
func TestAnAddressIsMendedOrRefusedWithItsSign(t *testing.T) {
	d := newOffice(t)
	for _, c := range []struct{ typed, email, detail string }{
		{"“Ana@Example.com”،", "ana@example.com", ""},
		{"\ufeffｂｏ＠example．com", "bo@example.com", ""},
		{"cy@STRAẞE.example", "cy@xn--strae-oqa.example", ""},
		{"di@company.unknownending", "di@company.unknownending", ""},
		{"'jane@acme.co", "", "The address has ' at its start. If you mean jane@acme.co, give just that."},
		{"jane@acme.co\u2122", "", "The address has ™ at its end. If you mean jane@acme.co, give just that."},
		{"jane@acme.co,\nuk", "", "The address has , after the @, where an address has the letters, digits, hyphens and dots of a domain. If you mean jane@acme.co.uk, give just that."},
	} {
		body, err := json.Marshal(map[string]string{"email": c.typed})
		if err != nil {
			t.Fatal(err)
		}
		one := d.post(t.Context(), "/v1/invites", string(body))
		row := d.many("/v1/invites/batch", `{"invites":[`+string(body)+`]}`)[0]
		if c.email != "" {
			var answer struct{ Email string }
			if err := json.Unmarshal(one.Body.Bytes(), &answer); err != nil {
				t.Fatal(err)
			}
			if one.Code != http.StatusCreated || answer.Email != c.email || row.Status != http.StatusConflict {
				t.Errorf("%q: got %d %q, and %d again, want %q", c.typed, one.Code, answer.Email, row.Status, c.email)
			}
			continue
		}
		var answer Problem
		if err := json.Unmarshal(one.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		refused := ProblemField{Pointer: "/email", Detail: c.detail}
		if one.Code != http.StatusUnprocessableEntity || answer.Code != "address_unmailable" || len(answer.Errors) != 1 || answer.Errors[0] != refused {
			t.Errorf("%q: got %d %+v, want %+v", c.typed, one.Code, answer, refused)
		}
		refused.Pointer = "/invites/0/email"
		if row.Status != http.StatusUnprocessableEntity || len(row.Problem.Errors) != 1 || row.Problem.Errors[0] != refused {
			t.Errorf("%q: got row %+v, want %+v", c.typed, row, refused)
		}
	}
}
