package target

import (
	"github.com/vtynet/vty"
	"github.com/vtynet/vty/transport/ssh"
	"github.com/vtynet/vty/transport/telnet"
)

// Port is the one to connect to.
func (t *Target) Port() int {
	switch {
	case t.Host.Port != 0:
		return t.Host.Port
	case t.Config.Transport == vty.Telnet:
		return telnet.Port
	}
	return ssh.DefaultPort
}

// Telnet is the configuration of the Telnet transport.
func (t *Target) Telnet() *telnet.Config {
	c := &t.Config
	return &telnet.Config{Socket: c.Socket, Dial: c.Via, Size: c.Size, Logger: c.Logger}
}
