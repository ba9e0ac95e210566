package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const hydraVersion = "2.3.0"

// hydra builds Ory Hydra from its Go module, and is itself the application that signs
// people in and says what their tokens hold, which Hydra leaves to others.
func hydra(ctx context.Context, b *bench) error {
	program, err := b.buildHydra(ctx)
	if err != nil {
		return err
	}
	front, err := port()
	if err != nil {
		return err
	}
	back, err := port()
	if err != nil {
		return err
	}
	pages, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer pages.Close()
	origin, admin, sign := "http://127.0.0.1:"+strconv.Itoa(front), "http://127.0.0.1:"+strconv.Itoa(back)+"/admin", "http://"+pages.Addr().String()
	go func() { _ = http.Serve(pages, signer{admin}) }() // ends with the listener
	if err := b.start(b.dir, []string{
		"DSN=memory", "SERVE_PUBLIC_HOST=127.0.0.1", "SERVE_ADMIN_HOST=127.0.0.1", "SERVE_PUBLIC_PORT=" + strconv.Itoa(front), "SERVE_ADMIN_PORT=" + strconv.Itoa(back),
		"URLS_SELF_ISSUER=" + origin, "URLS_LOGIN=" + sign + "/login", "URLS_CONSENT=" + sign + "/consent", "STRATEGIES_ACCESS_TOKEN=jwt", "SECRETS_SYSTEM=a-secret-of-a-recording-only", "SQA_OPT_OUT=true",
	}, program, "serve", "all", "--dev"); err != nil {
		return err
	}
	if err := b.untilUp(ctx, origin+"/.well-known/openid-configuration"); err != nil {
		return err
	}
	s, err := b.discover(ctx, origin)
	if err != nil {
		return err
	}
	// Hydra chooses the ids of clients itself.
	register := func(client object) (string, error) {
		var made struct {
			ID string `json:"client_id"`
		}
		client["audience"], client["access_token_strategy"] = []string{audience}, "jwt"
		err := call(ctx, http.MethodPost, admin+"/clients", "", client, &made)
		return made.ID, err
	}
	console, err := register(object{"client_name": "console", "token_endpoint_auth_method": "client_secret_basic", "client_secret": "secret-of-the-console",
		"grant_types": []string{"authorization_code"}, "response_types": []string{"code"}, "redirect_uris": []string{callback}, "scope": "openid invites:service"})
	if err != nil {
		return err
	}
	backend, err := register(object{"client_name": "backend", "client_secret": "secret-of-the-backend", "grant_types": []string{"client_credentials"}, "scope": "invites:service"})
	if err != nil {
		return err
	}
	s.names = strings.NewReplacer(console, "console", backend, "backend")
	// First, for it makes the key: that can take longer than Hydra gives an answer.
	service := ""
	for attempt := 0; service == ""; attempt++ {
		if service, err = s.token(ctx, backend+":secret-of-the-backend", url.Values{"grant_type": {"client_credentials"}, "scope": {"invites:service"}, "audience": {audience}}); err != nil && attempt == 5 {
			return err
		}
	}
	if err := s.keep(ctx, "service", audience, service); err != nil {
		return err
	}
	for _, c := range []struct{ name, user, scope string }{
		{"admin", "ada", "openid"},
		{"user-with-service-scope", "vera", "openid invites:service"},
	} {
		page, err := browser().Get(s.Auth + "?" + url.Values{"client_id": {console}, "response_type": {"code"}, "redirect_uri": {callback},
			"scope": {c.scope}, "audience": {audience}, "state": {"a-state-of-a-recording"}, "login_hint": {c.user}}.Encode())
		if err != nil {
			return err
		}
		granted, err := code(page)
		if err != nil {
			return err
		}
		token, err := s.token(ctx, console+":secret-of-the-console", url.Values{"grant_type": {"authorization_code"}, "redirect_uri": {callback}, "code": {granted}})
		if err != nil {
			return err
		}
		if err := s.keep(ctx, c.name, audience, token); err != nil {
			return err
		}
	}
	return nil
}

// buildHydra compiles the module's own main package. Its go.mod replaces a client by a
// folder that modules leave out, so that line goes.
func (b *bench) buildHydra(ctx context.Context) (program string, err error) {
	const module = "github.com/ory/hydra/v2"
	said, err := exec.CommandContext(ctx, "go", "mod", "download", "-json", module+"@v"+hydraVersion).Output()
	if err != nil {
		return "", err
	}
	var found struct{ Dir string }
	if err := json.Unmarshal(said, &found); err != nil {
		return "", err
	}
	source := filepath.Join(b.dir, "hydra")
	if err := os.CopyFS(source, os.DirFS(found.Dir)); err != nil {
		return "", err
	}
	if err := b.do(ctx, source, nil, "chmod", "-R", "u+w", "."); err != nil {
		return "", err
	}
	if err := b.do(ctx, source, nil, "go", "mod", "edit", "-dropreplace=github.com/ory/hydra-client-go/v2"); err != nil {
		return "", err
	}
	program = filepath.Join(b.dir, "bin", "hydra")
	return program, b.do(ctx, source, []string{"GOFLAGS=-mod=mod", "CGO_ENABLED=1"}, "go", "build", "-tags", "sqlite,json1", "-o", program, ".")
}

// signer is Hydra's login and consent application: it takes everybody at their word.
type signer struct{ admin string }

func (s signer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	to, err := s.accept(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	http.Redirect(w, r, to, http.StatusFound)
}

func (s signer) accept(r *http.Request) (string, error) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	defer cancel()
	step := strings.Trim(r.URL.Path, "/") // login or consent
	at := s.admin + "/oauth2/auth/requests/" + step
	challenge := url.Values{step + "_challenge": {r.URL.Query().Get(step + "_challenge")}}.Encode()
	var asked struct {
		Subject  string
		Scope    []string `json:"requested_scope"`
		Audience []string `json:"requested_access_token_audience"`
		Context  struct {
			Hint string `json:"login_hint"`
		} `json:"oidc_context"`
	}
	if err := call(ctx, http.MethodGet, at+"?"+challenge, "", nil, &asked); err != nil {
		return "", err
	}
	var answer object
	switch step {
	case "login":
		answer = object{"subject": asked.Context.Hint}
	case "consent":
		held := object{}
		if asked.Subject == "ada" {
			held = object{"tenant_id": "acme", "permissions": []string{"users:admin", "settings:admin"}, "name": "Ada Example", "email": "ada@example.com"}
		}
		answer = object{"grant_scope": asked.Scope, "grant_access_token_audience": asked.Audience, "session": object{"access_token": held}}
	default:
		return "", fmt.Errorf("no page %q", r.URL.Path)
	}
	var next struct {
		To string `json:"redirect_to"`
	}
	err := call(ctx, http.MethodPut, at+"/accept?"+challenge, "", answer, &next)
	return next.To, err
}
