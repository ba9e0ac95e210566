package dynamo

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"invites/shared/invite"
)

// cursors seals places in lists into page tokens: AES-256-GCM under a key of its
// own, bound to tenant and filter. A token opens nothing but the list it is from,
// and nobody can make or change one.
type cursors struct {
	aead   cipher.AEAD
	random func([]byte)
}

var errNoCursorKey = errors.New("no key for page tokens is configured")

// minCursorSecret is 128 bits in the densest spelling a secret may have.
const minCursorSecret = 16

func newCursors(secret []byte, random func([]byte)) (cursors, error) {
	if len(secret) == 0 {
		return cursors{}, nil
	}
	if len(secret) < minCursorSecret {
		return cursors{}, fmt.Errorf("key for page tokens: %d bytes, want %d at least", len(secret), minCursorSecret)
	}
	sum := sha256.Sum256(append([]byte("invites/cursor\x00"), secret...))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return cursors{}, fmt.Errorf("key for page tokens: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return cursors{}, fmt.Errorf("key for page tokens: %w", err)
	}
	return cursors{aead: aead, random: random}, nil
}

const cursorSize = len(invite.AddressKey{}) + 8

var cursorText = base64.RawURLEncoding.Strict()

func (c cursors) seal(q invite.ListQuery, at listCursor) (string, error) {
	if c.aead == nil {
		return "", errNoCursorKey
	}
	nonce := make([]byte, c.aead.NonceSize(), c.aead.NonceSize()+cursorSize+c.aead.Overhead())
	c.random(nonce)
	plain := binary.BigEndian.AppendUint64(append([]byte(nil), at.address[:]...), uint64(at.value))
	return cursorText.EncodeToString(c.aead.Seal(nonce, nonce, plain, binding(q))), nil
}

// open returns the place a token stands for. BadRequest for a token that is not
// ours, of another tenant or of another filter.
func (c cursors) open(q invite.ListQuery, token string) (at listCursor, err error) {
	if c.aead == nil {
		return at, errNoCursorKey
	}
	b, err := cursorText.DecodeString(token)
	n := c.aead.NonceSize()
	if err != nil || len(b) != n+cursorSize+c.aead.Overhead() {
		return at, badCursor(errors.New("not a token of this service"))
	}
	plain, err := c.aead.Open(nil, b[:n], b[n:], binding(q))
	if err != nil {
		return at, badCursor(err)
	}
	copy(at.address[:], plain)
	at.value = int64(binary.BigEndian.Uint64(plain[len(at.address):]))
	return at, nil
}

// binding is what a token holds for and nothing else. No part can contain a zero
// byte but the last.
func binding(q invite.ListQuery) []byte {
	list := string(q.Status)
	if q.Attention {
		list += "+attention" // no state has such a name
	}
	return []byte("1\x00" + string(q.Tenant) + "\x00" + list + "\x00" + q.Prefix)
}

func badCursor(cause error) error {
	return &invite.Error{Kind: invite.BadRequest, Field: "/page_token", Err: cause,
		Text: "This page token does not belong to this list. Begin again without one."}
}
