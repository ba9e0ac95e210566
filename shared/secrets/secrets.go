// Package secrets reads the service's keys from AWS Secrets Manager. A secret is
// a JSON object: {"version": "2", "key": "…", "previous": {"1": "…"}}.
// [Open] is what to call.
package secrets

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"invites/shared/invite"
)

// maxAge is how long a key is kept before it is read again, so that a rotation
// reaches every sender within minutes and costs nearly no calls.
const maxAge = 5 * time.Minute

// minAge is how long a key is kept in any case: whoever tries links that no key has
// made costs a call now and then.
const minAge = 10 * time.Second

// Client is the one call this package makes.
type Client interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// Keys is one secret, read when first needed. It implements invite.LinkKeys and
// invite.OptOutKeys, and is safe for concurrent use.
type Keys struct {
	client Client
	name   string
	now    func() time.Time

	mu     sync.Mutex
	read   time.Time
	stored document
}

type document struct {
	Version  string            `json:"version"`
	Key      string            `json:"key"`
	Previous map[string]string `json:"previous"`
}

// minKey is 256 bits of base 62, the least a generated secret holds.
const minKey = 43

// Open returns the keys of the named secret.
func Open(client Client, name string, now func() time.Time) *Keys {
	return &Keys{client: client, name: name, now: now}
}

// LinkKey returns the key of a version, or the current one for "". A version that
// is not known is looked for again, because another sender may have seen a
// rotation first.
func (k *Keys) LinkKey(ctx context.Context, version string) ([]byte, string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	fresh := k.now().Sub(k.read) < maxAge
	if key, v, ok := k.stored.find(version); ok && fresh {
		return key, v, nil
	}
	if err := k.load(ctx); err != nil {
		if key, v, ok := k.stored.find(version); ok {
			return key, v, nil // an old key is better than no mail
		}
		return nil, "", err
	}
	key, v, ok := k.stored.find(version)
	if !ok {
		return nil, "", fmt.Errorf("secret %q has no version %q: add it under previous: %w", k.name, version, invite.ErrNoLinkKey)
	}
	return key, v, nil
}

// Every returns the keys of all versions. One that is too short to be one of ours is
// none: whoever guesses it could make links.
func (k *Keys) Every(ctx context.Context, again bool) ([][]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	age := k.now().Sub(k.read)
	if k.stored.Key == "" || age >= maxAge || again && age >= minAge {
		if err := k.load(ctx); err != nil && k.stored.Key == "" {
			return nil, err
		}
	}
	keys := [][]byte{[]byte(k.stored.Key)}
	for _, key := range k.stored.Previous {
		if len(key) >= minKey {
			keys = append(keys, []byte(key))
		}
	}
	return keys, nil
}

func (k *Keys) load(ctx context.Context) error {
	out, err := k.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(k.name)})
	if err != nil {
		return fmt.Errorf("read secret %q: %w", k.name, err)
	}
	var d document
	if err := json.Unmarshal([]byte(aws.ToString(out.SecretString)), &d); err != nil {
		return fmt.Errorf("secret %q is not the JSON object it should be", k.name) // the cause would quote it
	}
	if d.Version == "" || len(d.Key) < minKey {
		return fmt.Errorf("secret %q: want a version and a key of at least %d characters", k.name, minKey)
	}
	k.stored, k.read = d, k.now()
	return nil
}

func (d document) find(version string) ([]byte, string, bool) {
	if d.Key != "" && (version == "" || version == d.Version) {
		return []byte(d.Key), d.Version, true
	}
	key, ok := d.Previous[version]
	return []byte(key), version, ok
}
