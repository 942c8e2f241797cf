// The client of the comparison that uses vty as its users do: a platform by its
// name, the host key checked, every answer judged.
package main

import (
	"context"
	"runtime/debug"
	"sync"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/bench/router"
	"github.com/vtynet/vty/bench/work"
	"github.com/vtynet/vty/platform"
	"golang.org/x/crypto/ssh"
)

func main() {
	work.Main(work.Client{Version: version(), Open: open})
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return "vty " + s.Value[:12]
			}
		}
	}
	return "vty"
}

type session struct{ *vty.Device }

// typeAhead is how many bytes this router takes before it has answered: as many
// as fit into its connection, of which this is the least that is usual.
const typeAhead = 4096

// takes is the platform of a device that takes so much: one for all sessions.
var takes = sync.OnceValues(func() (*platform.Definition, error) {
	def, err := platform.Load("cisco_iosxe")
	if err != nil {
		return nil, err
	}
	own := *def
	own.Typing.Window = typeAhead
	return &own, nil
})

func open(ctx context.Context, t work.Target) (work.Session, error) {
	def, err := takes()
	if err != nil {
		return nil, err
	}
	d, err := vty.Dial(ctx, t.Host, &vty.Config{
		Definition: def,
		Transport:  vty.Transport(t.Transport),
		Port:       t.Port,
		User:       t.User,
		Auth:       []auth.Method{auth.Password(auth.Literal(t.Password))},
		HostKeys:   hostKeys,
	})
	if err != nil {
		return nil, err
	}
	return session{d}, nil
}

var hostKeys = auth.Pinned(ssh.FingerprintSHA256(router.HostKey().PublicKey()))

func (s session) Run(ctx context.Context, command string) (string, error) {
	r, err := s.Device.Run(ctx, command)
	if err != nil {
		return "", err
	}
	return r.Text(), nil
}

func (s session) Stream(ctx context.Context, command string, line func(string)) error {
	for l, err := range s.Device.Stream(ctx, command) {
		if err != nil {
			return err
		}
		line(l)
	}
	return nil
}

func (s session) Configure(ctx context.Context, lines []string) (accepted int, err error) {
	report, err := s.Apply(ctx, vty.Configuration{Lines: lines, Ahead: true})
	return report.Applied(), err
}
