package main

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// place is what stands for an issuer's address on loopback in what is recorded.
const place = "https://id.example.com"

// server is a running issuer, by its discovery document.
type server struct {
	*bench
	Issuer string `json:"issuer"`
	Token  string `json:"token_endpoint"`
	Auth   string `json:"authorization_endpoint"`
	Keys   string `json:"jwks_uri"`
	origin string
	names  *strings.Replacer // of what the issuer chose; nil where it chose nothing
}

func (b *bench) discover(ctx context.Context, issuer string) (*server, error) {
	s := &server{bench: b}
	if err := call(ctx, http.MethodGet, strings.TrimRight(issuer, "/")+"/.well-known/openid-configuration", "", nil, s); err != nil {
		return nil, err
	}
	at, err := url.Parse(s.Issuer)
	if err != nil {
		return nil, err
	}
	s.origin = at.Scheme + "://" + at.Host
	return s, nil
}

// token asks the token endpoint; client is "id:secret", or "" for one that the form names.
func (s *server) token(ctx context.Context, client string, form url.Values) (string, error) {
	var answer struct {
		Token string `json:"access_token"`
	}
	err := call(ctx, http.MethodPost, s.Token, client, form, &answer)
	return answer.Token, err
}

// recorded is a token without its signature.
type recorded struct {
	Issuer   string         `json:"issuer"`
	Recorded string         `json:"recorded"`
	Header   map[string]any `json:"header"`
	Payload  map[string]any `json:"payload"`
}

// keep checks a token as the HTTP API's authorizer does (RSA, a kid of the issuer's keys, the
// signature, iss, and an audience), and writes down what it says.
func (s *server) keep(ctx context.Context, name, audience, token string) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return fmt.Errorf("%s: not a JWT: %.40q", name, token)
	}
	out := recorded{Issuer: s.version, Recorded: time.Now().UTC().Format(time.DateOnly)}
	for i, into := range []*map[string]any{&out.Header, &out.Payload} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, into); err != nil {
			return err
		}
	}
	if err := s.verify(ctx, out.Header, parts); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if out.Payload["iss"] != s.Issuer || !hasAudience(out.Payload["aud"], audience) {
		return fmt.Errorf("%s: iss %v and aud %v, want %s and %s", name, out.Payload["iss"], out.Payload["aud"], s.Issuer, audience)
	}
	out.Payload = s.plain("", out.Payload).(map[string]any)
	out.Header["kid"] = "kid"
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join("shared", "auth", "testdata", "issuers", s.name, name+".json")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	fmt.Println(path)
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

func hasAudience(claim any, want string) bool {
	switch aud := claim.(type) {
	case string:
		return aud == want
	case []any:
		for _, one := range aud {
			if one == want {
				return true
			}
		}
	}
	return false
}

func (s *server) verify(ctx context.Context, header map[string]any, parts []string) error {
	var set struct {
		Keys []struct{ Kid, Kty, N, E string }
	}
	if err := call(ctx, http.MethodGet, s.Keys, "", nil, &set); err != nil {
		return err
	}
	for _, key := range set.Keys {
		if key.Kid != header["kid"] || key.Kty != "RSA" || header["alg"] != "RS256" {
			continue
		}
		n, err := base64.RawURLEncoding.DecodeString(key.N)
		if err != nil {
			return err
		}
		e, err := base64.RawURLEncoding.DecodeString(key.E)
		if err != nil {
			return err
		}
		signature, err := base64.RawURLEncoding.DecodeString(parts[2])
		if err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], signature)
	}
	return fmt.Errorf("no RSA key of %s has the kid of the header %v", s.Keys, header)
}

var (
	uuid    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	moments = map[string]float64{"iat": 1795780800, "nbf": 1795780800, "auth_time": 1795780800, "exp": 1795784400}
	chances = map[string]bool{"jti": true, "sid": true, "at_hash": true}
)

// plain replaces what is another at each run, so that a new recording differs where the
// issuer does.
func (s *server) plain(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, member := range v {
			out[key] = s.plain(key, member)
		}
		return out
	case []any:
		out := []any{}
		for _, element := range v {
			out = append(out, s.plain("", element))
		}
		return out
	case float64:
		if at, ok := moments[name]; ok {
			return at
		}
	case string:
		if chances[name] {
			return name
		}
		v = strings.ReplaceAll(v, s.origin, place)
		if s.names != nil {
			v = s.names.Replace(v)
		}
		return uuid.ReplaceAllString(v, "00000000-0000-4000-8000-000000000000") // as long as it was
	}
	return v
}
