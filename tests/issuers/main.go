// Issuers runs the OIDC issuers that run on any machine (Keycloak, node-oidc-provider, Ory
// Hydra), each in a temporary folder and on loopback, set up as docs/sign-in.md says, has
// them issue real tokens, and writes what those say to shared/auth/testdata/issuers. The
// tests of shared/auth read them there with the parameter values of that document.
//
//	go run ./tests/issuers [keycloak] [oidc-provider] [hydra]
//
// It is no part of make test: it downloads some 300 MB by mvn, npm and go, and builds
// Hydra with a C compiler.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"

	"invites/infra/local/process"
)

// An issuer of tokens.
type issuer struct {
	name, version string
	// record starts it and records its tokens.
	record func(ctx context.Context, b *bench) error
}

var issuers = []issuer{
	{"keycloak", "Keycloak " + keycloakVersion, keycloak},
	{"oidc-provider", "node-oidc-provider " + providerVersion, provider},
	{"hydra", "Ory Hydra " + hydraVersion, hydra},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, names []string) error {
	if _, err := os.Stat("shared/auth"); err != nil {
		return fmt.Errorf("run it in the project's own folder: %w", err)
	}
	for _, one := range issuers {
		if len(names) > 0 && !slices.Contains(names, one.name) {
			continue
		}
		if err := recordOne(ctx, one); err != nil {
			return fmt.Errorf("%s: %w", one.version, err)
		}
	}
	return nil
}

func recordOne(ctx context.Context, one issuer) (err error) {
	dir, err := os.MkdirTemp("", "issuers-")
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return err
	}
	b := &bench{issuer: one, dir: dir, log: log}
	defer func() {
		b.stop()
		log.Close()
		if err != nil {
			err = fmt.Errorf("%w (its log is %s)", err, log.Name())
			return
		}
		err = os.RemoveAll(dir)
	}()
	return one.record(ctx, b)
}

// bench is where one issuer runs.
type bench struct {
	issuer
	dir     string
	log     *os.File
	running []*process.Process
}

// do runs a program to its end.
func (b *bench) do(ctx context.Context, dir string, env []string, name string, args ...string) error {
	path, err := lookUp(name)
	if err != nil {
		return err
	}
	return process.Run(ctx, process.Spec{Path: path, Args: args, Dir: dir, Env: append(os.Environ(), env...), Log: b.log})
}

// start starts a program that stays, until the end.
func (b *bench) start(dir string, env []string, name string, args ...string) error {
	path, err := lookUp(name)
	if err != nil {
		return err
	}
	// A home of its own, and nothing of the developer's but the way to programs.
	env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + b.dir, "JAVA_HOME=" + os.Getenv("JAVA_HOME")}, env...)
	p, err := process.Start(process.Spec{Path: path, Args: args, Dir: dir, Env: env, Log: b.log})
	if err == nil {
		b.running = append(b.running, p)
	}
	return err
}

func (b *bench) stop() {
	for _, p := range b.running {
		p.Stop()
	}
}

// port is one that is free on loopback.
func port() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
