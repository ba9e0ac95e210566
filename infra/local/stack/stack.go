// Package stack is what is known about the running local stack: .local/stack.json.
package stack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"invites/client"
)

// Info says where everything is and how to sign in. It is there while, and only
// while, the stack is healthy.
type Info struct {
	API         string `json:"api"`
	Console     string `json:"console"`
	Mailbox     string `json:"mailbox"`
	Docs        string `json:"docs"`
	Product     string `json:"product"`
	DNS         string `json:"dns"`
	AWSEndpoint string `json:"aws_endpoint"`
	Region      string `json:"region"`
	Stack       string `json:"stack"`
	APIID       string `json:"api_id"`
	Table       string `json:"table"`
	UserPoolID  string `json:"user_pool_id"`
	ClientID    string `json:"client_id"`
	// Service signs the product's own backend in.
	Service Service  `json:"service"`
	Tenants []Tenant `json:"tenants"`
	// Outputs are those of the deployed stack.
	Outputs map[string]string `json:"outputs"`
}

// Tenant is one seeded tenant.
type Tenant struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Sender string `json:"sender"`
	Color  string `json:"color"`
	Admin  Login  `json:"admin"`
	Viewer Login  `json:"viewer"`
}

// Login is a user's way in.
type Login struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Password string `json:"password"`
}

// Service is the backend's way in: client credentials.
type Service struct {
	TokenURL     string `json:"token_url"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Scope        string `json:"scope"`
}

// Credentials get its tokens.
func (s Service) Credentials() *client.Credentials {
	return &client.Credentials{TokenURL: s.TokenURL, ID: s.ClientID, Secret: s.ClientSecret, Scope: s.Scope}
}

// ErrNotUp says that there is no healthy stack.
var ErrNotUp = errors.New("the local stack is not up: start it with make up")

// Tenant returns the tenant with the id.
func (i Info) Tenant(id string) (Tenant, error) {
	ids := make([]string, len(i.Tenants))
	for n, tenant := range i.Tenants {
		if tenant.ID == id {
			return tenant, nil
		}
		ids[n] = tenant.ID
	}
	return Tenant{}, fmt.Errorf("there is no tenant %q: TENANT= is one of: %s", id, strings.Join(ids, ", "))
}

// Read reads the file, or returns ErrNotUp.
func Read(path string) (Info, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Info{}, ErrNotUp
	}
	var info Info
	if err == nil {
		err = json.Unmarshal(text, &info)
	}
	if err != nil {
		return Info{}, fmt.Errorf("read the stack's description: %w", err)
	}
	return info, nil
}

// Write writes the file at once, readable by its owner only: it holds passwords.
func (i Info) Write(path string) error {
	text, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), "stack-*.json")
	if err != nil {
		return fmt.Errorf("write the stack's description: %w", err)
	}
	_, err = file.Write(append(text, '\n'))
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write the stack's description: %w", err)
	}
	return nil
}
