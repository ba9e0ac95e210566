// Package eventbridge publishes events on an Amazon EventBridge bus. [New] makes the
// [invite.Bus].
//
// EventBridge reports success for a bus that does not exist. So every event is put in a
// journal as well, from which [Bus.Replay] puts it on the bus again, and [Bus.Beat] puts
// heartbeats on the bus, which a rule there answers
// (docs/decisions/0065-a-bus-that-is-not-there.md).
package eventbridge

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"invites/shared/invite"
)

// Client is the one call this package makes.
type Client interface {
	PutEvents(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)
}

// Config is what the operator decides.
type Config struct {
	Bus         string // name of the bus
	Journal     string // name of the bus that keeps a copy of every event
	Environment string // names the deployment in every event
}

// Source is the source of every event (contract).
const Source = "invites"

// HeartbeatSource is the source of heartbeats, which consumers of [Source] never see.
const HeartbeatSource = "invites.heartbeat"

// schemaVersion rises when a field changes its meaning; new fields do not raise it.
const schemaVersion = 1

const (
	// mostEvents fill one call: EventBridge takes ten entries, and each event is one for
	// the bus and one for the journal. Ten of ours are under 20 KB, far from the 256 KB
	// that a call may have.
	mostEvents = 5
	// mostTries is how often an entry is put before the stream has to bring it again.
	mostTries = 3
	// pauseBase is the wait before a second try; it doubles.
	pauseBase = 100 * time.Millisecond
)

// Bus implements invite.Bus.
type Bus struct {
	client Client
	config Config
	wait   func(context.Context, time.Duration) error
}

// New returns the bus. wait sleeps, or ends with the context.
func New(client Client, c Config, wait func(context.Context, time.Duration) error) *Bus {
	return &Bus{client: client, config: c, wait: wait}
}

// Detail is what every event says (contract, "Events"; docs/events).
type Detail struct {
	SchemaVersion int             `json:"schema_version"`
	Environment   string          `json:"environment"`
	EventID       string          `json:"event_id"`
	Version       uint64          `json:"version"`
	OccurredAt    string          `json:"occurred_at"`
	TenantID      invite.TenantID `json:"tenant_id"`
	InviteID      invite.ID       `json:"invite_id"`
	Status        invite.Status   `json:"status"` // after the event
	Email         invite.Address  `json:"email"`
	Role          string          `json:"role"`
	Actor         *Actor          `json:"actor"` // null where the service itself acted
	SendCount     uint64          `json:"send_count"`
	Code          string          `json:"code,omitempty"` // of the delivery, where the event is about one
}

// Actor is who caused an event.
type Actor struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// instant is RFC 3339 in UTC, to the millisecond.
const instant = "2006-01-02T15:04:05.000Z07:00"

func (b *Bus) detail(n invite.News) Detail {
	e := n.Event
	d := Detail{
		SchemaVersion: schemaVersion, Environment: b.config.Environment, EventID: e.ID(n.Key), Version: e.Version,
		OccurredAt: e.At.UTC().Format(instant), TenantID: n.Tenant, InviteID: invite.IDOf(n.Key, e.Gen),
		Status: e.Status, Email: n.Email, Role: e.Role, SendCount: e.SendCount, Code: e.Reason(),
	}
	if e.Actor != (invite.Person{}) {
		d.Actor = &Actor{ID: e.Actor.ID, Name: e.Actor.Name, Email: e.Actor.Email}
	}
	return d
}

// Put puts the news on the bus and in the journal, at most five in a call and of one
// invite one at a time, for EventBridge may take any of a call and leave the others. What
// it leaves on either is put again a few times.
func (b *Bus) Put(ctx context.Context, news []invite.News) []error {
	errs := make([]error, len(news))
	tries := make([]int, len(news))
	left := make([]int, len(news))
	for i := range news {
		left[i] = i
	}
	failed := map[invite.Key]error{} // nothing more of these invites is put
	for pause := time.Duration(0); len(left) > 0; {
		var call, later []int
		busy := map[invite.Key]bool{}
		for _, i := range left {
			switch k := news[i].Key; {
			case failed[k] != nil:
				errs[i] = failed[k]
			case busy[k] || len(call) == mostEvents:
				busy[k] = true
				later = append(later, i)
			default:
				busy[k] = true
				call = append(call, i)
			}
		}
		if len(call) == 0 {
			break
		}
		if err := b.wait(ctx, pause); err != nil {
			for _, i := range append(call, later...) {
				errs[i] = err
			}
			break
		}
		pause = 0
		again := []int{}
		for n, err := range b.put(ctx, news, call) {
			i := call[n]
			if err == nil {
				continue
			}
			if tries[i]++; tries[i] < mostTries {
				again, pause = append(again, i), pauseBase<<tries[i]
				continue
			}
			errs[i], failed[news[i].Key] = err, err
		}
		left = append(again, later...)
	}
	return errs
}

// PausedDetail is what the event TenantPaused says.
type PausedDetail struct {
	SchemaVersion int             `json:"schema_version"`
	Environment   string          `json:"environment"`
	EventID       string          `json:"event_id"`
	OccurredAt    string          `json:"occurred_at"`
	TenantID      invite.TenantID `json:"tenant_id"`
	Reason        string          `json:"reason"`
	Delivered     uint64          `json:"delivered"`
	Bounced       uint64          `json:"bounced"`
	Complained    uint64          `json:"complained"`
}

// TenantPaused is the detail-type of a tenant's pause.
const TenantPaused = "TenantPaused"

// TenantPaused implements invite.Announcer. The client repeats a call that was
// throttled; after any other failure the next bounce or complaint announces anew.
func (b *Bus) TenantPaused(ctx context.Context, p invite.Pausing) error {
	detail, err := json.Marshal(PausedDetail{
		SchemaVersion: schemaVersion, Environment: b.config.Environment, EventID: p.ID(), OccurredAt: p.At.UTC().Format(instant),
		TenantID: p.Tenant, Reason: p.Reason, Delivered: p.Tally.Delivered, Bounced: p.Tally.Bounced, Complained: p.Tally.Complained,
	})
	if err != nil {
		return fmt.Errorf("tenant paused: %w", err)
	}
	return b.publish(ctx, []types.PutEventsRequestEntry{b.entry(Source, TenantPaused, p.At, detail)})[0]
}

// Replay puts an event from the journal on the bus again, as it was: type, instant and
// detail, and so its event_id, are the first one's. The journal has it already.
func (b *Bus) Replay(ctx context.Context, kind string, at time.Time, detail []byte) error {
	entries := []types.PutEventsRequestEntry{b.entry(Source, kind, at, detail)}
	for tries := 1; ; tries++ {
		err := b.call(ctx, entries)[0]
		if err == nil || tries == mostTries {
			return err
		}
		if err := b.wait(ctx, pauseBase<<tries); err != nil {
			return fmt.Errorf("replay: %w", err)
		}
	}
}

// Beat puts a heartbeat of a stack on the bus, once: the next one is the better retry.
func (b *Bus) Beat(ctx context.Context, stack string, at time.Time) error {
	detail, err := json.Marshal(map[string]string{"stack": stack})
	if err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	return b.call(ctx, []types.PutEventsRequestEntry{b.entry(HeartbeatSource, "Heartbeat", at, detail)})[0]
}

// entry is what goes on the bus.
func (b *Bus) entry(source, kind string, at time.Time, detail []byte) types.PutEventsRequestEntry {
	return types.PutEventsRequestEntry{
		EventBusName: aws.String(b.config.Bus), Source: aws.String(source), DetailType: aws.String(kind),
		Detail: aws.String(string(detail)), Time: aws.Time(at),
	}
}

// put puts some of the news in one call and returns what became of each.
func (b *Bus) put(ctx context.Context, news []invite.News, call []int) []error {
	entries := make([]types.PutEventsRequestEntry, len(call))
	for n, i := range call {
		detail, err := json.Marshal(b.detail(news[i]))
		if err != nil {
			return slices.Repeat([]error{fmt.Errorf("event: %w", err)}, len(call))
		}
		entries[n] = b.entry(Source, string(news[i].Event.Type()), news[i].Event.At, detail)
	}
	return b.publish(ctx, entries)
}

// publish puts each entry on the bus and in the journal, by one call. One that either did
// not take has failed: a repetition does no harm, an event that is in neither is lost.
func (b *Bus) publish(ctx context.Context, entries []types.PutEventsRequestEntry) []error {
	both := slices.Clone(entries)
	for _, e := range entries {
		e.EventBusName = aws.String(b.config.Journal)
		both = append(both, e)
	}
	errs := b.call(ctx, both)
	for n := range entries {
		errs[n] = cmp.Or(errs[n], errs[len(entries)+n])
	}
	return errs[:len(entries)]
}

// call makes one call and returns what became of each entry.
func (b *Bus) call(ctx context.Context, entries []types.PutEventsRequestEntry) []error {
	errs := make([]error, len(entries))
	out, err := b.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
	for n := range entries {
		switch {
		case err != nil:
			errs[n] = fmt.Errorf("put events: %w", err)
		case n >= len(out.Entries):
			errs[n] = errors.New("put events: no word on this one")
		case aws.ToString(out.Entries[n].EventId) == "":
			errs[n] = fmt.Errorf("put events: %s", aws.ToString(out.Entries[n].ErrorCode))
		}
	}
	return errs
}
