// Package sshconfig reads OpenSSH's client configuration, ssh_config(5), and says
// what it means for a host.
//
// A Config is parsed once, with all the files that it includes, and may be shared
// by any number of goroutines and hosts. Resolve goes through it as ssh does: the
// first value found counts, Host and Match blocks decide which lines speak of the
// host, and where the files want it a second pass is made with the host's final
// name. What comes back are values only. The package connects to nothing, and runs
// nothing but the commands of Match exec, and those only for a caller who says so.
//
// Keywords that bear on reaching a host and logging in are understood; those on
// what happens afterwards (forwarding, multiplexing, escape characters) are known
// and passed over. A keyword that OpenSSH does not know, or not yet, is a Warning,
// for a configuration is often shared with a newer ssh.
package sshconfig
