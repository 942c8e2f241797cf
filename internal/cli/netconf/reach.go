package netconf

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/spf13/pflag"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/netconf"
)

// way are the flags that say how a device is spoken with.
type way struct {
	port      int
	subsystem string
	callHome  string
	tls       bool
	cert, key string
	ca        string
	base10    bool
	unchecked bool

	tlsConfig *tls.Config
	homes     *homes // nil unless devices call home
}

func (w *way) register(flags *pflag.FlagSet) {
	flags.IntVar(&w.port, "port", 0, "port of NETCONF, where that of the hosts is another service's (default the host's own, else 830, or 6513 with --tls)")
	flags.StringVar(&w.subsystem, "subsystem", "netconf", "SSH subsystem")
	flags.BoolVar(&w.tls, "tls", false, "speak over TLS (RFC 7589) with --cert and --key")
	flags.StringVar(&w.cert, "cert", "", "file with our certificate for --tls, and those between it and its CA")
	flags.StringVar(&w.key, "key", "", "file with the key of --cert")
	flags.StringVar(&w.ca, "ca", "", "file with the certificates of the CAs that devices' certificates are from (default the system's)")
	flags.StringVar(&w.callHome, "call-home", "", "wait at this [ADDRESS][:PORT] for the devices to connect (RFC 8071; port 4334, or 4335 with --tls)")
	flags.BoolVar(&w.base10, "base10", false, "speak base:1.0 only, with devices whose base:1.1 is broken")
	flags.BoolVar(&w.unchecked, "unchecked", false, "send operations that the device's capabilities do not allow")
}

// prepare checks the flags and reads the files that they name.
func (w *way) prepare() error {
	switch {
	case w.port < 0 || w.port > 65535:
		return fmt.Errorf("--port %d: want 1 to 65535", w.port)
	case w.port != 0 && w.callHome != "":
		return errors.New("--port does not go with --call-home, where devices connect to us: --call-home ADDRESS:PORT")
	case !w.tls && (w.cert != "" || w.key != "" || w.ca != ""):
		return errors.New("--cert, --key and --ca go with --tls")
	case !w.tls:
		return nil
	case w.cert == "" || w.key == "":
		return errors.New("--tls: want --cert and --key: a device knows its users by their certificates")
	}
	pair, err := tls.LoadX509KeyPair(w.cert, w.key)
	if err != nil {
		return fmt.Errorf("--cert %s, --key %s: %w", w.cert, w.key, err)
	}
	w.tlsConfig = &tls.Config{Certificates: []tls.Certificate{pair}}
	if w.ca == "" {
		return nil
	}
	text, err := os.ReadFile(w.ca)
	if err != nil {
		return fmt.Errorf("--ca: %w", err)
	}
	w.tlsConfig.RootCAs = x509.NewCertPool()
	if !w.tlsConfig.RootCAs.AppendCertsFromPEM(text) {
		return fmt.Errorf("--ca %s: no certificate in it", w.ca)
	}
	return nil
}

// listen waits for devices where they call home. Its result stops that.
func (w *way) listen(ctx context.Context, targets []*target.Target, tell func(string)) (stop func(), err error) {
	if w.callHome == "" {
		return func() {}, nil
	}
	port := netconf.PortCallHomeSSH
	if w.tls {
		port = netconf.PortCallHomeTLS
	}
	w.homes, err = listenForCalls(ctx, w.callHome, port, targets, tell)
	if err != nil {
		return nil, fmt.Errorf("--call-home: %w", err)
	}
	return w.homes.close, nil
}

// dial begins a session with a host.
func (w *way) dial(ctx context.Context, t *target.Target) (*netconf.Session, error) {
	c := &t.Config
	ctx, cancel := t.Limit(ctx)
	defer cancel()
	ssh := c.ForSSH()
	cfg := &netconf.Config{
		User: c.User, Auth: c.Auth, HostKeys: c.HostKeys, Legacy: c.Legacy, Socket: c.Socket, Logger: c.Logger,
		SSH: ssh, Subsystem: w.subsystem, Dial: ssh.Dial, TLS: w.tlsConfig, Base10: w.base10, Unchecked: w.unchecked,
	}
	host := t.Host
	host.Port = cmp.Or(w.port, host.Port)
	if w.homes != nil {
		conn, err := w.homes.call(ctx, t)
		if err != nil {
			return nil, err
		}
		return w.over(ctx, conn, host, cfg)
	}
	if w.tls {
		return netconf.DialTLS(ctx, host.Address(), cfg)
	}
	return netconf.Dial(ctx, host.Address(), cfg)
}

// over begins a session over the connection that a host has made.
func (w *way) over(ctx context.Context, conn net.Conn, host target.Host, cfg *netconf.Config) (*netconf.Session, error) {
	if w.tls {
		return netconf.OverTLS(ctx, conn, host.Name, cfg)
	}
	return netconf.OverSSH(ctx, conn, host.Address(), cfg)
}
