package feedback

import (
	"errors"
	"fmt"

	"invites/shared/invite"
)

// bounced says why a mail came back. What decides, in this order: the subtype that SES
// gives where that is plain, a code or words of authentication, the status code, the
// words of the receiving server, and last the type. The words are kept nowhere: they are
// a stranger's, may hold addresses, and help no admin.
func bounced(kind, sub string, r recipient) (invite.MailStatus, string, error) {
	switch sub {
	case "Suppressed", "OnAccountSuppressionList", "OnTenantSuppressionList", "EmailValidationSuppressed", "UnsubscribedRecipient":
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
	found, said := statuses(r), plain(r.Diagnostic)
	reason := reasonOf(found, said)
	switch kind {
	case "Permanent":
		if reason == "" {
			reason = invite.ReasonBounced
		}
	case "Transient", "Undetermined":
		switch {
		case reason != "":
		case contains(said, autoReply):
			reason = invite.ReasonUndetermined
		case len(found) > 0 && found[0].class == '5':
			reason = invite.ReasonBounced
		case len(found) > 0 || sub == "CustomTimeoutExceeded":
			reason = invite.ReasonServerUnreachable
		default: // an auto-reply is reported so
			reason = invite.ReasonUndetermined
		}
	default:
		return "", "", errors.New("a type that is unknown to this version")
	}
	return invite.MailBounced, reason, nil
}

// reasonOf returns the reason that codes and words give, "" where they leave it open.
func reasonOf(found []status, said string) string {
	for _, s := range found {
		if codes[s.detail] == invite.ReasonUnauthenticated {
			return invite.ReasonUnauthenticated
		}
	}
	if unauthenticated(said) {
		return invite.ReasonUnauthenticated
	}
	for _, s := range found {
		if reason := s.reason(said); reason != "" {
			return reason
		}
	}
	if missing(said) {
		return invite.ReasonMailboxMissing
	}
	for _, w := range words {
		if contains(said, w.any) {
			return w.reason
		}
	}
	for _, s := range found {
		if s.detail == expired {
			return invite.ReasonServerUnreachable
		}
	}
	return ""
}

// complained says what a complaint is. A report that the mail is no spam, or that its
// signature does not hold, is no complaint of the person.
func complained(feedback, sub string) (invite.MailStatus, string, error) {
	switch {
	case sub == "OnAccountSuppressionList" || sub == "OnTenantSuppressionList":
		return invite.MailSuppressed, invite.ReasonSuppressed, nil
	case feedback == "not-spam" || feedback == "auth-failure": // RFC 5965, RFC 6591, RFC 6430
		return "", "", fmt.Errorf("%w: a report that is no complaint", ErrNothing)
	}
	return invite.MailComplained, invite.ReasonComplained, nil
}
