package feedback

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"invites/shared/invite"
)

// ErrNothing is what [Parse] returns for a notice that has nothing to tell: it is about
// no mail of ours, or it is no news of one. Any other error means that the notice cannot
// be read and never will be. Neither quotes the notice.
var ErrNothing = errors.New("nothing to take in")

// Parse reads the body of one message of the queue, in one of the forms of SES:
//
//   - an event of a configuration set, in the envelope of EventBridge; its mail carries
//     the tags that send gave it (AWS)
//   - a notification of an identity, in the envelope of SNS or bare; it carries no tags,
//     and the route stands in the envelope sender (a local AWS)
func Parse(body []byte) (invite.Report, error) {
	var e struct {
		Source           string          `json:"source"`
		Detail           json.RawMessage `json:"detail"`
		Type             string          `json:"Type"`
		Message          string          `json:"Message"`
		NotificationType string          `json:"notificationType"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return invite.Report{}, fmt.Errorf("message: %w", err)
	}
	switch {
	case e.Source == "aws.ses" && len(e.Detail) > 0:
		return fromEvent(e.Detail)
	case e.Type == "Notification":
		return fromNotification([]byte(e.Message))
	case e.NotificationType != "":
		return fromNotification(body)
	}
	return invite.Report{}, errors.New("message: of no form that SES has")
}

// document is what the two forms share: a mail, and one object that says what became
// of it.
type document struct {
	EventType        string `json:"eventType"`
	NotificationType string `json:"notificationType"`

	Mail struct {
		Timestamp   string              `json:"timestamp"`
		Source      string              `json:"source"`
		Destination []string            `json:"destination"`
		Tags        map[string][]string `json:"tags"`
	} `json:"mail"`

	Delivery *struct {
		Timestamp  string   `json:"timestamp"`
		Recipients []string `json:"recipients"`
	} `json:"delivery"`
	DeliveryDelay *struct {
		Timestamp string      `json:"timestamp"`
		Delayed   []recipient `json:"delayedRecipients"`
	} `json:"deliveryDelay"`
	Bounce *struct {
		Timestamp string      `json:"timestamp"`
		Type      string      `json:"bounceType"`
		SubType   string      `json:"bounceSubType"`
		Bounced   []recipient `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint *struct {
		Timestamp  string      `json:"timestamp"`
		SubType    string      `json:"complaintSubType"`
		Feedback   string      `json:"complaintFeedbackType"`
		Complained []recipient `json:"complainedRecipients"`
	} `json:"complaint"`
	Reject  *struct{} `json:"reject"`
	Failure *struct{} `json:"failure"`
}

type recipient struct {
	Address    string `json:"emailAddress"`
	Status     string `json:"status"`         // of RFC 3463, such as 5.1.1
	Diagnostic string `json:"diagnosticCode"` // what the other side's server said
}

func fromEvent(detail []byte) (invite.Report, error) {
	var d document
	if err := json.Unmarshal(detail, &d); err != nil {
		return invite.Report{}, fmt.Errorf("event: %w", err)
	}
	route, ours, err := invite.RouteOfTags(func(name string) string { return strings.Join(d.Mail.Tags[name], ",") })
	if err != nil {
		return invite.Report{}, fmt.Errorf("event: %w", err)
	}
	if !ours {
		return invite.Report{}, fmt.Errorf("%w: the mail has no tags of ours", ErrNothing)
	}
	return d.report(d.EventType, route)
}

func fromNotification(message []byte) (invite.Report, error) {
	var d document
	if err := json.Unmarshal(message, &d); err != nil {
		return invite.Report{}, fmt.Errorf("notification: %w", err)
	}
	route, ours := routeInSender(d.Mail.Source)
	if !ours {
		return invite.Report{}, fmt.Errorf("%w: the mail has no sender of ours", ErrNothing)
	}
	return d.report(d.NotificationType, route)
}

// routeInSender finds the route in local+route@domain, which may have a name before it.
func routeInSender(source string) (invite.Route, bool) {
	at := strings.LastIndexByte(source, '@')
	plus := strings.LastIndexByte(source[:max(at, 0)], '+')
	if plus < 0 {
		return invite.Route{}, false
	}
	route, err := invite.ParseRoute(source[plus+1 : at])
	return route, err == nil
}

// report is the one path after the forms.
func (d *document) report(kind string, route invite.Route) (invite.Report, error) {
	o, err := d.outcome(kind)
	if err == nil {
		o.notice.At, err = instant(o.when)
	}
	if err != nil {
		return invite.Report{}, fmt.Errorf("%s: %w", named(kind), err)
	}
	return invite.Report{Route: route, Notice: o.notice}, nil
}

// outcome is what became of a mail, and when as SES spells it.
type outcome struct {
	notice invite.Notice
	when   string
}

func (d *document) outcome(kind string) (o outcome, err error) {
	is := func(s invite.MailStatus, reason, when string) outcome {
		return outcome{invite.Notice{Status: s, Reason: reason}, when}
	}
	switch {
	case kind == "Delivery" && d.Delivery != nil:
		if len(d.Delivery.Recipients) > 0 && !d.names(d.Delivery.Recipients...) {
			err = errOthers
		}
		return is(invite.MailDelivered, "", d.Delivery.Timestamp), err
	case kind == "DeliveryDelay" && d.DeliveryDelay != nil:
		if _, ours := d.entry(d.DeliveryDelay.Delayed); !ours {
			err = errOthers
		}
		return is(invite.MailDelayed, invite.ReasonDelayed, d.DeliveryDelay.Timestamp), err
	case kind == "Bounce" && d.Bounce != nil:
		status, reason := invite.MailBounced, invite.ReasonUndetermined
		if r, ours := d.entry(d.Bounce.Bounced); ours {
			status, reason, err = bounced(d.Bounce.Type, d.Bounce.SubType, r)
		}
		return is(status, reason, d.Bounce.Timestamp), err
	case kind == "Complaint" && d.Complaint != nil:
		if _, ours := d.entry(d.Complaint.Complained); !ours {
			return o, errOthers
		}
		status, reason, err := complained(d.Complaint.Feedback, d.Complaint.SubType)
		return is(status, reason, d.Complaint.Timestamp), err
	case kind == "Reject" && d.Reject != nil:
		return is(invite.MailFailed, invite.ReasonRejected, d.Mail.Timestamp), nil
	case kind == "Rendering Failure" && d.Failure != nil:
		return is(invite.MailFailed, invite.ReasonUnrenderable, d.Mail.Timestamp), nil
	case slices.Contains(noNews, kind):
		return o, fmt.Errorf("%w: it does not tell whether the mail arrives", ErrNothing)
	}
	return o, errors.New("unknown to this version, or without its object")
}

// The kinds of notice, as SES names them: those that tell what became of a mail, and
// the others.
var (
	news   = []string{"Delivery", "DeliveryDelay", "Bounce", "Complaint", "Reject", "Rendering Failure"}
	noNews = []string{"Send", "Open", "Click", "Subscription"}
)

// named returns a kind that is safe to log.
func named(kind string) string {
	if slices.Contains(news, kind) || slices.Contains(noNews, kind) {
		return kind
	}
	return "notice"
}

// errOthers is for a notice about somebody whom we did not write to.
var errOthers = fmt.Errorf("%w: it is about another recipient", ErrNothing)

// entry returns what is said of the recipient that we wrote to. A mail of ours has one
// only, so where nobody is named it is that one. ours is false where only others are
// named: an alias or a forward has passed the mail on, and what became of that copy does
// not tell for sure what became of ours.
func (d *document) entry(list []recipient) (r recipient, ours bool) {
	for _, r := range list {
		if d.names(r.Address) {
			return r, true
		}
	}
	return recipient{}, len(list) == 0
}

// names tells whether the mail went to one of the addresses.
func (d *document) names(addresses ...string) bool {
	for _, a := range addresses {
		for _, to := range d.Mail.Destination {
			if strings.EqualFold(bare(a), bare(to)) {
				return true
			}
		}
	}
	return false
}

// bare strips the brackets that some servers report an address in.
func bare(address string) string { return strings.Trim(address, "<> ") }

// The instants that a record can keep (four digits of a year) and SES can mean.
var (
	earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
)

// instant reads a time of SES, in the whole milliseconds that a record keeps.
func instant(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Before(earliest) || t.After(latest) {
		return time.Time{}, errors.New("its time cannot be read")
	}
	return t.UTC().Truncate(time.Millisecond), nil
}
