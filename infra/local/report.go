package main

import (
	"fmt"
	"io"

	"invites/infra/local/stack"
)

// report tells where everything is and how to sign in. What to open first comes last,
// where the eye is.
func report(out io.Writer, info stack.Info, ends string) {
	fmt.Fprintf(out, "\n  Mailbox   %s\n  API       %s/v1/invites\n  API docs  %s\n  Product   %s\n", info.Mailbox, info.API, info.Docs, info.Product)
	fmt.Fprintf(out, "  A bearer token for curl:  make -s token TENANT=%s\n  %s\n", info.Tenants[0].ID, ends)
	fmt.Fprintf(out, "\n  Sign in as\n")
	for _, tenant := range info.Tenants {
		fmt.Fprintf(out, "    %-8s  %-22s %s\n    %-8s  %-22s %s  (may not see invites)\n", tenant.Name,
			tenant.Admin.Email, tenant.Admin.Password, "", tenant.Viewer.Email, tenant.Viewer.Password)
	}
	fmt.Fprintf(out, "\n  Open the console:  %s\n\n", info.Console)
}
