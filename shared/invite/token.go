package invite

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"strings"
)

// Token is the secret part of an invite's link: the key of the invite, 136 bits
// that nobody can guess, and a check character. It is 65 characters long, so a
// link on a domain of 20 characters has 96.
//
// A Token is never stored and never logged; what is stored is its [Digest].
type Token struct {
	Key    Key
	secret [17]byte
}

// TokenLength is the number of characters of every token.
const TokenLength = 65

// Nonce is the random part of one mail request. It makes the link of every
// request a new one while a repeated attempt of the same request repeats the link.
type Nonce [16]byte

// Digest is what is kept of a link or a code. 128 bits are enough where the
// preimage has at least 136 random ones.
type Digest [16]byte

// IsZero tells whether there is no digest.
func (d Digest) IsZero() bool { return d == Digest{} }

// Equal compares in constant time.
func (d Digest) Equal(other Digest) bool {
	return subtle.ConstantTimeCompare(d[:], other[:]) == 1
}

// LinkMark is what is remembered of a link when it is dead, to tell its holder's
// admin why: 64 bits of its digest, enough where only 20 of them are looked at.
type LinkMark [8]byte

// Equal compares in constant time.
func (m LinkMark) Equal(other LinkMark) bool {
	return subtle.ConstantTimeCompare(m[:], other[:]) == 1
}

// MarkOf returns the mark of the link with a digest.
func MarkOf(d Digest) (m LinkMark) {
	copy(m[:], d[:])
	return m
}

// MintToken derives the token of mail request seq of generation gen. The same
// arguments give the same token: an attempt that is repeated after a crash
// carries the link of the first one.
func MintToken(linkKey []byte, k Key, gen Gen, seq uint64, n Nonce) Token {
	mac := hmac.New(sha256.New, linkKey)
	mac.Write([]byte("invites/link/1"))
	mac.Write(k.bytes())
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(gen)))
	mac.Write(binary.BigEndian.AppendUint64(nil, seq))
	mac.Write(n[:])
	t := Token{Key: k}
	copy(t.secret[:], mac.Sum(nil))
	return t
}

// Reveal returns the token as it stands in a link. Only the mail may hold it.
func (t Token) Reveal() string {
	s := encode(append(t.Key.bytes(), t.secret[:]...))
	return s + string(checkCharacter(s))
}

// String hides the secret, so that no format verb can print it by accident.
func (t Token) String() string { return "token(hidden)" }

// GoString hides the secret under %#v.
func (t Token) GoString() string { return t.String() }

// Digest returns what the record keeps of the token.
func (t Token) Digest() Digest {
	return digestOf("invites/token\x00", append(t.Key.bytes(), t.secret[:]...))
}

// ParseToken reads a token in what stands in a link, whatever is glued to it or breaks it.
// No error quotes it, and none costs a read.
//
// Errors: LinkIncomplete where characters are missing; LinkDead where there are enough and
// their check character is wrong.
func ParseToken(s string) (Token, error) {
	read, whole := present(s, TokenLength, checked)
	if !whole {
		return Token{}, refuse(LinkIncomplete, nil, "This link is not complete: its end is missing. Copy the whole link from the email, from https to its last character, including any part of it on the next line.")
	}
	b, err := decode(read[:TokenLength-1], keySize+len(Token{}.secret))
	if err != nil || !checked(read) {
		return Token{}, refuse(LinkDead, nil, "")
	}
	t := Token{Key: keyFromBytes(b)}
	copy(t.secret[:], b[keySize:])
	return t, nil
}

// checked reports whether the last of a token's characters fits the others.
func checked(token string) bool {
	return checkCharacter(token[:TokenLength-1]) == token[TokenLength-1]
}

// checkCharacter is the Luhn check over 32 symbols: it notices every single
// wrong character, and a link that a mail client cut or changed costs no read.
func checkCharacter(body string) byte {
	sum, factor := 0, 2
	for i := len(body) - 1; i >= 0; i-- {
		v := factor * strings.IndexByte(alphabet, body[i])
		sum += v/len(alphabet) + v%len(alphabet)
		factor = 3 - factor
	}
	return alphabet[(len(alphabet)-sum%len(alphabet))%len(alphabet)]
}

// Code is what an accept hands to the tenant's set-up page: the invite's key and
// 256 random bits, good once and for [CodeLife].
type Code struct {
	Key    Key
	secret [32]byte
}

// NewCode makes a code for the invite at k out of 32 random bytes.
func NewCode(k Key, random [32]byte) Code { return Code{Key: k, secret: random} }

// Reveal returns the code as the set-up page gets it.
func (c Code) Reveal() string { return encode(append(c.Key.bytes(), c.secret[:]...)) }

// String hides the secret.
func (c Code) String() string { return "code(hidden)" }

// GoString hides the secret under %#v.
func (c Code) GoString() string { return c.String() }

// Digest returns what the record keeps of the code.
func (c Code) Digest() Digest {
	return digestOf("invites/code\x00", append(c.Key.bytes(), c.secret[:]...))
}

// codeLength is the number of characters of every code: 55 bytes, five bits in each.
const codeLength = 88

// ParseCode reads a code as [ParseToken] reads a token; it has no check character. The
// error, LinkIncomplete, never quotes it.
func ParseCode(s string) (Code, error) {
	read, whole := present(s, codeLength, nil)
	if !whole {
		return Code{}, refuse(LinkIncomplete, nil, "This code is not complete. Send the value of code whole, as the set-up page was called with it.")
	}
	b, err := decode(read, keySize+len(Code{}.secret))
	if err != nil {
		return Code{}, fmt.Errorf("code: %w", err)
	}
	c := Code{Key: keyFromBytes(b)}
	copy(c.secret[:], b[keySize:])
	return c, nil
}

func digestOf(domain string, secret []byte) (d Digest) {
	sum := sha256.Sum256(append([]byte(domain), secret...))
	copy(d[:], sum[:])
	return d
}
