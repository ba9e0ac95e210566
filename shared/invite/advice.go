package invite

import "time"

// Advice is the one thing an admin should do next about an invite.
type Advice struct {
	Code    string // stable
	Message string
}

// AdviceAt returns what to do about an invite that nobody has accepted although
// its mail was sent again, or whose mail cannot be sent (rule 6). It is advice:
// it never refuses anything.
func AdviceAt(i *Invite, now time.Time) (Advice, bool) {
	if i.StatusAt(now).Class() != Open {
		return Advice{}, false
	}
	status, reason, _ := i.Delivery(now)
	switch {
	case status == MailFailed && reason != ReasonExpired:
		return Advice{"mail_failed", ReasonText(reason)}, true
	case status == MailQueued && reason != "":
		return Advice{"mail_waiting", ReasonText(reason)}, true
	case i.SendCount() >= 4:
		return Advice{"reach_out", "Several mails have brought no answer. Ask the person another way: is the address right, does a mail rule move our mail, or do they have an account already and need password reset?"}, true
	case i.SendCount() >= 2:
		return Advice{"check_address_and_spam", "Is the address spelled right? If so, ask the person to look in the spam folder and at mail rules. A wrong address is mended by cancelling and inviting anew."}, true
	}
	return Advice{}, false
}
