package doctor

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/openssh"
)

// overSSH tells the transports whose terminal is a shell's.
func overSSH(t vty.Transport) bool { return t == vty.SSH || t == vty.OpenSSH }

// bySystem reaches the host by the system's ssh, which does all in one step.
func (e *examination) bySystem(ctx context.Context) (transport.Conn, error) {
	t, started := e.target, time.Now()
	conn, err := openssh.Dial(ctx, t.Host.Name, t.Host.Port, t.Config.ForOpenSSH())
	if err != nil {
		e.tell("ssh", failed, time.Since(started), "%s", firstLine(err.Error()))
		return nil, err
	}
	e.tell("ssh", well, time.Since(started), "a shell is open at %s; let in by %s",
		cmp.Or(conn.ServerVersion(), "a shared connection"), cmp.Or(conn.AuthMethod(), "whoever opened that"))
	for line := range strings.Lines(conn.Banner()) {
		if line = strings.TrimSpace(line); line != "" {
			e.tell("banner", noted, 0, "%s", line)
		}
	}
	return conn, nil
}
