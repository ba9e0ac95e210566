package invitetest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"invites/shared/invite"
)

// Stores are the implementations under test, all on the same records.
type Stores struct {
	Store    invite.Store
	Outbox   invite.OutboxStore
	Timer    invite.TimerStore
	Notices  invite.NoticeStore
	Events   invite.EventStore
	Standing invite.StandingStore
	Caps     invite.CapStore
	Settings invite.SettingsStore
	// Requests counts the requests to a database so far; nil where there is none.
	Requests func() int
}

// Base is when the contract plays: far from the present, so that a database with
// a TTL of its own leaves its records alone.
var Base = time.Date(2050, 3, 1, 10, 20, 30, 456_000_000, time.UTC)

// Retention is what the contract works with.
var Retention = invite.Retention{Ended: 30 * 24 * time.Hour, Expired: 180 * 24 * time.Hour}

// Window is how long the contract's links live.
const Window = 7 * 24 * time.Hour

const day = 24 * time.Hour

var serial atomic.Uint64

// scene is one address in a tenant of its own, and a clock.
type scene struct {
	t         *testing.T
	s         Stores
	tenant    invite.TenantID
	email     invite.Address
	key       invite.Key
	now       time.Time
	window    time.Duration
	reminders bool           // whether the tenant has them
	inv       *invite.Invite // as the last step left it
	code      invite.Digest  // of the last accept that worked
}

func newScene(t *testing.T, s Stores) *scene {
	tenant := invite.TenantID(fmt.Sprintf("tenant-%d", serial.Add(1)))
	return &scene{t: t, s: s, tenant: tenant, email: "ana@example.com", key: invite.KeyOf(tenant, "ana@example.com"), now: Base, window: Window}
}

// Digest returns the digest that stands for a name.
func Digest(name string) (d invite.Digest) {
	sum := sha256.Sum256([]byte(name))
	copy(d[:], sum[:])
	return d
}

// link is the digest of the link of a mail.
func link(seq uint64) invite.Digest { return Digest(fmt.Sprintf("link %d", seq)) }

// Op returns an operation that was not seen before.
func Op(now time.Time) invite.Operation {
	o := invite.Operation{At: now.Truncate(time.Second), Keyed: true}
	binary.BigEndian.PutUint64(o.ID[:], serial.Add(1))
	return o
}

func nonce() (n invite.Nonce) {
	binary.BigEndian.PutUint64(n[:], serial.Add(1))
	return n
}

func (s *scene) later(d time.Duration) { s.now = s.now.Add(d) }

// keep fails the test where a step of the preparation was refused.
func (s *scene) keep(inv *invite.Invite, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("preparing: %v", err)
	}
	s.inv = inv
}

func (s *scene) creation() invite.Creation {
	return invite.Creation{
		Tenant: s.tenant, Email: s.email, Name: "Ana Ünal", Role: "member", Locale: "de",
		InvitedBy: invite.Person{ID: "u-1", Name: "Olga", Email: "olga@example.com"},
		Window:    s.window, Nonce: nonce(), Op: Op(s.now), Now: s.now, Retention: Retention,
	}
}

func (s *scene) change() invite.Change {
	c := invite.Change{Key: s.key, Gen: 1, Nonce: nonce(), Op: Op(s.now), Now: s.now, Retention: Retention}
	if s.inv != nil {
		c.Gen = s.inv.Gen
	}
	return c
}

func (s *scene) acceptance(link invite.Digest) invite.Acceptance {
	code := Digest(fmt.Sprintf("code %d", serial.Add(1)))
	return invite.Acceptance{Key: s.key, Link: link, Code: code, Now: s.now, Retention: Retention}
}

// accepts accepts with the newest link and keeps the code.
func (s *scene) accepts() {
	s.t.Helper()
	a := s.acceptance(s.newest())
	s.keep(s.s.Store.Accept(ctx, a))
	s.code = a.Code
}

func (s *scene) redemption(code invite.Digest) invite.Redemption {
	return invite.Redemption{Key: s.key, Code: code, Op: Op(s.now), Now: s.now, Retention: Retention}
}

func (s *scene) asking(link invite.Digest) invite.Asking {
	return invite.Asking{Key: s.key, Link: link, Now: s.now, Retention: Retention}
}

// owner is the sender that the preparation claims with.
const owner = "sender-1"

func (s *scene) claim(by string) invite.Claim {
	c := invite.Claim{Key: s.key, Gen: 1, Seq: 1, Owner: by, KeyVersion: "1", Now: s.now}
	if s.inv != nil {
		c.Gen, c.Seq = s.inv.Gen, s.inv.Seq
	}
	c.Link = link(c.Seq)
	return c
}

func (s *scene) settlement(by string) invite.Settlement {
	c := s.claim(by)
	o := invite.Settlement{Key: s.key, Gen: c.Gen, Seq: c.Seq, Owner: by, Status: invite.MailSent,
		MessageID: fmt.Sprintf("message-%d", serial.Add(1)), Sender: "noreply@acme.example", Now: s.now}
	if s.inv != nil {
		o.ExpiresAt, o.Reminder = s.inv.ExpiresAt, s.inv.Mail.Reminder
		if s.reminders && o.Reminder < invite.MaxReminders {
			o.RemindAt = s.remindAt(o.Reminder + 1)
		}
	}
	return o
}

// send claims and settles the mail that waits.
func (s *scene) send() {
	s.t.Helper()
	s.keep(s.s.Outbox.Claim(ctx, s.claim(owner)))
	s.later(200 * time.Millisecond)
	s.keep(s.s.Outbox.Settle(ctx, s.settlement(owner)))
}

// notification is the provider's word on the newest mail.
func (s *scene) notification(status invite.MailStatus, reason string) invite.Notification {
	n := invite.Notification{Key: s.key, Gen: 1, Seq: 1, Now: s.now, Notice: invite.Notice{Status: status, Reason: reason, At: s.now}}
	if s.inv != nil {
		n.Gen, n.Seq, n.Reminder = s.inv.Gen, s.inv.Seq, s.inv.Mail.Reminder
	}
	return n
}

// stored is the record as it is, nil where there is none.
func (s *scene) stored() *invite.Invite {
	s.t.Helper()
	inv, err := s.s.Store.Get(ctx, s.key)
	if invite.KindOf(err) == invite.NotFound {
		return nil
	}
	if err != nil {
		s.t.Fatalf("get: %v", err)
	}
	return inv
}

// requests counts the requests that do makes, -1 where nobody counts.
func (s *scene) requests(do func()) int {
	if s.s.Requests == nil {
		do()
		return -1
	}
	before := s.s.Requests()
	do()
	return s.s.Requests() - before
}

var ctx = context.Background()

// Difference tells where two records differ, "" where they do not. The order in
// which operations are remembered means nothing.
func Difference(got, want *invite.Invite) string {
	if got == nil || want == nil {
		if got == want {
			return ""
		}
		return fmt.Sprintf("got %v, want %v", got, want)
	}
	a, b := reflect.ValueOf(*normal(got)), reflect.ValueOf(*normal(want))
	var out []string
	for n := range a.NumField() {
		x, y := a.Field(n).Interface(), b.Field(n).Interface()
		if !reflect.DeepEqual(x, y) {
			out = append(out, fmt.Sprintf("%s: got %v, want %v", a.Type().Field(n).Name, x, y))
		}
	}
	return strings.Join(out, "; ")
}

func normal(i *invite.Invite) *invite.Invite {
	n := copyOf(i)
	slices.SortFunc(n.Ops, func(a, b invite.Operation) int {
		return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.ID[:], b.ID[:]))
	})
	if len(n.Codes) == 0 {
		n.Codes = nil
	}
	if len(n.Ops) == 0 {
		n.Ops = nil
	}
	if len(n.Links) == 0 {
		n.Links = nil
	}
	if len(n.Events) == 0 {
		n.Events = nil
	}
	return n
}
