package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"os"
	"strconv"

	"github.com/pkg/sftp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/vtynet/vty/sim"
	simnetconf "github.com/vtynet/vty/sim/netconf"
	"golang.org/x/crypto/ssh"
)

// serveFiles serves a folder of the script over SFTP: files NAME FOLDER.
func serveFiles(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: files NAME FOLDER")
	}
	folder := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(folder, 0o755))
	shell, err := sim.New("linux", nil)
	ts.Check(err)
	server, err := sim.ListenSSH(context.Background(), "", shell, &sim.SSHConfig{NoAuth: true, Subsystems: sim.Subsystems{
		"sftp": func(_ context.Context, channel io.ReadWriteCloser) error {
			s, err := sftp.NewServer(channel, sftp.WithServerWorkingDirectory(folder))
			if err != nil {
				return err
			}
			return s.Serve()
		},
	}})
	ts.Check(err)
	ts.Defer(func() { _ = server.Close() })
	ts.Setenv(args[0], server.Addr().String())
}

// serveTLS serves NETCONF over TLS to whoever has the certificate ops.pem: netconftls
// NAME. Its port goes into the environment, and both sides' certificates and keys into
// files.
func serveTLS(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: netconftls NAME")
	}
	theirs, theirKey, err := selfSigned(ts.MkAbs("."), "device")
	ts.Check(err)
	ours, _, err := selfSigned(ts.MkAbs("."), "ops")
	ts.Check(err)
	pair, err := tls.LoadX509KeyPair(theirs, theirKey)
	ts.Check(err)
	text, err := os.ReadFile(ours)
	ts.Check(err)
	users := x509.NewCertPool()
	users.AppendCertsFromPEM(text)
	dev, err := simnetconf.New(&simnetconf.Config{Running: `<a xmlns="urn:a">over TLS</a>`})
	ts.Check(err)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: users,
	})
	ts.Check(err)
	go each(l, func(conn net.Conn) { _ = dev.Serve(context.Background(), conn) })
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
}

// serveJump serves a jump host that lets everybody in: jumphost NAME.
func serveJump(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: jumphost NAME")
	}
	key, err := sim.NewHostKey()
	ts.Check(err)
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(key)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	go each(l, func(conn net.Conn) { forward(conn, config) })
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], l.Addr().String())
}

// forward is the server of a jump host.
func forward(conn net.Conn, config *ssh.ServerConfig) {
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for asked := range channels {
		var to struct { // RFC 4254, section 7.2
			Host     string
			Port     uint32
			FromHost string
			FromPort uint32
		}
		if err := ssh.Unmarshal(asked.ExtraData(), &to); asked.ChannelType() != "direct-tcpip" || err != nil {
			_ = asked.Reject(ssh.UnknownChannelType, "only forwarding is had here")
			continue
		}
		far, err := net.Dial("tcp", net.JoinHostPort(to.Host, strconv.Itoa(int(to.Port))))
		if err != nil {
			_ = asked.Reject(ssh.ConnectionFailed, err.Error())
			continue
		}
		near, requests, err := asked.Accept()
		if err != nil {
			_ = far.Close()
			continue
		}
		go ssh.DiscardRequests(requests)
		go func() {
			_, _ = io.Copy(far, near)
			_ = far.Close()
		}()
		go func() {
			_, _ = io.Copy(near, far)
			_ = near.Close()
		}()
	}
}

// each serves connections until the listener is closed, which closes them.
func each(l net.Listener, serve func(net.Conn)) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		go func() {
			serve(conn)
			_ = conn.Close()
		}()
	}
}
