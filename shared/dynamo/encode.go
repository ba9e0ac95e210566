package dynamo

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// encode returns the attributes of an invite, all but the key of the item and the
// timer, which depends on when it is filed. Whatever is empty has no attribute.
func encode(i *invite.Invite) item {
	out := item{
		"tenant": text(string(i.Tenant)),
		"gen":    number(uint64(i.Gen)),
		"seq":    number(i.Seq),
		"ver":    number(i.Version),
		"st":     text(string(i.Status)),
		"email":  text(string(i.Email)),
		"win":    number(i.Window.Milliseconds()),
		"ca":     millis(i.CreatedAt),
		"ex":     millis(i.ExpiresAt),
		"ms":     text(string(i.Mail.Status)),
		"ma":     millis(i.Mail.At),
		"no":     blob(i.Mail.Nonce[:]),
		"ops":    encodeOps(i.Ops),
		"ev":     encodeEvents(i),
		listKey:  listValue(i.Status, i.CreatedAt),
	}
	for name, s := range map[string]string{
		"name": i.Name, "role": i.Role, "locale": i.Locale, "mr": i.Mail.Reason, "kv": i.Mail.KeyVersion,
		"lo": i.Mail.Lease.Owner, "mi": i.Mail.MessageID, "mf": i.Mail.Sender,
	} {
		if s != "" {
			out[name] = text(s)
		}
	}
	for name, t := range map[string]time.Time{"sa": i.LastSentAt, "rt": i.LastReminderAt, "aa": i.AcceptedAt, "ra": i.RedeemedAt, "ea": i.EndedAt, "qa": i.AskedAt, "oo": i.OptedOutAt, "lu": i.Mail.Lease.Until} {
		if !t.IsZero() {
			out[name] = millis(t)
		}
	}
	for name, d := range map[string]invite.Digest{"dg": i.Link, "ad": i.Accepted} {
		if !d.IsZero() {
			out[name] = blob(d[:])
		}
	}
	if i.FirstSeq != 0 {
		out["seq0"] = number(i.FirstSeq)
	}
	if i.AskedSeq != 0 {
		out["qs"] = number(i.AskedSeq)
	}
	if i.Mail.Attempts != 0 {
		out["mn"] = number(i.Mail.Attempts)
	}
	if i.Mail.Reminder != 0 {
		out["rn"] = number(i.Mail.Reminder)
	}
	if i.Reminders != 0 {
		out["rc"] = number(i.Reminders)
	}
	if !i.PurgeAt.IsZero() {
		out["ttl"] = seconds(i.PurgeAt)
	}
	if by := encodePerson(i.InvitedBy); len(by) > 0 {
		out["by"] = &types.AttributeValueMemberM{Value: by}
	}
	if len(i.Codes) > 0 {
		out["codes"] = encodeCodes(i.Codes)
	}
	if len(i.Links) > 0 {
		out["ls"] = linkMarks(i.Links...)
	}
	if !i.Mail.Notice.IsZero() {
		out["nt"] = noticeText(i.Mail.Notice)
	}
	return out
}

func encodePerson(p invite.Person) item {
	out := item{}
	for name, s := range map[string]string{"id": p.ID, "name": p.Name, "email": p.Email} {
		if s != "" {
			out[name] = text(s)
		}
	}
	return out
}

func encodeCodes(codes []invite.SetupCode) types.AttributeValue {
	list := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
	for _, c := range codes {
		list.Value = append(list.Value, codeValue(c))
	}
	return list
}

func encodeOps(ops []invite.Operation) types.AttributeValue {
	out := item{}
	for _, o := range ops {
		out[opName(o.ID)] = opValue(o)
	}
	return &types.AttributeValueMemberM{Value: out}
}
