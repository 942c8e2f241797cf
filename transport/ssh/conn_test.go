package ssh

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
	xssh "golang.org/x/crypto/ssh"
)

func TestEchoOverTCP(t *testing.T) {
	d := &device{}
	host, port := d.listen(t)
	c, err := Dial(t.Context(), host, port, anyKey())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, "show version\r"); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 13)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "show version\r" {
		t.Fatalf("read %q, %v", got, err)
	}
	if !c.Alive() || c.AuthMethod() != "none" || c.HostKey().Type != xssh.KeyAlgoED25519 || c.Algorithms().KeyExchange == "" {
		t.Errorf("alive %t, method %q, key %v, algorithms %+v", c.Alive(), c.AuthMethod(), c.HostKey(), c.Algorithms())
	}
	if c.RemoteAddr().String() != joinHostPort(host, port) || c.LocalAddr() == nil || c.ServerVersion() != "SSH-2.0-Go" {
		t.Errorf("remote %v, local %v, version %q", c.RemoteAddr(), c.LocalAddr(), c.ServerVersion())
	}
	if !slices.Contains(c.PeerOffer().KeyExchanges, c.Algorithms().KeyExchange) {
		t.Errorf("offer %+v", c.PeerOffer())
	}
	for range 2 {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if c.Alive() {
		t.Error("alive after Close")
	}
	if _, err := c.Read(got); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Read after Close: %v", err)
	}
	if _, err := c.Write(got); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Write after Close: %v", err)
	}
	if err := c.KeepAlive(t.Context()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("KeepAlive after Close: %v", err)
	}
}

func TestTerminalThatIsAskedFor(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Config)
		want   []string
		pty    ptyRequest
		size   transport.Size
	}{
		"default": {func(*Config) {}, []string{"pty-req", "shell"}, ptyRequest{Term: "vt100", Columns: 511, Rows: 1000, Modes: noModes}, transport.Size{Columns: 511, Rows: 1000}},
		"own": {func(c *Config) { c.Term, c.Size = "dumb", transport.Size{Columns: 80, Rows: 24} },
			[]string{"pty-req", "shell"}, ptyRequest{Term: "dumb", Columns: 80, Rows: 24, Modes: noModes}, transport.Size{Columns: 80, Rows: 24}},
		"none": {func(c *Config) { c.PTY = PTYNone }, []string{"shell"}, ptyRequest{}, transport.Size{}},
	} {
		t.Run(name, func(t *testing.T) {
			d := &device{}
			cfg := anyKey()
			tc.change(cfg)
			c := d.mustOpen(t, cfg)
			d.mu.Lock()
			defer d.mu.Unlock()
			if !slices.Equal(d.requests, tc.want) || len(d.ptys) > 0 && d.ptys[0] != tc.pty {
				t.Errorf("asked for %v, %+v", d.requests, d.ptys)
			}
			if c.Size() != tc.size {
				t.Errorf("Size = %v", c.Size())
			}
		})
	}
}

func TestRefusedTerminal(t *testing.T) {
	d := &device{refusePTY: true}
	d.mustOpen(t, anyKey()) // tolerated

	cfg := anyKey()
	cfg.PTY = PTYRequire
	_, err := d.mem(t.Context(), cfg)
	if e := as[*HandshakeError](t, err); e.Phase != PhaseShell || !strings.Contains(err.Error(), "refuses a terminal") {
		t.Errorf("err = %v", err)
	}
}

func TestRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		device *device
		phase  Phase
		text   string
	}{
		"session": {&device{rejectSession: true}, PhaseSession, "all lines in use"},
		"shell":   {&device{refuseShell: true}, PhaseShell, "refuses a shell"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tc.device.mem(t.Context(), anyKey())
			if e := as[*HandshakeError](t, err); e.Phase != tc.phase || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("err = %v", err)
			}
		})
	}
}

func TestResize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &device{}
		c := d.mustOpen(t, anyKey())
		if err := c.Resize(t.Context(), transport.Size{Columns: 132, Rows: 43}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		d.mu.Lock()
		defer d.mu.Unlock()
		if len(d.windows) != 1 || d.windows[0] != (windowChange{Columns: 132, Rows: 43}) || c.Size() != (transport.Size{Columns: 132, Rows: 43}) {
			t.Errorf("windows %v, Size %v", d.windows, c.Size())
		}
		if err := c.Resize(t.Context(), transport.Size{Columns: -1}); err == nil {
			t.Error("a negative size is accepted")
		}
	})
}

func TestHalfClose(t *testing.T) {
	d := &device{shell: func(_ *device, ch xssh.Channel) {
		all, _ := io.ReadAll(ch)
		_, _ = ch.Write(bytes.ToUpper(all))
		_ = ch.Close()
	}}
	c := d.mustOpen(t, anyKey())
	_, _ = io.WriteString(c, "no more")
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(c); err != nil || string(got) != "NO MORE" {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestExitStatus(t *testing.T) {
	for name, tc := range map[string]struct {
		end    func(ch xssh.Channel)
		status int
		known  bool
	}{
		"status": {func(ch xssh.Channel) { _, _ = ch.SendRequest("exit-status", false, []byte{0, 0, 1, 2}) }, 258, true},
		"zero":   {func(ch xssh.Channel) { _, _ = ch.SendRequest("exit-status", false, make([]byte, 4)) }, 0, true},
		"end of file first": {func(ch xssh.Channel) {
			_ = ch.CloseWrite()
			_, _ = ch.SendRequest("exit-status", false, []byte{0, 0, 0, 7})
		}, 7, true},
		"signal":  {func(ch xssh.Channel) { _, _ = ch.SendRequest("exit-signal", false, nil) }, 0, false},
		"short":   {func(ch xssh.Channel) { _, _ = ch.SendRequest("exit-status", false, []byte{1}) }, 0, false},
		"missing": {func(xssh.Channel) {}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &device{shell: func(_ *device, ch xssh.Channel) {
					_, _ = io.WriteString(ch, "bye\r\n")
					tc.end(ch)
					_ = ch.Close()
				}}
				c := d.mustOpen(t, anyKey())
				start := time.Now()
				got, err := io.ReadAll(c)
				if err != nil || string(got) != "bye\r\n" {
					t.Errorf("read %q, %v", got, err)
				}
				if took := time.Since(start); tc.known && took > 0 {
					t.Errorf("a known end took %v", took)
				}
				if status, known := c.ExitStatus(); status != tc.status || known != tc.known {
					t.Errorf("ExitStatus = %d, %t; want %d, %t", status, known, tc.status, tc.known)
				}
				if c.Alive() {
					t.Error("alive after the end of the session")
				}
				if _, err := c.Write([]byte("x")); err == nil {
					t.Error("Write after the end of the session succeeded")
				}
				_ = c.Close()
			})
		})
	}
}

// Both streams share a window of 2 MB: 10 MB of one that nobody reads would stop
// the other.
func TestStandardErrorIsMerged(t *testing.T) {
	const size = 10 << 20
	d := &device{shell: func(_ *device, ch xssh.Channel) {
		line := bytes.Repeat([]byte("e"), 1<<10)
		for range size / len(line) {
			_, _ = ch.Stderr().Write(line)
		}
		_, _ = io.WriteString(ch, "router#")
		_ = ch.Close()
	}}
	for name, read := range map[string]func(*Conn) ([]byte, error){
		"Read": func(c *Conn) ([]byte, error) { return io.ReadAll(c) },
		"WriteTo": func(c *Conn) ([]byte, error) {
			var b bytes.Buffer
			n, err := c.WriteTo(&b)
			if n != int64(b.Len()) {
				t.Errorf("WriteTo counts %d of %d bytes", n, b.Len())
			}
			return b.Bytes(), err
		},
		"one after the other": func(c *Conn) ([]byte, error) {
			head := make([]byte, 1)
			if _, err := c.Read(head); err != nil {
				return nil, err
			}
			b := bytes.NewBuffer(head)
			_, err := c.WriteTo(b)
			return b.Bytes(), err
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(d.mustOpen(t, anyKey()))
			if err != nil || len(got) != size+7 || bytes.Count(got, []byte("e")) != size+1 || !bytes.Contains(got, []byte("router#")) {
				t.Errorf("read %d bytes, %v", len(got), err)
			}
		})
	}
}

// full is a consumer that takes no more.
type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteToEndsWithItsConsumerAndWithClose(t *testing.T) {
	d := &device{shell: func(_ *device, ch xssh.Channel) { _, _ = io.WriteString(ch, "router#") }}
	if _, err := d.mustOpen(t, anyKey()).WriteTo(full{}); err != errFull {
		t.Errorf("a consumer that fails: %v", err)
	}
	c := d.mustOpen(t, anyKey())
	came, said := io.Pipe()
	ended := make(chan error, 1)
	go func() { _, err := c.WriteTo(said); ended <- err }()
	if _, err := io.ReadFull(came, make([]byte, len("router#"))); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if _, err := c.WriteTo(said); !errors.Is(err, net.ErrClosed) {
		t.Errorf("of a closed connection: %v", err)
	}
}

// How a session may end, and what Read says then.
func TestEndings(t *testing.T) {
	for name, tc := range map[string]struct {
		end  func(d *device, server *memnet.Conn)
		want error
	}{
		"closed in order":   {func(d *device, _ *memnet.Conn) { _ = d.conn.Close() }, io.EOF},
		"reset":             {func(_ *device, server *memnet.Conn) { server.Abort() }, ErrLost},
		"broken encryption": {func(_ *device, server *memnet.Conn) { _, _ = server.Write(make([]byte, 64)) }, ErrLost},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &device{}
				client, server := memnet.Pipe()
				go d.serve(server)
				c, err := New(t.Context(), client, "r1", 22, anyKey())
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				time.AfterFunc(time.Second, func() { tc.end(d, server) })
				_, err = c.Read(make([]byte, 1))
				if !errors.Is(err, tc.want) {
					t.Errorf("Read: %v, want %v", err, tc.want)
				}
				if tc.want == ErrLost && (!strings.Contains(err.Error(), "r1") || errors.Is(err, io.EOF)) {
					t.Errorf("Read: %v", err)
				}
				if c.Alive() {
					t.Error("alive")
				}
			})
		})
	}
}

// A device that takes nothing any more cannot hold up Close.
func TestCloseWhileTheDeviceIsStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := memnet.PipeSize(16 << 10)
		stuck := newFaulty(server)
		d := &device{shell: func(*device, xssh.Channel) { stuck.deaf.Store(true) }}
		go d.serve(stuck)
		c, err := New(t.Context(), client, "r1", 22, anyKey())
		if err != nil {
			t.Fatal(err)
		}
		wrote := make(chan error)
		go func() {
			for {
				if _, err := c.Write(make([]byte, 1<<10)); err != nil {
					wrote <- err
					return
				}
			}
		}()
		synctest.Wait()
		start := time.Now()
		_ = c.Close()
		if took := time.Since(start); took > partingTime {
			t.Errorf("Close took %v", took)
		}
		if err := <-wrote; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write: %v", err)
		}
		_ = stuck.Close()
	})
}

func TestKeepAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &device{}
		c := d.mustOpen(t, anyKey())
		if err := c.KeepAlive(t.Context()); err != nil {
			t.Errorf("KeepAlive: %v", err)
		}
		if !slices.Equal(d.globals, []string{keepAliveRequest}) {
			t.Errorf("the device got %v", d.globals)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.KeepAlive(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("KeepAlive with an ended context: %v", err)
		}
		_ = c.Close()
	})
}

func TestSilentDeviceIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := memnet.Pipe()
		f := newFaulty(server)
		d := &device{}
		go d.serve(f)
		cfg := anyKey()
		cfg.KeepAlive = 10 * time.Second
		c, err := New(t.Context(), client, "r1", 22, cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		time.AfterFunc(time.Hour, func() { f.deaf.Store(true) })
		start := time.Now()
		_, err = c.Read(make([]byte, 1))
		if !errors.Is(err, ErrLost) || !errors.Is(err, errSilent) {
			t.Errorf("Read: %v", err)
		}
		if took := time.Since(start) - time.Hour; took < 10*time.Second || took > 50*time.Second {
			t.Errorf("given up after %v of silence", took)
		}
		_ = f.Close()
	})
}

func readCount(c *Conn) (int64, error) { return io.Copy(io.Discard, c) }
