package dynamo

import (
	"encoding/base64"
	"testing"

	"invites/shared/invite"
)

func testCursors(t testing.TB, secret string) cursors {
	n := byte(0)
	c, err := newCursors([]byte(secret), func(b []byte) {
		for i := range b {
			n++
			b[i] = n
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const secret = "a key of a test and of nothing else"

var place = listCursor{address: invite.AddressKey{1, 2, 3}, value: 2_002_524_000_000_123}

func TestAPageTokenOpensItsOwnListOnly(t *testing.T) {
	c := testCursors(t, secret)
	q := invite.ListQuery{Tenant: "acme", Status: invite.Accepted, Prefix: "ana"}
	token, err := c.seal(q, place)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.open(q, token); err != nil || got != place {
		t.Errorf("got %v, %v, want %v", got, err, place)
	}
	again, err := c.seal(q, place)
	if err != nil || again == token {
		t.Errorf("the same place is the same token twice: %v", err)
	}
	for name, other := range map[string]invite.ListQuery{
		"another tenant":                  {Tenant: "globex", Status: q.Status, Prefix: q.Prefix},
		"another state":                   {Tenant: q.Tenant, Status: invite.Pending, Prefix: q.Prefix},
		"another beginning":               {Tenant: q.Tenant, Status: q.Status, Prefix: "an"},
		"those that need attention":       {Tenant: q.Tenant, Status: q.Status, Attention: true, Prefix: q.Prefix},
		"a state that is a beginning":     {Tenant: q.Tenant, Prefix: "accepted\x00ana"},
		"a tenant that ends with a state": {Tenant: "acme\x00accepted", Prefix: q.Prefix},
	} {
		if _, err := c.open(other, token); invite.KindOf(err) != invite.BadRequest {
			t.Errorf("%s: got %v, want bad_request", name, err)
		}
	}
	if _, err := testCursors(t, "another key of another deployment").open(q, token); invite.KindOf(err) != invite.BadRequest {
		t.Errorf("another key: got %v, want bad_request", err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for n := range raw {
		for _, bit := range []byte{1, 128} {
			raw[n] ^= bit
			if _, err := c.open(q, base64.RawURLEncoding.EncodeToString(raw)); invite.KindOf(err) != invite.BadRequest {
				t.Errorf("byte %d changed: got %v, want bad_request", n, err)
			}
			raw[n] ^= bit
		}
	}
}

func TestAStoreWithoutAKeyForPageTokensSaysSo(t *testing.T) {
	c, err := newCursors(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.seal(invite.ListQuery{}, place); err != errNoCursorKey {
		t.Errorf("seal: got %v", err)
	}
	if _, err := c.open(invite.ListQuery{}, "x"); err != errNoCursorKey {
		t.Errorf("open: got %v", err)
	}
	if _, err := newCursors([]byte("short"), nil); err == nil {
		t.Error("a short key was taken")
	}
}

func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	o := open(t)
	for name, change := range map[string]func(*Config){
		"no table": func(c *Config) { c.Table = "" }, "no shards": func(c *Config) { c.Shards = 0 }, "too many shards": func(c *Config) { c.Shards = 101 },
		"a short key": func(c *Config) { c.CursorKey = []byte("x") }, "no randomness": func(c *Config) { c.Random = nil }, "no waiting": func(c *Config) { c.Wait = nil },
	} {
		c := configFor("a-table")
		change(&c)
		if _, err := New(o.client, c); err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
}

// FuzzCursor offers tokens that nobody has sealed: none may open anything, and none
// may break the service.
func FuzzCursor(f *testing.F) {
	c := testCursors(f, secret)
	q := invite.ListQuery{Tenant: "acme", Prefix: "ana"}
	token, err := c.seal(q, place)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{token, token + "A", token[1:], "", "next", "=", "AAAA", string(make([]byte, len(token)))} {
		f.Add(s, "globex")
	}
	f.Fuzz(func(t *testing.T, s, tenant string) {
		q := q
		if got, err := c.open(q, s); s == token {
			if err != nil || got != place {
				t.Errorf("its own: got %v, %v", got, err)
			}
		} else if invite.KindOf(err) != invite.BadRequest {
			t.Errorf("forged: got %v, %v, want bad_request", got, err)
		}
		q.Tenant = invite.TenantID(tenant)
		if _, err := c.open(q, token); tenant != "acme" && invite.KindOf(err) != invite.BadRequest {
			t.Errorf("of %q: got %v, want bad_request", tenant, err)
		}
	})
}
