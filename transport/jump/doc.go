// Package jump reaches hosts through jump hosts, also called bastions: SSH
// servers that connect onward on our behalf (RFC 4254, section 7.2), one behind
// the other where it takes several.
//
// A Pool shares the connections to them: five hundred devices behind one jump
// host cost one connection to it and one login. Each hop has credentials, a
// host-key policy and a configuration of its own, and its host key is checked as
// any other's.
//
// What is spoken through the way is none of the package's business. For jump
// hosts that offer a menu or a command line instead of forwarding, see
// Device.Onward of package vty.
package jump
