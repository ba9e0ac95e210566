package invite

// Reasons why a mail waits, was not sent or did not arrive: stable codes of the API
// (delivery.code).
const (
	ReasonExpired          = "expired_before_sending"
	ReasonCancelled        = "cancelled_before_sending"
	ReasonThrottled        = "provider_throttled"
	ReasonQuota            = "provider_quota"
	ReasonUnreachable      = "provider_unreachable"
	ReasonPaused           = "provider_paused"
	ReasonMisconfigured    = "provider_misconfigured"
	ReasonDenied           = "provider_denied"
	ReasonSenderUnverified = "sender_unverified"
	ReasonSandbox          = "sandbox"
	ReasonSuppressed       = "suppressed"
	ReasonRejected         = "rejected"
	ReasonUnrenderable     = "not_renderable"
	ReasonReminderDropped  = "reminder_dropped"
	ReasonTenantPaused     = "tenant_paused"
	ReasonOptedOut         = "opted_out"
	ReasonCapped           = "capped"
)

// Reasons a tenant is paused.
const (
	PausedForBounces    = "bounce_rate"
	PausedForComplaints = "complaint_rate"
)

// Reasons that only the provider's notices give, after it took the mail.
const (
	ReasonMailboxMissing    = "mailbox_missing"
	ReasonMailboxFull       = "mailbox_full"
	ReasonSpam              = "blocked_as_spam"
	ReasonTooLarge          = "message_too_large"
	ReasonUnauthenticated   = "unauthenticated" // SPF, DKIM or DMARC of the sender's domain
	ReasonServerUnreachable = "unreachable"     // the provider gave up; see ReasonUnreachable for the provider itself
	ReasonUndetermined      = "undetermined"    // a bounce that says nothing, such as an out-of-office reply
	ReasonBounced           = "bounced"         // for good, and the other side did not say why
	ReasonComplained        = "marked_as_spam"
	ReasonDelayed           = "delayed"
)

// ReasonText says to an admin what a reason means and what to do. An unknown
// reason has a text too; "" has none.
func ReasonText(reason string) string {
	switch reason {
	case "":
		return ""
	case ReasonExpired:
		return "The invite expired before its mail could be sent. Resend it."
	case ReasonCancelled:
		return "The invite was cancelled before its mail was sent. Nothing to do."
	case ReasonReminderDropped:
		return "The reminder was not sent: it could not leave in time, or reminders were switched off. The mail before it was sent, and its link works until the invite expires. Nothing to do."
	case ReasonThrottled:
		return "The mail provider is taking mails more slowly than we send them. The mail is sent again on its own within minutes."
	case ReasonQuota:
		return "The mail provider's quota for today is used up. The mail is sent on its own once there is room; the operator can ask the provider for a higher quota."
	case ReasonUnreachable:
		return "The mail provider could not be reached. The mail is sent again on its own."
	case ReasonPaused:
		return "The mail provider has paused sending. The mail is sent on its own once the operator has had sending resumed."
	case ReasonMisconfigured:
		return "The mail provider does not know the settings we send with. The operator must check the configuration set; the mail is then sent on its own."
	case ReasonDenied:
		return "The mail provider did not let the service send. The operator must check its permission to send; the mail is then sent on its own."
	case ReasonSenderUnverified:
		return "The address mails are sent from is not verified. Ask the operator to verify it; the mail is then sent on its own."
	case ReasonSandbox:
		return "The mail provider's account is still in its sandbox and sends to verified addresses only. Ask the operator to move it to production, then resend."
	case ReasonSuppressed:
		return "The provider sends nothing to this address, so this email was not sent: earlier ones bounced or were reported as spam, or the provider considers the address invalid. Check the address; if it is right, ask the operator to have the provider allow it, then resend."
	case ReasonTenantPaused:
		return "Too many of this tenant's mails bounced or were marked as spam, so its sending is paused. Ask the operator; waiting mails leave on their own once it goes on."
	case ReasonOptedOut:
		return "The person wants no invites of this tenant, so no mail is sent to this address. Ask them another way; they can take it back by the link at the end of any mail they had from us."
	case ReasonCapped:
		return "Too many mails went to this address, or out of this tenant, on that day, so the mail was not sent. Resend it when the day is over (at midnight UTC)."
	case ReasonMailboxMissing:
		return "The mailbox does not exist: check the address. If it is right and the mailbox is new, resend and confirm; otherwise cancel and invite the right address."
	case ReasonMailboxFull:
		return "The mailbox is full, so the mail came back. Ask the person to make room, then resend."
	case ReasonSpam:
		return "The other side's mail server refused the mail as spam. Ask its administrators to allow our sender, then resend."
	case ReasonTooLarge:
		return "The other side's mail server takes no mail of this size. Ask its administrators, then resend."
	case ReasonUnauthenticated:
		return "The recipient's mail server refused the email because it could not confirm that it comes from our sender's domain. Check SPF, DKIM and DMARC in that domain's DNS (the settings list the records to set), then resend."
	case ReasonServerUnreachable:
		return "The provider tried for up to half a day, but the recipient's mail server could not be reached or did not accept the email. Check the part of the address after the @; if it is right, resend."
	case ReasonUndetermined:
		return "The other side's mail server sent an answer that does not say whether the mail arrived, as an out-of-office reply does. Ask the person."
	case ReasonBounced:
		return "The other side's mail server refused the mail for good: check the address. If it is right, resend and confirm."
	case ReasonComplained:
		return "The person marked our mail as spam, so nothing more is sent to this address. Ask them another way; if they want the invite, invite another address of theirs."
	case ReasonDelayed:
		return "The other side's mail server does not take the mail yet. The provider keeps trying for hours; nothing to do."
	case ReasonRejected:
		return "The mail provider refused this mail. Check the address; if it is right, ask the operator."
	case ReasonUnrenderable:
		return "The mail could not be written. Check the tenant's name, sender and support address in the settings, then resend."
	default:
		return "The mail was not delivered. Check the address, then resend."
	}
}
