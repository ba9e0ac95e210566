// Package local knows the DynamoDB Local of this repository: which jars it is
// (jars.lock), where they are (.local/dynamodb) and how its one process is
// started and shared. Tests reach it through package dynamotest.
package local

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Install is the command that ErrNotInstalled asks for.
const Install = "go run ./shared/dynamo/dynamotest/install"

// ErrNotInstalled says that jars of the lock are not there.
var ErrNotInstalled = errors.New("DynamoDB Local is not installed, or not in the pinned version; run: " + Install)

//go:embed jars.lock
var lock string

// Jar is one file of the class path.
type Jar struct {
	Coordinate string // group:artifact:version
	SHA256     string // in hexadecimal
}

// File is the name a jar is kept under.
func (j Jar) File() string {
	part := strings.Split(j.Coordinate, ":")
	return part[1] + "-" + part[2] + ".jar"
}

// Matches tells whether the file at path is this jar, byte for byte.
func (j Jar) Matches(path string) bool {
	sum, err := Hash(path)
	return err == nil && sum == j.SHA256
}

// Hash is the SHA-256 of a file, in hexadecimal.
func Hash(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("hash a jar: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("hash a jar: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Pinned is the list of jars of jars.lock, in its order.
func Pinned() []Jar {
	var jars []Jar
	for line := range strings.Lines(lock) {
		if f := strings.Fields(line); len(f) == 2 && f[0] != "#" {
			jars = append(jars, Jar{Coordinate: f[0], SHA256: f[1]})
		}
	}
	return jars
}

// Home is the folder of DynamoDB Local, .local/dynamodb below the module's root,
// which is looked for from the working folder upwards.
func Home() (string, error) {
	root, err := Root()
	return filepath.Join(root, ".local", "dynamodb"), err
}

// Root is the module's root.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module's root: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("find the module's root: no go.mod here or above")
		}
		dir = up
	}
}

// JarFolder is where the jars are below home.
func JarFolder(home string) string { return filepath.Join(home, "jars") }

// classPath joins the pinned jars, or returns ErrNotInstalled where one is
// missing. Their contents were verified when they were installed.
func classPath(home string) (string, error) {
	var paths []string
	for _, j := range Pinned() {
		path := filepath.Join(JarFolder(home), j.File())
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return "", ErrNotInstalled
		}
		paths = append(paths, path)
	}
	return strings.Join(paths, string(os.PathListSeparator)), nil
}
