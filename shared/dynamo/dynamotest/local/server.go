package local

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The test processes of one "go test ./..." share one DynamoDB Local, without a
// process that has to be ended afterwards:
//
//   - each holds the writing end of a named pipe (users) that is the server's
//     standard input. The system closes it however a process ends, and the
//     server exits at the pipe's end, that is with its last user.
//   - a process that joins writes a line to the pipe and waits to read it back
//     in the server's output. Only then is it certain that the server had not
//     yet seen the end of the pipe, and it cannot see it from then on.
//   - joining and starting happen under a file lock, so there is one server.
const (
	usersName  = "users"
	outputName = "output" // the port, then the lines of those who joined
	errorsName = "errors"
)

const (
	startLimit = 5 * time.Minute // an idle machine takes 1 s, a loaded one has taken 20
	joinLimit  = time.Minute
	poll       = 10 * time.Millisecond
)

//go:embed server.xml
var configuration []byte

// users keeps this process's end of the pipe open until the process ends.
var users *os.File

// Address is where DynamoDB Local listens, as host:port. The first call joins
// the running server or starts one. It returns ErrNotInstalled, or an error that
// says what the server or Java complained of.
var Address = sync.OnceValues(func() (address string, err error) {
	home, err := Home()
	if err != nil {
		return "", err
	}
	address, users, err = connect(home)
	return address, err
})

// connect makes its caller a user of the server until it closes the file.
func connect(home string) (address string, user *os.File, err error) {
	path, err := classPath(home)
	if err != nil {
		return "", nil, err
	}
	lock, err := os.OpenFile(filepath.Join(home, "lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return "", nil, fmt.Errorf("share DynamoDB Local: %w", err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", nil, fmt.Errorf("share DynamoDB Local: %w", err)
	}
	run := filepath.Join(home, "run")
	if address, user, err := join(run); err == nil {
		return address, user, nil
	}
	first, err := start(run, path)
	if err != nil {
		return "", nil, err
	}
	defer first.Close()
	return join(run)
}

// join registers this process with the server that run belongs to.
func join(run string) (address string, user *os.File, err error) {
	output, err := os.ReadFile(filepath.Join(run, outputName))
	if err != nil {
		return "", nil, fmt.Errorf("join DynamoDB Local: %w", err)
	}
	port, _, _ := strings.Cut(string(output), "\n")
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", nil, fmt.Errorf("join DynamoDB Local: it printed %q for its port", port)
	}
	// Without a reader, which is without a server, this open fails instead of waiting.
	user, err = os.OpenFile(filepath.Join(run, usersName), os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", nil, fmt.Errorf("join DynamoDB Local: %w", err)
	}
	line := fmt.Sprintf("process %d at %d\n", os.Getpid(), time.Now().UnixNano())
	end := time.Now().Add(joinLimit)
	_ = user.SetWriteDeadline(end) // where it cannot be set, the pipe has room for all the lines
	for ; time.Now().Before(end); time.Sleep(poll) {
		// Repeated, because that fails as soon as a server that was ending has ended.
		if _, err := io.WriteString(user, line); err != nil {
			break
		}
		if output, err := os.ReadFile(filepath.Join(run, outputName)); err == nil && strings.Contains(string(output), line) {
			return "127.0.0.1:" + port, user, nil
		}
	}
	user.Close()
	return "", nil, errors.New("join DynamoDB Local: it does not answer")
}

// start makes run anew and returns when a server listens, which lives as long as
// the file it returns is open, or longer with those who join. A server of the
// folder's former files that is just ending keeps its open files to itself.
func start(run, classPath string) (user *os.File, err error) {
	if err := os.RemoveAll(run); err != nil {
		return nil, fmt.Errorf("start DynamoDB Local: %w", err)
	}
	if err := os.MkdirAll(run, 0o755); err != nil {
		return nil, fmt.Errorf("start DynamoDB Local: %w", err)
	}
	config := filepath.Join(run, "server.xml")
	if err := os.WriteFile(config, configuration, 0o644); err != nil {
		return nil, fmt.Errorf("start DynamoDB Local: %w", err)
	}
	cmd := exec.Command(java(),
		"-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", // lives for seconds: start fast, stay small
		"-Djava.io.tmpdir="+run, // it unpacks its native library there
		"-Dorg.eclipse.jetty.xml.XmlParser.Validating=false",
		"-cp", classPath, "org.eclipse.jetty.xml.XmlConfiguration", config)
	cmd.Dir = run
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + run, "DDB_LOCAL_TELEMETRY=0"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt of one test run leaves the others theirs
	stdin, writer, err := pipe(filepath.Join(run, usersName))
	if err != nil {
		return nil, fmt.Errorf("start DynamoDB Local: %w", err)
	}
	defer stdin.Close()
	defer func() {
		if err != nil {
			writer.Close()
		}
	}()
	cmd.Stdin = stdin
	for name, to := range map[string]*io.Writer{outputName: &cmd.Stdout, errorsName: &cmd.Stderr} {
		file, err := os.Create(filepath.Join(run, name))
		if err != nil {
			return nil, fmt.Errorf("start DynamoDB Local: %w", err)
		}
		defer file.Close()
		*to = file
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start DynamoDB Local, which needs Java 17 or newer on the path: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for end := time.Now().Add(startLimit); time.Now().Before(end); time.Sleep(poll) {
		if output, err := os.ReadFile(filepath.Join(run, outputName)); err == nil && strings.Contains(string(output), "\n") {
			return writer, nil
		}
		select {
		case err := <-ended:
			return nil, fmt.Errorf("start DynamoDB Local: %v\n%s", err, complaint(run))
		default:
		}
	}
	_ = cmd.Process.Kill() // it has no user yet but this process
	return nil, fmt.Errorf("start DynamoDB Local: no port after %v\n%s", startLimit, complaint(run))
}

// pipe makes a named pipe and opens both ends: the reading one blocking, as a
// child needs it, which only works once there is a writer.
func pipe(path string) (reader, writer *os.File, err error) {
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		return nil, nil, err
	}
	first, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	defer first.Close()
	writer, err = os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, nil, err
	}
	reader, err = os.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		writer.Close()
	}
	return reader, writer, err
}

func java() string {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		return filepath.Join(home, "bin", "java")
	}
	return "java"
}

// complaint is the end of what a server that did not start wrote.
func complaint(run string) string {
	text, err := os.ReadFile(filepath.Join(run, errorsName))
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}
