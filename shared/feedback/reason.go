package feedback

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"invites/shared/invite"
)

// bounced says why a mail came back: by the type that SES gives it where that is plain,
// else by the status or the words of the other side's server. Those words are kept
// nowhere: they are the other side's, may hold addresses, and help no admin.
func bounced(kind, sub string, r recipient) (invite.MailStatus, string, error) {
	switch sub {
	case "Suppressed", "OnAccountSuppressionList", "UnsubscribedRecipient":
		return invite.MailSuppressed, invite.ReasonSuppressed, nil
	case "NoEmail":
		return invite.MailBounced, invite.ReasonMailboxMissing, nil
	case "MailboxFull":
		return invite.MailBounced, invite.ReasonMailboxFull, nil
	case "MessageTooLarge":
		return invite.MailBounced, invite.ReasonTooLarge, nil
	case "ContentRejected", "AttachmentRejected": // our mails have no attachment, so a filter disliked what it saw
		return invite.MailBounced, invite.ReasonSpam, nil
	}
	reason := said(r)
	switch kind {
	case "Permanent":
		if reason == "" {
			reason = invite.ReasonBounced
		}
	case "Transient", "Undetermined":
		// Not for good, so nothing is certain of the mailbox; but SES tries for half a
		// day before it says so of a domain that nobody knows.
		if reason == "" || reason == invite.ReasonMailboxMissing && !contains(r.Diagnostic, noDomain) {
			reason = invite.ReasonUndetermined
		}
	default:
		return "", "", errors.New("a type that is unknown to this version")
	}
	return invite.MailBounced, reason, nil
}

// complained says what a complaint is. A report that the mail is no spam, or that its
// signature does not hold, is no complaint of the person.
func complained(feedback, sub string) (invite.MailStatus, string, error) {
	switch {
	case sub == "OnAccountSuppressionList":
		return invite.MailSuppressed, invite.ReasonSuppressed, nil
	case feedback == "not-spam" || feedback == "auth-failure": // RFC 5965, RFC 6591, RFC 6430
		return "", "", fmt.Errorf("%w: a report that is no complaint", ErrNothing)
	}
	return invite.MailComplained, invite.ReasonComplained, nil
}

// mostSaid bounds what is read of a server's words.
const mostSaid = 2000

// enhanced finds a status code of RFC 3463, and not a part of an IP address.
var enhanced = regexp.MustCompile(`(?:^|[^\d.])[45](\.\d{1,3}\.\d{1,3})(?:[^\d.]|\.?$|\.\s)`)

// said returns the reason that a server gave, "" where it gave none that we know.
func said(r recipient) string {
	for _, text := range []string{r.Status, r.Diagnostic} {
		found := enhanced.FindStringSubmatch(text[:min(len(text), mostSaid)])
		if found == nil {
			continue
		}
		if reason, ok := codes[found[1]]; ok {
			return reason
		}
		if strings.HasPrefix(found[1], ".7.") {
			return invite.ReasonSpam
		}
	}
	for _, w := range words {
		if contains(r.Diagnostic, w.any) {
			return w.reason
		}
	}
	return ""
}

// codes are those of RFC 3463 and its registry that say one thing, without their class.
// Security and policy (.7.) is said for what a filter or a block list refuses.
var codes = map[string]string{
	".1.1":   invite.ReasonMailboxMissing, // bad mailbox
	".1.2":   invite.ReasonMailboxMissing, // bad domain
	".1.3":   invite.ReasonMailboxMissing, // bad syntax
	".1.6":   invite.ReasonMailboxMissing, // moved, no forwarding address
	".1.10":  invite.ReasonMailboxMissing, // the domain takes no mail
	".4.310": invite.ReasonMailboxMissing, // Exchange: the domain does not exist
	".2.2":   invite.ReasonMailboxFull,
	".2.3":   invite.ReasonTooLarge,
	".3.4":   invite.ReasonTooLarge,
}

// noDomain is how SES itself says that a domain has no mail server.
var noDomain = []string{"unable to lookup dns"}

// words stand for a code where a server gives a general one or none.
var words = []struct {
	reason string
	any    []string
}{
	{invite.ReasonMailboxMissing, append([]string{
		"user unknown", "unknown user", "no such user", "unknown recipient", "no such recipient", "no such mailbox",
		"recipient not found", "mailbox not found", "user not found", "invalid recipient", "does not exist", "doesn't exist",
		"recipient address rejected: access denied", // Exchange Online, for a mailbox that its directory does not have
	}, noDomain...)},
	{invite.ReasonMailboxFull, []string{"mailbox full", "mailbox is full", "over quota", "quota exceeded", "out of storage"}},
	{invite.ReasonTooLarge, []string{"message too large", "size limit", "message size exceeds"}},
	{invite.ReasonSpam, []string{"spam", "blocked", "blacklist", "blocklist", "block list", "reputation", "dmarc", "policy"}},
}

func contains(text string, any []string) bool {
	text = strings.ToLower(text[:min(len(text), mostSaid)])
	for _, w := range any {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
