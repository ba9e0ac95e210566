// Package outbox proves the promise of the outbox on a real database and the wire
// of the mail provider: every mail that was promised arrives once a fault is over,
// or its row says why not; a repeated mail carries the same link; no superseded
// link is handed over after a resend was acknowledged.
//
// Real are the outbox, the sweeper and the service of package invite, the store on
// DynamoDB Local, the mailer and its SES client. Of this package's own are the
// clock, the SES on the other end of the wire, and the processes, which die where a
// test says (process_test.go). What every test ends with is in world_test.go.
package outbox
