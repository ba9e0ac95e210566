package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"invites/infra/local/bridge"
	"invites/infra/local/deploy"
	"invites/infra/local/docs"
	"invites/infra/local/gateway"
	"invites/infra/local/mailbox"
	"invites/infra/local/ministack"
	"invites/infra/local/pool"
	"invites/infra/local/process"
	"invites/infra/local/seed"
	"invites/infra/local/senders"
	"invites/infra/local/stack"
	"invites/infra/local/tools"
	"invites/infra/local/zone"
	"invites/shared/dns/dnstest"
)

// stackName is the deployed stack's.
const stackName = "invites-local"

// platformSender is the one of parameters.txt.
const platformSender = "invites@platform.example"

// starting is a stack on its way up, and what has to be ended again.
type starting struct {
	place
	progress *progress
	// fail ends the whole stack because one of its parts ended.
	fail func(error)
	ends []func()
}

// onEnd adds what end will do, the last first.
func (s *starting) onEnd(f func()) { s.ends = append(s.ends, f) }

func (s *starting) end() {
	for len(s.ends) > 0 {
		last := s.ends[len(s.ends)-1]
		s.ends = s.ends[:len(s.ends)-1]
		last()
	}
}

// start brings every part up, in the order in which they need each other.
func (s *starting) start(ctx context.Context) (stack.Info, error) {
	var none stack.Info
	logs, err := s.logs("tools", "web", "build", "ministack", "deploy", "gateway")
	if err != nil {
		return none, err
	}
	front, err := listen(s.port, "PORT=")
	if err != nil {
		return none, err
	}
	s.onEnd(func() { closeAll(front) })
	product, err := listen(s.port+1, "PORT= (the demo product takes the port after it)")
	if err != nil {
		return none, err
	}
	s.onEnd(func() { closeAll(product) })
	if err := free(s.awsPort, "AWS_PORT="); err != nil {
		return none, err
	}

	names, err := dnstest.Start(&dnstest.Zone{})
	if err != nil {
		return none, err
	}
	s.onEnd(func() { _ = names.Close() })

	deployment := deploy.Deployment{
		Root: s.root, Work: s.local("sam"), Stack: stackName, Log: logs["build"],
		Values: deploy.Values{
			Architecture: deploy.Architecture(), Origin: s.origin(), Product: s.place.product(), ProductHost: s.productHost(),
			Examples: s.examples(), ExamplesHost: s.examplesHost(), DNS: names.Address(),
		},
	}
	web := s.web(logs["web"])
	venv, err := s.prepare(ctx, &deployment, web, logs["tools"])
	if err != nil {
		return none, err
	}
	gate, sesAddress, err := s.startSES(names.Zone, logs["gateway"])
	if err != nil {
		return none, err
	}
	mails, local, err := s.startAWS(ctx, deployment, venv, sesAddress, logs["ministack"])
	if err != nil {
		return none, err
	}

	done := s.progress.step("sam deploy of template.yaml")
	deployment.Log = logs["deploy"]
	outputs, err := deployment.Run(ctx, local.Endpoint())
	if err != nil {
		return none, err
	}
	done()
	cfg := ministack.Config(local.Endpoint())
	archives, err := bridge.Events(ctx, cfg, stackName)
	if err != nil {
		return none, fmt.Errorf("event buses: %w", err)
	}
	outputs["EventArchiveArn"] = archives["EventArchive"] // as in AWS
	api, err := bridge.Build(ctx, cfg, stackName)
	if err != nil {
		return none, fmt.Errorf("give the API its routes: %w", err)
	}
	s.progress.say("API %s: %d routes from the template's own Body", api.ID, api.Routes)

	info := stack.Info{
		API: s.origin(), Console: s.origin() + "/console/", Mailbox: s.origin() + "/mailbox/", Product: s.place.product(),
		Docs: s.origin() + "/docs/", DNS: s.origin() + "/dns/", AWSEndpoint: local.Endpoint(), Region: ministack.Region, Stack: stackName, APIID: api.ID,
		Table: outputs["TableName"], UserPoolID: outputs["UserPoolId"], ClientID: outputs["UserPoolClientId"],
		Outputs: outputs,
	}
	errorLog := log.New(logs["gateway"], "", log.LstdFlags)
	people := pool.New(cfg, info.UserPoolID, info.ClientID)
	if info.Tenants, err = seed.Users(ctx, people); err != nil {
		return none, err
	}
	if info.Service, err = seed.Service(ctx, people, outputs["ServiceClientId"], local.Endpoint()); err != nil {
		return none, err
	}
	senders := []string{platformSender}
	for _, tenant := range info.Tenants {
		senders = append(senders, tenant.Sender)
	}
	if err := seed.Senders(ctx, cfg, outputs["NoticesTopicArn"], senders...); err != nil {
		return none, err
	}
	gate.Publish(outputs["NoticesTopicArn"])
	pages := newProduct(info, errorLog)
	page, err := s.startConsole(ctx, info, people, pages, mails, gate, web.Part(), errorLog)
	if err != nil {
		return none, err
	}
	document, err := docs.Handler(filepath.Join(s.root, "docs", "openapi.yaml"), web.Renderer(), info.API)
	if err != nil {
		return none, err
	}
	handler, err := gateway.New(gateway.Options{
		Endpoint: local.Endpoint(), APIHost: local.APIHost(api.ID), CORS: api.CORS,
		Mailbox: mails.Handler(), Console: page, Docs: document, DNS: zone.Handler(names.Zone), Log: errorLog,
	})
	if err != nil {
		return none, err
	}
	s.serveHTTP(front, handler, errorLog)
	s.serveHTTP(product, pages.Handler(), errorLog)
	if err := seed.Settings(ctx, info.API, info.Product, people, names.Zone, info.Tenants); err != nil {
		return none, err
	}
	s.progress.say("seeded %d tenants", len(info.Tenants))
	return info, ctx.Err()
}

// prepare makes the tools and the console's part and compiles the Lambdas, at the same
// time.
func (s *starting) prepare(ctx context.Context, d *deploy.Deployment, web tools.Web, log *os.File) (tools.Venv, error) {
	var venv tools.Venv
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error {
		done := s.progress.step("tools (SAM CLI, MiniStack, cfn-lint; a minute the first time)")
		var err error
		if venv, err = s.ensureTools(ctx, log); err != nil {
			return err
		}
		done()
		return nil
	})
	work.Go(func() error {
		done := s.progress.step("compile the Lambdas")
		if err := d.Warm(ctx); err != nil {
			return err
		}
		done()
		return nil
	})
	work.Go(func() error {
		done := s.progress.step("build <pending-invites>")
		if err := web.Build(ctx); err != nil {
			return err
		}
		done()
		return nil
	})
	err := work.Wait()
	d.Sam, d.Path = venv.Bin("sam"), venv.Path()
	return venv, err
}

func (p place) ensureTools(ctx context.Context, log *os.File) (tools.Venv, error) {
	return tools.Ensure(ctx, p.local("venv"), filepath.Join(p.root, "infra", "local", "requirements.txt"), log)
}

func (p place) web(log *os.File) tools.Web { return tools.NewWeb(p.root, log) }

// startAWS starts the mailbox and MiniStack while sam builds.
func (s *starting) startAWS(ctx context.Context, d deploy.Deployment, venv tools.Venv, sesAddress string, log *os.File) (*mailbox.Store, *ministack.MiniStack, error) {
	mails := &mailbox.Store{}
	smtp, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	// The mailbox outlives MiniStack, so that no mail is lost on the way out.
	serving, stop := context.WithCancel(context.Background())
	s.onEnd(stop)
	go func() {
		if err := mails.Serve(serving, smtp, nil); err != nil {
			s.fail(err)
		}
	}()
	lock, err := process.Acquire(s.ministackLock())
	if err != nil {
		return nil, nil, fmt.Errorf("MiniStack of an earlier run still lives: end it with make down: %w", err)
	}
	s.onEnd(lock.Release)

	var local *ministack.MiniStack
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error {
		done := s.progress.step("sam build")
		if err := d.Build(ctx); err != nil {
			return err
		}
		done()
		return nil
	})
	work.Go(func() error {
		done := s.progress.step("MiniStack")
		var err error
		local, err = ministack.Start(ctx, ministack.Options{
			Bin: venv.Bin("ministack"), Path: venv.Path(), Home: s.local("ministack"), Port: s.awsPort,
			SMTPPort: smtp.Addr().(*net.TCPAddr).Port, SES: sesAddress, Log: log, Lock: lock,
		})
		if err == nil {
			done()
		}
		return err
	})
	err = work.Wait()
	if local != nil {
		s.onEnd(local.Stop)
		go func() {
			<-local.Done()
			s.fail(fmt.Errorf("MiniStack ended by itself: see %s", log.Name()))
		}()
	}
	return mails, local, err
}

// startSES opens the gate that the Lambdas' calls of SES go through.
func (s *starting) startSES(names *dnstest.Zone, errors *os.File) (gate *senders.Gate, address string, err error) {
	errorLog := log.New(errors, "", log.LstdFlags)
	if gate, err = senders.New(ministack.Config(ministack.Endpoint(s.awsPort)), names, errorLog); err != nil {
		return nil, "", err
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	s.serveHTTP([]net.Listener{listener}, gate, errorLog)
	return gate, "http://" + listener.Addr().String(), nil
}

// serveHTTP serves until the end; a server that ends before takes the stack with it.
func (s *starting) serveHTTP(listeners []net.Listener, handler http.Handler, errorLog *log.Logger) {
	server := &http.Server{Handler: handler, ErrorLog: errorLog, ReadHeaderTimeout: 10 * time.Second}
	for _, listener := range listeners {
		go func() {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				s.fail(fmt.Errorf("serve %s: %w", listener.Addr(), err))
			}
		}()
	}
	s.onEnd(func() { server.Close() })
}

func (s *starting) logs(names ...string) (map[string]*os.File, error) {
	files := map[string]*os.File{}
	for _, name := range names {
		file, err := s.log(name)
		if err != nil {
			return nil, fmt.Errorf("open the log: %w", err)
		}
		s.onEnd(func() { file.Close() })
		files[name] = file
	}
	return files, nil
}

func closeAll(listeners []net.Listener) {
	for _, listener := range listeners {
		listener.Close()
	}
}
