// Package optout composes what only the Lambda of opting out has: the keys of its links.
package optout

import (
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"invites/shared/app"
	"invites/shared/invite"
	"invites/shared/secrets"
)

// OptOuts returns who opts out on a store, by the link of a mail.
func OptOuts(a *app.App, store invite.OptOutStore) *invite.OptOuts {
	return &invite.OptOuts{
		Store:     store,
		Keys:      secrets.Open(secretsmanager.NewFromConfig(a.AWS), a.Text("INVITES_OPT_OUT_KEY_SECRET"), a.Now),
		Retention: a.Retention(),
		Now:       a.Now,
	}
}
