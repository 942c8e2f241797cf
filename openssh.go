package vty

import (
	"cmp"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/openssh"
)

// ForOpenSSH is the configuration of the OpenSSH transport that c stands for. Keys
// in memory and agents are left out: ssh finds its own agent.
func (c *Config) ForOpenSSH() *openssh.Config {
	var o openssh.Config
	if c.OpenSSH != nil {
		o = *c.OpenSSH
	}
	o.User = cmp.Or(c.User, o.User)
	if c.HostKeys != nil {
		o.HostKeys = c.HostKeys
	}
	if c.Size != (transport.Size{}) {
		o.Size = c.Size
	}
	if c.Logger != nil {
		o.Logger = c.Logger
	}
	if c.Password != nil {
		o.Password = c.Password
	}
	if p := c.Secrets["passphrase"]; p != nil {
		o.Passphrase = p
	}
	for _, method := range c.Auth {
		switch m := method.(type) {
		case auth.PasswordMethod:
			if c.Password == nil {
				o.Password = m.Source
			}
		case auth.KeyFileMethod:
			o.Identities = append(o.Identities[:len(o.Identities):len(o.Identities)], m.Path)
			if m.Passphrase != nil {
				o.Passphrase = m.Passphrase
			}
		case auth.InteractiveMethod:
			o.Answer = m
		}
	}
	return &o
}
