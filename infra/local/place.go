package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// place is where this working tree's local stack lives.
type place struct {
	root string
	// port is the gateway's, the demo product's is the next; awsPort is MiniStack's.
	port, awsPort int
}

func findPlace() (place, error) {
	root, err := os.Getwd()
	if err != nil {
		return place{}, err
	}
	if _, err := os.Stat(filepath.Join(root, "infra", "local", "parameters.txt")); err != nil {
		return place{}, errors.New("run this in the folder of the repository that holds template.yaml")
	}
	p := place{root: root}
	if p.port, err = portFrom("PORT", 8080); err != nil {
		return p, err
	}
	p.awsPort, err = portFrom("AWS_PORT", 4566)
	return p, err
}

func portFrom(name string, standard int) (int, error) {
	text := os.Getenv(name)
	if text == "" {
		return standard, nil
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65534 {
		return 0, fmt.Errorf("%s=%q is not a port: give a number from 1 to 65534", name, text)
	}
	return port, nil
}

func (p place) local(parts ...string) string {
	return filepath.Join(append([]string{p.root, ".local"}, parts...)...)
}

func (p place) stackFile() string     { return p.local("stack.json") }
func (p place) stackLock() string     { return p.local("run", "stack.lock") }
func (p place) ministackLock() string { return p.local("run", "ministack.lock") }
func (p place) origin() string        { return fmt.Sprintf("http://localhost:%d", p.port) }
func (p place) productHost() string   { return fmt.Sprintf("localhost:%d", p.port+1) }
func (p place) product() string       { return "http://" + p.productHost() }

// examples is where examples/ say they are to be served, and where tests serve a product of
// their own: nothing of the stack listens there.
func (p place) examples() string     { return "http://" + p.examplesHost() }
func (p place) examplesHost() string { return fmt.Sprintf("localhost:%d", p.port+2) }

// log opens a fresh log file.
func (p place) log(name string) (*os.File, error) {
	if err := os.MkdirAll(p.local("log"), 0o755); err != nil {
		return nil, err
	}
	return os.Create(p.local("log", name+".log"))
}

// listen takes the port on the loopback addresses this machine has.
func listen(port int, variable string) ([]net.Listener, error) {
	first, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("port %d is taken: end what uses it, or choose another with %s", port, variable)
	}
	// "localhost" is ::1 first on many machines.
	second, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
	if err != nil {
		return []net.Listener{first}, nil
	}
	return []net.Listener{first, second}, nil
}

// free fails where the port is taken.
func free(port int, variable string) error {
	listeners, err := listen(port, variable)
	for _, listener := range listeners {
		listener.Close()
	}
	return err
}
