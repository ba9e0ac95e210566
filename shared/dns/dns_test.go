package dns_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"invites/shared/dns"
	"invites/shared/dns/dnstest"
)

func serve(t *testing.T, records ...dnstest.Record) *dnstest.Server {
	t.Helper()
	zone := &dnstest.Zone{}
	for _, r := range records {
		if err := zone.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	server, err := dnstest.Start(zone)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

func txt(name, value string) dnstest.Record {
	return dnstest.Record{Type: "TXT", Name: name, Value: value}
}

func TestTXTFindsTheRecordsOfAName(t *testing.T) {
	long := strings.Repeat("0123456789", 60) // three strings in one record
	var many []dnstest.Record
	for n := range 40 { // too long for UDP
		many = append(many, txt("_invites.many.example", strings.Repeat(string(rune('a'+n%26)), 40+n)))
	}
	server := serve(t, append(many,
		txt("_invites.acme.example", "invites-domain=1"), txt("_invites.acme.example", "v=other"),
		txt("_invites.long.example", long),
		txt("below._invites.empty.example", "x"),
		dnstest.Record{Type: "CNAME", Name: "_invites.other.example", Value: "elsewhere.example"},
	)...)
	for _, c := range []struct {
		name string
		want int
		has  string
	}{
		{"_invites.acme.example", 2, "invites-domain=1"},
		{"_Invites.ACME.example.", 2, "v=other"},
		{"_invites.long.example", 1, long},
		{"_invites.many.example", 40, many[39].Value},
		{"_invites.empty.example", 0, ""},
		{"_invites.nowhere.example", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := dns.New(server.Address()).TXT(t.Context(), c.name)
			if err != nil || len(got) != c.want || c.want > 0 && !slices.Contains(got, c.has) {
				t.Errorf("got %q, %v, want %d with %q", got, err, c.want, c.has)
			}
		})
	}
}

func TestASilentServerHoldsNobodyLongerThanTheCallerSays(t *testing.T) {
	server := serve(t, txt("_invites.acme.example", "x"))
	server.SetSilent(true)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	got, err := dns.New(server.Address()).TXT(ctx, "_invites.acme.example")
	if err == nil || got != nil {
		t.Errorf("got %q, %v, want an error", got, err)
	}
	// A resolver that does not heed its caller asks again after five seconds.
	if asked := server.Asked(); asked > 1 {
		t.Errorf("it asked %d times", asked)
	}
	server.SetSilent(false)
	if got, err := dns.New(server.Address()).TXT(t.Context(), "_invites.acme.example"); err != nil || len(got) != 1 {
		t.Errorf("got %q, %v once it answers", got, err)
	}
}

func TestAServerThatIsNotThereIsAnError(t *testing.T) {
	free, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	if got, err := dns.New(address).TXT(t.Context(), "_invites.acme.example"); err == nil {
		t.Errorf("got %q, want an error", got)
	}
}
