// Package netconf is the NETCONF side of a simulated device: datastores, locks,
// commits with their timer, subscriptions and faults, behind the protocol of
// netconf/netconftest.
//
// It knows no data model. Configuration is any XML; Config says which elements are
// lists and by what they are told apart, and that is all that it checks. It computes
// nothing: state is what Config.State says, but for sessions, schemas and streams.
//
// Programs that import the client beside it call it simnetconf.
package netconf
