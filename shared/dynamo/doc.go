// Package dynamo keeps invites and settings in one DynamoDB table. [New] returns
// the [Store] that implements the ports of package invite.
//
// Every transition is one conditional UpdateItem whose condition says what the
// transition function of package invite says. A refusal brings the old record back,
// and that function, run on it, names the reason; so the rules have one home, and
// the conditions are held to it by the contract test of package invitetest.
//
// keys.go is the only file that knows the table's keys and indexes, write.go the
// only one that retries.
package dynamo
