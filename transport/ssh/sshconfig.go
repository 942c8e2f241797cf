package ssh

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/sshconfig"
)

// With is c with what ssh_config says of a host put in wherever c leaves it open:
// the user, the keys, the host-key policy, algorithms, timeouts, the way out. The
// caller dials h.HostName and h.Port. The error says what in h cannot be used.
//
// Keys are added, before the methods of c.Auth, where those have no key of their
// own: the agent's, and the identity files that exist, or with none named the usual
// ones in ~/.ssh. passphrase opens them and may be nil. ProxyJump and ProxyCommand
// are left to the caller, who sets c.Dial.
//
// StrictHostKeyChecking ask is strict here, since nobody is asked; no is
// auth.Unchecked.
func (c Config) With(h *sshconfig.Host, passphrase auth.Source) (*Config, error) {
	if c.User == "" {
		c.User = h.User
	}
	if c.HostKeyAlias == "" {
		c.HostKeyAlias = h.HostKeyAlias
	}
	if c.HostKeys == nil {
		policy, err := hostKeyPolicy(h)
		if err != nil {
			return nil, err
		}
		c.HostKeys = policy
	}
	if c.Env == nil {
		c.Env = h.SetEnv
	}
	if c.PTY == PTYAuto && h.RequestTTY == "no" {
		c.PTY = PTYNone
	}
	if c.KeepAlive == 0 && h.ServerAliveCountMax != 0 {
		c.KeepAlive, c.KeepAliveCount = h.ServerAliveInterval, max(h.ServerAliveCountMax, 0)
	}
	if c.Methods == nil {
		c.Methods = methodsOf(h)
	}
	c.withAlgorithms(h)
	c.withKeys(h, passphrase)
	return &c, c.withSocket(h)
}

// withAlgorithms applies the lists of a configuration to the usual ones.
func (c *Config) withAlgorithms(h *sshconfig.Host) {
	all, usual := known(c.Legacy)
	for _, l := range []struct {
		into       *[]string
		list       sshconfig.Algorithms
		usual, all []string
	}{
		{&c.Algorithms.KeyExchanges, h.KexAlgorithms, usual.KeyExchanges, all.KeyExchanges},
		{&c.Algorithms.HostKeys, h.HostKeyAlgorithms, append(usual.certificates, usual.HostKeys...), append(all.certificates, all.HostKeys...)},
		{&c.Algorithms.Ciphers, h.Ciphers, usual.Ciphers, all.Ciphers},
		{&c.Algorithms.MACs, h.MACs, usual.MACs, all.MACs},
		{&c.Signatures, h.PubkeyAcceptedAlgorithms, usual.signatures, all.signatures},
	} {
		if *l.into != nil || l.list == "" {
			continue
		}
		if *l.into = l.list.Apply(l.usual, l.all); len(*l.into) == 0 {
			*l.into = []string{string(l.list)} // which is then the error
		}
	}
}

func methodsOf(h *sshconfig.Host) []string {
	methods := []string{methodPublicKey, methodInteractive, methodPassword}
	if h.PreferredAuthentications != nil {
		methods = h.PreferredAuthentications
	}
	off := map[string]bool{methodPublicKey: h.NoPubkey, methodInteractive: h.NoKbdInteractive, methodPassword: h.NoPassword}
	if h.PreferredAuthentications == nil && !h.NoPubkey && !h.NoKbdInteractive && !h.NoPassword {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(methods), func(m string) bool { return off[m] })
}

func hostKeyPolicy(h *sshconfig.Host) (auth.HostKeys, error) {
	if h.StrictHostKeyChecking == "no" {
		return auth.Unchecked(), nil
	}
	files, err := defaultKnownHosts()
	if err != nil {
		return nil, err
	}
	user, system := files[:1], files[1:]
	if h.UserKnownHostsFiles != nil {
		user = h.UserKnownHostsFiles
	}
	if h.GlobalKnownHostsFiles != nil {
		system = h.GlobalKnownHostsFiles
	}
	if files = slices.Concat(user, system); len(files) == 0 {
		files = []string{os.DevNull} // no file: every host is unknown
	}
	if h.StrictHostKeyChecking == "accept-new" {
		if len(user) == 0 { // the system's file is not for us to write to
			files = append([]string{os.DevNull}, files...)
		}
		return auth.AcceptNew(files...), nil
	}
	return auth.KnownHosts(files...), nil
}

// withKeys puts keys before the methods of the caller's, unless there are some.
func (c *Config) withKeys(h *sshconfig.Host, passphrase auth.Source) {
	if slices.ContainsFunc(c.Auth, isKey) {
		return
	}
	files := h.IdentityFiles
	if files == nil {
		files = usualKeys()
	}
	var keys []auth.Method
	if h.IdentityAgent != "none" {
		agent := auth.AgentMethod{Socket: h.IdentityAgent}
		if h.IdentitiesOnly {
			agent.Only = append([]string{}, files...)
		}
		keys = append(keys, agent)
	}
	for i, file := range files {
		if _, err := os.Stat(file); err != nil {
			continue // as ssh does; the key may be the agent's
		}
		m := auth.KeyFileMethod{Path: file, Passphrase: passphrase}
		if i < len(h.CertificateFiles) {
			m.CertificateFile = h.CertificateFiles[i]
		}
		keys = append(keys, m)
	}
	c.Auth = append(keys, c.Auth...)
}

func isKey(m auth.Method) bool {
	switch m.(type) {
	case auth.KeyFileMethod, auth.KeyMethod, auth.AgentMethod:
		return true
	}
	return false
}

// usualKeys are the user's own key files.
func usualKeys() []string {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	var files []string
	for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
		files = append(files, filepath.Join(home, ".ssh", name))
	}
	return files
}

// withSocket says how to connect.
func (c *Config) withSocket(h *sshconfig.Host) error {
	var o socket.Options
	if c.Socket != nil {
		o = *c.Socket
	}
	if o.Family == socket.AnyFamily {
		switch h.AddressFamily {
		case "inet":
			o.Family = socket.IPv4Only
		case "inet6":
			o.Family = socket.IPv6Only
		}
	}
	if h.BindAddress != "" && !o.Source.IsValid() {
		addr, err := netip.ParseAddr(h.BindAddress)
		if err != nil {
			return fmt.Errorf("ssh: BindAddress %q is no address", h.BindAddress)
		}
		o.Source = addr
	}
	if o.Interface == "" {
		o.Interface = h.BindInterface
	}
	if o.Timeout == 0 {
		o.Timeout = h.ConnectTimeout
	}
	c.Socket = &o
	return nil
}
