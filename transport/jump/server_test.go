package jump

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport/ssh"
	xssh "golang.org/x/crypto/ssh"
)

// network is one in memory: SSH servers that forward, and hosts that echo.
type network struct {
	t     testing.TB
	mu    sync.Mutex
	hosts map[string]func(net.Conn) // by HOST:PORT
}

func newNetwork(t testing.TB) *network { return &network{t: t, hosts: map[string]func(net.Conn){}} }

// connect reaches a host as one would from anywhere in this network.
func (n *network) connect(host string, port int) (net.Conn, error) {
	n.mu.Lock()
	serve := n.hosts[fmt.Sprintf("%s:%d", host, port)]
	n.mu.Unlock()
	if serve == nil {
		return nil, errors.New("connection refused")
	}
	near, far := memnet.Pipe()
	go serve(far)
	return near, nil
}

// dial is connect as ssh.Config takes it.
func (n *network) dial(_ context.Context, host string, port int) (net.Conn, error) {
	return n.connect(host, port)
}

func (n *network) add(host string, port int, serve func(net.Conn)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[fmt.Sprintf("%s:%d", host, port)] = serve
}

// echo adds a host that says its name and then echoes.
func (n *network) echo(host string, port int) {
	n.add(host, port, func(c net.Conn) {
		_, _ = fmt.Fprintf(c, "%s\n", host)
		_, _ = io.Copy(c, c)
		_ = c.Close()
	})
}

// bastion is a jump host of the network.
type bastion struct {
	n        *network
	signer   xssh.Signer
	password string
	config   func(*xssh.ServerConfig)

	conns    atomic.Int32 // connections made to it
	attempts atomic.Int32 // passwords offered
	forwards atomic.Int32

	mu   sync.Mutex
	open []net.Conn
}

func (n *network) bastion(host string, password string) *bastion {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		n.t.Fatal(err)
	}
	signer, err := xssh.NewSignerFromKey(key)
	if err != nil {
		n.t.Fatal(err)
	}
	b := &bastion{n: n, signer: signer, password: password}
	n.add(host, 22, b.serve)
	return b
}

// hop is how to get there.
func (b *bastion) hop(host string) Hop {
	return Hop{Host: host, SSH: &ssh.Config{
		User: "ops", Auth: []auth.Method{auth.Password(auth.Literal(b.password))},
		HostKeys: auth.Pinned(xssh.FingerprintSHA256(b.signer.PublicKey())),
		Dial:     b.n.dial,
	}}
}

func (b *bastion) serve(conn net.Conn) {
	b.conns.Add(1)
	b.mu.Lock()
	b.open = append(b.open, conn)
	b.mu.Unlock()
	defer func() { _ = conn.Close() }()
	config := &xssh.ServerConfig{PasswordCallback: func(_ xssh.ConnMetadata, got []byte) (*xssh.Permissions, error) {
		b.attempts.Add(1)
		if string(got) != b.password {
			return nil, errors.New("no")
		}
		return nil, nil
	}}
	if b.config != nil {
		b.config(config)
	}
	config.AddHostKey(b.signer)
	sc, channels, requests, err := xssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	defer func() { _ = sc.Close() }()
	go xssh.DiscardRequests(requests)
	for nc := range channels {
		go b.forward(nc)
	}
}

func (b *bastion) forward(nc xssh.NewChannel) {
	var to struct {
		Host       string
		Port       uint32
		OriginHost string
		OriginPort uint32
	}
	if nc.ChannelType() != "direct-tcpip" || xssh.Unmarshal(nc.ExtraData(), &to) != nil {
		_ = nc.Reject(xssh.UnknownChannelType, "forwarding only")
		return
	}
	if to.Host == "forbidden" {
		_ = nc.Reject(xssh.Prohibited, "open failed")
		return
	}
	far, err := b.n.connect(to.Host, int(to.Port))
	if err != nil {
		_ = nc.Reject(xssh.ConnectionFailed, "Connection refused")
		return
	}
	ch, requests, err := nc.Accept()
	if err != nil {
		_ = far.Close()
		return
	}
	b.forwards.Add(1)
	go xssh.DiscardRequests(requests)
	go func() {
		_, _ = io.Copy(ch, far)
		_ = ch.CloseWrite()
		_ = ch.Close()
	}()
	_, _ = io.Copy(far, ch)
	_ = far.Close()
}

// breakDown ends every connection without a word.
func (b *bastion) breakDown() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.open {
		if m, ok := c.(*memnet.Conn); ok {
			m.Abort()
		}
	}
	b.open = nil
}
