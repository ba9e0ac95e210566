// Command install puts the pinned DynamoDB Local into .local/dynamodb. It does
// nothing, quickly, when every jar is there with the hash of the lock.
//
//	go run ./shared/dynamo/dynamotest/install                  install what jars.lock says
//	go run ./shared/dynamo/dynamotest/install -relock 3.3.1    write jars.lock for another version first
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"invites/infra/local/tools"
	"invites/shared/dynamo/dynamotest/local"
)

const here = "shared/dynamo/dynamotest/" // below the module's root

func main() {
	relock := flag.String("relock", "", "write jars.lock anew for this version of DynamoDB Local")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := install(ctx, *relock); err != nil {
		fmt.Fprintln(os.Stderr, "install DynamoDB Local:", err)
		os.Exit(1)
	}
}

func install(ctx context.Context, relock string) error {
	root, err := local.Root()
	if err != nil {
		return err
	}
	home, err := local.Home()
	if err != nil {
		return err
	}
	jars := filepath.Join(home, "jars")
	if err := os.MkdirAll(jars, 0o755); err != nil {
		return err
	}
	if relock != "" {
		client, err := newClient(ctx, root, home)
		if err != nil {
			return err
		}
		return client.relock(ctx, relock, jars)
	}
	var missing []local.Jar
	for _, j := range local.Pinned() {
		if !j.Matches(filepath.Join(jars, j.File())) {
			missing = append(missing, j)
		}
	}
	if len(missing) == 0 {
		return prune(jars)
	}
	client, err := newClient(ctx, root, home)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "DynamoDB Local: fetching %d jars\n", len(missing))
	if err := client.fetch(ctx, missing, jars); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "DynamoDB Local: installed in .local/dynamodb")
	return prune(jars)
}

// prune removes what the lock does not name: jars of an older version.
func prune(jars string) error {
	pinned := local.Pinned()
	have, err := os.ReadDir(jars)
	if err != nil {
		return err
	}
	for _, file := range have {
		if !slices.ContainsFunc(pinned, func(j local.Jar) bool { return j.File() == file.Name() }) {
			if err := os.RemoveAll(filepath.Join(jars, file.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// client is the Maven client in its Python environment.
type client struct{ python, script, lock string }

func newClient(ctx context.Context, root, home string) (client, error) {
	log, err := os.Create(filepath.Join(home, "install.log"))
	if err != nil {
		return client{}, err
	}
	defer log.Close()
	fmt.Fprintln(os.Stderr, "DynamoDB Local: preparing its Maven client")
	venv, err := tools.Ensure(ctx, filepath.Join(home, "venv"), filepath.Join(root, here, "install", "requirements.txt"), log)
	return client{
		python: venv.Bin("python"),
		script: filepath.Join(root, here, "install", "fetch.py"),
		lock:   filepath.Join(root, here, "local", "jars.lock"),
	}, err
}

// fetch downloads jars into a folder beside their place and moves in those whose
// hash is right; one that is wrong ends it.
func (c client) fetch(ctx context.Context, jars []local.Jar, folder string) error {
	temp, err := c.download(ctx, jars, folder)
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	for _, j := range jars {
		path := filepath.Join(temp, j.File())
		if !j.Matches(path) {
			return fmt.Errorf("%s does not have the hash of jars.lock", j.Coordinate)
		}
		if err := os.Rename(path, filepath.Join(folder, j.File())); err != nil {
			return err
		}
	}
	return nil
}

func (c client) download(ctx context.Context, jars []local.Jar, folder string) (temp string, err error) {
	temp, err = os.MkdirTemp(filepath.Dir(folder), "fetch-")
	if err != nil {
		return "", err
	}
	var coordinates []string
	for _, j := range jars {
		coordinates = append(coordinates, j.Coordinate)
	}
	cmd := exec.CommandContext(ctx, c.python, c.script, "download", temp)
	cmd.Stdin = strings.NewReader(strings.Join(coordinates, "\n"))
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		os.RemoveAll(temp)
		return "", fmt.Errorf("download the jars (is the Maven repository reachable?): %w", err)
	}
	return temp, nil
}

// relock resolves a version and pins what it is made of by hash.
func (c client) relock(ctx context.Context, version, folder string) error {
	cmd := exec.CommandContext(ctx, c.python, c.script, "resolve", "software.amazon.dynamodb:DynamoDBLocal:"+version)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("resolve version %s: %w", version, err)
	}
	var jars []local.Jar
	for _, coordinate := range strings.Fields(string(out)) {
		jars = append(jars, local.Jar{Coordinate: coordinate})
		// server.xml is read by Jetty's own configuration, which is a jar of its own.
		if v, ok := strings.CutPrefix(coordinate, "org.eclipse.jetty:jetty-server:"); ok {
			jars = append(jars, local.Jar{Coordinate: "org.eclipse.jetty:jetty-xml:" + v})
		}
	}
	temp, err := c.download(ctx, jars, folder)
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	var b strings.Builder
	fmt.Fprintf(&b, "# DynamoDB Local %s, every jar by coordinate and SHA-256. Made by: %s -relock %s\n", version, local.Install, version)
	for _, j := range jars {
		sum, err := local.Hash(filepath.Join(temp, j.File()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %s\n", j.Coordinate, sum)
	}
	return os.WriteFile(c.lock, []byte(b.String()), 0o644)
}
