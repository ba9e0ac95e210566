package invite

import (
	"strings"
	"time"
)

// Advice is the one thing an admin should do next about an invite.
type Advice struct {
	Code    string // stable
	Message string
	Action  Action
	Email   Address // the address that was probably meant; only with ActionReinvite
}

// Action says who does what, so that a console can offer it beside the message.
type Action string

// The actions of an advice.
const (
	ActionReinvite Action = "cancel_and_invite" // cancel, and invite the right address
	ActionAsk      Action = "ask_person"        // outside of the mail
	ActionReset    Action = "reset_password"
	ActionResend   Action = "resend"
	ActionOperator Action = "tell_operator"
	ActionWait     Action = "wait"
	ActionDomain   Action = "check_sender_domain" // the DNS of the domain that the mail came from
)

// AdviceAt returns what to do about an invite that nobody has accepted although its
// mail was sent again, or whose mail does not arrive (rule 6). It is advice: it never
// refuses anything. What is known of the newest mail comes first; without that, every
// further resend names another likely cause, the likeliest first.
func AdviceAt(i *Invite, now time.Time) (Advice, bool) {
	if i.StatusAt(now).Class() != Open {
		return Advice{}, false
	}
	if a, ok := i.troubled(now); ok {
		return a, true
	}
	arrived := i.arrived(now)
	meant, mistyped := i.Email.LikelyMeant()
	switch n := i.SendCount(); {
	case mistyped && !arrived:
		return Advice{"wrong_address", "Did you mean " + string(meant) + "? If so, cancel this invite and invite that address.", ActionReinvite, meant}, true
	case i.Email.EndingUnknown() && !arrived:
		return Advice{"unknown_ending", "No domain that we know of ends like that of " + string(i.Email) + ". Check the address; if it is another one, cancel this invite and invite that one.", ActionReinvite, ""}, true
	case n <= 1:
		return Advice{}, false
	case n == 2:
		return Advice{"spam_filter", "Ask the person to look in the spam folder, and their administrators to allow mail from " + i.sender() + ".", ActionAsk, ""}, true
	case n == 3:
		return Advice{"mail_rule", "Ask the person to search all folders for " + i.sender() + ": a mail rule may have moved our mail.", ActionAsk, ""}, true
	case n == 4 || arrived:
		return Advice{"already_member", "Does the person have an account already? Then they need no invite: point them to password reset.", ActionReset, ""}, true
	default:
		return Advice{"wrong_address", "Several mails have brought no answer. Ask the person for the exact address; if it is another one, cancel this invite and invite that one.", ActionReinvite, ""}, true
	}
}

// arrived reports whether the address is known to be somebody's, so that it is not doubted:
// the newest mail was delivered, or a holder of a link has asked for a new one.
func (i *Invite) arrived(now time.Time) bool {
	status, _, _ := i.Delivery(now)
	return status == MailDelivered || !i.AskedAt.IsZero()
}

// troubled is the advice for a mail of which it is known that it does not arrive.
func (i *Invite) troubled(now time.Time) (Advice, bool) {
	status, reason, _ := i.Delivery(now)
	a := Advice{Message: ReasonText(reason)}
	switch status {
	case MailBounced:
		switch reason {
		case ReasonMailboxFull:
			a.Code, a.Action = "mailbox_full", ActionAsk
		case ReasonSpam, ReasonTooLarge:
			a.Code, a.Action = "spam_filter", ActionAsk
			a.Message = "The other side's mail server refused our mail. Ask its administrators to allow mail from " + i.sender() + ", then resend."
		case ReasonUnauthenticated:
			a.Code, a.Action = reason, ActionDomain
			if domain := i.senderDomain(); domain != "" {
				a.Message = "The recipient's mail server could not confirm that our email comes from " + domain + ". Check SPF, DKIM and DMARC in the DNS of that domain: the settings list the records under sender_domain. Then resend. If the domain isn't yours, tell the operator."
			}
		case ReasonServerUnreachable:
			a.Code, a.Action = reason, ActionResend
			if meant, ok := i.Email.LikelyMeant(); ok {
				a.Code, a.Action, a.Email = "wrong_address", ActionReinvite, meant
				a.Message = "The recipient's mail server could not be reached. Did you mean " + string(meant) + "? If so, cancel this invite and invite that address."
			}
		case ReasonUndetermined:
			return Advice{}, false
		default:
			a.Code, a.Action = "wrong_address", ActionReinvite
			if meant, ok := i.Email.LikelyMeant(); ok {
				a.Email, a.Message = meant, "The mailbox does not exist. Did you mean "+string(meant)+"? Then cancel this invite and invite that address."
			}
		}
	case MailComplained:
		a.Code, a.Action = "marked_as_spam", ActionAsk
	case MailSuppressed:
		a.Code, a.Action = reason, suppressedActions[reason]
	case MailFailed:
		if reason == ReasonExpired || reason == ReasonReminderDropped {
			return Advice{}, false
		}
		a.Code, a.Action = "mail_failed", failedActions[reason]
	case MailQueued:
		switch reason {
		case "":
			return Advice{}, false
		case ReasonSenderUnverified, ReasonPaused, ReasonDenied, ReasonMisconfigured, ReasonQuota, ReasonTenantPaused:
			a.Code, a.Action = reason, ActionOperator
		default:
			a.Code, a.Action = "mail_waiting", ActionWait
		}
	default:
		return Advice{}, false
	}
	return a, true
}

var suppressedActions = map[string]Action{
	ReasonSuppressed: ActionOperator, ReasonOptedOut: ActionAsk, ReasonCapped: ActionWait,
}

var failedActions = map[string]Action{
	ReasonSandbox: ActionOperator, ReasonRejected: ActionReinvite, ReasonUnrenderable: ActionResend, ReasonSuppressed: ActionOperator,
}

// sender names the address the person's mail came from.
func (i *Invite) sender() string {
	if i.Mail.Sender == "" {
		return "our sender"
	}
	return i.Mail.Sender
}

// senderDomain is the domain of that address, "" where it is not known.
func (i *Invite) senderDomain() string {
	return i.Mail.Sender[strings.LastIndexByte(i.Mail.Sender, '@')+1:]
}
