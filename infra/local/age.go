package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"invites/infra/local/ministack"
	"invites/infra/local/stack"
	"invites/shared/dynamo"
	"invites/shared/invite"
)

// age makes one invite older, as if everything about it had happened earlier. The
// id does not say whose it is, so every tenant of the stack is tried.
func age(ctx context.Context, p place) error {
	info, err := stack.Read(p.stackFile())
	if err != nil {
		return err
	}
	id := os.Getenv("INVITE")
	if id == "" {
		return errors.New("say which invite and how much: make age INVITE=inv_… BY=8d")
	}
	by, err := parseAge(os.Getenv("BY"))
	if err != nil {
		return err
	}
	store, err := openStore(info)
	if err != nil {
		return err
	}
	for _, tenant := range info.Tenants {
		key, gen, err := invite.ParseID(invite.TenantID(tenant.ID), id)
		if err != nil {
			return fmt.Errorf("INVITE=%q is not the id of an invite", id)
		}
		older, err := store.Age(ctx, key, gen, by, time.Now())
		if invite.KindOf(err) == invite.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		fmt.Printf("%s of %s is %s older: it expires at %s.\n", id, tenant.Name, by, older.ExpiresAt.UTC().Format(time.RFC3339))
		return nil
	}
	return fmt.Errorf("no tenant of the local stack has an invite %q", id)
}

// openStore opens the stack's table past the service.
func openStore(info stack.Info) (*dynamo.Store, error) {
	return dynamo.New(dynamodb.NewFromConfig(ministack.Config(info.AWSEndpoint)), dynamo.Config{
		Table: info.Table, Shards: timerShards,
		Random: func(b []byte) { _, _ = rand.Read(b) }, // never fails
		Wait:   pause,
	})
}

// timerShards is the default of template.yaml's TimerShards.
const timerShards = 4

// parseAge reads a Go duration, or a number of days such as 8d.
func parseAge(text string) (time.Duration, error) {
	by, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var number float64
		number, err = strconv.ParseFloat(days, 64)
		by = time.Duration(number * float64(24*time.Hour))
	}
	if err != nil || by <= 0 {
		return 0, fmt.Errorf("BY=%q is no time such as 8d, 36h or 90m", text)
	}
	return by, nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
