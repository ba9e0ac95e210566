package invite

import (
	"context"
	"sync"
	"time"
)

// SettingsLife is how long settings may be remembered: short enough that an admin
// who changes them sees the change at once, long enough that a busy tenant costs
// no read per request.
const SettingsLife = 10 * time.Second

// maxCached bounds the memory of one Lambda: 1,000 tenants are about 1 MB.
const maxCached = 1000

// CachedSettings remembers settings for [SettingsLife]. It is safe for concurrent use.
type CachedSettings struct {
	From SettingsReader
	Now  func() time.Time

	kept memory[Settings]
}

// Settings returns what is remembered or reads it.
func (c *CachedSettings) Settings(ctx context.Context, t TenantID) (Settings, error) {
	return c.kept.get(ctx, t, c.Now(), c.From.Settings)
}

// CachedStanding remembers standings for [SettingsLife] and the store's own changes at
// once. It is safe for concurrent use.
type CachedStanding struct {
	StandingStore
	Now func() time.Time

	kept memory[Standing]
}

// Standing returns what is remembered or reads it.
func (c *CachedStanding) Standing(ctx context.Context, t TenantID) (Standing, error) {
	return c.kept.get(ctx, t, c.Now(), c.StandingStore.Standing)
}

// Trouble changes the store and forgets what is remembered of the tenant.
func (c *CachedStanding) Trouble(ctx context.Context, t TenantID, reason string, now time.Time) error {
	defer c.kept.forget(t)
	return c.StandingStore.Trouble(ctx, t, reason, now)
}

// memory remembers one thing of each tenant.
type memory[T any] struct {
	mu   sync.Mutex
	kept map[TenantID]remembered[T]
}

type remembered[T any] struct {
	value T
	until time.Time
}

func (m *memory[T]) get(ctx context.Context, t TenantID, now time.Time, read func(context.Context, TenantID) (T, error)) (T, error) {
	m.mu.Lock()
	k, ok := m.kept[t]
	m.mu.Unlock()
	if ok && now.Before(k.until) {
		return k.value, nil
	}
	v, err := read(ctx, t)
	if err != nil {
		return v, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil || len(m.kept) >= maxCached {
		m.kept = map[TenantID]remembered[T]{}
	}
	m.kept[t] = remembered[T]{v, now.Add(SettingsLife)}
	return v, nil
}

func (m *memory[T]) forget(t TenantID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.kept, t)
}
