package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty/internal/cli"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/sim"
	simnetconf "github.com/vtynet/vty/sim/netconf"
)

// selfSigned writes a certificate for 127.0.0.1 and its key into files of a folder.
func selfSigned(folder, name string) (cert, key string, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return "", "", err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", "", err
	}
	write := func(file, kind string, content []byte) string {
		path := filepath.Join(folder, file)
		err = errors.Join(err, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600))
		return path
	}
	return write(name+".pem", "CERTIFICATE", der), write(name+".key", "PRIVATE KEY", secret), err
}

// heard passes on, once, the address that the command waits at.
type heard struct {
	bytes.Buffer
	at chan string
}

var waits = regexp.MustCompile(`waiting for devices to call at (\S+)\n`)

func (h *heard) Write(p []byte) (int, error) {
	n, err := h.Buffer.Write(p)
	if m := waits.FindSubmatch(p); m != nil {
		h.at <- string(m[1])
	}
	return n, err
}

// callHome has a device call where the command waits, and serve the connection.
func callHome(t *testing.T, serve func(net.Conn), args ...string) (status exit.Status, out, errs string) {
	t.Helper()
	stderr := &heard{at: make(chan string, 1)}
	ended := make(chan struct{})
	go func() {
		select {
		case at := <-stderr.at:
			if conn, err := net.Dial("tcp", at); err == nil {
				serve(conn)
			}
		case <-ended:
		}
	}()
	var stdout bytes.Buffer
	status = cli.Run(t.Context(), append([]string{"netconf", "get-config", "-F", "none", "-H", "127.0.0.1", "--call-home", "127.0.0.1:0"}, args...), &streams.Streams{
		In: strings.NewReader(""), Out: &stdout, Err: stderr,
		LookupEnv: func(name string) (string, bool) { return "admin", name == "VTY_PASSWORD" || name == "VTY_USER" },
	})
	close(ended)
	return status, stdout.String(), stderr.String()
}

func TestNETCONFCallHome(t *testing.T) {
	dev, err := simnetconf.New(&simnetconf.Config{Running: `<a xmlns="urn:a">##</a>`})
	if err != nil {
		t.Fatal(err)
	}
	shell, err := sim.New("generic", nil)
	if err != nil {
		t.Fatal(err)
	}
	server, err := sim.ListenSSH(t.Context(), "", shell, &sim.SSHConfig{NoAuth: true, Subsystems: sim.Subsystems{"netconf": dev.Serve}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	status, out, errs := callHome(t, func(conn net.Conn) {
		defer conn.Close()
		inner, err := net.Dial("tcp", server.Addr().String())
		if err != nil {
			return
		}
		go func() {
			_, _ = io.Copy(inner, conn)
			_ = inner.Close()
		}()
		_, _ = io.Copy(conn, inner)
	}, "--host-key", "off")
	if status != exit.OK || out != "<a xmlns=\"urn:a\">##</a>\n" {
		t.Errorf("over SSH: status %d: %s%s", status, out, errs)
	}

	dir := t.TempDir()
	theirs, theirKey, err := selfSigned(dir, "device")
	if err != nil {
		t.Fatal(err)
	}
	ours, ourKey, err := selfSigned(dir, "ops")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(theirs, theirKey)
	if err != nil {
		t.Fatal(err)
	}
	users := x509.NewCertPool()
	text, err := os.ReadFile(ours)
	if err != nil || !users.AppendCertsFromPEM(text) {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: users}
	speak := func(conn net.Conn) { _ = dev.Serve(context.Background(), tls.Server(conn, config)) }
	status, out, errs = callHome(t, speak, "--tls", "--cert", ours, "--key", ourKey, "--ca", theirs)
	if status != exit.OK || out != "<a xmlns=\"urn:a\">##</a>\n" {
		t.Errorf("over TLS: status %d: %s%s", status, out, errs)
	}
	// A device that shows another's certificate is not spoken with.
	status, out, errs = callHome(t, speak, "--tls", "--cert", ours, "--key", ourKey, "--ca", ours)
	if status == exit.OK || out != "" || !strings.Contains(errs, "certificate") {
		t.Errorf("an unknown certificate: status %d: %s%s", status, out, errs)
	}
	// Nobody calls.
	status, out, errs = callHome(t, func(conn net.Conn) { _ = conn.Close() }, "-H", "127.0.0.2", "--host-key", "off", "--timeout", "300ms")
	if status == exit.OK || out != "" || !strings.Contains(errs, "no call from 127.0.0.2 at 127.0.0.1:") {
		t.Errorf("no call: status %d: %s%s", status, out, errs)
	}
}
