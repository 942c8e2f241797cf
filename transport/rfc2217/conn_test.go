package rfc2217

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/line"
	"github.com/vtynet/vty/transport/telnet"
	"github.com/vtynet/vty/transport/transporttest"
)

func TestConformance(t *testing.T) {
	port, accept := listen(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	transporttest.Run(t, transporttest.Harness{
		Open: func(t *testing.T) (transport.Conn, io.ReadWriteCloser) {
			return pair(t, port, accept, &Config{Line: line.Usual()}, nil)
		},
		Dial: func(ctx context.Context) (transport.Conn, error) { return Dial(ctx, "127.0.0.1", port, nil) },
		DialSilent: func(ctx context.Context) (transport.Conn, error) {
			return Dial(ctx, "127.0.0.1", silent.Addr().(*net.TCPAddr).Port, nil)
		},
	})
}

// The port is set as it was asked for, and what is not stated is asked instead.
func TestPortIsSet(t *testing.T) {
	c, s := dialled(t, &Config{Line: line.Settings{Baud: 115200, Frame: line.Frame{Data: 7, Parity: line.EvenParity, Stop: 2}, Flow: line.Hardware}}, nil)
	want := []string{"\x00", "\x01\x00\x01\xc2\x00", "\x02\x07", "\x03\x03", "\x04\x02", "\x05\x03", "\x0a\x1e"}
	if got := s.was(); !slices.Equal(got, want) {
		t.Errorf("the server was asked %q, want %q", got, want)
	}
	if p := c.Port(); p.Server != "test" || p.Settings.String() != "115200 7E2 hardware flow control" {
		t.Errorf("%+v", p)
	}

	c, s = dialled(t, nil, nil)
	want = []string{"\x00", "\x01\x00\x00\x00\x00", "\x02\x00", "\x03\x00", "\x04\x00", "\x05\x00", "\x0a\x1e"}
	if got := s.was(); !slices.Equal(got, want) {
		t.Errorf("the server was asked %q, want %q", got, want)
	}
	if p := c.Port(); p.Settings != line.Usual() {
		t.Errorf("%+v", p)
	}
}

func TestDialThatFails(t *testing.T) {
	port, accept := listen(t)
	fails := func(name string, cfg *Config, serve func(), check func(error) bool) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		done := make(chan struct{})
		go func() { defer close(done); serve() }()
		c, err := Dial(ctx, "127.0.0.1", port, cfg)
		if err == nil {
			_ = c.Close()
		}
		if err == nil || !check(err) {
			t.Errorf("%s: %v", name, err)
		}
		<-done
	}
	answering := func(answers func([]byte) []byte) func() {
		return func() {
			s := accept(answers)
			_, _ = io.Copy(io.Discard, s)
			_ = s.Close()
		}
	}

	fails("another speed", &Config{Line: line.Settings{Baud: 115200}}, answering(func(body []byte) []byte {
		if command(body[0]) == setBaud {
			return binary.BigEndian.AppendUint32([]byte{byte(fromServer + setBaud)}, 57600)
		}
		return nil
	}), func(err error) bool {
		var setting *SettingError
		return errors.As(err, &setting) && *setting == SettingError{"speed", "115200", "57600"}
	})
	fails("another parity", &Config{Line: line.Settings{Frame: line.Frame{Parity: line.OddParity}}}, answering(func(body []byte) []byte {
		if command(body[0]) == setParity {
			return []byte{byte(fromServer + setParity), 1}
		}
		return nil
	}), func(err error) bool { return strings.Contains(err.Error(), "parity O is wanted, and it says N") })
	fails("no flow control", &Config{Line: line.Settings{Flow: line.Software}}, answering(func(body []byte) []byte {
		if command(body[0]) == setControl {
			return []byte{byte(fromServer + setControl), 1}
		}
		return nil
	}), func(err error) bool {
		return strings.Contains(err.Error(), "flow control software is wanted, and it says none")
	})

	tcp := func(f func(net.Conn)) func() {
		return func() {
			s := accept(nil)
			f(s.conn)
			_ = s.conn.Close()
		}
	}
	fails("a port in use", nil, tcp(func(c net.Conn) { _, _ = c.Write([]byte("Port already in use\r\n")); drainBriefly(c) }), func(err error) bool {
		return errors.Is(err, ErrBusy) && strings.Contains(err.Error(), `"Port already in use"`)
	})
	fails("no word", nil, tcp(drainBriefly), func(err error) bool {
		return errors.Is(err, ErrBusy) && strings.Contains(err.Error(), "without a word")
	})
	fails("plain Telnet", nil, tcp(func(c net.Conn) {
		s := telnet.NewServer(c, nil)
		_, _ = io.Copy(io.Discard, s)
	}), func(err error) bool { return errors.Is(err, ErrRefused) })
	fails("a flood", nil, tcp(func(c net.Conn) {
		block := []byte(strings.Repeat("x", 1<<16))
		for {
			if _, err := c.Write(block); err != nil {
				return
			}
		}
	}), func(err error) bool { return strings.Contains(err.Error(), "bytes came before") })

	if _, err := Dial(t.Context(), "127.0.0.1", port, &Config{Line: line.Settings{Baud: -1}}); err == nil || !strings.Contains(err.Error(), "baud -1") {
		t.Errorf("a speed that is none: %v", err)
	}
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if _, err := Dial(t.Context(), "::1", l.Addr().(*net.TCPAddr).Port, nil); !errors.Is(err, socket.ErrRefused) {
		t.Errorf("nobody listens: %v", err)
	}
}

// drainBriefly takes the client's offers, so that closing does not reset the
// connection.
func drainBriefly(c net.Conn) {
	_, _ = io.ReadFull(c, make([]byte, 6))
	_ = c.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, c)
}

// What a server that answers nothing was asked for is named.
func TestSilence(t *testing.T) {
	port, accept := listen(t)
	for name, settled := range map[string]bool{"COM-PORT-OPTION": false, "the port is set": true} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		done := make(chan struct{})
		go func() {
			defer close(done)
			s := accept(func([]byte) []byte { return []byte{byte(fromServer + purgeData), 1} })
			if settled {
				_, _ = io.Copy(io.Discard, s)
			} else {
				_, _ = io.Copy(io.Discard, s.conn)
			}
			_ = s.Close()
		}()
		_, err := Dial(ctx, "127.0.0.1", port, &Config{Line: line.Usual()})
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, ErrNoAnswer) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		<-done
		cancel()
	}
}

// What a device says while the server is agreed with comes first.
func TestNothingIsLost(t *testing.T) {
	port, accept := listen(t)
	came := make(chan *server, 1)
	go func() {
		s := accept(nil)
		_, _ = s.Write([]byte("early "))
		came <- s
		_, _ = io.Copy(io.Discard, s)
	}()
	c, err := Dial(t.Context(), "127.0.0.1", port, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s := <-came
	defer s.Close()
	if _, err := s.Write([]byte("late")); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 10)
	if _, err := io.ReadFull(c, p); err != nil || string(p) != "early late" {
		t.Errorf("%q, %v", p, err)
	}
}

// reach writes one byte each way, so that all that was said before has arrived.
func reach(t *testing.T, from io.Writer, to io.Reader) {
	t.Helper()
	if _, err := from.Write([]byte("z")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(to, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}

func TestSuspended(t *testing.T) {
	c, s := dialled(t, nil, nil)
	if err := s.Subnegotiate(byte(fromServer + suspend)); err != nil {
		t.Fatal(err)
	}
	reach(t, s, c)
	written := make(chan error, 1)
	go func() { _, err := c.Write([]byte("held")); written <- err }()
	select {
	case err := <-written:
		t.Fatalf("Write while the port takes no more: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	if err := s.Subnegotiate(byte(fromServer + resume)); err != nil {
		t.Fatal(err)
	}
	reach(t, s, c)
	p := make([]byte, 4)
	if _, err := io.ReadFull(s, p); err != nil || string(p) != "held" {
		t.Errorf("%q, %v", p, err)
	}
	if err := <-written; err != nil {
		t.Error(err)
	}

	if err := s.Subnegotiate(byte(fromServer + suspend)); err != nil {
		t.Fatal(err)
	}
	reach(t, s, c)
	go func() { _, err := c.Write([]byte("never")); written <- err }()
	_ = c.Close()
	if err := <-written; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Write ended with %v", err)
	}
}

func TestBreakAndPurge(t *testing.T) {
	c, s := dialled(t, nil, nil)
	before := len(s.was())
	started := time.Now()
	if err := errors.Join(c.Break(), c.Purge(Received), c.Purge(Both)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(started); took < breakFor {
		t.Errorf("a break of %v", took)
	}
	reach(t, c, s)
	if got := s.was()[before:]; !slices.Equal(got, []string{"\x05\x05", "\x05\x06", "\x0c\x01", "\x0c\x03"}) {
		t.Errorf("the server was asked %q", got)
	}
	_ = c.Close()
	if err := c.Break(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Break after Close: %v", err)
	}
}

func TestLineState(t *testing.T) {
	c, s := dialled(t, nil, nil)
	for _, body := range [][]byte{
		{byte(fromServer + notifyLine), lineFraming | lineParity},
		{byte(fromServer + notifyLine), lineFraming | lineOverrun | 0x61},
		{byte(fromServer + notifyModem), modemCTS | modemCarrier | 0x0f},
	} {
		if err := s.Subnegotiate(body...); err != nil {
			t.Fatal(err)
		}
	}
	reach(t, s, c)
	p := c.Port()
	if p.Errors != (Errors{Framing: 2, Parity: 1, Overrun: 1}) || p.Modem != (Modem{CTS: true, Carrier: true}) {
		t.Errorf("%+v", p)
	}
}

func TestServerAsksWhoWeAre(t *testing.T) {
	c, s := dialled(t, nil, func(body []byte) []byte {
		if command(body[0]) == signature && len(body) > 1 {
			return []byte{byte(fromServer + notifyLine), 0} // no more questions
		}
		return nil
	})
	if err := s.Subnegotiate(byte(fromServer + signature)); err != nil {
		t.Fatal(err)
	}
	reach(t, s, c)
	reach(t, c, s)
	if got := s.was(); got[len(got)-1] != "\x00vty" {
		t.Errorf("the server heard %q", got)
	}
}
