// Package deploy builds the Lambdas and deploys the unchanged template with the
// SAM CLI, as for AWS: Build, then Run. Warm compiles ahead what Build will need.
package deploy

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"text/template"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"invites/infra/local/ministack"
	"invites/infra/local/process"
)

// goFlags are what a Lambda is built with: no RPC mode, no paths of the build
// machine, no symbol tables.
const goFlags = `-tags=lambda.norpc -trimpath '-ldflags=-s -w'`

// Deployment is one deployment from a working tree.
type Deployment struct {
	// Root is the repository, Work a folder of the deployment's own.
	Root, Work string
	// Sam is the SAM CLI, Path the folder of its Python.
	Sam, Path string
	Stack     string
	Values    Values
	Log       *os.File
}

// Values is what parameters.txt may refer to.
type Values struct {
	Architecture, Origin, Product, ProductHost, Examples, ExamplesHost, DNS string
}

// Architecture is the host's, in the words of Lambda.
func Architecture() string {
	if runtime.GOARCH == "amd64" {
		return "x86_64"
	}
	return runtime.GOARCH
}

// environ is the whole environment of the Go compiler and of sam: an AWS client
// of the local account with a home of its own, and the developer's Go caches.
func (d Deployment) environ(ctx context.Context, endpoint string) ([]string, error) {
	home := filepath.Join(d.Work, "home")
	if err := os.MkdirAll(filepath.Join(home, "tmp"), 0o755); err != nil {
		return nil, err
	}
	names := []string{"GOPATH", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GOTOOLCHAIN"}
	cmd := exec.CommandContext(ctx, "go", append([]string{"env"}, names...)...)
	cmd.Dir = d.Root
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	environ := append(ministack.ClientEnviron(endpoint, home, d.Path),
		"GOFLAGS="+goFlags, "CGO_ENABLED=0", "SAM_CLI_TELEMETRY=0")
	for i, value := range strings.Split(strings.TrimSuffix(string(out), "\n"), "\n") {
		environ = append(environ, names[i]+"="+value)
	}
	for _, name := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR"} { // where Go fetches modules
		if value, ok := os.LookupEnv(name); ok {
			environ = append(environ, name+"="+value)
		}
	}
	return environ, nil
}

// Warm compiles every package of the Lambdas into Go's build cache, so that Build
// only links.
func (d Deployment) Warm(ctx context.Context) error {
	environ, err := d.environ(ctx, "")
	if err != nil {
		return err
	}
	compiler, err := exec.LookPath("go")
	if err != nil {
		return err
	}
	err = process.Run(ctx, process.Spec{
		Path: compiler, Args: []string{"list", "-export", "-f", "{{/* for what it compiles */}}", "./functions/..."}, Dir: d.Root,
		Env: append(environ, "GOOS=linux"), Log: d.Log,
	})
	return d.explain(ctx, err, "the Lambdas do not compile")
}

// Build runs sam build.
func (d Deployment) Build(ctx context.Context) error {
	// Not --cached: that looks for changes in a function's own folder only, not in shared/.
	return d.sam(ctx, "", "build", "--template", filepath.Join(d.Root, "template.yaml"),
		"--build-dir", d.buildDir(), "--parallel", "--parameter-overrides", "Architecture="+d.Values.Architecture)
}

// Run runs sam deploy against the AWS at endpoint and returns the stack's outputs.
func (d Deployment) Run(ctx context.Context, endpoint string) (map[string]string, error) {
	overrides, err := d.overrides()
	if err != nil {
		return nil, err
	}
	args := []string{"deploy", "--template-file", filepath.Join(d.buildDir(), "template.yaml"),
		"--stack-name", d.Stack, "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND",
		"--no-confirm-changeset", "--no-progressbar", "--parameter-overrides"}
	if err := d.sam(ctx, endpoint, append(args, overrides...)...); err != nil {
		return nil, err
	}
	return d.outputs(ctx, endpoint)
}

func (d Deployment) buildDir() string { return filepath.Join(d.Work, "build") }

func (d Deployment) sam(ctx context.Context, endpoint string, args ...string) error {
	environ, err := d.environ(ctx, endpoint)
	if err != nil {
		return err
	}
	// The section of samconfig.toml that does not exist: its others are for AWS.
	args = append(args, "--config-env", "local")
	fmt.Fprintf(d.Log, "\n$ sam %s\n", strings.Join(args, " "))
	err = process.Run(ctx, process.Spec{Path: d.Sam, Args: args, Dir: d.Root, Env: environ, Log: d.Log})
	return d.explain(ctx, err, "sam "+args[0]+" failed")
}

// compilerError is a line of the Go compiler, such as "shared/app/app.go:3:1: what".
var compilerError = regexp.MustCompile(`^\S+\.go:\d+:\d+: `)

// longest is what a reason may have of one line, in bytes.
const longest = 200

// explain says where to read on, with the last line in which the program named its error.
func (d Deployment) explain(ctx context.Context, err error, what string) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	reason := ""
	if text, err := os.ReadFile(d.Log.Name()); err == nil {
		for line := range strings.Lines(string(text)) {
			if said, ok := strings.CutPrefix(line, "Error: "); ok || compilerError.MatchString(line) {
				said = strings.ToValidUTF8(said[:min(len(said), longest)], "")
				reason = ": " + strings.TrimSpace(said)
			}
		}
	}
	return fmt.Errorf("%s%s (see %s)", what, reason, d.Log.Name())
}

// overrides reads parameters.txt.
func (d Deployment) overrides() ([]string, error) {
	parsed, err := template.ParseFiles(filepath.Join(d.Root, "infra", "local", "parameters.txt"))
	if err != nil {
		return nil, fmt.Errorf("read the local parameters: %w", err)
	}
	var text bytes.Buffer
	if err := parsed.Execute(&text, d.Values); err != nil {
		return nil, fmt.Errorf("read the local parameters: %w", err)
	}
	var overrides []string
	for line := range strings.Lines(text.String()) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		overrides = append(overrides, line)
	}
	return overrides, nil
}

func (d Deployment) outputs(ctx context.Context, endpoint string) (map[string]string, error) {
	cfn := cloudformation.NewFromConfig(ministack.Config(endpoint))
	described, err := cfn.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &d.Stack})
	if err != nil || len(described.Stacks) != 1 {
		return nil, fmt.Errorf("describe the stack %s: %w", d.Stack, err)
	}
	outputs := map[string]string{}
	for _, output := range described.Stacks[0].Outputs {
		outputs[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
	}
	return outputs, nil
}
