//go:build !windows

package openssh

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport/transporttest"
	xssh "golang.org/x/crypto/ssh"
)

// fake is a server that does what no sshd can be told to do.
type fake struct {
	config        func(*xssh.ServerConfig)
	hangUp        bool // before a word is said
	say           string
	rejectSession bool
	refuseShell   bool
	shell         func(xssh.Channel)

	port  int
	known string // known_hosts that knows it

	mu    sync.Mutex
	tried []string // what was offered, by method
}

var errNo = errors.New("no")

// listen serves until the test ends.
func (f *fake) listen(t *testing.T) *fake {
	t.Helper()
	transporttest.Program(t, "ssh")
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := xssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	f.port = l.Addr().(*net.TCPAddr).Port
	f.known = filepath.Join(t.TempDir(), "known_hosts")
	line := fmt.Sprintf("[127.0.0.1]:%d %s", f.port, xssh.MarshalAuthorizedKey(key.PublicKey()))
	if err := os.WriteFile(f.known, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go f.serve(conn, key)
		}
	}()
	return f
}

func (f *fake) serve(conn net.Conn, key xssh.Signer) {
	defer func() { _ = conn.Close() }()
	if f.hangUp || f.say != "" {
		_, _ = io.WriteString(conn, f.say)
		return
	}
	c := &xssh.ServerConfig{NoClientAuth: f.config == nil, MaxAuthTries: -1}
	if f.config != nil {
		f.config(c)
	}
	c.AddHostKey(key)
	_, channels, requests, err := xssh.NewServerConn(conn, c)
	if err != nil {
		return
	}
	go xssh.DiscardRequests(requests)
	for nc := range channels {
		if nc.ChannelType() == "direct-tcpip" {
			go forward(nc)
			continue
		}
		if f.rejectSession {
			_ = nc.Reject(xssh.ResourceShortage, "all lines in use")
			continue
		}
		ch, rs, err := nc.Accept()
		if err != nil {
			return
		}
		go f.session(ch, rs)
	}
}

func (f *fake) session(ch xssh.Channel, requests <-chan *xssh.Request) {
	for r := range requests {
		ok := r.Type == "pty-req" || r.Type == "shell" && !f.refuseShell
		if r.WantReply {
			_ = r.Reply(ok, nil)
		}
		if r.Type != "shell" || !ok {
			continue
		}
		go func() {
			if f.shell != nil {
				f.shell(ch)
			} else {
				_, _ = io.WriteString(ch, "welcome")
			}
			_, _ = ch.SendRequest("exit-status", false, make([]byte, 4))
			_ = ch.Close()
		}()
	}
}

// forward connects a jump host's client onward.
func forward(nc xssh.NewChannel) {
	var to struct {
		Host   string
		Port   uint32
		Origin string
		From   uint32
	}
	err := xssh.Unmarshal(nc.ExtraData(), &to)
	var conn net.Conn
	if err == nil {
		conn, err = net.Dial("tcp", net.JoinHostPort(to.Host, fmt.Sprint(to.Port)))
	}
	if err != nil {
		_ = nc.Reject(xssh.ConnectionFailed, err.Error())
		return
	}
	ch, requests, err := nc.Accept()
	if err != nil {
		return
	}
	go xssh.DiscardRequests(requests)
	go func() { _, _ = io.Copy(conn, ch); _ = conn.Close() }()
	_, _ = io.Copy(ch, conn)
	_ = ch.Close()
}

// offer notes what a client offers.
func (f *fake) offer(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tried = append(f.tried, what)
}

func (f *fake) offers() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.tried, ", ")
}

// password takes one password by the method of that name.
func (f *fake) password(want string) *fake {
	return f.also(func(c *xssh.ServerConfig) {
		c.PasswordCallback = func(_ xssh.ConnMetadata, got []byte) (*xssh.Permissions, error) {
			f.offer("password " + string(got))
			if string(got) != want {
				return nil, errNo
			}
			return nil, nil
		}
	})
}

// asks takes answers to questions, one after the other.
func (f *fake) asks(questions ...string) *fake {
	return f.also(func(c *xssh.ServerConfig) {
		c.KeyboardInteractiveCallback = func(_ xssh.ConnMetadata, ask xssh.KeyboardInteractiveChallenge) (*xssh.Permissions, error) {
			for _, q := range questions {
				text, want, _ := strings.Cut(q, "=")
				got, err := ask("", "", []string{text}, []bool{false})
				if err != nil || len(got) != 1 {
					return nil, errNo
				}
				f.offer(text + got[0])
				if got[0] != want {
					return nil, errNo
				}
			}
			return nil, nil
		}
	})
}

func (f *fake) also(more func(*xssh.ServerConfig)) *fake {
	before := f.config
	f.config = func(c *xssh.ServerConfig) {
		if before != nil {
			before(c)
		}
		more(c)
	}
	return f
}

// without is a Config that has no secret.
func (f *fake) without() *Config {
	return &Config{User: "ops", File: "none", HostKeys: auth.KnownHosts(f.known)}
}
