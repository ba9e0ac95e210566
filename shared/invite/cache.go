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

	mu   sync.Mutex
	kept map[TenantID]keptSettings
}

type keptSettings struct {
	settings Settings
	until    time.Time
}

// Settings returns what is remembered or reads it.
func (c *CachedSettings) Settings(ctx context.Context, t TenantID) (Settings, error) {
	now := c.Now()
	c.mu.Lock()
	k, ok := c.kept[t]
	c.mu.Unlock()
	if ok && now.Before(k.until) {
		return k.settings, nil
	}
	s, err := c.From.Settings(ctx, t)
	if err != nil {
		return s, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= maxCached {
		c.kept = map[TenantID]keptSettings{}
	}
	c.kept[t] = keptSettings{s, now.Add(SettingsLife)}
	return s, nil
}
