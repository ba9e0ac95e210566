// Package invitetest holds what every store of invites is tested with: [Contract],
// one test of the ports of package invite for any implementation, and [Model], the
// store that is nothing but the pure transitions behind a lock.
package invitetest
