package local

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// newHome is an installation of its own: a server that no other process shares.
func newHome(t *testing.T) string {
	t.Helper()
	installed, err := Home()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := classPath(installed); err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	if err := os.Symlink(JarFolder(installed), JarFolder(home)); err != nil {
		t.Fatal(err)
	}
	return home
}

func listens(address string) bool {
	c, err := net.Dial("tcp", address)
	if err == nil {
		c.Close()
	}
	return err == nil
}

func TestTheServerEndsWithItsLastUser(t *testing.T) {
	home := newHome(t)
	address, one, err := connect(home)
	if err != nil {
		t.Fatal(err)
	}
	again, other, err := connect(home)
	if err != nil {
		t.Fatal(err)
	}
	if again != address {
		t.Errorf("got %s and %s, want one server", address, again)
	}
	one.Close()
	time.Sleep(200 * time.Millisecond)
	if !listens(address) {
		t.Error("the server ended before its last user")
	}
	other.Close()
	for end := time.Now().Add(startLimit); listens(address); time.Sleep(poll) {
		if time.Now().After(end) {
			t.Fatalf("the server still listens %v after its last user left", startLimit)
		}
	}
}

func TestAServerThatIsJustEndingIsNotJoined(t *testing.T) {
	home := newHome(t)
	for range 3 {
		address, user, err := connect(home)
		if err != nil {
			t.Fatal(err)
		}
		if !listens(address) {
			t.Fatalf("got %s, where nothing listens", address)
		}
		time.Sleep(50 * time.Millisecond) // an ending server would be gone
		if !listens(address) {
			t.Fatalf("got %s, which ended although it has a user", address)
		}
		user.Close() // and at once the next
	}
}

func TestItListensOnLoopbackOnly(t *testing.T) {
	address, err := Address()
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(address)
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		ip := a.(*net.IPNet).IP
		if !ip.IsLoopback() && listens(net.JoinHostPort(ip.String(), port)) {
			t.Errorf("it listens on %v", ip)
		}
	}
}

func TestWithoutTheJarsTheErrorSaysWhatToRun(t *testing.T) {
	_, _, err := connect(t.TempDir())
	if !errors.Is(err, ErrNotInstalled) || strings.Contains(err.Error(), "\n") || !strings.HasSuffix(err.Error(), Install) {
		t.Errorf("got %q", err)
	}
}

func TestWithoutJavaTheErrorSaysSo(t *testing.T) {
	home := newHome(t)
	t.Setenv("JAVA_HOME", filepath.Join(home, "nothing"))
	if _, _, err := connect(home); err == nil || !strings.Contains(err.Error(), "Java 17") {
		t.Errorf("got %v", err)
	}
}

func TestTheLockPinsEveryJarByHash(t *testing.T) {
	jars := Pinned()
	main := false
	for _, j := range jars {
		main = main || strings.HasPrefix(j.Coordinate, "software.amazon.dynamodb:DynamoDBLocal:")
		if len(j.SHA256) != 64 || strings.Count(j.Coordinate, ":") != 2 {
			t.Errorf("got %+v", j)
		}
	}
	if !main {
		t.Errorf("DynamoDB Local is not among the %d jars", len(jars))
	}
}
