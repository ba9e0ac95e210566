package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

// patience bounds one start.
const patience = 30 * time.Second

// runtimeAPI is the least of Lambda's runtime interface, and of the AWS that an
// init talks to: the endpoint that is warmed and the secret with a key.
type runtimeAPI struct {
	server  *http.Server
	address string
	asked   chan time.Time // when a Lambda asked for its first event
}

func newRuntimeAPI() (*runtimeAPI, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &runtimeAPI{address: l.Addr().String(), asked: make(chan time.Time, 1)}
	a.server = &http.Server{Handler: http.HandlerFunc(a.serve), ReadHeaderTimeout: patience}
	go func() { _ = a.server.Serve(l) }() // ends with close
	return a, nil
}

func (a *runtimeAPI) close() { _ = a.server.Close() }

func (a *runtimeAPI) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, "/runtime/invocation/next"):
		select {
		case a.asked <- time.Now():
		default:
		}
		<-r.Context().Done() // there is no event; the process is ended
	case strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetSecretValue"):
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		fmt.Fprintf(w, `{"SecretString":"{\"version\":\"1\",\"key\":\"%s\"}"}`, strings.Repeat("k", 64))
	default:
		fmt.Fprintln(w, "healthy")
	}
}

// start runs a Lambda in a clean environment until it asks for its first event,
// and returns how long that took and what it wrote to its standard error.
func (a *runtimeAPI) start(ctx context.Context, binary string, trace bool) (time.Duration, string, error) {
	select {
	case <-a.asked:
	default:
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = a.environment()
	if trace {
		cmd.Env = append(cmd.Env, "GODEBUG=inittrace=1")
	}
	cmd.Stderr, cmd.Stdout = &said, io.Discard
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case at := <-a.asked:
		_ = cmd.Process.Kill()
		<-ended
		return at.Sub(began), said.String(), nil
	case err := <-ended:
		return 0, "", fmt.Errorf("ended before it asked for an event: %w: %s", err, said.String())
	case <-time.After(patience):
		_ = cmd.Process.Kill()
		<-ended
		return 0, "", errors.New("never asked for an event")
	}
}

func (a *runtimeAPI) environment() []string {
	env := []string{
		"AWS_LAMBDA_RUNTIME_API=" + a.address, "AWS_ENDPOINT_URL=http://" + a.address,
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench",
		"INVITES_TIMER_SHARDS=4", "INVITES_ENDED_RETENTION_DAYS=30", "INVITES_EXPIRED_RETENTION_DAYS=180",
	}
	for _, name := range []string{"TABLE", "TENANT_CLAIM", "PERMISSIONS_CLAIM", "REQUIRED_PERMISSION", "SETTINGS_PERMISSION",
		"SERVICE_PERMISSION", "SERVICE_CLIENTS", "INVITER_NAME_CLAIM", "INVITER_EMAIL_CLAIM", "CURSOR_KEY_SECRET", "LINK_KEY_SECRET",
		"LINK_BASE_URL", "SEND_FUNCTION", "PLATFORM_SENDER"} {
		env = append(env, "INVITES_"+name+"=bench")
	}
	return env
}
