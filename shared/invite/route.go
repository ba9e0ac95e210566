package invite

import (
	"cmp"
	"encoding/binary"
	"errors"
	"strconv"
)

// Route finds the mail that a notice of the provider is about. It leaves with the mail
// and comes back with the notice, so that nothing has to be looked up, and no notice can
// come before what it would be looked up in
// (docs/decisions/0034-notices-find-their-way.md).
type Route struct {
	Key Key
	Gen Gen
	Seq uint64
	// Reminder is which reminder of mail Seq it is; 0 for that mail itself.
	Reminder int
}

// Route is the way back of the newest mail.
func (i *Invite) Route() Route {
	return Route{Key: i.Key, Gen: i.Gen, Seq: i.Seq, Reminder: i.Mail.Reminder}
}

// Names of the tags that carry a route. Names and values are of letters, digits and "_"
// alone, which is what SES allows.
const (
	TagPartition = "partition"
	TagAddress   = "address"
	TagGen       = "gen"
	TagSeq       = "seq"
	TagReminder  = "reminder"
)

// Tag is one named value that a mail carries for its provider, not for its reader.
type Tag struct{ Name, Value string }

// Tags spells the route as tags.
func (r Route) Tags() []Tag {
	return []Tag{
		{TagPartition, r.Key.Partition.String()},
		{TagAddress, r.Key.Address.String()},
		{TagGen, strconv.FormatUint(uint64(r.Gen), 10)},
		{TagSeq, strconv.FormatUint(r.Seq, 10)},
		{TagReminder, strconv.Itoa(r.Reminder)},
	}
}

// RouteOfTags reads what [Route.Tags] wrote; without a reminder's tag it is the mail
// itself. value returns the value of a tag, "" for
// one that is not there; ok is false where there is none of ours. The error quotes
// nothing: it is for logs.
func RouteOfTags(value func(name string) string) (r Route, ok bool, err error) {
	partition, address, gen, seq := value(TagPartition), value(TagAddress), value(TagGen), value(TagSeq)
	if partition+address+gen+seq == "" {
		return Route{}, false, nil
	}
	k, keyErr := ParseKey(partition, address)
	g, genErr := strconv.ParseUint(gen, 10, 64)
	s, seqErr := strconv.ParseUint(seq, 10, 64)
	n, reminderErr := strconv.Atoi(cmp.Or(value(TagReminder), "0"))
	if keyErr != nil || genErr != nil || seqErr != nil || reminderErr != nil || n < 0 || n > MaxReminders {
		return Route{}, true, errors.New("the tags are no route")
	}
	return Route{k, Gen(g), s, n}, true, nil
}

// RouteLength is the length of a route as text: short enough to stand in the local part
// of an address, which has 64 characters, with a little of a name before it.
const RouteLength = 53

// The number of the mail and that of the reminder share four bytes: a billion mails to
// one address, and three reminders of each.
const (
	seqSize = 4
	seqBits = 30
)

// String spells the route in the alphabet of links; "" where the number of the mail has
// no room.
func (r Route) String() string {
	if r.Seq >= 1<<seqBits {
		return ""
	}
	var gen [8]byte
	binary.BigEndian.PutUint64(gen[:], uint64(r.Gen))
	b := append(r.Key.bytes(), gen[8-genSize:]...)
	return encode(binary.BigEndian.AppendUint32(b, uint32(r.Reminder)<<seqBits|uint32(r.Seq)))
}

// ParseRoute reads what [Route.String] wrote.
func ParseRoute(s string) (Route, error) {
	b, err := decode(s, keySize+genSize+seqSize)
	if err != nil {
		return Route{}, errors.New("no route")
	}
	var gen [8]byte
	copy(gen[8-genSize:], b[keySize:])
	number := binary.BigEndian.Uint32(b[keySize+genSize:])
	return Route{
		Key: keyFromBytes(b), Gen: Gen(binary.BigEndian.Uint64(gen[:])),
		Seq: uint64(number & (1<<seqBits - 1)), Reminder: int(number >> seqBits),
	}, nil
}
