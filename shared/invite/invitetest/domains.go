package invitetest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"time"

	"invites/shared/invite"
)

// court is two tenants and more who want one domain.
type court struct {
	t     *testing.T
	store invite.SettingsStore
}

func (c court) settings(tenant invite.TenantID) invite.Settings {
	c.t.Helper()
	s, err := c.store.Settings(ctx, tenant)
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

// puts gives the tenant a sender as a put without If-Match does.
func (c court) puts(tenant invite.TenantID, sender string) invite.Settings {
	c.t.Helper()
	old := c.settings(tenant)
	to := Defaults(tenant)
	to.Sender = sender
	s, err := c.store.PutSettings(ctx, tenant, old, to.Replacing(old, false))
	if err != nil {
		c.t.Fatalf("%s puts %q: %v", tenant, sender, err)
	}
	return s
}

// proves notes what a look with a proof finds.
func (c court) proves(tenant invite.TenantID) error {
	s := c.settings(tenant)
	_, err := c.store.NoteDomain(ctx, tenant, s, proven)
	return err
}

func (c court) owner(domain string) invite.DomainOwner {
	c.t.Helper()
	o, err := c.store.DomainOwner(ctx, domain)
	if err != nil {
		c.t.Fatal(err)
	}
	return o
}

var (
	lookedAt = Base.Add(time.Minute)
	unproven = invite.SenderDomain{State: invite.SenderUnproven, CheckedAt: lookedAt}
	proven   = invite.SenderDomain{State: invite.SenderPending, CheckedAt: lookedAt, Records: []invite.DNSRecord{
		{Type: "CNAME", Name: "a._domainkey.x.example", Value: "a.dkim.amazonses.com"}, {Type: "TXT", Name: "x.example", Value: "two words"}}}
)

func domains(t *testing.T, stores Stores) {
	c := court{t, stores.Settings}
	a, b := newScene(t, stores).tenant, newScene(t, stores).tenant
	domain := string(a[:8]) + "-" + fmt.Sprint(rand.Uint32()) + ".example"
	sender := "noreply@" + domain
	kind := func(what string, err error, want invite.Kind) {
		t.Helper()
		if invite.KindOf(err) != want || (err == nil) != (want == "") {
			t.Errorf("%s: got %v, want %q", what, err, want)
		}
	}
	owned := func(by invite.TenantID) {
		t.Helper()
		if got := c.owner(domain); got.Tenant != by {
			t.Errorf("the domain is %q's, want %q's", got.Tenant, by)
		}
	}

	c.puts(a, sender)
	c.puts(b, sender)
	owned("")
	noted, err := stores.Settings.NoteDomain(ctx, a, c.settings(a), unproven)
	kind("a look without a proof", err, "")
	if stored := c.settings(a); !reflect.DeepEqual(stored, noted) || stored.Version != 1 || !stored.Domain.Equal(unproven) {
		t.Errorf("got %+v, want what was noted, in the version before", stored)
	}
	owned("")
	before := c.settings(a)
	kind("the first proof", c.proves(a), "")
	owned(a)
	if got := c.settings(a).Domain; !got.Equal(proven) {
		t.Errorf("kept %+v, want %+v", got, proven)
	}
	wanting := c.settings(b)
	kind("the second proof", c.proves(b), invite.DomainTaken)
	if got := c.settings(b); !reflect.DeepEqual(got, wanting) {
		t.Errorf("got %+v, want what was there", got)
	}
	_, err = stores.Settings.PutSettings(ctx, a, before, Defaults(a))
	kind("a put that does not know of the proof", err, invite.PreconditionFailed)
	_, err = stores.Settings.NoteDomain(ctx, a, before, unproven)
	kind("a look that does not know of the proof", err, invite.PreconditionFailed)
	owned(a)

	kind("to own the identity of another's domain", stores.Settings.OwnIdentity(ctx, domain, b), invite.DomainTaken)
	kind("to own the identity of the own domain", stores.Settings.OwnIdentity(ctx, domain, a), "")
	if got := c.puts(a, "other@"+domain); !got.Domain.Proven() || c.owner(domain) != (invite.DomainOwner{Tenant: a, Ours: true}) {
		t.Errorf("another address of the domain: %+v of %+v", got.Domain, c.owner(domain))
	}
	if got := c.puts(a, ""); got.Domain.State != "" || c.owner(domain) != (invite.DomainOwner{Ours: true}) {
		t.Errorf("given up: %+v of %+v, want it nobody's and the identity ours", got.Domain, c.owner(domain))
	}
	kind("the other's proof", c.proves(b), "")
	owned(b)
	c.puts(a, sender)
	kind("the first one's proof again", c.proves(a), invite.DomainTaken)
	c.puts(b, "noreply@elsewhere."+domain)
	owned("")
	kind("the first one's proof once more", c.proves(a), "")
	owned(a)

	t.Run("of ten tenants who prove a domain at once one gets it", func(t *testing.T) { proveAtOnce(court{t, stores.Settings}, string(a[:8])) })
	t.Run("whatever happens at once, a domain is its owner's", func(t *testing.T) { domainGame(court{t, stores.Settings}, string(a[:8])) })
}

func proveAtOnce(c court, prefix string) {
	tenants := map[invite.TenantID]invite.Settings{}
	for n := range 10 {
		tenant := invite.TenantID(fmt.Sprintf("%s-race-%d", prefix, n))
		tenants[tenant] = c.puts(tenant, "x@race-"+prefix+".example")
	}
	won := make(chan invite.TenantID, len(tenants))
	var wg sync.WaitGroup
	for tenant, s := range tenants {
		wg.Go(func() {
			switch _, err := c.store.NoteDomain(ctx, tenant, s, proven); {
			case err == nil:
				won <- tenant
			case invite.KindOf(err) != invite.DomainTaken:
				c.t.Error(err)
			}
		})
	}
	wg.Wait()
	close(won)
	var winners []invite.TenantID
	for w := range won {
		winners = append(winners, w)
	}
	if len(winners) != 1 || c.owner("race-"+prefix+".example").Tenant != winners[0] {
		c.t.Errorf("%v won, and the owner is %q", winners, c.owner("race-"+prefix+".example").Tenant)
	}
}

// domainGame has three tenants put and prove two domains, two at a time each, and then
// looks whether settings and owners agree.
func domainGame(c court, prefix string) {
	names := []string{"one-" + prefix + ".example", "two-" + prefix + ".example"}
	var tenants []invite.TenantID
	var wg sync.WaitGroup
	for n := range 3 {
		tenant := invite.TenantID(fmt.Sprintf("%s-game-%d", prefix, n))
		tenants = append(tenants, tenant)
		for twin := range 2 {
			random := rand.New(rand.NewPCG(uint64(n), uint64(twin)))
			wg.Go(func() {
				for range 15 {
					old, err := c.store.Settings(ctx, tenant)
					if err == nil && random.IntN(2) == 0 && old.Sender != "" {
						_, err = c.store.NoteDomain(ctx, tenant, old, proven)
					} else if err == nil {
						to := Defaults(tenant)
						to.Sender = []string{"", "x@" + names[0], "x@" + names[1]}[random.IntN(3)]
						_, err = c.store.PutSettings(ctx, tenant, old, to.Replacing(old, false))
					}
					if k := invite.KindOf(err); err != nil && k != invite.PreconditionFailed && k != invite.DomainTaken {
						c.t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	for _, name := range names {
		var holders []invite.TenantID
		for _, tenant := range tenants {
			if s := c.settings(tenant); s.SenderDomainName() == name && s.Domain.Proven() {
				holders = append(holders, tenant)
			}
		}
		owner := c.owner(name).Tenant
		if len(holders) > 1 || len(holders) == 1 && holders[0] != owner || len(holders) == 0 && owner != "" {
			c.t.Errorf("%s is %q's, and the settings of %v say it is theirs", name, owner, holders)
		}
	}
}
