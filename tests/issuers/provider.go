package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const providerVersion = "9.13.3"

//go:embed provider.mjs
var providerScript []byte

// provider runs node-oidc-provider from npm, with its own pages to sign in on.
func provider(ctx context.Context, b *bench) error {
	if err := os.WriteFile(filepath.Join(b.dir, "package.json"), []byte(`{"private": true}`), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(b.dir, "provider.mjs"), providerScript, 0o644); err != nil {
		return err
	}
	if err := b.do(ctx, b.dir, nil, "npm", "install", "--no-audit", "--no-fund", "oidc-provider@"+providerVersion); err != nil {
		return err
	}
	front, err := port()
	if err != nil {
		return err
	}
	if err := b.start(b.dir, nil, "node", "provider.mjs", strconv.Itoa(front)); err != nil {
		return err
	}
	origin := "http://127.0.0.1:" + strconv.Itoa(front)
	if err := b.untilUp(ctx, origin+"/.well-known/openid-configuration"); err != nil {
		return err
	}
	s, err := b.discover(ctx, origin)
	if err != nil {
		return err
	}
	for _, c := range []struct{ name, user, scope string }{
		{"admin", "ada", "openid"},
		{"user-with-service-scope", "vera", "openid invites:service"},
		{"two-tenants", "gil", "openid"},
	} {
		token, err := s.signIn(ctx, c.user, c.scope)
		if err != nil {
			return fmt.Errorf("sign %s in: %w", c.user, err)
		}
		if err := s.keep(ctx, c.name, audience, token); err != nil {
			return err
		}
	}
	token, err := s.token(ctx, "backend:secret", url.Values{"grant_type": {"client_credentials"}, "scope": {"invites:service"}, "resource": {audience}})
	if err != nil {
		return err
	}
	return s.keep(ctx, "service", audience, token)
}

// signIn goes through the provider's pages as a person does: name, then consent.
func (s *server) signIn(ctx context.Context, user, scope string) (string, error) {
	verifier := rand.Text() + rand.Text()
	challenge := sha256.Sum256([]byte(verifier))
	web := browser()
	page, err := web.Get(s.Auth + "?" + url.Values{
		"client_id": {"console"}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {scope}, "resource": {audience},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}.Encode())
	for range 2 { // the pages: sign in, and consent
		if err != nil {
			return "", err
		}
		text, readErr := io.ReadAll(page.Body)
		page.Body.Close()
		if readErr != nil {
			return "", readErr
		}
		prompt := "consent"
		if strings.Contains(string(text), `value="login"`) {
			prompt = "login"
		}
		page, err = web.PostForm(page.Request.URL.String(), url.Values{"prompt": {prompt}, "login": {user}, "password": {"any"}})
	}
	if err != nil {
		return "", err
	}
	granted, err := code(page)
	if err != nil {
		return "", err
	}
	return s.token(ctx, "", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {"console"}, "redirect_uri": {callback}, "code": {granted}, "code_verifier": {verifier},
	})
}
