// Package dns reads the DNS. [New] makes an [invite.TextRecords].
package dns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"invites/shared/invite"
)

// Resolver asks one name server, or those of the machine. Its callers bound the time: by
// itself it tries for up to ten seconds and more.
type Resolver struct{ net net.Resolver }

var _ invite.TextRecords = (*Resolver)(nil)

// New returns a resolver that asks the name server at an address (host:port), or with ""
// those that the machine is set up with.
func New(server string) *Resolver {
	r := &Resolver{net: net.Resolver{PreferGo: true}}
	if server != "" {
		r.net.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, server)
		}
	}
	return r
}

// TXT returns the TXT records of a name, each of its strings in one (RFC 7208 3.3). A name
// that does not exist has none.
func (r *Resolver) TXT(ctx context.Context, name string) ([]string, error) {
	// A full stop at the end keeps the machine's search domains out.
	values, err := r.net.LookupTXT(ctx, strings.TrimSuffix(name, ".")+".")
	var e *net.DNSError
	if errors.As(err, &e) && e.IsNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("TXT records: %w", err)
	}
	return values, nil
}
