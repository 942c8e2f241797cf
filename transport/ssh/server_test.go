package ssh

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	xssh "golang.org/x/crypto/ssh"
)

// Keys are made once: RSA is slow.
var (
	ed25519Private = sync.OnceValue(func() *ed25519.PrivateKey {
		key, err := parsePrivateKey(lockedKey, []byte(keyPassphrase))
		if err != nil {
			panic(err)
		}
		return key.(*ed25519.PrivateKey)
	})
	ed25519Key      = sync.OnceValue(func() xssh.Signer { return mustSigner(ed25519Private(), nil) })
	otherEd25519Key = sync.OnceValue(func() xssh.Signer {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return mustSigner(key, err)
	})
	ecdsaKey = sync.OnceValue(func() xssh.Signer {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		return mustSigner(key, err)
	})
	rsaPrivate = sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return key
	})
	rsaKey = sync.OnceValue(func() xssh.Signer { return mustSigner(rsaPrivate(), nil) })
)

func mustSigner(key any, err error) xssh.Signer {
	if err != nil {
		panic(err)
	}
	s, err := xssh.NewSignerFromKey(key)
	if err != nil {
		panic(err)
	}
	return s
}

// device is an SSH server that behaves as told. The zero device lets everybody
// in and echoes.
type device struct {
	// config is changed before the server starts.
	config func(*xssh.ServerConfig)
	keys   []xssh.Signer

	rejectSession bool
	refusePTY     bool
	refuseShell   bool
	silentShell   bool // never answers the request
	shell         func(d *device, ch xssh.Channel)
	exec          func(command string, ch xssh.Channel)

	mu       sync.Mutex
	requests []string
	ptys     []ptyRequest
	windows  []windowChange
	attempts []string // the methods of the attempts that it judged
	globals  []string
	conn     xssh.Conn
}

func (d *device) serverConfig() *xssh.ServerConfig {
	c := &xssh.ServerConfig{NoClientAuth: true, MaxAuthTries: -1}
	c.AuthLogCallback = func(_ xssh.ConnMetadata, method string, err error) {
		var partial *xssh.PartialSuccessError
		if judged := err == nil || errors.Is(err, errNo) || errors.As(err, &partial); judged && method != "none" {
			d.note(&d.attempts, method)
		}
	}
	if d.config != nil {
		c.NoClientAuth = false
		d.config(c)
	}
	keys := d.keys
	if keys == nil {
		keys = []xssh.Signer{ed25519Key()}
	}
	for _, k := range keys {
		c.AddHostKey(k)
	}
	return c
}

// serve speaks SSH on conn until it ends.
func (d *device) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	sc, channels, requests, err := xssh.NewServerConn(conn, d.serverConfig())
	if err != nil {
		return
	}
	d.mu.Lock()
	d.conn = sc
	d.mu.Unlock()
	go func() {
		for r := range requests {
			d.note(&d.globals, r.Type)
			_ = r.Reply(false, nil)
		}
	}()
	for nc := range channels {
		if d.rejectSession {
			_ = nc.Reject(xssh.ResourceShortage, "all lines in use")
			continue
		}
		ch, rs, err := nc.Accept()
		if err != nil {
			return
		}
		go d.session(ch, rs)
	}
}

func (d *device) note(where *[]string, what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	*where = append(*where, what)
}

func (d *device) session(ch xssh.Channel, requests <-chan *xssh.Request) {
	for r := range requests {
		d.note(&d.requests, r.Type)
		switch r.Type {
		case "pty-req":
			var p ptyRequest
			if err := xssh.Unmarshal(r.Payload, &p); err == nil {
				d.mu.Lock()
				d.ptys = append(d.ptys, p)
				d.mu.Unlock()
			}
			_ = r.Reply(!d.refusePTY, nil)
		case "window-change":
			var w windowChange
			if err := xssh.Unmarshal(r.Payload, &w); err == nil {
				d.mu.Lock()
				d.windows = append(d.windows, w)
				d.mu.Unlock()
			}
		case "shell":
			if d.silentShell {
				continue
			}
			_ = r.Reply(!d.refuseShell, nil)
			if d.refuseShell {
				continue
			}
			if d.shell == nil {
				go echo(d, ch)
			} else {
				go d.shell(d, ch)
			}
		case "subsystem", "exec":
			var p programRequest
			if r.Type == "exec" && d.exec != nil && xssh.Unmarshal(r.Payload, &p) == nil {
				_ = r.Reply(true, nil)
				go d.exec(p.Name, ch)
				continue
			}
			ok := xssh.Unmarshal(r.Payload, &p) == nil && p.Name == "netconf" && d.shell != nil
			_ = r.Reply(ok, nil)
			if ok {
				go d.shell(d, ch)
			}
		default:
			_ = r.Reply(false, nil)
		}
	}
}

func echo(_ *device, ch xssh.Channel) {
	_, _ = io.Copy(ch, ch)
	_ = ch.Close()
}

// mem connects to the device in memory.
func (d *device) mem(ctx context.Context, cfg *Config) (*Conn, error) {
	client, server := memnet.Pipe()
	go d.serve(server)
	return New(ctx, client, "r1.example.net", 22, cfg)
}

// mustOpen is mem for a connection that must come about.
func (d *device) mustOpen(t *testing.T, cfg *Config) *Conn {
	t.Helper()
	c, err := d.mem(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// listen serves the device on loopback TCP.
func (d *device) listen(t testing.TB) (host string, port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
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
			go d.serve(conn)
		}
	}()
	return "127.0.0.1", l.Addr().(*net.TCPAddr).Port
}

// anyKey is a Config that asks no questions.
func anyKey(methods ...auth.Method) *Config {
	return &Config{User: "ops", HostKeys: auth.Unchecked(), Auth: methods}
}

// errNo is the device's refusal.
var errNo = errors.New("no")

// password is a server config that takes one password by the "password" method.
func password(want string) func(*xssh.ServerConfig) {
	return func(c *xssh.ServerConfig) {
		c.PasswordCallback = func(_ xssh.ConnMetadata, got []byte) (*xssh.Permissions, error) {
			if string(got) == want {
				return nil, nil
			}
			return nil, errNo
		}
	}
}

// as gets the error of a type that must be in err.
func as[E error](t *testing.T, err error) E {
	t.Helper()
	e, ok := errors.AsType[E](err)
	if !ok {
		t.Fatalf("err = %v (%T), want a %T in it", err, err, e)
	}
	return e
}

// faulty is a connection that goes wrong: it stops reading, or what is written
// does not arrive. It does not block a write: x/crypto/ssh holds a mutex there, and
// a bubble's clock stands still while anybody waits for a mutex.
type faulty struct {
	net.Conn
	deaf   atomic.Bool // reads wait for Close
	writes atomic.Int64
	limit  int64 // writes from this one on are not done; -1 for never
	hangUp bool  // the connection is closed then; else the write waits for Close
	closed chan struct{}
	once   sync.Once
}

func newFaulty(conn net.Conn) *faulty {
	return &faulty{Conn: conn, limit: -1, closed: make(chan struct{})}
}

func (f *faulty) Read(p []byte) (int, error) {
	n, err := f.Conn.Read(p)
	if f.deaf.Load() {
		<-f.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (f *faulty) Write(p []byte) (int, error) {
	if f.limit >= 0 && f.writes.Add(1) > f.limit {
		if f.hangUp {
			_ = f.Conn.Close()
			return 0, net.ErrClosed
		}
		return len(p), nil
	}
	return f.Conn.Write(p)
}

func (f *faulty) Close() error {
	f.once.Do(func() { close(f.closed) })
	return f.Conn.Close()
}
