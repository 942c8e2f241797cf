package netconf_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/netconftest"
	"github.com/vtynet/vty/netconf/rpc"
	"golang.org/x/crypto/ssh"
)

// works does an operation and closes the session.
func works(t *testing.T, s *netconf.Session, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
		return
	}
	defer s.Close()
	if reply, err := rpc.Raw("<a>##</a>").Do(t.Context(), s); err != nil || string(reply.Data()) != "<a>##</a>" {
		t.Error(err)
	}
}

func listen(t *testing.T, network, address string, serve func(net.Conn)) net.Addr {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return l.Addr()
}

var echoing = &netconftest.Server{Handler: netconftest.HandlerFunc(echo)}

// sshServer speaks SSH on conn and hands each "netconf" subsystem to serve.
func sshServer(t testing.TB, serve func(io.ReadWriteCloser)) (handle func(net.Conn), fingerprint string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(signer)
	return func(conn net.Conn) {
		defer conn.Close()
		_, channels, requests, err := ssh.NewServerConn(conn, config)
		if err != nil {
			return
		}
		go ssh.DiscardRequests(requests)
		for nc := range channels {
			ch, rs, err := nc.Accept()
			if err != nil {
				return
			}
			go func() {
				for r := range rs {
					ok := r.Type == "subsystem" && strings.HasSuffix(string(r.Payload), "netconf")
					_ = r.Reply(ok, nil)
					if ok {
						go serve(ch)
					}
				}
			}()
		}
	}, ssh.FingerprintSHA256(signer.PublicKey())
}

func TestSSH(t *testing.T) {
	handle, fingerprint := sshServer(t, func(c io.ReadWriteCloser) { _ = echoing.Serve(c) })
	cfg := &netconf.Config{User: "ops", HostKeys: auth.Pinned(fingerprint)}
	addr := listen(t, "tcp", "127.0.0.1:0", handle)
	s, err := netconf.Dial(t.Context(), addr.String(), cfg)
	works(t, s, err)

	// Over a connection that is there, as a server makes it that calls home.
	client, server := memnet.Pipe()
	go handle(server)
	s, err = netconf.OverSSH(t.Context(), client, "r1.example.net", cfg)
	works(t, s, err)

	if _, err := netconf.Dial(t.Context(), addr.String(), &netconf.Config{User: "ops"}); err == nil || !strings.Contains(err.Error(), "host-key policy") {
		t.Errorf("without a policy: %v", err)
	}
	if _, err := netconf.Dial(t.Context(), addr.String(), nil); err == nil {
		t.Error("without a config")
	}
	for _, host := range []string{"", "r1:x", "r1:0", ":830"} {
		if _, err := netconf.Dial(t.Context(), host, cfg); err == nil || !strings.Contains(err.Error(), "netconf: host") {
			t.Errorf("%q: %v", host, err)
		}
	}
}

// certificate is a self-signed one.
func certificate(t *testing.T, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: cert}, pool
}

func TestTLS(t *testing.T) {
	serverCert, serverPool := certificate(t, "localhost")
	clientCert, clientPool := certificate(t, "ops")
	handle := func(conn net.Conn) {
		_ = echoing.Serve(tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{serverCert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clientPool}))
	}
	cfg := &netconf.Config{TLS: &tls.Config{RootCAs: serverPool, Certificates: []tls.Certificate{clientCert}}}
	addr := listen(t, "tcp", "127.0.0.1:0", handle).(*net.TCPAddr)
	with := *cfg
	with.Port = addr.Port
	s, err := netconf.DialTLS(t.Context(), "localhost", &with)
	works(t, s, err)

	client, server := memnet.Pipe()
	go handle(server)
	s, err = netconf.OverTLS(t.Context(), client, "localhost", cfg)
	works(t, s, err)

	client, server = memnet.Pipe()
	go handle(server)
	if _, err := netconf.OverTLS(t.Context(), client, "r1.example.net", cfg); !errors.As(err, new(x509.HostnameError)) {
		t.Errorf("another name: %v", err)
	}
	client, server = memnet.Pipe()
	go handle(server)
	if _, err := netconf.OverTLS(t.Context(), client, "localhost", &netconf.Config{TLS: &tls.Config{RootCAs: serverPool}}); err == nil {
		t.Error("without a client's certificate")
	}
	if _, err := netconf.DialTLS(t.Context(), "localhost", nil); err == nil || !strings.Contains(err.Error(), "Config.TLS") {
		t.Errorf("without a configuration: %v", err)
	}
}

func TestUnix(t *testing.T) {
	dir, err := os.MkdirTemp("", "nc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	listen(t, "unix", path, func(c net.Conn) { _ = echoing.Serve(c) })
	s, err := netconf.DialUnix(t.Context(), path, nil)
	works(t, s, err)
	if _, err := netconf.DialUnix(t.Context(), path+"x", nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestCallHome(t *testing.T) {
	handle, fingerprint := sshServer(t, func(c io.ReadWriteCloser) { _ = echoing.Serve(c) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	// The device connects, and is the SSH server all the same (RFC 8071).
	go func() {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err == nil {
			handle(conn)
		}
	}()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	s, err := netconf.OverSSH(t.Context(), conn, "r1.example.net", &netconf.Config{User: "ops", HostKeys: auth.Pinned(fingerprint)})
	works(t, s, err)
}
