package target

import (
	"fmt"
	"strings"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/transport/openssh"
)

// bySystem completes the configuration of a device that the system's ssh reaches. It
// reads its own configuration, so what no flag and no inventory says is left to it.
func (c *configured) bySystem(t *Target) {
	o := &openssh.Config{File: c.flags.sshConfig, Passphrase: env(c.s, envPassphrase)}
	switch {
	case len(c.flags.jump) > 0:
		o.Jump = strings.Join(c.flags.jump, ",")
	default:
		o.Jump = t.jump // "none" means the same there
	}
	if o.Jump != "none" {
		t.Jump = o.Jump
	}
	if _, given := c.s.LookupEnv(envJumpPassword); given {
		o.JumpPassword = env(c.s, envJumpPassword)
	}
	t.Config.OpenSSH = o
}

// fitsSystem checks what the system's ssh cannot be told.
func (t *Target) fitsSystem() error {
	if _, pinned := t.Config.HostKeys.(auth.PinnedPolicy); pinned {
		return exit.Misused(fmt.Errorf("%s: the system's ssh takes no fingerprint (--host-key): put the key into a known_hosts file, and name it with --known-hosts", t.Label))
	}
	if t.Config.Legacy {
		return exit.Misused(fmt.Errorf("%s: the system's ssh knows nothing of --legacy: allow what the device needs in its ssh_config, such as KexAlgorithms +diffie-hellman-group14-sha1", t.Label))
	}
	return nil
}
