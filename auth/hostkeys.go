package auth

// HostKeys is a host-key policy: how the device proves who it is. The policies
// of this package are the only ones. A nil policy is an error wherever one is
// needed: checking is switched off by name or not at all.
type HostKeys interface{ hostKeys() }

// KnownHostsPolicy accepts the keys that the known_hosts files hold and refuses
// all others. With AcceptNew, the key of a host that no file names is appended
// to the first file; a changed or revoked key is refused all the same. No Files
// means ~/.ssh/known_hosts and, if it exists, /etc/ssh/ssh_known_hosts.
type KnownHostsPolicy struct {
	Files     []string
	AcceptNew bool
}

// PinnedPolicy accepts the keys with these fingerprints only, written as
// ssh-keygen -l shows them ("SHA256:...").
type PinnedPolicy struct{ Fingerprints []string }

// UncheckedPolicy accepts any key: whoever answers is believed.
type UncheckedPolicy struct{}

func (KnownHostsPolicy) hostKeys() {}
func (PinnedPolicy) hostKeys()     {}
func (UncheckedPolicy) hostKeys()  {}

// KnownHosts is the strict policy over files, or over the user's and the
// system's files when none is named.
func KnownHosts(files ...string) HostKeys { return KnownHostsPolicy{Files: files} }

// AcceptNew is KnownHosts, except that a host seen for the first time is
// believed and remembered.
func AcceptNew(files ...string) HostKeys {
	return KnownHostsPolicy{Files: files, AcceptNew: true}
}

// Pinned accepts the keys with these SHA256 fingerprints only.
func Pinned(fingerprints ...string) HostKeys { return PinnedPolicy{Fingerprints: fingerprints} }

// Unchecked switches host-key checking off. It protects against nothing: a
// password sent this way may go to anybody.
func Unchecked() HostKeys { return UncheckedPolicy{} }
