package invite_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"invites/shared/invite"
)

var (
	aKey   = invite.KeyOf("acme", "ana@example.com")
	aGen   = invite.Gen(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).UnixMilli())
	aToken = invite.MintToken([]byte("a link key"), aKey, aGen, 1, invite.Nonce{1})
	aCode  = invite.NewCode(aKey, [32]byte{1, 2, 3})
)

func TestATokenIsOneMailsAlone(t *testing.T) {
	again := invite.MintToken([]byte("a link key"), aKey, aGen, 1, invite.Nonce{1})
	if again.Reveal() != aToken.Reveal() || !again.Digest().Equal(aToken.Digest()) {
		t.Error("the same mail has another token")
	}
	for name, other := range map[string]invite.Token{
		"another key":        invite.MintToken([]byte("a link kez"), aKey, aGen, 1, invite.Nonce{1}),
		"another address":    invite.MintToken([]byte("a link key"), invite.KeyOf("acme", "bo@example.com"), aGen, 1, invite.Nonce{1}),
		"another tenant":     invite.MintToken([]byte("a link key"), invite.KeyOf("globex", "ana@example.com"), aGen, 1, invite.Nonce{1}),
		"another generation": invite.MintToken([]byte("a link key"), aKey, aGen+1, 1, invite.Nonce{1}),
		"another mail":       invite.MintToken([]byte("a link key"), aKey, aGen, 2, invite.Nonce{1}),
		"another nonce":      invite.MintToken([]byte("a link key"), aKey, aGen, 1, invite.Nonce{2}),
	} {
		if other.Reveal() == aToken.Reveal() || other.Digest().Equal(aToken.Digest()) {
			t.Errorf("%s has the same token", name)
		}
	}
}

func TestALinkHasAtMostOneHundredCharacters(t *testing.T) {
	link := "https://" + strings.Repeat("d", 20) + "/i/" + aToken.Reveal()
	if n := len(aToken.Reveal()); n != invite.TokenLength || n > 70 || len(link) > 100 {
		t.Errorf("the token has %d characters, the link %d", n, len(link))
	}
	if strings.Trim(aToken.Reveal(), "0123456789abcdefghijklmnopqrstuvwxyz") != "" {
		t.Errorf("a token has a character that a mail client may end a link at")
	}
}

func TestEveryWrongCharacterIsNoticedWithoutARead(t *testing.T) {
	good := aToken.Reveal()
	if _, err := invite.ParseToken(strings.ToUpper(good)); err != nil {
		t.Errorf("in capitals: %v", err)
	}
	for n := range good {
		for _, c := range "0123456789abcdefghijklmnopqrstuvwxyz-_ %." {
			want := invite.LinkDead
			if strings.ContainsRune("ilou-_ %.", c) {
				want = invite.LinkIncomplete // no character of the alphabet, so one is missing
			}
			if bad := good[:n] + string(c) + good[n+1:]; bad != good {
				if _, err := invite.ParseToken(bad); invite.KindOf(err) != want {
					t.Errorf("%q for %q at %d: got %v, want %s", c, good[n], n, err, want)
				}
			}
		}
	}
	for _, dead := range []string{"0" + good, good[1:] + good, strings.Repeat("k", len(good))} {
		if _, err := invite.ParseToken(dead); invite.KindOf(err) != invite.LinkDead {
			t.Errorf("%q: got %v", dead, err)
		}
	}
}

func TestNoFormatShowsASecret(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for secret, shown := range map[string]string{
			aToken.Reveal(): fmt.Sprintf(verb, aToken),
			aCode.Reveal():  fmt.Sprintf(verb, aCode),
		} {
			if strings.Contains(shown, secret[40:]) || !strings.Contains(shown, "hidden") {
				t.Errorf("%s shows %q", verb, shown)
			}
		}
	}
	for _, err := range []error{second(invite.ParseToken(aToken.Reveal()[1:] + "!")), second(invite.ParseToken("0" + aToken.Reveal())), second(invite.ParseCode(aCode.Reveal()[1:] + "!"))} {
		if strings.Contains(err.Error(), aToken.Reveal()[10:]) || strings.Contains(err.Error(), aCode.Reveal()[10:]) {
			t.Errorf("an error quotes a secret: %v", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func FuzzParseID(f *testing.F) {
	good := string(invite.IDOf(aKey, aGen))
	for _, s := range []string{good, "INV_" + good[4:], "inv_", good[4:], good + "0", "inv_" + strings.Repeat("0", len(good)-4), "inv_" + strings.Repeat("z", len(good)-4)} {
		f.Add(s, "acme")
	}
	f.Fuzz(func(t *testing.T, s, tenant string) {
		key, gen, err := invite.ParseID(invite.TenantID(tenant), s)
		if err != nil {
			return
		}
		if key.Partition != invite.PartitionOf(invite.TenantID(tenant)) {
			t.Errorf("an id left its tenant")
		}
		if got := string(invite.IDOf(key, gen)); !strings.EqualFold(got, s) {
			t.Errorf("%q became %q", s, got)
		}
		again, err := invite.ParseKey(key.Partition.String(), key.Address.String())
		if err != nil || again != key {
			t.Errorf("a key does not survive its spelling: %v", err)
		}
	})
}

func TestAnIDSaysNothingOfItsTenant(t *testing.T) {
	if key, gen, err := invite.ParseID("acme", string(invite.IDOf(aKey, aGen))); err != nil || key != aKey || gen != aGen {
		t.Errorf("got %v, %d, %v", key, gen, err)
	}
	other, _, err := invite.ParseID("globex", string(invite.IDOf(aKey, aGen)))
	if err != nil || other == aKey || !bytes.Equal(other.Address[:], aKey.Address[:]) {
		t.Errorf("read by another tenant: got %v, %v", other, err)
	}
	if invite.KeyOf("globex", "ana@example.com").Address == aKey.Address {
		t.Error("the same address has the same key in two tenants")
	}
}

func TestParseTenantID(t *testing.T) {
	for s, want := range map[string]bool{
		"acme": true, "7b1f0c62-3c50": true, strings.Repeat("a", 64): true, "a:b/c": true,
		"": false, strings.Repeat("a", 65): false, "a b": false, "a\n": false, "ä": false, "a\x7f": false,
	} {
		if _, err := invite.ParseTenantID(s); (err == nil) != want {
			t.Errorf("%q: got %v, want taken: %t", s, err, want)
		}
	}
}
