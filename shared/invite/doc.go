// Package invite is the domain of the service: what an invite is, which
// operations it allows, and what each of them does.
//
// A reader who wants to know the product reads transition.go first: it holds the
// state machine, one function per operation, free of any input or output. Admin
// and invitee requests go through [Service], mails through [Outbox], expiry
// through [Sweeper]. What these need of the outside are the interfaces in
// ports.go; the packages dynamo and mail implement them.
//
// The package imports the standard library only.
package invite
