package locale

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// whole reads a file with the texts of the console.
func whole(t *testing.T, tag string) (all map[string]string) {
	t.Helper()
	text, err := files.ReadFile(tag + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatalf("%s: %v", tag, err)
	}
	return all
}

// parse stops at the first text of the console, so no other text may come after it.
func TestTheTextsOfTheConsoleComeLast(t *testing.T) {
	for _, tag := range Languages() {
		want := whole(t, tag)
		maps.DeleteFunc(want, func(key, _ string) bool { return strings.HasPrefix(key, console) })
		if got := parse(tag); !maps.Equal(got, want) {
			t.Errorf("%s: %d texts, want the %d whose keys do not begin with %q", tag, len(got), len(want), console)
		}
	}
}

// JSON would drop the first of two equal keys in silence.
func TestKeysAreNamedOnce(t *testing.T) {
	for _, tag := range Languages() {
		text, err := files.ReadFile(tag + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if lines, all := len(regexp.MustCompile(`(?m)^\s*"[^"]+":`).FindAll(text, -1)), whole(t, tag); lines != len(all) {
			t.Errorf("%s: %d lines with a key for %d keys: one comes twice", tag, lines, len(all))
		}
	}
}

// A key in the catalogue that the code does not use, or the other way round, is a
// mistake of one of them.
func TestTextsAreUsed(t *testing.T) {
	code := ""
	for _, folder := range []string{"../mail", "../page", "../wording", "."} {
		code += source(t, folder, ".go", ".html", ".txt")
	}
	component := source(t, "../../web/pending-invites/src", ".ts")
	english := whole(t, Default)
	for key := range english {
		if rest, ok := strings.CutPrefix(key, console); ok {
			if !usedByComponent(component, rest) {
				t.Errorf("%q is used nowhere in web/pending-invites/src", key)
			}
			continue
		}
		base := strings.TrimSuffix(strings.TrimSuffix(key, ".neutral"), ".nobody")
		used := strings.Contains(code, `"`+base+`"`) || strings.Contains(code, `"`+key+`"`) || strings.HasPrefix(key, "label.") || key == "inviter.nobody" || key == "inviter.nobody.neutral"
		if !used {
			t.Errorf("%q is used nowhere", key)
		}
	}
	for _, m := range regexp.MustCompile(`"((?:mail|page|inviter|date)\.[a-z0-9.]+)"`).FindAllStringSubmatch(code, -1) {
		key := m[1]
		if strings.HasSuffix(key, ".css") || strings.HasSuffix(key, ".html") || strings.HasSuffix(key, ".txt") {
			continue
		}
		if _, ok := english[key]; !ok {
			t.Errorf("the code asks for %q, which English lacks", key)
		}
	}
}

// source returns what is written in the files of a folder and those within it, tests
// left out.
func source(t *testing.T, folder string, endings ...string) string {
	t.Helper()
	code := ""
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".test.ts") {
			return err
		}
		for _, ending := range endings {
			if filepath.Ext(path) == ending {
				text, err := os.ReadFile(path)
				code += string(text)
				return err
			}
		}
		return nil
	})
	if err != nil || code == "" {
		t.Fatalf("there is no source in %s: %v", folder, err)
	}
	return code
}

// usedByComponent tells whether a key, given without "console.", is written out in
// TypeScript, or is of a group whose prefix begins a template: `advice.${code}`.
func usedByComponent(code, key string) bool {
	for _, quote := range []string{`"`, `'`, "`"} {
		if strings.Contains(code, quote+key+quote) || strings.Contains(code, quote+console+key+quote) {
			return true
		}
	}
	for end := strings.IndexByte(key, '.'); end >= 0; {
		if group := key[:end+1] + "${"; strings.Contains(code, "`"+group) || strings.Contains(code, "`"+console+group) {
			return true
		}
		next := strings.IndexByte(key[end+1:], '.')
		if next < 0 {
			break
		}
		end += 1 + next
	}
	return false
}

func TestWhatTheComponentUses(t *testing.T) {
	code := fmt.Sprintf("text(%s); text('tab.pending'); text(%s); text(%s) // row.sent", `"search"`, "`advice.${code}`", "`console.row.delivery.${status}`")
	for key, want := range map[string]bool{
		"search": true, "tab.pending": true, "advice.bounced": true, "advice.opted.out": true, "row.delivery.sent": true,
		"sea": false, "tab": false, "tab.accepted": false, "advice": false, "advicebounced": false, "row.sent": false, "row.delivery": false,
	} {
		if got := usedByComponent(code, key); got != want {
			t.Errorf("%s: %t", key, got)
		}
	}
}
