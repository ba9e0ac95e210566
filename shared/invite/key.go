package invite

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
)

// TenantID names a tenant as the claim of a verified token does.
type TenantID string

// MaxTenantID bounds a tenant's id, in bytes, so that an item stays under 1 KB.
const MaxTenantID = 64

// ParseTenantID accepts 1 to [MaxTenantID] visible ASCII characters.
func ParseTenantID(s string) (TenantID, error) {
	if len(s) == 0 || len(s) > MaxTenantID {
		return "", fmt.Errorf("tenant id: %d bytes, want 1 to %d", len(s), MaxTenantID)
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return "", fmt.Errorf("tenant id: byte %d is not visible ASCII", i)
		}
	}
	return TenantID(s), nil
}

// Partition stands for a tenant in keys and links: a digest of fixed length,
// because a link has room for 70 characters and a tenant's id has no fixed length.
type Partition [10]byte

// AddressKey stands for one address within one tenant.
type AddressKey [13]byte

// Key finds the one record of an address in a tenant. Ids, links and codes carry
// it, so none of them needs a look-up.
type Key struct {
	Partition Partition
	Address   AddressKey
}

const keySize = len(Partition{}) + len(AddressKey{})

// PartitionOf returns the partition of a tenant.
func PartitionOf(t TenantID) (p Partition) {
	sum := sha256.Sum256([]byte("invites/tenant\x00" + string(t)))
	copy(p[:], sum[:])
	return p
}

// KeyOf returns the key of a normalised address in a tenant.
func KeyOf(t TenantID, a Address) (k Key) {
	k.Partition = PartitionOf(t)
	sum := sha256.Sum256([]byte("invites/address\x00" + string(t) + "\x00" + string(a)))
	copy(k.Address[:], sum[:])
	return k
}

// RecipientKey stands for one address over all tenants.
type RecipientKey [13]byte

// RecipientOf returns the key of a normalised address.
func RecipientOf(a Address) (r RecipientKey) {
	sum := sha256.Sum256([]byte("invites/recipient\x00" + string(a)))
	copy(r[:], sum[:])
	return r
}

func (r RecipientKey) String() string { return encode(r[:]) }

func (p Partition) String() string  { return encode(p[:]) }
func (a AddressKey) String() string { return encode(a[:]) }

// ParseKey reads the two parts of a key as String wrote them.
func ParseKey(partition, address string) (k Key, err error) {
	p, err := decode(partition, len(k.Partition))
	if err != nil {
		return k, fmt.Errorf("partition %q: %w", partition, err)
	}
	a, err := decode(address, len(k.Address))
	if err != nil {
		return k, fmt.Errorf("address key %q: %w", address, err)
	}
	copy(k.Partition[:], p)
	copy(k.Address[:], a)
	return k, nil
}

func (k Key) bytes() []byte {
	return append(append(make([]byte, 0, keySize), k.Partition[:]...), k.Address[:]...)
}

func keyFromBytes(b []byte) (k Key) {
	copy(k.Partition[:], b)
	copy(k.Address[:], b[len(k.Partition):])
	return k
}

// Gen tells the invites of one address apart: the time of creation in
// milliseconds, or one more than the generation before it where a clock lags.
// It never falls, so an id is never used again.
type Gen uint64

const genSize = 6 // milliseconds fit 48 bits until the year 10889

// ID is the public name of an invite: "inv_" and the address key with the
// generation. It says nothing of the tenant, which comes from the caller's token.
type ID string

const idPrefix = "inv_"

// IDOf returns the id of generation g of the invite at k.
func IDOf(k Key, g Gen) ID {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(g))
	return ID(idPrefix + encode(append(append([]byte(nil), k.Address[:]...), ms[8-genSize:]...)))
}

// ParseID reads an id within tenant t. The error says that no such id was ever
// given out; callers answer it as they answer any id they do not know.
func ParseID(t TenantID, s string) (Key, Gen, error) {
	rest, ok := strings.CutPrefix(s, idPrefix)
	if !ok {
		return Key{}, 0, fmt.Errorf("invite id %q: want the prefix %q", s, idPrefix)
	}
	b, err := decode(rest, len(AddressKey{})+genSize)
	if err != nil {
		return Key{}, 0, fmt.Errorf("invite id %q: %w", s, err)
	}
	k := Key{Partition: PartitionOf(t)}
	copy(k.Address[:], b)
	var ms [8]byte
	copy(ms[8-genSize:], b[len(k.Address):])
	return k, Gen(binary.BigEndian.Uint64(ms[:])), nil
}

// The alphabet is Crockford's base 32 in lower case: no letter is mistaken for
// another, no character ends a link in a mail client, and a gateway that changes
// case destroys nothing.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

var base32enc = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

func encode(b []byte) string { return base32enc.EncodeToString(b) }

// decode reads exactly n bytes and refuses every spelling but the one encode
// writes, apart from case.
func decode(s string, n int) ([]byte, error) {
	if len(s) != base32enc.EncodedLen(n) {
		return nil, fmt.Errorf("%d characters, want %d", len(s), base32enc.EncodedLen(n))
	}
	s = asciiLower(s)
	b, err := base32enc.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("not base 32: %w", err)
	}
	if encode(b) != s {
		return nil, fmt.Errorf("not the canonical spelling")
	}
	return b, nil
}

// asciiLower leaves everything but A to Z alone: Unicode folds the Kelvin sign to
// "k", which would make two people one.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
