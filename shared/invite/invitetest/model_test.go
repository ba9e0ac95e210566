package invitetest_test

import (
	"testing"

	"pgregory.net/rapid"

	"invites/shared/invite/invitetest"
)

func TestModelKeepsTheContract(t *testing.T) {
	invitetest.Contract(t, func(*testing.T) invitetest.Stores {
		m := invitetest.NewModel(invitetest.Defaults)
		return invitetest.Stores{Store: m, Outbox: m, Timer: m, Settings: m, Notices: m, Events: m, Standing: m, Caps: m}
	})
}

func TestThePureTransitionsKeepTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { t.Repeat(invitetest.NewGame(nil).Actions()) })
}
