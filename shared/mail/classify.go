package mail

import (
	"errors"
	"net"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"invites/shared/invite"
)

// throttleCodes are SES's names for "too fast" and "too much today".
var throttleCodes = map[string]struct{}{
	"Throttling": {}, "ThrottlingException": {}, "ThrottledException": {}, "TooManyRequestsException": {},
	"TooManyRequests": {}, "RequestThrottled": {}, "RequestThrottledException": {}, "SlowDown": {},
	"LimitExceeded": {}, "LimitExceededException": {},
}

// faults are the codes that mean one thing. All of them end when an operator or
// SES mends them, so all are temporary: the mail is sent then, or the row says why
// not until the invite expires.
var faults = map[string]string{
	"AccountSendingPaused":          invite.ReasonPaused,
	"ConfigurationSetSendingPaused": invite.ReasonPaused,
	"ConfigurationSetDoesNotExist":  invite.ReasonMisconfigured,
	"InvalidConfigurationSet":       invite.ReasonMisconfigured,
	"MailFromDomainNotVerified":     invite.ReasonSenderUnverified,
	"FromEmailAddressNotVerified":   invite.ReasonSenderUnverified,
	"ProductionAccessNotGranted":    invite.ReasonDenied,
	"AccessDenied":                  invite.ReasonDenied,
	"NotAuthorized":                 invite.ReasonDenied,
	"UnauthorizedOperation":         invite.ReasonDenied,
	"OptInRequired":                 invite.ReasonDenied,
	"ExpiredToken":                  invite.ReasonDenied,
	"InvalidClientTokenId":          invite.ReasonDenied,
	"UnrecognizedClient":            invite.ReasonDenied,
	"MissingAuthenticationToken":    invite.ReasonDenied,
	"IncompleteSignature":           invite.ReasonDenied,
	"SignatureDoesNotMatch":         invite.ReasonDenied,
	"RequestExpired":                invite.ReasonUnreachable,
	"ServiceUnavailable":            invite.ReasonUnreachable,
	"InternalFailure":               invite.ReasonUnreachable,
	"RequestTimeout":                invite.ReasonUnreachable,
}

// classify says why SES did not take a mail to a recipient, and whether it may
// later. Only what is wrong with this mail is final; what nobody knows is not.
func classify(err error, recipient string) *invite.MailError {
	e := &invite.MailError{Reason: invite.ReasonUnreachable, Temporary: true, Err: err}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return e // no connection, a time-out, an answer that is none
	}
	text := strings.ToLower(api.ErrorMessage())
	if _, ok := throttleCodes[api.ErrorCode()]; ok {
		e.Reason = invite.ReasonThrottled
		if strings.Contains(text, "quota") {
			e.Reason = invite.ReasonQuota
		}
		return e
	}
	code := strings.TrimSuffix(api.ErrorCode(), "Exception")
	if reason, ok := faults[code]; ok {
		e.Reason = reason
		return e
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) && (response.HTTPStatusCode() >= 500 || response.HTTPStatusCode() == 429) {
		return e
	}
	switch {
	case code == "MessageRejected" && strings.Contains(text, "not verified"):
		// "Email address is not verified. The following identities failed the check in
		// region EU-WEST-1: ana@example.com". In the sandbox the recipient is checked
		// too; a sender among the failed ones is the first to mend.
		e.Reason = invite.ReasonSenderUnverified
		if _, failed, ok := strings.Cut(text, "failed the check"); ok && onlyRecipient(failed, recipient) {
			e.Reason, e.Temporary = invite.ReasonSandbox, false
		}
	case code == "MessageRejected" && (strings.Contains(text, "suspended") || strings.Contains(text, "paused")):
		e.Reason = invite.ReasonPaused
	case strings.Contains(text, "suppress") || strings.Contains(text, "blacklist"):
		e.Reason, e.Temporary = invite.ReasonSuppressed, false
	case code == "MessageRejected" || code == "InvalidParameterValue" || code == "ValidationError" || code == "InvalidParameter":
		e.Reason, e.Temporary = invite.ReasonRejected, false
	default:
		e.Reason = invite.ReasonDenied
	}
	return e
}

// onlyRecipient tells whether the list after "failed the check in region X: " names
// the recipient and nobody else.
func onlyRecipient(failed, recipient string) bool {
	_, list, ok := strings.Cut(failed, ": ")
	if !ok {
		return false
	}
	for identity := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(identity) != recipient {
			return false
		}
	}
	return true
}

// neverConnected finds errors from before SES could read anything.
func neverConnected(err error) aws.Ternary {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}
