// Package shared_test holds the rules of the house: which package may know what,
// each with its reason. A rule about something that is gone fails as well.
package shared_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "invites/"

// mayImport says which of our own packages each package may import. What is not
// listed here has no place yet: think about it, then add it with its reason.
var mayImport = map[string][]string{
	"shared":         {}, // these rules
	"shared/invite":  {}, // the domain: the standard library only
	"shared/locale":  {}, // words and dates, colours and sentences that mail and page share
	"shared/brand":   {},
	"shared/wording": {"shared/invite", "shared/locale"},
	"shared/idn":     {}, // tables that only some Lambdas need
	"shared/zone":    {}, // the law of time zones; see linksZones
	// The command that renews it is no part of a Lambda.
	"shared/zone/renew": {"shared/zone"},

	// Adapters know the domain and never each other, so that each can be read,
	// tested and replaced alone.
	"shared/dynamo":      {"shared/invite"},
	"shared/mail":        {"shared/invite", "shared/locale", "shared/brand", "shared/wording"},
	"shared/page":        {"shared/invite", "shared/locale", "shared/brand", "shared/wording"},
	"shared/auth":        {"shared/invite"},
	"shared/dns":         {"shared/invite"},
	"shared/secrets":     {"shared/invite"}, // a key that is gone is an error of the domain
	"shared/redrive":     {"shared/invite"},
	"shared/stream":      {"shared/invite"},
	"shared/eventbridge": {"shared/invite"},
	"shared/feedback":    {"shared/invite"},
	"shared/apigw":       {}, // the only one to know the gateway's events
	"shared/httpapi":     {"shared/invite", "shared/auth", "shared/page"},
	// Apart from shared/mail, which uses SES too, so that settings links no templates.
	"shared/identity": {"shared/invite"},

	// Composition: what every Lambda has, and what only one of them has, so that
	// none links another's clients.
	"shared/app":          {"shared/invite", "shared/dynamo", "shared/auth"},
	"shared/app/list":     {"shared/app", "shared/secrets", "shared/dynamo"},
	"shared/app/send":     {"shared/app", "shared/secrets", "shared/mail", "shared/invite", "shared/dynamo", "shared/zone"},
	"shared/app/feedback": {"shared/app", "shared/eventbridge", "shared/invite"},
	"shared/app/publish":  {"shared/app", "shared/eventbridge", "shared/invite", "shared/dynamo"},
	"shared/app/expire":   {"shared/app", "shared/redrive", "shared/invite"},
	"shared/app/optout":   {"shared/app", "shared/secrets", "shared/invite"},

	"shared/app/settings": {"shared/app", "shared/dns", "shared/identity", "shared/invite"},

	"client": {}, // who imports it takes on nothing else
}

// wiring is what a function's main may import: it wires and decides nothing.
var wiring = []string{"shared/page", "shared/app", "shared/app/list", "shared/app/send", "shared/app/settings", "shared/app/expire", "shared/app/publish", "shared/app/feedback", "shared/app/optout", "shared/httpapi", "shared/apigw", "shared/idn", "shared/zone", "shared/stream", "shared/feedback", "shared/invite"}

// clients says which AWS clients each Lambda links: the initialisation of each
// costs cold start, and a client that is not linked cannot be misused.
var clients = map[string][]string{
	"functions/create":   {"dynamodb"},
	"functions/list":     {"dynamodb", "secretsmanager"},
	"functions/resend":   {"dynamodb"},
	"functions/cancel":   {"dynamodb"},
	"functions/settings": {"dynamodb", "ses"},
	"functions/accept":   {"dynamodb"},
	"functions/optout":   {"dynamodb", "secretsmanager"},
	"functions/send":     {"dynamodb", "secretsmanager", "ses"},
	"functions/publish":  {"dynamodb", "eventbridge"},
	"functions/expire":   {"dynamodb", "lambda"},
	"functions/feedback": {"dynamodb", "eventbridge"},
}

// linksZones are the Lambdas that say times, and settings, which checks a zone's name.
// The others have no use for the data.
var linksZones = []string{"functions/accept", "functions/send", "functions/settings"}

func TestTimeZonesComeFromOneSource(t *testing.T) {
	const ours, gos = module + "shared/zone", "time/tzdata"
	for name, p := range packages(t) {
		if slices.Contains(p.Deps, gos) {
			t.Errorf("%s links %s: it is as old as the toolchain, use shared/zone", name, gos)
		}
		if has, may := slices.Contains(p.Deps, ours), slices.Contains(linksZones, name); strings.HasPrefix(name, "functions/") && has != may {
			t.Errorf("%s links shared/zone: %t, want %t", name, has, may)
		}
	}
	// These read files of the machine, which differ from one to the next.
	machines := []string{"LoadLocation", "Local"}
	eachFile(t, func(path string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Obj == nil && x.Name == "time" && slices.Contains(machines, s.Sel.Name) {
				t.Errorf("%s uses time.%s: take the zone from shared/zone", path, s.Sel.Name)
			}
			return true
		})
	})
}

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// packages asks the go command for our packages that go into Lambdas, and for the client.
func packages(t *testing.T) map[string]listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "./shared/...", "./functions/...", "./client/...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	found := map[string]listed{}
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		found[strings.TrimPrefix(p.ImportPath, module)] = p
	}
	return found
}

// forTests tells the packages that only tests import.
func forTests(name string) bool {
	return strings.HasSuffix(name, "test") || strings.Contains(name, "test/")
}

func TestPackagesImportOnlyWhatTheHouseAllows(t *testing.T) {
	found := packages(t)
	for name := range mayImport {
		if _, ok := found[name]; !ok {
			t.Errorf("the rule for %s is about a package that does not exist", name)
		}
	}
	for name, p := range found {
		allowed, ruled := mayImport[name]
		if strings.HasPrefix(name, "functions/") {
			allowed, ruled = wiring, true
		}
		if forTests(name) {
			continue
		}
		if !ruled {
			t.Errorf("%s has no rule: say in this test what it may import", name)
		}
		for _, path := range p.Imports {
			if ours, ok := strings.CutPrefix(path, module); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s, which it may not", name, ours)
			}
		}
	}
	for name, reason := range map[string]string{
		"shared/invite": "the domain needs the standard library only",
		"client":        "who calls the API should not have to take on more than the standard library",
	} {
		for _, path := range found[name].Imports {
			if strings.Contains(path, ".") {
				t.Errorf("%s imports %s: %s", name, path, reason)
			}
		}
	}
}

func TestEachLambdaLinksOnlyItsOwnClients(t *testing.T) {
	const prefix = "github.com/aws/aws-sdk-go-v2/service/"
	found := packages(t)
	for name, p := range found {
		if !strings.HasPrefix(name, "functions/") {
			continue
		}
		want, ruled := clients[name]
		if !ruled {
			t.Errorf("%s has no rule: say in this test which clients it links", name)
		}
		for _, dep := range p.Deps {
			service, ok := strings.CutPrefix(dep, prefix)
			if !ok || strings.Contains(service, "/") {
				continue
			}
			// The credential chain of the SDK's config package brings these three.
			if !slices.Contains([]string{"sts", "sso", "ssooidc", "signin"}, service) && !slices.Contains(want, service) {
				t.Errorf("%s links the client of %s", name, service)
			}
		}
		for _, service := range want {
			if !slices.Contains(p.Deps, prefix+service) {
				t.Errorf("the rule says %s links the client of %s, and it does not", name, service)
			}
		}
	}
}

// doors are calls that only shared/app may make, so that a test can stand in for
// the clock, chance and the environment by handing in another value.
var doors = map[string][]string{
	"time":        {"Now", "Since", "Until", "Sleep", "After", "NewTimer", "Tick", "NewTicker"},
	"os":          {"Getenv", "LookupEnv", "Environ"},
	"crypto/rand": nil, // nil: the whole package
	"math/rand":   nil,
	// math/rand/v2 is left out: jitter between retries decides nothing.
}

func TestClockChanceAndEnvironmentEnterByOneDoor(t *testing.T) {
	eachFile(t, func(path string, file *ast.File) {
		if strings.HasPrefix(path, "shared/app/") {
			return
		}
		names := map[string]string{}
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			calls, watched := doors[imported]
			if watched && calls == nil {
				t.Errorf("%s imports %s: take chance from shared/app", path, imported)
			}
			names[filepath.Base(imported)] = imported
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := s.X.(*ast.Ident)
			if ok && x.Obj == nil && slices.Contains(doors[names[x.Name]], s.Sel.Name) {
				t.Errorf("%s calls %s.%s: take it from shared/app", path, x.Name, s.Sel.Name)
			}
			return true
		})
	})
}

func TestKeysAreKnownToOneFile(t *testing.T) {
	eachFile(t, func(path string, file *ast.File) {
		if path == "shared/dynamo/keys.go" {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && slices.Contains([]string{`"pk"`, `"sk"`, `"lk"`, `"tb"`, `"td"`, `"ub"`, `"ut"`, `"by-created"`, `"by-due"`, `"by-unpublished"`}, l.Value) {
				t.Errorf("%s names the key %s: only shared/dynamo/keys.go may", path, l.Value)
			}
			return true
		})
	})
}

func TestOnlyTheGatewayPackageKnowsItsEvents(t *testing.T) {
	knowing := []string{"shared/apigw", "shared/stream", "shared/feedback"}
	for name, p := range packages(t) {
		if !slices.Contains(knowing, name) && slices.Contains(p.Imports, "github.com/aws/aws-lambda-go/events") {
			t.Errorf("%s imports Lambda events: HTTP ones belong to shared/apigw, the stream's to shared/stream, the notices' to shared/feedback", name)
		}
	}
}

func TestMainsAreWiring(t *testing.T) {
	const most = 40 // lines, imports and comments included
	mains, err := filepath.Glob("../functions/*/main.go")
	if err != nil || len(mains) != len(clients) {
		t.Fatalf("got %d functions (%v), want %d", len(mains), err, len(clients))
	}
	for _, path := range mains {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(text), "\n"); lines > most {
			t.Errorf("%s has %d lines: a main wires, what decides belongs to a package", path, lines)
		}
	}
}

// eachFile parses every file of ours that goes into a Lambda.
func eachFile(t *testing.T, check func(path string, file *ast.File)) {
	t.Helper()
	files := 0
	for _, root := range []string{"shared", "functions"} {
		err := filepath.WalkDir(filepath.Join("..", root), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := strings.TrimPrefix(filepath.ToSlash(path), "../")
			if d.IsDir() && forTests(filepath.Base(name)) {
				return filepath.SkipDir
			}
			if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			files++
			check(name, file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 20 {
		t.Fatalf("only %d files were checked", files)
	}
}
