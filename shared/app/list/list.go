// Package list composes what only the listing Lambda has: the key of the page
// tokens.
package list

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"invites/shared/app"
	"invites/shared/dynamo"
	"invites/shared/secrets"
)

// Store returns the table's records with the key that page tokens are sealed
// with. It reads the secret once: rotating it makes page tokens void, and a
// console begins its list again.
func Store(ctx context.Context, a *app.App) (*dynamo.Store, error) {
	keys := secrets.Open(secretsmanager.NewFromConfig(a.AWS), a.Text("INVITES_CURSOR_KEY_SECRET"), a.Now)
	key, _, err := keys.LinkKey(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("cursor key: %w", err)
	}
	return a.Store(key)
}
