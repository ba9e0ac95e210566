package dynamo

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"invites/shared/invite"
)

// Config is what a store needs beside the client.
type Config struct {
	Table string
	// Shards spreads each hour of the timer index. Raise it as the load grows;
	// lower it only when nothing is due in the shards that go.
	Shards int
	// CursorKey is the secret that page tokens are sealed with. A store without
	// one cannot list.
	CursorKey []byte
	// Defaults are the settings of a tenant that has none of its own.
	Defaults func(invite.TenantID) invite.Settings
	Random   func([]byte)
	Wait     func(context.Context, time.Duration) error // sleeps, or ends with the context
	// AttemptTime bounds one attempt of a write; 0 for two seconds. Tests give more: on a
	// busy machine DynamoDB Local is slow, and nothing is lost.
	AttemptTime time.Duration
}

// Store implements invite.Store, invite.OutboxStore, invite.TimerStore and
// invite.SettingsStore. Its errors are those of the ports; everything else is
// internal and names no value of a record.
type Store struct {
	reads    *dynamodb.Client // and for what may be written again
	writes   *dynamodb.Client // does not retry: see write.go
	table    *string
	shards   int
	cursors  cursors
	defaults func(invite.TenantID) invite.Settings
	random   func([]byte)
	wait     func(context.Context, time.Duration) error
	attempt  time.Duration // bound on one attempt of a write
}

// maxShards fits the two digits of a bucket's name.
const maxShards = 100

// New returns a store on a table. The error says what is wrong with the
// configuration.
func New(client *dynamodb.Client, c Config) (*Store, error) {
	if c.Table == "" || c.Shards < 1 || c.Shards > maxShards {
		return nil, fmt.Errorf("store: want a table and 1 to %d shards, got %q and %d", maxShards, c.Table, c.Shards)
	}
	if c.Random == nil || c.Wait == nil {
		return nil, fmt.Errorf("store: randomness and waiting are missing")
	}
	sealed, err := newCursors(c.CursorKey, c.Random)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	once := dynamodb.New(client.Options(), func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	return &Store{
		reads: client, writes: once, table: aws.String(c.Table), shards: c.Shards,
		cursors: sealed, defaults: c.Defaults, random: c.Random, wait: c.Wait, attempt: cmp.Or(c.AttemptTime, attemptTime),
	}, nil
}
