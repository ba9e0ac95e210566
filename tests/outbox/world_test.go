package outbox

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"invites/shared/dynamo"
	"invites/shared/dynamo/dynamotest"
	"invites/shared/idn"
	"invites/shared/invite"
	"invites/shared/secrets"
)

const (
	tenant       = invite.TenantID("acme")
	tenantSender = "noreply@acme.example"
	platform     = "noreply@platform.example"
	linkBase     = "https://links.example"
	// mailsPerSecond is the default of the stack's parameter.
	mailsPerSecond = 14.0
)

// begin is far from the present, so that no clock of the database's own matters.
var begin = time.Date(2050, 3, 1, 10, 20, 30, 456_000_000, time.UTC)

var retention = invite.Retention{Ended: 30 * 24 * time.Hour, Expired: 180 * 24 * time.Hour}

// world is the service on a table of its own, at a time of its own.
type world struct {
	t       *testing.T
	client  *dynamodb.Client
	config  dynamo.Config
	store   *dynamo.Store
	service *invite.Service
	secret  *linkKeySecret
	ses     *provider
	wires   *http.Transport
	// onWait happens when the service waits for a mail that is on its way.
	onWait func()
	// fates decides what becomes of a mail that the schedule has sent; nil: nothing.
	fates  func(invite.Key) fate
	window time.Duration
	// reminders is whether the tenant has them.
	reminders bool
	// caps are how many mails a day may see.
	caps invite.Caps

	mu  sync.Mutex
	now time.Time
}

// newWorld returns a world whose schedule has worked until now. At the test's end
// it checks what no mail may ever be, see provider.check.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, client: dynamotest.Start(t), secret: &linkKeySecret{version: 1}, window: invite.DefaultWindow,
		now:   begin,
		caps:  invite.Caps{Recipient: 200, Tenant: 50_000}, // the stack's defaults
		wires: &http.Transport{MaxIdleConnsPerHost: 64},
	}
	w.config = dynamo.Config{
		Table: dynamotest.CreateTable(t), Shards: 1,
		Defaults: w.settings, AttemptTime: 5 * time.Minute,
		Random: func(b []byte) { _, _ = rand.Read(b) },
		Wait:   func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	w.store = w.newStore(w.client)
	w.service = &invite.Service{
		Store: w.store, Settings: w.store, Standing: w.store, Retention: retention, ToASCII: idn.ToASCII, Now: w.clock, Random: w.config.Random,
		Wait: func(ctx context.Context, d time.Duration) error {
			w.advance(d)
			if w.onWait != nil {
				w.onWait()
			}
			return ctx.Err()
		},
	}
	w.ses = newProvider(t)
	t.Cleanup(w.wires.CloseIdleConnections)
	t.Cleanup(func() { w.ses.check(t) })
	w.begin()
	return w
}

// swept are the records that the first sweep of an empty table leaves.
var swept struct {
	sync.Mutex
	items []map[string]types.AttributeValue
}

// begin puts the table where a schedule that has worked all the time leaves it. The
// first sweep of a table walks over a month of hours, so one is made for all tables.
func (w *world) begin() {
	w.t.Helper()
	swept.Lock()
	defer swept.Unlock()
	for _, item := range swept.items {
		if _, err := w.client.PutItem(w.t.Context(), &dynamodb.PutItemInput{TableName: &w.config.Table, Item: item}); err != nil {
			w.t.Fatal(err)
		}
	}
	if done := w.sweep(); !done.Finished {
		w.t.Fatalf("the first sweep: %+v", done)
	}
	if swept.items != nil {
		return
	}
	out, err := w.client.Scan(w.t.Context(), &dynamodb.ScanInput{TableName: &w.config.Table})
	if err != nil || len(out.Items) == 0 {
		w.t.Fatalf("what the first sweep left: %v", err)
	}
	swept.items = out.Items
}

func (w *world) newStore(client *dynamodb.Client) *dynamo.Store {
	s, err := dynamo.New(client, w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) settings(invite.TenantID) invite.Settings {
	return invite.Settings{Name: "Acme", Sender: tenantSender, Domain: invite.SenderDomain{State: invite.SenderVerified},
		ExpiresIn: w.window, TimeZone: "UTC", Roles: invite.DefaultRoles, Locale: "en", Reminders: w.reminders}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// moveTo moves the clock on, never back.
func (w *world) moveTo(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.After(w.now) {
		w.now = t
	}
}

// wait is how a sender sleeps, alone on its world.
func (w *world) wait(ctx context.Context, d time.Duration) error {
	w.advance(d)
	return ctx.Err()
}

// pass lets time pass, with the schedule's run at the end of every minute.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	for range d / time.Minute {
		w.advance(time.Minute)
		w.sweep()
	}
}

func (w *world) sweep() invite.Swept {
	w.t.Helper()
	s := invite.Sweeper{Store: w.store, Redriver: w, Retention: retention, Now: w.clock}
	done, err := s.Sweep(w.t.Context(), w.clock().Add(time.Minute))
	if err != nil {
		w.t.Fatal(err)
	}
	return done
}

// sendersAtOnce is how many mails are sent side by side.
const sendersAtOnce = 8

// Redrive implements invite.Redriver. As in AWS nobody learns what became of it.
func (w *world) Redrive(_ context.Context, keys []invite.Key) error {
	together(keys, func(k invite.Key) {
		f := fate{}
		if w.fates != nil {
			f = w.fates(k)
		}
		_ = w.start(f).redeliver(k)
	})
	return nil
}

// together does the same to all, a few at a time.
func together[T any](all []T, do func(T)) {
	slots := make(chan struct{}, sendersAtOnce)
	var wg sync.WaitGroup
	for _, one := range all {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			do(one)
		})
	}
	wg.Wait()
}

var serial atomic.Uint64

// request is an admin's, with a key that was not used before.
func request() (r invite.Request) {
	r = invite.Request{Tenant: tenant, Actor: invite.Person{ID: "u-1", Name: "Olga", Email: "olga@acme.example"}}
	binary.BigEndian.PutUint64(r.Op.ID[:], serial.Add(1))
	r.Op.Keyed = true
	return r
}

// invite invites a new address and returns the record as the stream shows it.
func (w *world) invite() *invite.Invite {
	w.t.Helper()
	inv, err := w.service.Create(w.t.Context(), request(), invite.New{Email: fmt.Sprintf("bob.%d@example.com", serial.Add(1))})
	if err != nil {
		w.t.Fatal(err)
	}
	return inv
}

// resend tells the provider which links are dead from now on.
func (w *world) resend(inv *invite.Invite) (*invite.Invite, error) {
	next, err := w.service.Resend(w.t.Context(), request(), string(inv.ID()), nil, "")
	if err == nil {
		w.ses.acknowledged(next)
	}
	return next, err
}

func (w *world) cancel(inv *invite.Invite) error {
	_, err := w.service.Cancel(w.t.Context(), request(), string(inv.ID()), nil)
	return err
}

// row is the record as it is.
func (w *world) row(inv *invite.Invite) *invite.Invite {
	w.t.Helper()
	now, err := w.store.Get(w.t.Context(), inv.Key)
	if err != nil {
		w.t.Fatal(err)
	}
	return now
}

// says checks what the row tells an admin of the newest mail.
func (w *world) says(t *testing.T, inv *invite.Invite, status invite.MailStatus, reason string) {
	t.Helper()
	if got, why, _ := w.row(inv).Delivery(w.clock()); got != status || why != reason {
		t.Errorf("the row says %q %q, want %q %q", got, why, status, reason)
	}
}

// arrived checks that the newest mail of an invite has arrived in so many copies
// with one link, that its row says so and that the link can be accepted. It uses
// the link up.
func (w *world) arrived(t *testing.T, inv *invite.Invite, copies int) {
	t.Helper()
	row := w.row(inv)
	mails := w.ses.of(row)
	if len(mails) != copies {
		t.Fatalf("%d copies of mail %d arrived, want %d; the row says %+v", len(mails), row.Seq, copies, row.Mail)
	}
	w.says(t, inv, invite.MailSent, "")
	last := mails[len(mails)-1]
	if row.Mail.MessageID != last.id || row.Mail.Sender != last.source || row.LastSentAt.IsZero() {
		t.Errorf("the row says %+v at %v, want message %s from %s", row.Mail, row.LastSentAt, last.id, last.source)
	}
	got, _, err := w.service.Accept(t.Context(), last.token)
	if err != nil || got.Status != invite.Accepted {
		t.Errorf("accept by the mail's link: %v", err)
	}
}

// dead checks that a link opens nothing.
func (w *world) dead(t *testing.T, token string) {
	t.Helper()
	if _, err := w.service.Look(t.Context(), token); invite.KindOf(err) != invite.LinkDead {
		t.Errorf("a superseded link: got %v, want %s", err, invite.LinkDead)
	}
}

// linkKeySecret is the link key's secret in Secrets Manager, and that of opt-out links.
type linkKeySecret struct {
	mu      sync.Mutex
	version int
}

// rotate gives it a new version and keeps the ones before.
func (s *linkKeySecret) rotate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
}

func (s *linkKeySecret) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id := aws.ToString(in.SecretId); id == "opt-out-key" {
		return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(fmt.Sprintf(`{"version":"1","key":"%064d"}`, 9))}, nil
	} else if id != "link-key" {
		return nil, errors.New("no such secret")
	}
	key := func(version int) string { return fmt.Sprintf("%064d", version) }
	previous := ""
	for v := 1; v < s.version; v++ {
		if v > 1 {
			previous += ","
		}
		previous += fmt.Sprintf("%q:%q", fmt.Sprint(v), key(v))
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(fmt.Sprintf(
		`{"version":"%d","key":%q,"previous":{%s}}`, s.version, key(s.version), previous))}, nil
}

var _ secrets.Client = (*linkKeySecret)(nil)
