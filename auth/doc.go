// Package auth says, as plain data, how to prove who we are to a device and
// how the device proves who it is: secrets as a type that cannot be printed,
// where a secret comes from, SSH methods, and the host-key policy.
//
// It does nothing on the network. transport/ssh carries the methods and the
// policy out; package vty types the secrets that a device asks for in its
// command line.
package auth
