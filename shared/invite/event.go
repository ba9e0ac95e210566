package invite

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
)

// EventType names what happened to an invite, as it is published.
type EventType string

// The events of the contract.
const (
	EventCreated    EventType = "InviteCreated"
	EventResent     EventType = "InviteResent"
	EventAccepted   EventType = "InviteAccepted"
	EventCancelled  EventType = "InviteCancelled"
	EventExpired    EventType = "InviteExpired"
	EventReleased   EventType = "InviteReleased"
	EventRequested  EventType = "InviteRequested"
	EventReminded   EventType = "InviteReminded"
	EventDelivered  EventType = "InviteDelivered"
	EventBounced    EventType = "InviteBounced"
	EventComplained EventType = "InviteComplained"
	EventSuppressed EventType = "InviteSuppressed"
	EventFailed     EventType = "InviteFailed"
)

// Letter stands for a type in a record.
func (t EventType) Letter() string { return eventLetters[t] }

var eventLetters = map[EventType]string{
	EventCreated: "C", EventResent: "R", EventAccepted: "A", EventCancelled: "X", EventExpired: "E", EventReleased: "L",
	EventRequested: "Q", EventReminded: "M", EventDelivered: "d", EventBounced: "b", EventComplained: "c", EventSuppressed: "s", EventFailed: "f",
}

// EventTypes lists every type.
func EventTypes() []EventType {
	return []EventType{EventCreated, EventResent, EventAccepted, EventCancelled, EventExpired, EventReleased,
		EventRequested, EventReminded, EventDelivered, EventBounced, EventComplained, EventSuppressed, EventFailed}
}

// Event is something that happened and is to be published. It is written with the
// change itself, so none can be lost, and stays until it is known to be published
// (docs/decisions/0030-events-in-the-record.md).
type Event struct {
	Mark      string // tells it from every other event of the record, and says its type
	Gen       Gen
	Version   uint64 // of the record after it
	At        time.Time
	Status    Status // of the invite after it, as the schedule has marked it
	Role      string
	SendCount uint64
	Actor     Person // zero for the service itself
}

// Type is what happened.
func (e Event) Type() EventType {
	if e.Mark == "" {
		return ""
	}
	for t, letter := range eventLetters {
		if letter == e.Mark[:1] {
			return t
		}
	}
	return ""
}

// Reason is the code of the delivery that the event is about, "" where it is about none
// or there is nothing to say. It stands in the mark, behind the time and the mail.
func (e Event) Reason() string {
	switch e.Type() {
	case EventDelivered, EventBounced, EventComplained, EventSuppressed, EventFailed:
		if parts := strings.Split(e.Mark, "-"); len(parts) > 2 {
			return parts[2]
		}
	}
	return ""
}

// ID is the event's for ever: the same over every redelivery, and of no other event.
func (e Event) ID(k Key) string {
	return eventID("invites/event\x00" + k.Partition.String() + k.Address.String() + "\x00" + strconv.FormatUint(uint64(e.Gen), 10) + "\x00" + e.Mark)
}

func eventID(of string) string {
	sum := sha256.Sum256([]byte(of))
	return "evt_" + encode(sum[:16])
}

// EventMark makes the mark of an event: by its time, and by the operation that caused
// it where there is one, for two resends may fall into one millisecond. The operation
// alone would not do: a key that is used again after a day is a new request. What the
// holder of a link does is told apart by the link ([ByLink]), for an address that is
// invited anew keeps the events of the generation before until they are published.
func EventMark(t EventType, at time.Time, op OperationID) string {
	mark := t.Letter() + strconv.FormatInt(at.UnixMilli(), 36)
	if op != (OperationID{}) {
		mark += "-" + base64.RawURLEncoding.EncodeToString(op[:])
	}
	return mark
}

// ByLink stands for the operation of a link's holder in the mark of its event.
func ByLink(link Digest) OperationID { return OperationID(MarkOf(link)) }

// Becomes returns the status that an event of this type leaves an invite in; ok is
// false for a type that leaves it as it was.
func (t EventType) Becomes() (s Status, ok bool) {
	s, ok = becomes[t]
	return s, ok
}

var becomes = map[EventType]Status{
	EventCreated: Pending, EventResent: Pending, EventAccepted: Accepted, EventCancelled: Cancelled, EventExpired: Expired, EventReleased: Released,
}

// event is what i, as it is after a change, has to tell.
func (i *Invite) event(t EventType, at time.Time, by Person, op OperationID) Event {
	e := Event{Mark: EventMark(t, at, op), Gen: i.Gen, Version: i.Version, At: at, Status: i.Status, Role: i.Role, SendCount: i.SendCount(), Actor: by}
	if s, ok := t.Becomes(); ok {
		e.Status = s
	}
	return e
}

// Publication says which events of a record were published.
type Publication struct {
	Key   Key
	Marks []string
}

// Publish forgets them. It is no change of the invite: the version stays. Without
// marks it only says that a record which holds no event has nothing to tell.
//
// Errors: NotFound; [ErrReplayed] where the record holds none of the events.
func (p Publication) Publish(old *Invite) (*Invite, error) {
	if old == nil {
		return nil, refuse(NotFound, nil, "There is no invite with this id.")
	}
	next := old.clone()
	next.Events = slices.DeleteFunc(next.Events, func(e Event) bool { return slices.Contains(p.Marks, e.Mark) })
	if len(next.Events) == len(old.Events) && len(p.Marks)+len(old.Events) > 0 {
		return old, ErrReplayed
	}
	return next, nil
}
