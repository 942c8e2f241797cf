// The client of the comparison that uses scrapligo v1, with its own definition
// of the platform. BENCH_TRANSPORT=system in the environment chooses its system
// transport, which starts OpenSSH's ssh.
package main

import (
	"context"
	"os"
	"runtime/debug"
	"time"

	"github.com/scrapli/scrapligo/driver/network"
	"github.com/scrapli/scrapligo/driver/options"
	"github.com/scrapli/scrapligo/platform"
	"github.com/scrapli/scrapligo/transport"
	"github.com/scrapli/scrapligo/util"
	"github.com/vtynet/vty/bench/work"
)

func main() {
	work.Main(work.Client{Version: version(), Open: open})
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/scrapli/scrapligo" {
				return "scrapligo " + m.Version
			}
		}
	}
	return "scrapligo"
}

type session struct{ d *network.Driver }

func open(_ context.Context, t work.Target) (work.Session, error) {
	kind := transport.StandardTransport
	switch {
	case t.Transport == "telnet":
		kind = transport.TelnetTransport
	case os.Getenv("BENCH_TRANSPORT") != "":
		kind = os.Getenv("BENCH_TRANSPORT")
	}
	opts := []util.Option{
		options.WithPort(t.Port),
		options.WithAuthUsername(t.User),
		options.WithAuthPassword(t.Password),
		options.WithAuthNoStrictKey(),
		options.WithTransportType(kind),
		options.WithTimeoutOps(5 * time.Minute),
	}
	if t.Transport == "telnet" {
		// It waits for half of this time of silence: by default 15 s an open.
		opts = append(opts, options.WithTimeoutSocket(2*time.Second))
	}
	p, err := platform.NewPlatform("cisco_iosxe", t.Host, opts...)
	if err != nil {
		return nil, err
	}
	d, err := p.GetNetworkDriver()
	if err != nil {
		return nil, err
	}
	return &session{d}, d.Open()
}

func (s *session) Run(_ context.Context, command string) (string, error) {
	r, err := s.d.SendCommand(command)
	if err != nil {
		return "", err
	}
	return r.Result, r.Failed
}

func (*session) Stream(context.Context, string, func(string)) error { return work.ErrUnsupported }

func (s *session) Configure(_ context.Context, lines []string) (accepted int, err error) {
	r, err := s.d.SendConfigs(lines)
	if err != nil {
		return 0, err
	}
	for _, l := range r.Responses {
		if l.Failed == nil {
			accepted++
		}
	}
	return accepted, nil
}

// Close leaves out the error: it is io.EOF where the router closes first, as it
// was asked to.
func (s *session) Close() error {
	_ = s.d.Close()
	return nil
}
