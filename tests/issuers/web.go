package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func lookUp(name string) (string, error) {
	if filepath.IsAbs(name) {
		return name, nil
	}
	return exec.LookPath(name)
}

// callback is where a sign-in leads to; nobody listens there.
const callback = "https://console.example.com/callback"

// browser follows redirects up to the callback, and keeps cookies.
func browser() *http.Client {
	jar, _ := cookiejar.New(nil) // no options, no error
	return &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if r.URL.Host == "console.example.com" || len(via) > 20 {
			return http.ErrUseLastResponse
		}
		return nil
	}}
}

// code is that of a sign-in that led to the callback.
func code(r *http.Response) (string, error) {
	defer r.Body.Close()
	to, err := r.Location()
	if err != nil {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 2000))
		return "", fmt.Errorf("the sign-in ended at %s with %s: %s", r.Request.URL, r.Status, body)
	}
	if to.Query().Get("code") == "" {
		return "", fmt.Errorf("the sign-in led to %s without a code", to)
	}
	return to.Query().Get("code"), nil
}

// untilUp waits until an address answers, as long as the issuer runs.
func (b *bench) untilUp(ctx context.Context, address string) error {
	for {
		r, err := http.Get(address)
		if err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.running[len(b.running)-1].Done():
			return errors.New("it ended before it answered")
		case <-time.After(time.Second):
		}
	}
}

// call sends JSON, or a form for url.Values, and reads JSON into answer where that is not nil.
func call(ctx context.Context, method, address, bearer string, body, answer any) error {
	kind, text := "application/json", []byte(nil)
	switch v := body.(type) {
	case nil:
	case url.Values:
		kind, text = "application/x-www-form-urlencoded", []byte(v.Encode())
	default:
		var err error
		if text, err = json.Marshal(v); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept", "application/json")
	if id, secret, isClient := strings.Cut(bearer, ":"); isClient {
		r.SetBasicAuth(id, secret)
	} else if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s answered %s: %s", method, address, response.Status, said)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(said, answer)
}
