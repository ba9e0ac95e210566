package dynamo

import (
	"testing"

	"pgregory.net/rapid"

	"invites/shared/invite/invitetest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	invitetest.Contract(t, func(t *testing.T) invitetest.Stores { return open(t).stores() })
}

func TestRandomGamesEndAsTheModelSays(t *testing.T) {
	t.Parallel()
	stores := open(t).stores()
	rapid.Check(t, func(t *rapid.T) { t.Repeat(invitetest.NewGame(&stores).Actions()) })
}
