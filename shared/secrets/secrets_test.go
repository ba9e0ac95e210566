package secrets

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

type clientFunc func() (string, error)

func (f clientFunc) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	s, err := f()
	return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(s)}, err
}

var (
	one = strings.Repeat("1", minKey)
	two = strings.Repeat("2", minKey)
)

func TestKeysFollowARotationAndKeepTheOld(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	secret, calls := fmt.Sprintf(`{"version":"1","key":%q}`, one), 0
	var down error
	k := Open(clientFunc(func() (string, error) { calls++; return secret, down }), "link-key", func() time.Time { return now })
	expect := func(asked, key, version string, reads int) {
		t.Helper()
		gotKey, gotVersion, err := k.LinkKey(context.Background(), asked)
		if err != nil || string(gotKey) != key || gotVersion != version || calls != reads {
			t.Errorf("version %q: got %q, %q, %v after %d reads; want %q, %q after %d", asked, gotKey, gotVersion, err, calls, key, version, reads)
		}
	}
	expect("", one, "1", 1)
	expect("1", one, "1", 1) // remembered
	secret = fmt.Sprintf(`{"version":"2","key":%q,"previous":{"1":%q}}`, two, one)
	expect("", one, "1", 1)  // a rotation is seen after maxAge,
	expect("2", two, "2", 2) // or when a mail names a version that is not known
	expect("1", one, "1", 2)
	now = now.Add(maxAge)
	down = errors.New("unreachable")
	expect("", two, "2", 3) // an old key is better than no mail
	if _, _, err := k.LinkKey(context.Background(), "9"); !errors.Is(err, down) {
		t.Errorf("got %v, want %v", err, down)
	}
}

func TestABadSecretIsRefusedAndNeverQuoted(t *testing.T) {
	for _, secret := range []string{"", "hunter2", `{"version":"1","key":"hunter2"}`, `{"key":"` + strings.Repeat("hunter2", 9) + `"}`} {
		k := Open(clientFunc(func() (string, error) { return secret, nil }), "link-key", time.Now)
		_, _, err := k.LinkKey(context.Background(), "")
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: got %v", secret, err)
		}
	}
}

func TestAVersionThatIsGoneSaysWhatToDo(t *testing.T) {
	k := Open(clientFunc(func() (string, error) { return fmt.Sprintf(`{"version":"1","key":%q}`, one), nil }), "link-key", time.Now)
	if _, _, err := k.LinkKey(context.Background(), "0"); err == nil || !strings.Contains(err.Error(), "previous") {
		t.Errorf("got %v", err)
	}
}

func TestEveryKeyThereEverWasIsFound(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	secret, calls := fmt.Sprintf(`{"version":"1","key":%q}`, one), 0
	var down error
	k := Open(clientFunc(func() (string, error) { calls++; return secret, down }), "opt-out-key", func() time.Time { return now })
	expect := func(again bool, reads int, want ...string) {
		t.Helper()
		got, err := k.Every(context.Background(), again)
		found := map[string]bool{}
		for _, key := range got {
			found[string(key)] = true
		}
		if err != nil || len(found) != len(want) || calls != reads {
			t.Errorf("got %q, %v after %d reads; want %q after %d", got, err, calls, want, reads)
		}
		for _, key := range want {
			if !found[key] {
				t.Errorf("%q is missing", key)
			}
		}
	}
	down = errors.New("unreachable")
	if _, err := k.Every(context.Background(), false); !errors.Is(err, down) {
		t.Errorf("got %v, want %v", err, down)
	}
	down = nil
	expect(false, 2, one)
	secret = fmt.Sprintf(`{"version":"3","key":%q,"previous":{"1":%q,"2":"","x":"short"}}`, two, one)
	expect(false, 2, one)
	expect(true, 2, one) // asked just now
	now = now.Add(minAge)
	expect(false, 2, one)
	expect(true, 3, one, two)
	expect(true, 3, one, two)
	now = now.Add(maxAge)
	down = errors.New("unreachable")
	expect(false, 4, one, two) // what is known is better than nothing
}
