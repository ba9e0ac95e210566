// Command endings renews the list of top-level domains that the Lambdas carry, from the
// newest release of a package that republishes the root zone's list as IANA has it
// (docs/decisions/0058-addresses-and-endings.md). It needs npm.
//
//	make endings    renews the list
//	make fresh      fails where a newer one is published
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

const (
	source = "@hapi/tlds"
	target = "shared/invite/tld.txt"
	// fewest endings is how many a list has that was read whole: there are 1,437.
	fewest = 1300
)

func main() {
	check := flag.Bool("check", false, "write nothing, and fail where the list is not the newest")
	flag.Parse()
	version, newest, err := fetch()
	have, unread := os.ReadFile(target)
	switch err = errors.Join(err, unread); {
	case err == nil && *check && string(have) != newest:
		err = fmt.Errorf("%s is not the list of %s: run make endings", target, version)
	case err == nil && !*check:
		err = os.WriteFile(target, []byte(newest), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "endings:", err)
		os.Exit(1)
	}
	fmt.Println("endings:", target, "has the list of", version)
}

// fetch returns the newest list that is published, and its version.
func fetch() (version, newest string, err error) {
	dir, err := os.MkdirTemp("", "endings")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(dir)
	install := exec.Command("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix", dir, source+"@latest")
	install.Stdout, install.Stderr = os.Stderr, os.Stderr
	if err := install.Run(); err != nil {
		return "", "", fmt.Errorf("npm install %s: %w", source, err)
	}
	texts, err := published(filepath.Join(dir, "node_modules", source))
	if err != nil {
		return "", "", err
	}
	err = fmt.Errorf("%s has no files", source)
	for _, text := range texts {
		if version, newest, err = list(text); err == nil {
			return version, newest, nil
		}
	}
	return "", "", err
}

// published returns the texts of the package, wherever a release has put its list: the
// files, and what their source maps were made of, which keeps IANA's own comment.
func published(dir string) (texts []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		texts = append(texts, string(text))
		var sources struct{ SourcesContent []string }
		if filepath.Ext(path) == ".map" && json.Unmarshal(text, &sources) == nil {
			texts = append(texts, sources.SourcesContent...)
		}
		return err
	})
	return texts, err
}

var (
	versionPattern = regexp.MustCompile(`Version (\d{10})`)
	endingPattern  = regexp.MustCompile(`(?m)^\s*['"]([A-Z0-9-]+)['"],?$`)
)

// list makes our list of the published one: a line with its version, then the endings,
// lower case. One that is not ASCII has two lines, in Unicode and in its ASCII form.
func list(published string) (version, text string, err error) {
	found := versionPattern.FindStringSubmatch(published)
	if found == nil {
		return "", "", fmt.Errorf("%s does not say which version of the list it has", source)
	}
	var endings []string
	for _, m := range endingPattern.FindAllStringSubmatch(published, -1) {
		ending := strings.ToLower(m[1])
		endings = append(endings, ending)
		unicoded, err := idna.Punycode.ToUnicode(ending)
		if err != nil {
			return "", "", fmt.Errorf("ending %q: %w", ending, err)
		}
		if unicoded != ending {
			endings = append(endings, unicoded)
		}
	}
	if len(endings) < fewest {
		return "", "", fmt.Errorf("%s has only %d endings that we can read", source, len(endings))
	}
	slices.Sort(endings)
	return found[1], "# IANA root zone, version " + found[1] + "; renewed by: make endings\n" + strings.Join(endings, "\n") + "\n", nil
}
