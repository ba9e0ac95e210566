package feedback

import (
	"regexp"
	"strings"

	"invites/shared/invite"
)

// status is an enhanced status code, such as 5.1.1.
type status struct {
	class  byte   // '5' is for good, '4' for now: the same mail may be taken later
	detail string // subject and detail, such as ".1.1"
}

var (
	// enhanced finds a status code of RFC 3463, and not a part of an IP address.
	enhanced = regexp.MustCompile(`(?:^|[^\d.])([45])(\.\d{1,3}\.\d{1,3})(?:[^\d.]|\.?$|\.\s)`)
	// reply finds the SMTP reply code of a diagnostic.
	reply = regexp.MustCompile(`^\s*(?i:smtp;)?\s*([45])\d\d(?:[ -]|$)`)
)

// expired (delivery time expired) is what SES itself says when it gives up. The
// receiving server's last answer follows in angle brackets.
const expired = ".4.7"

// statuses returns the codes of a bounce, those that decide first: that of its status,
// that of the server's words, and where these say that SES gave up, that of the last
// answer. Where there are none, the SMTP reply counts as a code that says no more than
// its class.
func statuses(r recipient) (found []status) {
	add := func(text string) {
		if m := enhanced.FindStringSubmatch(text); m != nil {
			found = append(found, status{m[1][0], m[2]})
		}
	}
	words := begin(r.Diagnostic)
	add(begin(r.Status))
	add(words)
	if len(found) == 0 {
		if m := reply.FindStringSubmatch(words); m != nil {
			found = append(found, status{m[1][0], ".0.0"})
		}
	}
	for _, s := range found {
		if s.detail == expired {
			_, last, _ := strings.Cut(words, "<")
			add(last)
			break
		}
	}
	return found
}

// reason returns what a code says, "" where it leaves the reason open. The words of the
// server settle what the code itself does not tell apart.
func (s status) reason(words string) string {
	subject := s.detail[:strings.LastIndexByte(s.detail, '.')+1]
	switch {
	case subject == ".1." && s.class == '4':
		return "" // such as an address that could not be verified: no proof that there is no mailbox
	case codes[s.detail] != "":
		return codes[s.detail]
	case s.detail == ".1.0" && contains(words, sendersFault):
		return invite.ReasonBounced
	case subject == ".1.":
		return invite.ReasonMailboxMissing
	case s.detail == expired:
		return ""
	case subject == ".4." && missing(words):
		return invite.ReasonMailboxMissing
	case subject == ".4.":
		return invite.ReasonServerUnreachable
	case subject == ".7.":
		return invite.ReasonSpam // security and policy: said for what a filter or a block list refuses
	}
	return ""
}

// codes are those of RFC 3463, RFC 7372 and two large receivers that say one thing,
// without their class.
var codes = map[string]string{
	".1.7":   invite.ReasonBounced, // the sender's address, bad syntax
	".1.8":   invite.ReasonBounced, // the sender's domain
	".2.2":   invite.ReasonMailboxFull,
	".2.3":   invite.ReasonTooLarge,
	".3.4":   invite.ReasonTooLarge,
	".4.310": invite.ReasonMailboxMissing,  // Exchange: the domain does not exist
	".7.20":  invite.ReasonUnauthenticated, // no passing DKIM signature
	".7.21":  invite.ReasonUnauthenticated, // no acceptable DKIM signature
	".7.22":  invite.ReasonUnauthenticated, // no valid author-matched DKIM signature
	".7.23":  invite.ReasonUnauthenticated, // SPF validation failed
	".7.24":  invite.ReasonUnauthenticated, // SPF validation error
	".7.25":  invite.ReasonUnauthenticated, // reverse DNS validation failed
	".7.26":  invite.ReasonUnauthenticated, // several checks failed
	".7.509": invite.ReasonUnauthenticated, // Microsoft: DMARC
	".7.515": invite.ReasonUnauthenticated, // Microsoft: the level that it requires of large senders
}
