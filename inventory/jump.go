package inventory

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/sshconfig"
	"github.com/vtynet/vty/transport/jump"
	"github.com/vtynet/vty/transport/ssh"
)

// noJump is the value that says that a host is reached without jump hosts, whatever
// its groups say.
const noJump = "none"

// Jump is the jump hosts that the host is reached through, first hop first, as
// sshconfig.ParseJumps reads them: "ops@gate:2222,inner". "" means none.
func (h *Host) Jump() string {
	text := strings.Join(h.values[FieldJump].texts(), ",")
	if strings.EqualFold(text, noJump) {
		return ""
	}
	return text
}

func checkJump(v *Value) error {
	text := strings.Join(v.texts(), ",")
	if text == "" {
		return errors.New("must be jump hosts, [USER@]HOST[:PORT],..., or none")
	}
	if strings.EqualFold(text, noJump) {
		return nil
	}
	_, err := sshconfig.ParseJumps(text)
	return err
}

// JumpHosts makes the ways through the jump hosts that an inventory names:
//
//	ways := &inventory.JumpHosts{Pool: pool, SSH: ssh.Config{User: "ops", HostKeys: auth.KnownHosts()}}
//	cfg := h.Config(base)
//	cfg.Via = ways.Dialer(h)
//
// Hosts that name the same jump hosts share the connections to them. Its fields are
// set before its first use; it is safe for concurrent use.
type JumpHosts struct {
	// Pool holds the connections; whoever made it closes it.
	Pool *jump.Pool
	// SSH says who logs in to the jump hosts and how their host keys are checked. A
	// user before the @ of a jump host stands before its User.
	SSH ssh.Config

	mu   sync.Mutex
	hops map[written]jump.Hop // so that hops that are written alike are one
}

// written is a jump host, and the configuration that says what its name means.
type written struct {
	jump   sshconfig.Jump
	config *sshconfig.Config
}

// Dialer is the way to a host, for vty.Config.Via; nil where it needs no jump host.
// Of a host that has an SSHConfig, that says what the names of its jump hosts mean.
func (j *JumpHosts) Dialer(h *Host) func(ctx context.Context, host string, port int) (net.Conn, error) {
	text := h.Jump()
	if text == "" {
		return nil
	}
	return func(ctx context.Context, host string, port int) (net.Conn, error) {
		named, err := sshconfig.ParseJumps(text)
		if err != nil {
			return nil, err
		}
		hops := make([]jump.Hop, len(named))
		for i, n := range named {
			if hops[i], err = j.hop(ctx, n, h.ssh); err != nil {
				return nil, fmt.Errorf("jump host %v: %w", n, err)
			}
		}
		return j.Pool.Dial(ctx, hops, host, port)
	}
}

func (j *JumpHosts) hop(ctx context.Context, named sshconfig.Jump, config *sshconfig.Config) (jump.Hop, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	key := written{named, config}
	if h, ok := j.hops[key]; ok {
		return h, nil
	}
	cfg := j.SSH
	if named.User != "" {
		cfg.User = named.User
	}
	h := jump.Hop{Host: named.Host, Port: named.Port, SSH: &cfg}
	if config != nil {
		said, err := config.Resolve(ctx, sshconfig.Query{Host: named.Host, User: cfg.User, Port: named.Port})
		if err != nil {
			return h, err
		}
		if said.ProxyJump != nil || said.ProxyCommand != "" {
			return h, fmt.Errorf("is itself reached through %v%s: name all jump hosts of %s", said.ProxyJump, said.ProxyCommand, named)
		}
		h.Host, h.Port = said.HostName, said.Port
		if h.SSH, err = cfg.With(said, nil); err != nil {
			return h, err
		}
	}
	if j.hops == nil {
		j.hops = map[written]jump.Hop{}
	}
	j.hops[key] = h
	return h, nil
}

// way refuses to connect past jump hosts where base knows no way through them.
func (h *Host) way(cfg *vty.Config) {
	through := h.Jump()
	if through == "" || cfg.Via != nil {
		return
	}
	cfg.Via = func(context.Context, string, int) (net.Conn, error) {
		return nil, fmt.Errorf("the inventory reaches %s through %s: set Config.Via to go that way, by JumpHosts.Dialer", h.name, through)
	}
}
