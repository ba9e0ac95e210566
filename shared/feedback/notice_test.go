package feedback_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"invites/shared/feedback"
	"invites/shared/invite"
)

// route is what the fixtures carry, as tags or in the envelope sender.
var route = invite.Route{Key: invite.KeyOf("acme", "ana@example.com"), Gen: 1795000000000, Seq: 3}

// told says what each fixture tells, by its name in either folder; a status of "" is a
// notice with nothing to tell. The fixtures are the forms that AWS documents: events of a
// configuration set in EventBridge's envelope, notifications of an identity.
var told = map[string]invite.Notice{
	"delivery":                           {Status: invite.MailDelivered, At: at("13:05:01.402")},
	"delivery-delay":                     {Status: invite.MailDelayed, Reason: invite.ReasonDelayed, At: at("13:15:40.095")},
	"bounce":                             {Status: invite.MailBounced, Reason: invite.ReasonMailboxMissing, At: at("13:05:02.669")},
	"bounce-mailbox-full":                {Status: invite.MailBounced, Reason: invite.ReasonMailboxFull, At: at("13:05:02.669")},
	"bounce-out-of-office":               {Status: invite.MailBounced, Reason: invite.ReasonUndetermined, At: at("13:05:02.669")},
	"bounce-suppressed":                  {Status: invite.MailSuppressed, Reason: invite.ReasonSuppressed, At: at("13:05:02.669")},
	"bounce-account-suppression-list":    {Status: invite.MailSuppressed, Reason: invite.ReasonSuppressed, At: at("13:05:02.669")},
	"complaint":                          {Status: invite.MailComplained, Reason: invite.ReasonComplained, At: at("15:20:31.000")},
	"complaint-account-suppression-list": {Status: invite.MailSuppressed, Reason: invite.ReasonSuppressed, At: at("13:05:00.633")},
	"complaint-not-spam":                 {},
	"reject":                             {Status: invite.MailFailed, Reason: invite.ReasonRejected, At: at("13:05:00.120")},
	"rendering-failure":                  {Status: invite.MailFailed, Reason: invite.ReasonUnrenderable, At: at("13:05:00.120")},
	"send":                               {},
	"subscription-succeeded":             {},
}

func at(clock string) time.Time {
	t, err := time.Parse(time.RFC3339, "2026-11-30T"+clock+"Z")
	if err != nil {
		panic(err)
	}
	return t
}

// fixtures reads a folder of testdata.
func fixtures(t testing.TB, folder string) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/" + folder + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures in %s: %v", folder, err)
	}
	found := map[string][]byte{}
	for _, f := range files {
		if found[strings.TrimSuffix(filepath.Base(f), ".json")], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// inEnvelope is a notification as SNS hands it to a queue.
func inEnvelope(t testing.TB, notification []byte) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/sns-envelope.json")
	if err != nil {
		t.Fatal(err)
	}
	var envelope map[string]string
	if err := json.Unmarshal(text, &envelope); err != nil {
		t.Fatal(err)
	}
	envelope["Message"] = string(notification)
	text, err = json.Marshal(envelope)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestEveryDocumentedNoticeIsRead(t *testing.T) {
	forms := map[string]map[string][]byte{
		"event": fixtures(t, "event"), "notification": fixtures(t, "notification"), "notification in its envelope": {},
	}
	for name, text := range forms["notification"] {
		forms["notification in its envelope"][name] = inEnvelope(t, text)
	}
	seen := map[string]bool{}
	for form, notices := range forms {
		for name, text := range notices {
			seen[name] = true
			t.Run(form+" "+name, func(t *testing.T) {
				want, known := told[name]
				got, err := feedback.Parse(text)
				if !known {
					t.Fatal("nothing says what this fixture tells")
				}
				if want.Status == "" {
					if !errors.Is(err, feedback.ErrNothing) {
						t.Errorf("got %v, %v, want nothing to take in", got, err)
					}
					return
				}
				if err != nil || got != (invite.Report{Route: route, Notice: want}) {
					t.Errorf("got %+v, %v\nwant %+v", got, err, want)
				}
				if want.Rank() == 0 {
					t.Error("it has no rank, so no record would keep it")
				}
			})
		}
	}
	for name := range told {
		if !seen[name] {
			t.Errorf("there is no fixture %s", name)
		}
	}
}

// changed is a fixture with a change in its document.
func changed(t testing.TB, fixture string, change func(document map[string]any)) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + fixture + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var d map[string]any
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if detail, ok := d["detail"].(map[string]any); ok {
		change(detail)
	} else {
		change(d)
	}
	if text, err = json.Marshal(d); err != nil {
		t.Fatal(err)
	}
	return text
}

func object(d map[string]any, name string) map[string]any { return d[name].(map[string]any) }

func TestOnlyWhatIsSaidOfOurRecipientCounts(t *testing.T) {
	other := map[string]any{"emailAddress": "carl@example.com", "status": "5.1.1"}
	ours := map[string]any{"emailAddress": "<ANA@Example.com>", "status": "5.2.2"}
	for name, c := range map[string]struct {
		fixture, list string
		said          []any
		reason        string // "" for nothing to take in
	}{
		"of two that bounced":                         {"event/bounce", "bouncedRecipients", []any{other, ours}, invite.ReasonMailboxFull},
		"nobody is named":                             {"event/bounce", "bouncedRecipients", []any{}, invite.ReasonBounced},
		"a copy that was passed on bounced":           {"event/bounce", "bouncedRecipients", []any{other}, invite.ReasonUndetermined},
		"of two that complained":                      {"event/complaint", "complainedRecipients", []any{other, ours}, invite.ReasonComplained},
		"somebody else complained":                    {"event/complaint", "complainedRecipients", []any{other}, ""},
		"somebody else's copy is late":                {"event/delivery-delay", "delayedRecipients", []any{other}, ""},
		"somebody else's copy arrived":                {"event/delivery", "recipients", []any{"carl@example.com"}, ""},
		"somebody else complained, in a notification": {"notification/complaint", "complainedRecipients", []any{other}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := feedback.Parse(changed(t, c.fixture, func(d map[string]any) {
				for _, kind := range []string{"bounce", "complaint", "deliveryDelay", "delivery"} {
					if o, ok := d[kind].(map[string]any); ok {
						o[c.list] = c.said
					}
				}
			}))
			if c.reason == "" && !errors.Is(err, feedback.ErrNothing) || c.reason != "" && (err != nil || got.Notice.Reason != c.reason) {
				t.Errorf("got %+v, %v, want %q", got, err, c.reason)
			}
		})
	}
}

func TestANoticeAboutNoMailOfOursIsNothing(t *testing.T) {
	for name, text := range map[string][]byte{
		"an event without tags": changed(t, "event/bounce", func(d map[string]any) { delete(object(d, "mail"), "tags") }),
		"an event of another program's mail": changed(t, "event/bounce", func(d map[string]any) {
			object(d, "mail")["tags"] = map[string]any{"ses:configuration-set": []any{"Other"}, "campaign": []any{"spring"}}
		}),
		"a plain sender":        changed(t, "notification/bounce", func(d map[string]any) { object(d, "mail")["source"] = "noreply@acme.example" }),
		"a sender with a label": changed(t, "notification/bounce", func(d map[string]any) { object(d, "mail")["source"] = "noreply+sales@acme.example" }),
		"no sender":             changed(t, "notification/bounce", func(d map[string]any) { delete(object(d, "mail"), "source") }),
		"a route after the @":   changed(t, "notification/bounce", func(d map[string]any) { object(d, "mail")["source"] = "noreply@+" + route.String() }),
		"tags in a notification do not count, and its sender is plain": changed(t, "notification/bounce", func(d map[string]any) {
			object(d, "mail")["source"] = "noreply@acme.example"
			object(d, "mail")["tags"] = map[string]any{"partition": []any{"x"}}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := feedback.Parse(text); !errors.Is(err, feedback.ErrNothing) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestASenderMayHaveANameBeforeIt(t *testing.T) {
	text := changed(t, "notification/delivery", func(d map[string]any) {
		object(d, "mail")["source"] = `"Acme + Co" <noreply+` + strings.ToUpper(route.String()) + `@acme.example>`
	})
	if got, err := feedback.Parse(text); err != nil || got.Route != route {
		t.Errorf("got %+v, %v", got, err)
	}
}

// malformed are messages that can never be read.
func malformed(t testing.TB) map[string][]byte {
	of := func(object, name string, value any) []byte {
		return changed(t, "event/"+object, func(d map[string]any) {
			for _, kind := range []string{"bounce", "complaint", "delivery", "deliveryDelay"} {
				if o, ok := d[kind].(map[string]any); ok {
					o[name] = value
				}
			}
		})
	}
	tag := func(name string, value any) []byte {
		return changed(t, "event/bounce", func(d map[string]any) { object(object(d, "mail"), "tags")[name] = value })
	}
	return map[string][]byte{
		"nothing":                       nil,
		"no JSON":                       []byte("ana@example.com"),
		"half of one":                   fixtures(t, "event")["bounce"][:400],
		"a list":                        []byte(`["ana@example.com"]`),
		"null":                          []byte("null"),
		"no form of SES":                []byte(`{"to":"ana@example.com"}`),
		"an event of another source":    []byte(`{"source":"aws.s3","detail":{"eventType":"Bounce"}}`),
		"an event whose detail is text": []byte(`{"source":"aws.ses","detail":"ana@example.com"}`),
		"an envelope of no JSON":        inEnvelope(t, []byte("ana@example.com")),
		"an envelope of an envelope":    inEnvelope(t, inEnvelope(t, fixtures(t, "notification")["bounce"])[:50]),
		"a time that is none":           of("bounce", "timestamp", "yesterday, ana@example.com"),
		"no time":                       of("delivery", "timestamp", nil),
		"a time before SES":             of("complaint", "timestamp", "1970-01-01T00:00:00Z"),
		"a time that no record keeps":   of("delivery-delay", "timestamp", "9999-12-31T23:59:59Z"),
		"a type of bounce that is none": of("bounce", "bounceType", "ana@example.com"),
		"recipients that are no list":   of("bounce", "bouncedRecipients", "ana@example.com"),
		"no object":                     changed(t, "event/bounce", func(d map[string]any) { delete(d, "bounce") }),
		"another kind's object":         changed(t, "event/bounce", func(d map[string]any) { d["eventType"] = "Complaint" }),
		"a kind that is new":            changed(t, "event/bounce", func(d map[string]any) { d["eventType"] = "ana@example.com" }),
		"no kind":                       changed(t, "event/bounce", func(d map[string]any) { delete(d, "eventType") }),
		"half a route":                  tag("address", []any{}),
		"two routes":                    tag("partition", []any{"a21hx7kerm4n10ew", "a21hx7kerm4n10ew"}),
		"a generation that is none":     tag("gen", []any{"ana@example.com"}),
		"a tag that is no list":         tag("seq", "3"),
	}
}

func TestWhatCannotBeReadIsAnErrorThatQuotesNothing(t *testing.T) {
	for name, text := range malformed(t) {
		t.Run(name, func(t *testing.T) {
			got, err := feedback.Parse(text)
			if err == nil || errors.Is(err, feedback.ErrNothing) {
				t.Fatalf("got %+v, %v, want an error", got, err)
			}
			if strings.Contains(err.Error(), "ana@") || strings.Contains(err.Error(), "example.com") {
				t.Errorf("the error quotes an address: %v", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, folder := range []string{"event", "notification"} {
		for _, text := range fixtures(f, folder) {
			f.Add(text)
			f.Add(inEnvelope(f, text))
		}
	}
	for _, text := range malformed(f) {
		f.Add(text)
	}
	nowhere := invite.ReasonText("something_new")
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := feedback.Parse(text)
		if err != nil {
			if r != (invite.Report{}) {
				t.Errorf("%+v beside %v", r, err)
			}
			return
		}
		if r.Notice.Rank() == 0 || invite.ReasonText(r.Notice.Reason) == nowhere {
			t.Errorf("%+v is no notice that a record keeps or a row explains", r.Notice)
		}
		if ms := r.Notice.At.UnixMilli(); ms <= 0 || ms >= 1e15 || r.Notice.At != time.UnixMilli(ms).UTC() {
			t.Errorf("%v is no time that a record keeps", r.Notice.At)
		}
		if _, err := invite.ParseKey(r.Route.Key.Partition.String(), r.Route.Key.Address.String()); err != nil {
			t.Error(err)
		}
	})
}
