// Package ministack runs MiniStack, the local AWS, with IAM enforced and on
// loopback only. Start it, use Config for SDK clients, and Stop it.
package ministack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"invites/infra/local/process"
)

const (
	// Region is the one MiniStack takes for granted in its own defaults.
	Region = "us-east-1"
	// rootKey is the id and the secret of MiniStack's root user.
	rootKey = "test"
	// host is the only interface anything here listens on.
	host = "127.0.0.1"
)

// Options say how to start it.
type Options struct {
	// Bin is the ministack program, Path the folder of its Python.
	Bin, Path string
	// Home is a folder of its own for temporary and home files; it is emptied first.
	Home string
	Port int
	// SMTPPort is where it relays every raw mail to.
	SMTPPort int
	// SES is the endpoint that the Lambdas call for SES.
	SES string
	Log *os.File
	// Lock is held by the process as long as it lives.
	Lock *process.Lock
}

// MiniStack is a running local AWS.
type MiniStack struct {
	*process.Process
	port int
	log  string
}

// Endpoint is its URL for AWS clients.
func (m *MiniStack) Endpoint() string { return Endpoint(m.port) }

// Endpoint is the URL of a MiniStack on the port.
func Endpoint(port int) string { return fmt.Sprintf("http://%s:%d", host, port) }

// APIHost is the host name under which it serves the API with this id.
func (m *MiniStack) APIHost(id string) string {
	return fmt.Sprintf("%s.execute-api.localhost:%d", id, m.port)
}

// Config is for SDK clients that act as the account's root user, as whoever
// deploys the stack may.
func Config(endpoint string) aws.Config {
	return aws.Config{
		Region:       Region,
		BaseEndpoint: aws.String(endpoint),
		Credentials:  credentials.NewStaticCredentialsProvider(rootKey, rootKey, ""),
		HTTPClient:   &http.Client{Timeout: 5 * time.Minute},
	}
}

// Environ is the whole environment of MiniStack. Its Lambdas inherit it, so it
// holds nothing of the developer's own: no credentials, proxies or certificate
// bundles.
func Environ(o Options) []string {
	return append(ClientEnviron(Endpoint(o.Port), o.Home, o.Path),
		"GATEWAY_PORT="+strconv.Itoa(o.Port),
		"BIND_HOST="+host,
		"MINISTACK_REGION="+Region,
		"AUTH=true",
		"SMTP_HOST="+host+":"+strconv.Itoa(o.SMTPPort),
		"AWS_ENDPOINT_URL_SES="+o.SES,
		// Otherwise a second port listens on every interface.
		"IOT_MTLS_ENABLED=0",
		"SFTP_ENABLED=0",
		// Functions run as host processes; a Docker daemon, if there is one, is not asked.
		"LAMBDA_EXECUTOR=local",
		"DOCKER_HOST=unix://"+filepath.Join(o.Home, "no-docker.sock"),
	)
}

// ClientEnviron is the whole environment of a program that talks to the local
// AWS at endpoint as its root user, with a home folder of its own.
func ClientEnviron(endpoint, home, path string) []string {
	return []string{
		"PATH=" + path + string(os.PathListSeparator) + os.Getenv("PATH"),
		"HOME=" + home,
		"TMPDIR=" + filepath.Join(home, "tmp"),
		"LANG=C.UTF-8",
		"AWS_ENDPOINT_URL=" + endpoint,
		"AWS_REGION=" + Region,
		"AWS_DEFAULT_REGION=" + Region,
		"AWS_ACCESS_KEY_ID=" + rootKey,
		"AWS_SECRET_ACCESS_KEY=" + rootKey,
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// Start starts MiniStack and waits until it answers. Its state is in memory:
// every start is a new, empty account.
func Start(ctx context.Context, o Options) (*MiniStack, error) {
	if err := os.RemoveAll(o.Home); err != nil {
		return nil, fmt.Errorf("clear MiniStack's folder: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(o.Home, "tmp"), 0o755); err != nil {
		return nil, fmt.Errorf("make MiniStack's folder: %w", err)
	}
	started, err := process.Start(process.Spec{
		Path: o.Bin, Dir: o.Home, Env: Environ(o), Log: o.Log, Keep: o.Lock.File(),
	})
	if err != nil {
		return nil, err
	}
	m := &MiniStack{Process: started, port: o.Port, log: o.Log.Name()}
	if err := errors.Join(o.Lock.Name(started.PID()), m.waitReady(ctx)); err != nil {
		m.Stop()
		return nil, err
	}
	return m, nil
}

// readyLimit is far more than MiniStack's ten seconds on an idle machine.
const readyLimit = 5 * time.Minute

func (m *MiniStack) waitReady(ctx context.Context) error {
	client := &http.Client{Timeout: readyLimit}
	deadline := time.After(readyLimit)
	for {
		if resp, err := client.Get(m.Endpoint() + "/_ministack/health"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-m.Done():
			return fmt.Errorf("MiniStack ended while starting: see %s", m.log)
		case <-deadline:
			return fmt.Errorf("MiniStack did not answer within %v: see %s", readyLimit, m.log)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
