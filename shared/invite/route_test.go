package invite_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"invites/shared/invite"
)

func drawRoute(t *rapid.T) invite.Route {
	return invite.Route{
		Key: invite.KeyOf(invite.TenantID(rapid.String().Draw(t, "tenant")), invite.Address(rapid.String().Draw(t, "address"))),
		Gen: invite.Gen(rapid.Uint64Range(0, 1<<48-1).Draw(t, "gen")), Seq: rapid.Uint64Range(0, 1<<30-1).Draw(t, "seq"),
		Reminder: rapid.IntRange(0, invite.MaxReminders).Draw(t, "reminder"),
	}
}

func TestARouteComesBackAsItLeft(t *testing.T) {
	allowed := regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`) // MessageTag of the SES API
	rapid.Check(t, func(t *rapid.T) {
		want := drawRoute(t)
		text := want.String()
		if got, err := invite.ParseRoute(strings.ToUpper(text)); err != nil || got != want || len(text) != invite.RouteLength {
			t.Fatalf("%q: got %v, %v, want %v", text, got, err, want)
		}
		tags := map[string]string{}
		for _, tag := range want.Tags() {
			if !allowed.MatchString(tag.Name) || !allowed.MatchString(tag.Value) {
				t.Fatalf("%v is no tag that SES takes", tag)
			}
			tags[tag.Name] = tag.Value
		}
		got, ok, err := invite.RouteOfTags(func(name string) string { return tags[name] })
		if err != nil || !ok || got != want {
			t.Fatalf("%v: got %v, %v, %v, want %v", tags, got, ok, err, want)
		}
	})
}

func TestWhatIsNoRoute(t *testing.T) {
	route := invite.Route{Key: invite.KeyOf("acme", "ana@example.com"), Gen: 1795000000000, Seq: 3}
	for _, s := range []string{"", "x", route.String()[1:], route.String() + "0", strings.Repeat("u", invite.RouteLength)} {
		if r, err := invite.ParseRoute(s); err == nil || strings.Contains(err.Error(), "uuu") {
			t.Errorf("%q: got %v, %v", s, r, err)
		}
	}
	if s := (invite.Route{Seq: 1 << 30}).String(); s != "" {
		t.Errorf("a number without room: got %q", s)
	}
	if _, ok, err := invite.RouteOfTags(func(string) string { return "" }); ok || err != nil {
		t.Errorf("no tags: got %v, %v", ok, err)
	}
	for number, ok := range map[string]bool{"": true, "0": true, "3": true, "4": false, "-1": false} {
		_, _, err := invite.RouteOfTags(func(name string) string {
			for _, tag := range route.Tags() {
				if tag.Name == name && name != invite.TagReminder {
					return tag.Value
				}
			}
			return number
		})
		if (err == nil) != ok {
			t.Errorf("reminder %q: got %v", number, err)
		}
	}
	for _, broken := range []string{invite.TagPartition, invite.TagAddress, invite.TagGen, invite.TagSeq, invite.TagReminder} {
		_, ok, err := invite.RouteOfTags(func(name string) string {
			for _, tag := range route.Tags() {
				if tag.Name == name && name != broken {
					return tag.Value
				}
			}
			return "ana@example.com"
		})
		if !ok || err == nil || strings.Contains(err.Error(), "ana@") {
			t.Errorf("%s is broken: got %v, %v", broken, ok, err)
		}
	}
}
