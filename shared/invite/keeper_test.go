package invite_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// office is a keeper on a model, with a DNS and a mail provider that a test sets up, and a
// clock that it moves.
type office struct {
	*invitetest.Model
	*invite.SettingsKeeper
	now        time.Time
	txt        map[string][]string
	dnsDown    error
	identities map[string]invite.SenderIdentity
	sesDown    error
	asked      []string // of the DNS and the provider
	reports    []string
	between    func() // runs once, after a put has read the settings
}

func newOffice() *office {
	o := &office{Model: invitetest.NewModel(invitetest.Defaults), now: invitetest.Base, txt: map[string][]string{}, identities: map[string]invite.SenderIdentity{}}
	o.SettingsKeeper = &invite.SettingsKeeper{
		Store: o, Deployment: "test", TXT: o, Identities: o, Now: func() time.Time { return o.now },
		Wait:   func(context.Context, time.Duration) error { return nil },
		Report: func(_ context.Context, err error) { o.reports = append(o.reports, err.Error()) },
	}
	return o
}

func (o *office) Settings(ctx context.Context, t invite.TenantID) (invite.Settings, error) {
	s, err := o.Model.Settings(ctx, t)
	if then := o.between; then != nil {
		o.between = nil
		then()
	}
	return s, err
}

func (o *office) TXT(ctx context.Context, name string) ([]string, error) {
	o.asked = append(o.asked, "TXT "+name)
	if _, bounded := ctx.Deadline(); !bounded {
		return nil, errors.New("nothing bounds the look-up")
	}
	return o.txt[name], o.dnsDown
}

func (o *office) Find(ctx context.Context, candidates []string) (invite.SenderIdentity, error) {
	o.asked = append(o.asked, "find "+strings.Join(candidates, " "))
	if _, bounded := ctx.Deadline(); !bounded {
		return invite.SenderIdentity{}, errors.New("nothing bounds the call")
	}
	for n, c := range candidates {
		if id := o.identities[c]; id.Verified || n == 1 && id.Known {
			return id, o.sesDown
		}
	}
	return invite.SenderIdentity{}, o.sesDown
}

var cnames = []invite.DNSRecord{{Type: "CNAME", Name: "k._domainkey", Value: "k.dkim"}}

func (o *office) Make(_ context.Context, domain string) ([]invite.DNSRecord, error) {
	o.asked = append(o.asked, "make "+domain)
	if o.sesDown != nil {
		return nil, o.sesDown
	}
	o.identities[domain] = invite.SenderIdentity{Known: true, Records: cnames}
	return cnames, nil
}

// wants puts a sender.
func (o *office) wants(t *testing.T, tenant invite.TenantID, sender string) invite.Settings {
	t.Helper()
	to := invitetest.Defaults(tenant)
	to.Sender = sender
	s, err := o.Put(t.Context(), tenant, to, nil, false)
	if err != nil {
		t.Fatalf("%s puts %s: %v", tenant, sender, err)
	}
	return s
}

// proves sets the tenant's record.
func (o *office) proves(tenant invite.TenantID, domain string) {
	r := invite.ProofOf("test", tenant, domain)
	o.txt[r.Name] = append(o.txt[r.Name], r.Value)
}

func (o *office) reads(t *testing.T, tenant invite.TenantID) invite.Settings {
	t.Helper()
	s, err := o.SettingsKeeper.Get(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (o *office) in(t *testing.T, what string, s invite.Settings, want invite.SenderState) {
	t.Helper()
	if s.Domain.State != want {
		t.Errorf("%s: %s, want %s (asked %q, reported %q)", what, s.Domain.State, want, o.asked, o.reports)
	}
}

func TestASenderComesToItsTenantByAProof(t *testing.T) {
	o := newOffice()
	o.in(t, "a new domain", o.wants(t, "acme", "hi@acme.example"), invite.SenderUnproven)
	if len(o.identities) > 0 {
		t.Error("the provider knows a domain that nobody has proven")
	}
	o.txt["_invites.acme.example"] = []string{"invites-domain=guessed", invite.ProofOf("test", "globex", "acme.example").Value, invite.ProofOf("other", "acme", "acme.example").Value}
	o.now = o.now.Add(time.Minute)
	o.in(t, "the proofs of others", o.reads(t, "acme"), invite.SenderUnproven)
	o.proves("acme", "acme.example")
	o.now = o.now.Add(time.Minute)
	s := o.reads(t, "acme")
	o.in(t, "the own proof", s, invite.SenderPending)
	if !slices.Equal(s.Domain.Records, cnames) || s.Version != 1 {
		t.Errorf("got %+v in version %d, want the records to set in the version before", s.Domain, s.Version)
	}
	if owner, _ := o.DomainOwner(t.Context(), "acme.example"); owner != (invite.DomainOwner{Tenant: "acme", Ours: true}) {
		t.Errorf("owned by %+v", owner)
	}
	o.identities["acme.example"] = invite.SenderIdentity{Verified: true}
	o.now = o.now.Add(time.Minute)
	o.in(t, "verified by the provider", o.reads(t, "acme"), invite.SenderVerified)
	o.identities["acme.example"] = invite.SenderIdentity{Known: true, Records: cnames}
	o.now = o.now.Add(time.Hour)
	o.in(t, "no longer verified", o.reads(t, "acme"), invite.SenderPending)
	if len(o.reports) > 0 {
		t.Errorf("reported %q", o.reports)
	}
}

func TestADomainOfAnotherTenantIsRefusedAndShown(t *testing.T) {
	o := newOffice()
	o.wants(t, "acme", "hi@acme.example")
	o.wants(t, "globex", "hi@acme.example") // as long as nobody has proven it
	o.proves("acme", "acme.example")
	o.proves("globex", "acme.example")
	o.now = o.now.Add(time.Minute)
	o.in(t, "the first to be seen", o.reads(t, "globex"), invite.SenderPending)
	o.in(t, "the second", o.reads(t, "acme"), invite.SenderTaken)
	to := invitetest.Defaults("acme")
	to.Sender = "other@acme.example"
	before, _ := o.Model.Settings(t.Context(), "acme")
	if _, err := o.Put(t.Context(), "acme", to, nil, false); invite.KindOf(err) != invite.DomainTaken {
		t.Errorf("got %v, want DomainTaken", err)
	}
	if after, _ := o.Model.Settings(t.Context(), "acme"); after.Version != before.Version {
		t.Error("a refused put left a trace")
	}
	o.wants(t, "globex", "")
	o.in(t, "once it is given up", o.wants(t, "acme", "other@acme.example"), invite.SenderPending)
	o.now = o.now.Add(time.Minute)
	if _, err := o.Put(t.Context(), "globex", to, nil, false); invite.KindOf(err) != invite.DomainTaken {
		t.Errorf("got %v, want DomainTaken", err)
	}
}

func TestALookIsBoundedAndNotMadeTooOften(t *testing.T) {
	o := newOffice()
	o.wants(t, "acme", "hi@acme.example")
	asked := func(what string, want int) {
		t.Helper()
		o.reads(t, "acme")
		if len(o.asked) != want {
			t.Errorf("%s: asked %q, want %d questions", what, o.asked, want)
		}
		o.asked = nil
	}
	o.asked = nil
	o.now = o.now.Add(9 * time.Second)
	asked("9 seconds later", 0)
	o.now = o.now.Add(time.Second)
	asked("10 seconds later", 1)
	o.dnsDown = errors.New("time-out")
	o.now = o.now.Add(10 * time.Second)
	asked("while the DNS is down", 1)
	asked("and at once again", 0)
	o.dnsDown = nil
	o.proves("acme", "acme.example")
	o.identities["acme.example"] = invite.SenderIdentity{Verified: true}
	o.now = o.now.Add(10 * time.Second)
	asked("with a proof", 2)
	o.now = o.now.Add(59 * time.Minute)
	asked("within an hour of verification", 0)
	o.wants(t, "acme", "hi@acme.example")
	asked("a put within the hour", 0)
	o.now = o.now.Add(time.Minute)
	asked("an hour after verification", 1)
	o.asked = nil
	o.wants(t, "acme", "other@acme.example")
	if want := []string{"find other@acme.example acme.example"}; !slices.Equal(o.asked, want) {
		t.Errorf("another address asks %q, want %q", o.asked, want)
	}
	if len(o.reports) != 1 {
		t.Errorf("reported %q, want the time-out", o.reports)
	}
}

func TestWhatOthersMadeAtTheProviderIsOnlyLookedAt(t *testing.T) {
	for _, c := range []struct {
		name   string
		known  map[string]invite.SenderIdentity
		ours   bool
		state  invite.SenderState
		makes  bool
		record bool
	}{
		{"nothing is known", nil, false, invite.SenderPending, true, true},
		{"the address is verified", map[string]invite.SenderIdentity{"hi@mail.acme.example": {Verified: true}}, false, invite.SenderVerified, false, false},
		{"the domain is verified", map[string]invite.SenderIdentity{"mail.acme.example": {Verified: true}}, false, invite.SenderVerified, false, false},
		{"a domain above is verified", map[string]invite.SenderIdentity{"acme.example": {Verified: true}}, false, invite.SenderVerified, false, false},
		{"somebody else's domain waits", map[string]invite.SenderIdentity{"mail.acme.example": {Known: true, Records: cnames}}, false, invite.SenderPending, false, true},
		{"somebody else's domain has failed", map[string]invite.SenderIdentity{"mail.acme.example": {Known: true, Failed: true}}, false, invite.SenderPending, false, false},
		{"our domain has failed", map[string]invite.SenderIdentity{"mail.acme.example": {Known: true, Failed: true}}, true, invite.SenderPending, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice()
			o.wants(t, "acme", "hi@mail.acme.example")
			o.proves("acme", "mail.acme.example")
			for name, id := range c.known {
				o.identities[name] = id
			}
			if c.ours {
				s, _ := o.Model.Settings(t.Context(), "acme")
				if _, err := o.NoteDomain(t.Context(), "acme", s, invite.SenderDomain{State: invite.SenderPending}); err != nil {
					t.Fatal(err)
				}
				if err := o.OwnIdentity(t.Context(), "mail.acme.example", "acme"); err != nil {
					t.Fatal(err)
				}
			}
			o.now = o.now.Add(time.Minute)
			s := o.reads(t, "acme")
			o.in(t, c.name, s, c.state)
			if got := slices.Contains(o.asked, "make mail.acme.example"); got != c.makes {
				t.Errorf("made is %t, want %t: %q", got, c.makes, o.asked)
			}
			if got := len(s.Domain.Records) > 0; got != c.record {
				t.Errorf("records %v, want some: %t", s.Domain.Records, c.record)
			}
		})
	}
}

func TestAProviderThatIsDownTakesNothingAway(t *testing.T) {
	o := newOffice()
	o.proves("acme", "acme.example")
	o.sesDown = errors.New("throttled")
	o.in(t, "a proof while the provider is down", o.wants(t, "acme", "hi@acme.example"), invite.SenderPending)
	if owner, _ := o.DomainOwner(t.Context(), "acme.example"); owner.Tenant != "acme" {
		t.Errorf("owned by %+v", owner)
	}
	o.sesDown = nil
	o.identities["acme.example"] = invite.SenderIdentity{Verified: true}
	o.now = o.now.Add(time.Minute)
	o.in(t, "once it is up", o.reads(t, "acme"), invite.SenderVerified)
	o.sesDown = errors.New("throttled")
	o.now = o.now.Add(2 * time.Hour)
	o.in(t, "while it is down again", o.reads(t, "acme"), invite.SenderVerified)
	if len(o.reports) != 2 {
		t.Errorf("reported %q, want both", o.reports)
	}
}

func TestWhereTheOperatorLooksAfterDomainsNobodyIsAsked(t *testing.T) {
	o := newOffice()
	o.AnySender = true
	for _, tenant := range []invite.TenantID{"acme", "globex"} {
		o.wants(t, tenant, "hi@acme.example")
		o.now = o.now.Add(time.Minute)
		o.reads(t, tenant)
	}
	if len(o.asked) > 0 {
		t.Errorf("asked %q", o.asked)
	}
}

func TestPutIsWholeAndInOrder(t *testing.T) {
	o := newOffice()
	version := func(n uint64) *uint64 { return &n }
	to := invitetest.Defaults("acme")
	put := func(ifVersion *uint64) (invite.Settings, error) {
		return o.Put(t.Context(), "acme", to, ifVersion, false)
	}
	if _, err := put(version(1)); invite.KindOf(err) != invite.PreconditionFailed {
		t.Errorf("a version that is not there: %v", err)
	}
	if s, err := put(version(0)); err != nil || s.Version != 1 {
		t.Errorf("got %+v, %v", s, err)
	}
	o.between = func() { o.wants(t, "acme", "hi@acme.example") }
	if s, err := put(nil); err != nil || s.Version != 3 || s.Sender != "" {
		t.Errorf("somebody came before: got %+v, %v, want version 3", s, err)
	}
	o.between = func() { o.wants(t, "acme", "hi@acme.example") }
	var e *invite.Error
	if _, err := put(version(3)); !errors.As(err, &e) || e.Kind != invite.PreconditionFailed || e.Text == "" {
		t.Errorf("somebody came before the version asked for: %v", err)
	}
	// A look that came before is no change: the put goes on with what it found.
	o.proves("acme", "acme.example")
	o.now = o.now.Add(time.Minute)
	o.between = func() { o.reads(t, "acme") }
	to.Sender = "hi@acme.example"
	if s, err := put(version(4)); err != nil || s.Version != 5 || !s.Domain.Proven() {
		t.Errorf("a look came before: got %+v, %v", s, err)
	}
}

func TestTrustInANameIsTheServicesToGive(t *testing.T) {
	o := newOffice()
	for n, c := range []struct {
		name    string
		service bool
		trusted bool
	}{
		{"Booking.com", false, false}, {"Booking.com", true, true}, {"Booking.com", false, true},
		{"Cooking.com", false, false}, {"Booking.com", false, false}, {"Booking.com", true, true}, {"Other.com", true, true},
	} {
		to := invitetest.Defaults("acme")
		to.Name, to.NameTrusted = c.name, !c.trusted // which the caller cannot choose
		if s, err := o.Put(t.Context(), "acme", to, nil, c.service); err != nil || s.NameTrusted != c.trusted {
			t.Errorf("step %d: trusted is %t (%v), want %t", n, s.NameTrusted, err, c.trusted)
		}
	}
}

func TestAProofIsTheSameEachTimeAndAnotherOneForEverybodyElse(t *testing.T) {
	seen := map[string]string{}
	for _, c := range []struct{ deployment, domain string }{{"a", "x.example"}, {"b", "x.example"}, {"a", "y.example"}} {
		for _, tenant := range []invite.TenantID{"acme", "globex"} {
			r := invite.ProofOf(c.deployment, tenant, c.domain)
			who := fmt.Sprint(c, tenant)
			if r != invite.ProofOf(c.deployment, tenant, c.domain) || r.Type != "TXT" || r.Name != "_invites."+c.domain {
				t.Errorf("%s: %+v", who, r)
			}
			if value, ok := strings.CutPrefix(r.Value, "invites-domain="); !ok || len(value) != 26 {
				t.Errorf("%s: %q", who, r.Value)
			}
			if other := seen[r.Value]; other != "" {
				t.Errorf("%s has the value of %s", who, other)
			}
			seen[r.Value] = who
		}
	}
}
