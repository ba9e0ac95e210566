package outbox

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jhillyerd/enmime/v2"

	"invites/shared/invite"
)

// reply is what SES does with one request.
type reply struct {
	takes      bool
	cut        bool // the connection breaks instead of an answer
	silent     bool // no answer comes
	status     int  // of a refusal
	code, text string
}

// verdict decides on a request; source is the address that the mail is to go from.
type verdict func(source string) reply

func always(r reply) verdict { return func(string) reply { return r } }

func refuses(status int, code, text string) verdict {
	return always(reply{status: status, code: code, text: text})
}

var (
	takes     = always(reply{takes: true})
	throttles = refuses(400, "Throttling", "Maximum sending rate exceeded.")
	breaks    = refuses(503, "ServiceUnavailable", "Try again later.")
	cutBefore = always(reply{cut: true})
	cutAfter  = always(reply{cut: true, takes: true})
	hangs     = always(reply{silent: true})
)

// delivered is one mail that SES has taken.
type delivered struct {
	id, source, token string
	mail              mailID
}

// mailID names a mail, as its tags do.
type mailID struct {
	partition, address, gen, seq, reminder string
}

func mailOf(inv *invite.Invite) mailID {
	return mailID{inv.Key.Partition.String(), inv.Key.Address.String(), fmt.Sprint(inv.Gen), fmt.Sprint(inv.Seq), fmt.Sprint(inv.Mail.Reminder)}
}

// provider speaks the query protocol of SES and keeps what it takes.
type provider struct {
	closed chan struct{}

	mu       sync.Mutex
	server   *httptest.Server
	verdict  verdict
	requests int
	expected map[string]verdict // by the header of one request
	dead     map[mailID]bool    // superseded by an acknowledged resend
	mails    []delivered
	wrong    []string
}

func newProvider(t *testing.T) *provider {
	p := &provider{verdict: takes, expected: map[string]verdict{}, dead: map[mailID]bool{}, closed: make(chan struct{})}
	p.server = httptest.NewServer(p)
	t.Cleanup(func() {
		close(p.closed)
		p.server.Close()
	})
	return p
}

func (p *provider) address() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.server.URL
}

// is changes how SES is from now on.
func (p *provider) is(v verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.verdict = v
}

// restart is what nobody listens between: down, then up at another address.
func (p *provider) down() { p.server.Close() }

func (p *provider) up() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server = httptest.NewServer(p)
}

const expectation = "Test-Expects"

// expect decides on one request alone.
func (p *provider) expect(r *http.Request, v verdict) {
	if v == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	name := fmt.Sprint(len(p.expected))
	p.expected[name] = v
	r.Header.Set(expectation, name)
}

// acknowledged notes that the admin was told of a resend: of this invite no mail
// before the newest one may be handed over any more.
func (p *provider) acknowledged(inv *invite.Invite) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for seq := inv.FirstSeq + 1; seq < inv.Seq; seq++ {
		old := *inv
		old.Seq = seq
		for n := range invite.MaxReminders + 1 {
			old.Mail.Reminder = n
			p.dead[mailOf(&old)] = true
		}
	}
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	reply, id := p.decide(r)
	switch {
	case reply.silent:
		select {
		case <-r.Context().Done():
		case <-p.closed:
		}
		panic(http.ErrAbortHandler)
	case reply.cut:
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "text/xml")
	if reply.status != 0 {
		w.WriteHeader(reply.status)
		fmt.Fprintf(w, `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>r</RequestId></ErrorResponse>`, reply.code, reply.text)
		return
	}
	fmt.Fprintf(w, `<SendRawEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendRawEmailResult><MessageId>%s</MessageId></SendRawEmailResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></SendRawEmailResponse>`, id)
}

func (p *provider) decide(r *http.Request) (reply, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests++
	decide := p.verdict
	if v, ok := p.expected[r.Header.Get(expectation)]; ok {
		decide = v
	}
	reply := decide(r.PostForm.Get("Source"))
	m := tagged(r.PostForm)
	// Whether it takes the mail or not, SES has seen the link.
	if p.dead[m] {
		p.wrong = append(p.wrong, fmt.Sprintf("mail %+v was handed over after a resend was acknowledged", m))
	}
	if !reply.takes {
		return reply, ""
	}
	d := delivered{id: fmt.Sprintf("0102-%06d", len(p.mails)+1), source: r.PostForm.Get("Source"), mail: m}
	var err error
	if d.token, err = tokenIn(r.PostForm.Get("RawMessage.Data")); err != nil {
		p.wrong = append(p.wrong, fmt.Sprintf("mail %+v: %v", m, err))
	}
	p.mails = append(p.mails, d)
	return reply, d.id
}

func tagged(form url.Values) (m mailID) {
	for n := 1; form.Has(fmt.Sprintf("Tags.member.%d.Name", n)); n++ {
		value := form.Get(fmt.Sprintf("Tags.member.%d.Value", n))
		switch form.Get(fmt.Sprintf("Tags.member.%d.Name", n)) {
		case invite.TagPartition:
			m.partition = value
		case invite.TagAddress:
			m.address = value
		case invite.TagGen:
			m.gen = value
		case invite.TagSeq:
			m.seq = value
		case invite.TagReminder:
			m.reminder = value
		}
	}
	return m
}

// mailProgram takes each part's declared charset at its word.
var mailProgram = enmime.NewParser(enmime.DisableCharacterDetection(true))

// tokenIn reads a mail as a recipient's program does and takes the one link out of it.
func tokenIn(data string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return "", err
	}
	e, err := mailProgram.ReadEnvelope(bytes.NewReader(raw))
	if err != nil || len(e.Errors) > 0 {
		return "", fmt.Errorf("parse: %v %v", err, e)
	}
	_, rest, found := strings.Cut(e.Text, linkBase+"/i/")
	if !found || len(rest) < invite.TokenLength {
		return "", fmt.Errorf("no link in %q", e.Text)
	}
	token := rest[:invite.TokenLength]
	if !strings.Contains(e.HTML, linkBase+"/i/"+token) {
		return "", fmt.Errorf("the HTML part has another link than the text part")
	}
	return token, nil
}

// of returns the copies of the newest mail of an invite.
func (p *provider) of(inv *invite.Invite) (found []delivered) {
	p.mu.Lock()
	defer p.mu.Unlock()
	wanted := mailOf(inv)
	for _, d := range p.mails {
		if d.mail == wanted {
			found = append(found, d)
		}
	}
	return found
}

// copies are all that it took, in their order.
func (p *provider) copies() map[mailID][]delivered {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := map[mailID][]delivered{}
	for _, d := range p.mails {
		found[d.mail] = append(found[d.mail], d)
	}
	return found
}

// asked is how many requests arrived so far.
func (p *provider) asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests
}

// check tells what no mail may ever be: unreadable, a copy or a reminder with another
// link than the first one's, or of a resend that was superseded before.
func (p *provider) check(t *testing.T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := map[mailID]string{}
	for _, d := range p.mails {
		link := d.mail
		link.reminder = ""
		if before, ok := first[link]; ok && before != d.token {
			t.Errorf("two mails like %+v have different links", d.mail)
		}
		first[link] = d.token
	}
	for _, text := range p.wrong {
		t.Error(text)
	}
}
