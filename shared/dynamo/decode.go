package dynamo

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// decode reads an invite. Whatever it is given, it never panics; its errors name
// the attribute at fault and no value.
func decode(i item) (*invite.Invite, error) {
	k, err := keyOf(i)
	if err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	r := &reader{item: i}
	inv := &invite.Invite{
		Tenant:   invite.TenantID(r.text("tenant")),
		Key:      k,
		Gen:      invite.Gen(r.count("gen")),
		Seq:      r.count("seq"),
		FirstSeq: r.optional().count("seq0"),
		Version:  r.count("ver"),
		Status:   r.status("st"),
		Email:    invite.Address(r.text("email")),
		Name:     r.optional().text("name"),
		Role:     r.optional().text("role"),
		Locale:   r.optional().text("locale"),

		Window:     time.Duration(r.number("win")) * time.Millisecond,
		CreatedAt:  r.time("ca"),
		ExpiresAt:  r.time("ex"),
		LastSentAt: r.optional().time("sa"),
		AcceptedAt: r.optional().time("aa"),
		RedeemedAt: r.optional().time("ra"),
		EndedAt:    r.optional().time("ea"),
		PurgeAt:    r.optional().seconds("ttl"),
		AskedAt:    r.optional().time("qa"),
		OptedOutAt: r.optional().time("oo"),
		AskedSeq:   r.optional().count("qs"),

		Reminders:      r.optional().count("rc"),
		LastReminderAt: r.optional().time("rt"),

		Mail: invite.Mail{
			Status:     invite.MailStatus(r.text("ms")),
			Reason:     r.optional().text("mr"),
			At:         r.time("ma"),
			Attempts:   int(r.optional().number("mn")),
			Reminder:   int(r.optional().count("rn")),
			KeyVersion: r.optional().text("kv"),
			Lease:      invite.Lease{Owner: r.optional().text("lo"), Until: r.optional().time("lu")},
			MessageID:  r.optional().text("mi"),
			Sender:     r.optional().text("mf"),
			Notice:     r.optional().notice("nt"),
		},
		Due: r.due(dueKey),
	}
	r.bytes("no", inv.Mail.Nonce[:])
	r.optional().bytes("dg", inv.Link[:])
	r.optional().bytes("ad", inv.Accepted[:])
	inv.InvitedBy = r.optional().person("by")
	inv.Codes = r.optional().codes("codes")
	inv.Ops = r.ops("ops")
	inv.Links = r.optional().links("ls")
	inv.Events = r.optional().events("ev", inv)
	if r.err != nil {
		return nil, fmt.Errorf("decode %s %s: %w", k.Partition, k.Address, r.err)
	}
	return inv, nil
}

// reader reads attributes of an item and keeps the first fault.
type reader struct {
	item   item
	absent bool // whether the next attribute may be missing
	err    error
}

func (r *reader) optional() *reader {
	r.absent = true
	return r
}

// attribute returns the attribute of a name as type T, or reports why not.
func attribute[T types.AttributeValue](r *reader, name string) (v T, ok bool) {
	may := r.absent
	r.absent = false
	found, there := r.item[name]
	if !there && may {
		return v, false
	}
	if v, ok = found.(T); !ok {
		r.fail(name, "missing or of another type")
	}
	return v, ok
}

func (r *reader) fail(name, why string) {
	if r.err == nil {
		r.err = fmt.Errorf("attribute %q: %s", name, why)
	}
}

func (r *reader) text(name string) string {
	if v, ok := attribute[*types.AttributeValueMemberS](r, name); ok {
		return v.Value
	}
	return ""
}

func (r *reader) status(name string) invite.Status {
	s := invite.Status(r.text(name))
	if !slices.Contains(invite.Statuses, s) {
		r.fail(name, "no state of an invite")
	}
	return s
}

func (r *reader) number(name string) int64 {
	v, ok := attribute[*types.AttributeValueMemberN](r, name)
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	if err != nil {
		r.fail(name, "no whole number")
	}
	return n
}

func (r *reader) count(name string) uint64 {
	n := r.number(name)
	if n < 0 {
		r.fail(name, "negative")
	}
	return uint64(n)
}

// time reads milliseconds; an absent one is the zero time.
func (r *reader) time(name string) time.Time {
	if _, there := r.item[name]; !there && r.absent {
		r.absent = false
		return time.Time{}
	}
	return time.UnixMilli(r.number(name)).UTC()
}

func (r *reader) seconds(name string) time.Time {
	if _, there := r.item[name]; !there && r.absent {
		r.absent = false
		return time.Time{}
	}
	return time.Unix(r.number(name), 0).UTC()
}

func (r *reader) bytes(name string, into []byte) {
	v, ok := attribute[*types.AttributeValueMemberB](r, name)
	if !ok {
		return
	}
	if len(v.Value) != len(into) {
		r.fail(name, "of another length")
		return
	}
	copy(into, v.Value)
}

func (r *reader) person(name string) (p invite.Person) {
	v, ok := attribute[*types.AttributeValueMemberM](r, name)
	if !ok {
		return p
	}
	in := &reader{item: v.Value}
	p = invite.Person{ID: in.optional().text("id"), Name: in.optional().text("name"), Email: in.optional().text("email")}
	if in.err != nil {
		r.fail(name, in.err.Error())
	}
	return p
}

// codes reads the newest codes: an accept adds its own in front, and what stands
// behind the last valid one is dead until a later write drops it.
func (r *reader) codes(name string) []invite.SetupCode {
	v, ok := attribute[*types.AttributeValueMemberL](r, name)
	if !ok {
		return nil
	}
	var codes []invite.SetupCode
	for _, e := range v.Value[:min(len(v.Value), invite.LiveCodes)] {
		m, ok := e.(*types.AttributeValueMemberM)
		if !ok {
			r.fail(name, "an entry is no map")
			return nil
		}
		in := &reader{item: m.Value}
		c := invite.SetupCode{Ends: in.time("e")}
		in.bytes("d", c.Digest[:])
		if in.err != nil {
			r.fail(name, in.err.Error())
			return nil
		}
		codes = append(codes, c)
	}
	return codes
}

// ops reads the remembered operations, oldest first.
func (r *reader) ops(name string) []invite.Operation {
	v, ok := attribute[*types.AttributeValueMemberM](r, name)
	if !ok {
		return nil
	}
	ops := make([]invite.Operation, 0, len(v.Value))
	for id, e := range v.Value {
		b, ok := e.(*types.AttributeValueMemberB)
		if !ok {
			r.fail(name, "an entry is no binary")
			return nil
		}
		o, err := parseOp(id, b.Value)
		if err != nil {
			r.fail(name, err.Error())
			return nil
		}
		ops = append(ops, o)
	}
	slices.SortFunc(ops, func(a, b invite.Operation) int {
		return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return ops
}
