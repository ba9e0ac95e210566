package invitetest

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"invites/shared/invite"
)

// Model is a store in memory: a transition at a time, each of them the pure
// function itself. What another store does differently is that store's defect.
type Model struct {
	mu       sync.Mutex
	records  map[invite.Key]*invite.Invite
	settings map[invite.TenantID]invite.Settings
	domains  map[string]invite.DomainOwner
	optedOut map[invite.Key]time.Time
	mails    map[string]uint64
	standing map[invite.TenantID]invite.Standing
	tallies  map[tallyDay]invite.Tally
	defaults func(invite.TenantID) invite.Settings
	pages    []page
}

// page is what a token of the model stands for: its index in Model.pages.
type page struct {
	query invite.ListQuery
	after position
}

type position struct {
	created time.Time
	address string
}

// NewModel returns an empty store.
func NewModel(defaults func(invite.TenantID) invite.Settings) *Model {
	return &Model{records: map[invite.Key]*invite.Invite{}, settings: map[invite.TenantID]invite.Settings{},
		domains: map[string]invite.DomainOwner{}, optedOut: map[invite.Key]time.Time{}, mails: map[string]uint64{}, standing: map[invite.TenantID]invite.Standing{}, tallies: map[tallyDay]invite.Tally{}, defaults: defaults}
}

func (m *Model) apply(k invite.Key, next func(*invite.Invite) (*invite.Invite, error)) (*invite.Invite, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	after, err := next(copyOf(m.records[k]))
	if err == invite.ErrReplayed {
		return copyOf(m.records[k]), nil
	}
	if err != nil {
		return nil, err
	}
	m.records[k] = copyOf(after)
	return after, nil
}

// Create implements invite.Store.
func (m *Model) Create(_ context.Context, c invite.Creation) (*invite.Invite, error) {
	return m.apply(invite.KeyOf(c.Tenant, c.Email), c.Create)
}

// Resend implements invite.Store.
func (m *Model) Resend(_ context.Context, c invite.Change) (*invite.Invite, error) {
	return m.apply(c.Key, c.Resend)
}

// Cancel implements invite.Store.
func (m *Model) Cancel(_ context.Context, c invite.Change) (*invite.Invite, error) {
	return m.apply(c.Key, c.Cancel)
}

// Release implements invite.Store.
func (m *Model) Release(_ context.Context, c invite.Change) (*invite.Invite, error) {
	return m.apply(c.Key, c.Release)
}

// Accept implements invite.Store.
func (m *Model) Accept(_ context.Context, a invite.Acceptance) (*invite.Invite, error) {
	return m.apply(a.Key, a.Accept)
}

// Redeem implements invite.Store.
func (m *Model) Redeem(_ context.Context, r invite.Redemption) (*invite.Invite, error) {
	return m.apply(r.Key, r.Redeem)
}

// Ask implements invite.Store.
func (m *Model) Ask(_ context.Context, a invite.Asking) (*invite.Invite, error) {
	return m.apply(a.Key, a.Ask)
}

// OptOut implements invite.Store.
func (m *Model) OptOut(_ context.Context, o invite.OptOut) (*invite.Invite, error) {
	m.mu.Lock()
	if o.Undo {
		delete(m.optedOut, o.Key)
	} else if m.optedOut[o.Key].IsZero() {
		m.optedOut[o.Key] = o.Now
	}
	m.mu.Unlock()
	return m.apply(o.Key, o.Note)
}

// OptedOut implements invite.Store.
func (m *Model) OptedOut(_ context.Context, k invite.Key) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.optedOut[k], nil
}

// CountMail implements invite.CapStore.
func (m *Model) CountMail(_ context.Context, t invite.TenantID, to invite.Address, at time.Time, tenant, recipient uint64) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	day := at.UTC().Format(time.DateOnly)
	for _, c := range []struct {
		name string
		most uint64
	}{{"tenant " + string(t), tenant}, {"address " + string(to), recipient}} {
		if m.mails[day+c.name] >= c.most {
			return false, nil
		}
		m.mails[day+c.name]++
	}
	return true, nil
}

// Claim implements invite.OutboxStore.
func (m *Model) Claim(_ context.Context, c invite.Claim) (*invite.Invite, error) {
	return m.apply(c.Key, c.Claim)
}

// Remind implements invite.OutboxStore.
func (m *Model) Remind(_ context.Context, c invite.Claim) (*invite.Invite, error) {
	return m.apply(c.Key, c.Remind)
}

// Defer implements invite.OutboxStore.
func (m *Model) Defer(_ context.Context, d invite.Deferral) (*invite.Invite, error) {
	return m.apply(d.Key, d.Defer)
}

// Settle implements invite.OutboxStore.
func (m *Model) Settle(_ context.Context, s invite.Settlement) (*invite.Invite, error) {
	return m.apply(s.Key, s.Settle)
}

// Note implements invite.NoticeStore.
func (m *Model) Note(_ context.Context, n invite.Notification) (*invite.Invite, error) {
	return m.apply(n.Key, n.Note)
}

// Publish implements invite.EventStore.
func (m *Model) Publish(_ context.Context, p invite.Publication) (*invite.Invite, error) {
	return m.apply(p.Key, p.Publish)
}

// Unpublished implements invite.EventStore. The model keeps no time of an event's
// writing: it names every record that holds one.
func (m *Model) Unpublished(context.Context, time.Time) iter.Seq2[[]invite.Key, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []invite.Key
	for k, inv := range m.records {
		if len(inv.Events) > 0 {
			keys = append(keys, k)
		}
	}
	return func(yield func([]invite.Key, error) bool) {
		if len(keys) > 0 {
			yield(keys, nil)
		}
	}
}

// Get implements invite.Store.
func (m *Model) Get(_ context.Context, k invite.Key) (*invite.Invite, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	inv := copyOf(m.records[k])
	if inv == nil {
		return nil, &invite.Error{Kind: invite.NotFound}
	}
	return inv, nil
}

// List implements invite.Store.
func (m *Model) List(_ context.Context, q invite.ListQuery) (invite.ListPage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	class := invite.Open
	if q.Status != "" {
		class = q.Status.Class()
	}
	all := m.newest(q.Tenant, class)
	if q.Page != "" {
		p, err := m.open(q)
		if err != nil {
			return invite.ListPage{}, err
		}
		all = slices.DeleteFunc(all, func(i *invite.Invite) bool { return newestFirst(positionOf(i), p.after) <= 0 })
	}
	var out invite.ListPage
	if len(all) > q.PageSize {
		all = all[:q.PageSize]
		out.Next = m.seal(q, positionOf(all[len(all)-1]))
	}
	for _, inv := range all {
		status := inv.StatusAt(q.Now)
		if there(inv, q) && (q.Status == "" || q.Status == status) && (!q.Attention || inv.NeedsAttention(q.Now)) {
			out.Invites = append(out.Invites, copyOf(inv))
		}
	}
	return out, nil
}

// Counts implements invite.Store.
func (m *Model) Counts(_ context.Context, q invite.ListQuery) (c invite.Counts, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	open, done := m.newest(q.Tenant, invite.Open), m.newest(q.Tenant, invite.Done)
	c.MoreOpen, c.MoreAccepted = len(open) >= invite.MostCounted, len(done) >= invite.MostCounted
	for _, inv := range open[:min(len(open), invite.MostCounted)] {
		if there(inv, q) {
			c.Add(inv, q.Now)
		}
	}
	for _, inv := range done[:min(len(done), invite.MostCounted)] {
		if there(inv, q) {
			c.Accepted++
		}
	}
	return c, nil
}

// newest returns a tenant's records of a class in the order of lists.
func (m *Model) newest(t invite.TenantID, class invite.Class) (all []*invite.Invite) {
	for _, inv := range m.records {
		if inv.Key.Partition == invite.PartitionOf(t) && inv.Status.Class() == class {
			all = append(all, inv)
		}
	}
	slices.SortFunc(all, func(a, b *invite.Invite) int { return newestFirst(positionOf(a), positionOf(b)) })
	return all
}

// there tells whether a record is one of those that a query looks among.
func there(inv *invite.Invite, q invite.ListQuery) bool {
	return !inv.GoneAt(q.Now, q.Retention) && strings.HasPrefix(string(inv.Email), q.Prefix)
}

func positionOf(i *invite.Invite) position { return position{i.CreatedAt, i.Key.Address.String()} }

func newestFirst(a, b position) int {
	return cmp.Or(b.created.Compare(a.created), cmp.Compare(b.address, a.address))
}

func (m *Model) seal(q invite.ListQuery, after position) string {
	m.pages = append(m.pages, page{q, after})
	return fmt.Sprintf("page-%d", len(m.pages)-1)
}

func (m *Model) open(q invite.ListQuery) (page, error) {
	for n, p := range m.pages {
		same := p.query.Tenant == q.Tenant && p.query.Status == q.Status && p.query.Attention == q.Attention && p.query.Prefix == q.Prefix
		if same && q.Page == fmt.Sprintf("page-%d", n) {
			return p, nil
		}
	}
	return page{}, &invite.Error{Kind: invite.BadRequest, Field: "/page_token"}
}

// Due implements invite.TimerStore.
func (m *Model) Due(_ context.Context, now time.Time) iter.Seq2[[]invite.Timer, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []invite.Timer
	for k, inv := range m.records {
		if !inv.Due.IsZero() && !inv.Due.After(now) {
			due = append(due, invite.Timer{Key: k, Due: inv.Due})
		}
	}
	slices.SortFunc(due, func(a, b invite.Timer) int { return a.Due.Compare(b.Due) })
	return func(yield func([]invite.Timer, error) bool) {
		for p := range slices.Chunk(due, 100) {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// Expire implements invite.TimerStore.
func (m *Model) Expire(_ context.Context, due []invite.Timer, now time.Time, r invite.Retention) (marked int, left []invite.Key, err error) {
	for _, t := range due {
		_, err := m.apply(t.Key, func(old *invite.Invite) (*invite.Invite, error) {
			if old != nil && old.WaitsForSender(now) {
				left = append(left, t.Key)
			}
			return invite.Expire(old, now, r)
		})
		if err == nil {
			marked++
		}
	}
	return marked, left, nil
}

// Settings implements invite.SettingsReader.
func (m *Model) Settings(_ context.Context, t invite.TenantID) (invite.Settings, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.settings[t]; ok {
		return s, nil
	}
	return m.defaults(t), nil
}

type tallyDay struct {
	tenant invite.TenantID
	day    string
}

func dayOf(t invite.TenantID, at time.Time) tallyDay {
	return tallyDay{t, at.UTC().Format(time.DateOnly)}
}

// Standing implements invite.StandingReader.
func (m *Model) Standing(_ context.Context, t invite.TenantID) (invite.Standing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.standing[t], nil
}

// SetStanding is what an operator does.
func (m *Model) SetStanding(t invite.TenantID, s invite.Standing) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.standing[t] = s
}

// Trouble implements invite.StandingStore.
func (m *Model) Trouble(_ context.Context, t invite.TenantID, reason string, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.standing[t]
	if s.Trouble, s.TroubleAt = reason, now; reason == "" {
		s.TroubleAt = time.Time{}
	}
	m.standing[t] = s
	return nil
}

// Pause implements invite.StandingStore.
func (m *Model) Pause(_ context.Context, t invite.TenantID, reason string, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.standing[t]; s.PausedAt.IsZero() {
		s.PausedAt, s.PausedFor = now, reason
		m.standing[t] = s
	}
	return nil
}

// Count implements invite.StandingStore.
func (m *Model) Count(_ context.Context, t invite.TenantID, day time.Time, add invite.Tally) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tallies[dayOf(t, day)] = m.tallies[dayOf(t, day)].Add(add)
	return nil
}

// Tally implements invite.StandingStore.
func (m *Model) Tally(_ context.Context, t invite.TenantID, from, to time.Time) (sum invite.Tally, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for day, tally := range m.tallies {
		if day.tenant == t && day.day >= dayOf(t, from).day && day.day <= dayOf(t, to).day {
			sum = sum.Add(tally)
		}
	}
	return sum, nil
}

func copyOf(i *invite.Invite) *invite.Invite {
	if i == nil {
		return nil
	}
	c := *i
	c.Codes = slices.Clone(i.Codes)
	c.Ops = slices.Clone(i.Ops)
	c.Links = slices.Clone(i.Links)
	c.Events = slices.Clone(i.Events)
	return &c
}
