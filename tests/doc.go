// Package tests proves the product on a deployed stack: the story of the product,
// rule by rule, over HTTP and through the mailbox. `make up` first; `make test`
// does all of it.
package tests
