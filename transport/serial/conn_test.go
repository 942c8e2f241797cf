//go:build unix

package serial

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/line"
	"github.com/vtynet/vty/transport/transporttest"
)

// device is the other end of a pseudo-terminal that is a serial port. A serial
// line has on it what was sent, and a pseudo-terminal throws away what was not
// read when it is closed: so that is done once the client has read all.
type device struct {
	far    *os.File
	client *counted
	sent   int
	once   sync.Once
	closed chan struct{}
}

func (d *device) Read(p []byte) (int, error) { return d.far.Read(p) }

func (d *device) Write(p []byte) (int, error) {
	n, err := d.far.Write(p)
	d.client.mu.Lock()
	defer d.client.mu.Unlock()
	d.sent += n
	return n, err
}

func (d *device) Close() error {
	d.once.Do(func() {
		// A Write under way ends at once, as do a Read and all that come later.
		_ = d.far.SetDeadline(time.Now())
		go func() {
			defer close(d.closed)
			c := d.client
			c.mu.Lock()
			for c.read < d.sent && !c.over {
				c.changed.Wait()
			}
			c.mu.Unlock()
			_ = d.far.Close()
		}()
	})
	return nil
}

// counted is a Conn that counts what is read.
type counted struct {
	*Conn
	mu      sync.Mutex
	changed sync.Cond
	read    int
	over    bool
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.note(n, err != nil)
	return n, err
}

func (c *counted) Close() error {
	err := c.Conn.Close()
	c.note(0, true)
	return err
}

func (c *counted) note(n int, over bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read += n
	c.over = c.over || over
	c.changed.Broadcast()
}

// terminal makes a pair and returns the device's end, and the name of the port. The
// device reads and writes without blocking a thread.
func terminal(t *testing.T) (*os.File, string) {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slave.Close() })
	fd, err := syscall.Dup(int(master.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	_ = master.Close()
	if err := syscall.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fd), "device"), slave.Name()
}

func TestConformance(t *testing.T) {
	transporttest.Run(t, transporttest.Harness{
		Open: func(t *testing.T) (transport.Conn, io.ReadWriteCloser) {
			far, name := terminal(t)
			conn, err := Open(t.Context(), name, nil)
			if err != nil {
				t.Fatal(err)
			}
			client := &counted{Conn: conn}
			client.changed.L = &client.mu
			d := &device{far: far, client: client, closed: make(chan struct{})}
			t.Cleanup(func() { _ = d.Close(); _ = client.Close(); <-d.closed })
			return client, d
		},
		Dial: func(ctx context.Context) (transport.Conn, error) {
			conn, err := Open(ctx, os.DevNull, nil)
			if err != nil {
				return nil, err
			}
			return conn, nil
		},
	})
}

// settings reads how a port is set by the system's own word.
func settings(t *testing.T, name string) *unix.Termios {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	set, err := unix.IoctlGetTermios(int(f.Fd()), getTermios)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestLineIsSet(t *testing.T) {
	for _, set := range []line.Settings{{}, {Baud: 115200, Frame: line.Frame{Stop: 2}, Flow: line.Hardware}, {Flow: line.Software, Frame: line.Frame{Parity: line.EvenParity}}} {
		far, name := terminal(t)
		c, err := Open(t.Context(), name, &Config{Line: set})
		if err != nil {
			t.Fatalf("%v: %v", set, err)
		}
		got, want := settings(t, name), set.Or(line.Usual())
		checks := map[string]bool{
			"not raw":       got.Lflag&(unix.ICANON|unix.ECHO|unix.ISIG) != 0 || got.Oflag&unix.OPOST != 0,
			"XON":           (got.Iflag&unix.IXON != 0) != (want.Flow == line.Software),
			"RTS":           (got.Cflag&unix.CRTSCTS != 0) != (want.Flow == line.Hardware),
			"stop bits":     (got.Cflag&unix.CSTOPB != 0) != (want.Frame.Full().Stop == 2),
			"bits per char": got.Cflag&unix.CSIZE != unix.CS8,
		}
		for what, wrong := range checks {
			if wrong {
				t.Errorf("%v: %s", set, what)
			}
		}
		checkSpeed(t, got, want.Baud)
		_ = c.Close()
		_ = far.Close()
	}
}

func TestPortThatCannotBeOpened(t *testing.T) {
	far, name := terminal(t)
	defer far.Close()
	first, err := Open(t.Context(), name, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), name, nil); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a port in use: %v", err)
	}
	_ = first.Close()
	again, err := Open(t.Context(), name, nil)
	if err != nil {
		t.Errorf("a port that was closed: %v", err)
	} else {
		_ = again.Close()
	}

	missing := filepath.Join(t.TempDir(), "ttyNone")
	var port *PortError
	if _, err := Open(t.Context(), missing, nil); !errors.Is(err, ErrNoPort) || !errors.As(err, &port) || port.Port != missing {
		t.Errorf("no such port: %v", err)
	}
	plain := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), plain, nil); !errors.Is(err, ErrNotSerial) {
		t.Errorf("a file: %v", err)
	}
	if _, err := Open(t.Context(), name, &Config{Line: line.Settings{Baud: 12345, Frame: line.Frame{Data: 9}}}); err == nil || !strings.Contains(err.Error(), `"9N1"`) {
		t.Errorf("a frame that is none: %v", err)
	}
}

func TestPortError(t *testing.T) {
	for want, e := range map[string]*PortError{
		"serial port COM9: no such port; there are COM1, COM3":    {Port: "COM9", There: []string{"COM1", "COM3"}, Err: ErrNoPort},
		"serial port COM9: no such port; this machine has none":   {Port: "COM9", Err: ErrNoPort},
		"serial port COM9: the port is in use by another program": {Port: "COM9", Err: ErrBusy},
	} {
		if e.Error() != want {
			t.Errorf("%s", e)
		}
	}
	if text := (&PortError{Port: "/dev/ttyS0", Err: ErrDenied}).Error(); !strings.Contains(text, "dialout") {
		t.Error(text)
	}
}

// A device that takes nothing does not hold up a Close.
func TestCloseDoesNotWait(t *testing.T) {
	far, name := terminal(t)
	defer far.Close()
	c, err := Open(t.Context(), name, nil)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		for {
			if _, err := c.Write(make([]byte, 4096)); err != nil {
				done <- err
				return
			}
		}
	}()
	select {
	case err := <-done:
		t.Fatalf("Write: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	_ = c.Close()
	if err := <-done; !errors.Is(err, os.ErrClosed) {
		t.Errorf("Write: %v", err)
	}
}
