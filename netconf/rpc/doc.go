// Package rpc has NETCONF's operations, one struct each, and what servers answer.
//
// An operation is filled in and done: GetConfig{Source: Running}.Do(ctx, session).
// It writes XML and reads it, and does no input or output of its own; sessions
// are in package netconf. What a user gives as XML goes out byte for byte.
//
// Section numbers without an RFC are those of RFC 6241.
package rpc
