package feedback

import (
	"regexp"
	"strings"

	"invites/shared/invite"
)

// mostSaid bounds what is read of a server's words.
const mostSaid = 2000

func begin(text string) string { return text[:min(len(text), mostSaid)] }

// names are web and email addresses and names of hosts. What is in them is not said of
// the mail: support.example/spf, dmarc@example.com. A name of a host ends in lower case,
// so that two sentences without a space between them are not one.
var names = regexp.MustCompile(`\S+://\S+|\S*@\S+|[\w-]+(?:\.[\w-]+)*\.[a-z][a-z-]+`)

// plain returns the beginning of what a server said, in lower case and without names.
func plain(diagnostic string) string {
	return strings.ToLower(names.ReplaceAllString(begin(diagnostic), " "))
}

var (
	authentication = regexp.MustCompile(`\b(?:spf|dkim|dmarc|sender policy framework|(?:un)?authenticat(?:e|ed|ion))\b`)
	// otherAuthentication is a check that was passed, or a sender who did not sign in: a
	// server for submission, or a group that takes mail of its own organisation only.
	// No DNS record mends that.
	otherAuthentication = regexp.MustCompile(`\b(?:spf|dkim|dmarc)(?:\s*[=:]\s*|\s+)pass(?:ed)?\b` +
		`|\bsmtp[ -]auth\w*(?: is)?(?: required)?|\bauthentication (?:is )?required\b|\bauthentication (?:credentials|mechanism)\b` +
		`|\bclient (?:was |is )?not authenticated\b|\bnot authenticated (?:when sending )?to\b`)
)

// unauthenticated reports whether a server says that it could not tell whom the mail is
// from.
func unauthenticated(said string) bool {
	return authentication.MatchString(otherAuthentication.ReplaceAllString(said, " "))
}

// missing reports whether a server says that there is no such mailbox or domain, and not
// that it does not know at present, or that it means the sender's.
func missing(said string) bool {
	return contains(said, noMailbox) && !contains(said, forNow) && !contains(said, sendersFault)
}

var (
	noMailbox = []string{
		"user unknown", "unknown user", "no such user", "unknown recipient", "no such recipient", "no such mailbox",
		"recipient not found", "mailbox not found", "user not found", "invalid recipient", "does not exist", "doesn't exist",
		// Exchange Online, for a mailbox that its directory does not have
		"recipient address rejected: access denied", "recipient addresses rejected: access denied",
		"unable to lookup dns", // SES itself
		"invalid domain", "no such domain", "unknown domain", "domain not found", "domain name not found", "host not found",
		"unknown host", "nxdomain", "no mx record",
	}
	forNow       = []string{"not found, try again"}
	sendersFault = []string{"sender address rejected", "sender rejected", "sender domain", "domain of sender", "sender's domain"}
	autoReply    = []string{"out of the office", "out of office", "auto-reply", "autoreply", "automatic reply", "on vacation"}
)

// words stand for a code where a server gives a general one or none, beside [noMailbox].
var words = []struct {
	reason string
	any    []string
}{
	{invite.ReasonMailboxFull, []string{"mailbox full", "mailbox is full", "over quota", "quota exceeded", "out of storage"}},
	{invite.ReasonTooLarge, []string{"message too large", "size limit", "message size exceeds"}},
	{invite.ReasonSpam, []string{"spam", "blocked", "blacklist", "blocklist", "block list", "reputation", "policy"}},
}

func contains(text string, any []string) bool {
	for _, w := range any {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
