package outbox

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ses"

	"invites/shared/dynamo"
	"invites/shared/dynamo/dynamotest"
	"invites/shared/invite"
	"invites/shared/mail"
	"invites/shared/secrets"
)

// step is a moment in the sending of one mail.
type step int

const (
	never step = iota
	beforeClaim
	claimWritten // its answer has not arrived
	beforeHandOver
	handingOver  // SES has read the request and has not taken the mail
	handedOver   // SES has taken the mail, its answer has not arrived
	beforeSettle // SES has answered
	settleWritten
	stepCount
)

var stepNames = [stepCount]string{"never", "before the claim", "after the claim's write, before its answer",
	"after the claim", "during the call of SES, before it has taken the mail", "after SES has taken the mail, before its answer",
	"after SES's answer, before the outcome is written", "after the outcome's write, before its answer"}

func (s step) String() string { return stepNames[s] }

// copies tells whether SES has the mail and no record says so: the one cause of a
// second copy.
func (s step) copies() bool { return s == handedOver || s == beforeSettle }

// fate is what becomes of one process.
type fate struct {
	dies   step
	at     map[step]func() // happens at that step, before the process goes on
	says   verdict         // SES's answer to this process; nil: as SES is
	faults dynamotest.Plan // of its connection to the database
	// ended takes over what the database has not got yet, and how the process ended.
	ended func(*dynamotest.Faults, error)
}

// process is one run of the sender with connections of its own. Once it is dead
// nothing of it reaches anybody.
type process struct {
	invite.Outbox
	world  *world
	fate   fate
	faults *dynamotest.Faults
	ctx    context.Context
	cancel context.CancelFunc

	mu    sync.Mutex
	phase phase
	dead  bool
}

// phase is the call that a request on the wire is of.
type phase int

const (
	reading phase = iota
	claiming
	settling
	handing
)

var errDead = errors.New("the process is dead")

// start starts a sender, composed as shared/app/send does it.
func (w *world) start(f fate) *process {
	p := &process{world: w, fate: f, faults: dynamotest.NewFaults(f.faults)}
	p.ctx, p.cancel = context.WithCancel(w.t.Context())
	options := w.client.Options()
	options.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.Backoff = retry.BackoffDelayerFunc(noDelay) })
	store := w.newStore(dynamodb.New(options, p.faults.Attach, func(o *dynamodb.Options) { o.HTTPClient = wire{p, o.HTTPClient, false} }))
	switch f.dies {
	case handingOver:
		p.fate.says = cutBefore
	case handedOver:
		if f.says == nil {
			p.fate.says = cutAfter
		}
	}
	provider := ses.New(ses.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String(w.ses.address()),
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
		HTTPClient:  wire{p, &http.Client{Transport: w.wires}, true},
	})
	p.Outbox = invite.Outbox{
		Store:    phased{store, p},
		Settings: &invite.CachedSettings{From: store, Now: w.clock},
		Standing: store,
		Keys:     secrets.Open(w.secret, "link-key", w.clock),
		OptOut:   secrets.Open(w.secret, "opt-out-key", w.clock),
		Mailer:   mail.NewSES(provider, mail.Config{PlatformSender: platform}),
		LinkBase: linkBase,
		Caps:     &invite.Caps{Store: store, Recipient: w.caps.Recipient, Tenant: w.caps.Tenant},
		Owner:    rand.Text,
		Pace:     invite.NewPace(mailsPerSecond / invite.Senders),
		Now:      w.clock,
		Wait:     w.wait,
	}
	return p
}

func noDelay(int, error) (time.Duration, error) { return 0, nil }

// deliver is what the stream causes; inv is its image.
func (p *process) deliver(inv *invite.Invite) error { return p.end(p.Deliver(p.ctx, inv)) }

// redeliver is what the schedule causes.
func (p *process) redeliver(k invite.Key) error { return p.end(p.Redeliver(p.ctx, k)) }

func (p *process) end(err error) error {
	if p.fate.ended != nil {
		p.fate.ended(p.faults, err)
	}
	return err
}

func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = true
	p.cancel()
}

// reach fails where the process is dead, and from then on.
func (p *process) reach(s step) error {
	if do := p.fate.at[s]; do != nil {
		do()
	}
	if s != never && s == p.fate.dies {
		p.kill()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return errDead
	}
	return nil
}

func (p *process) enter(ph phase) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.phase = ph
}

// phased tells a process which call of its store the requests on the wire are of.
type phased struct {
	*dynamo.Store
	p *process
}

func (s phased) Claim(ctx context.Context, c invite.Claim) (*invite.Invite, error) {
	s.p.enter(claiming)
	defer s.p.enter(reading)
	return s.Store.Claim(ctx, c)
}

func (s phased) Remind(ctx context.Context, c invite.Claim) (*invite.Invite, error) {
	s.p.enter(claiming)
	defer s.p.enter(reading)
	return s.Store.Remind(ctx, c)
}

func (s phased) Settle(ctx context.Context, t invite.Settlement) (*invite.Invite, error) {
	s.p.enter(settling)
	defer s.p.enter(reading)
	return s.Store.Settle(ctx, t)
}

// wire is a connection of a process: each request and each answer is a step.
type wire struct {
	p     *process
	next  aws.HTTPClient
	toSES bool
}

func (c wire) Do(r *http.Request) (*http.Response, error) {
	c.p.mu.Lock()
	ph := c.p.phase
	c.p.mu.Unlock()
	switch {
	case c.toSES:
		ph = handing
	case strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetItem"):
		ph = reading // what a claim writes on
	}
	before, after := never, never
	switch ph {
	case claiming:
		before, after = beforeClaim, claimWritten
	case handing:
		before, after = beforeHandOver, handedOver
		if c.p.fate.dies == handingOver {
			after = handingOver
		}
		c.p.world.ses.expect(r, c.p.fate.says)
	case settling:
		before, after = beforeSettle, settleWritten
	}
	if err := c.p.reach(before); err != nil {
		return nil, err
	}
	response, err := c.next.Do(r)
	if dead := c.p.reach(after); dead != nil {
		if err == nil {
			response.Body.Close()
		}
		return nil, dead
	}
	return response, err
}
