package telnet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport"
)

// dialog is a Conn against a peer that the test plays byte by byte.
func dialog(t *testing.T, cfg *Config) (*Conn, *memnet.Conn) {
	a, b := memnet.Pipe()
	c := New(a, cfg)
	t.Cleanup(func() { _ = c.Close(); _ = b.Close() })
	return c, b
}

func readExactly(t *testing.T, r io.Reader, want []byte) {
	t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("read % x, %v; want % x", got[:n], err, want)
	}
}

func write(t *testing.T, w io.Writer, p []byte) {
	t.Helper()
	if _, err := w.Write(p); err != nil {
		t.Fatal(err)
	}
}

// The text comes at once, options or none, and what is asked among the text is
// answered.
func TestNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		c, dev := dialog(t, nil)
		write(t, dev, wire("\r\r\nText first\r\n"))
		readExactly(t, c, wire("\r\r\nText first\r\n"))
		if c.Echo() {
			t.Error("nobody has offered to echo")
		}
		write(t, dev, wire(neg(cmdWILL, optEcho), "Login: ", cmdIAC))
		readExactly(t, c, wire("Login: "))
		readExactly(t, dev, neg(cmdDO, optEcho))
		if !c.Echo() {
			t.Error("the device echoes")
		}
		write(t, c, wire("admin\r"))
		readExactly(t, dev, wire("admin\r\x00"))
		write(t, dev, wire(cmdWONT, optEcho, "x"))
		readExactly(t, c, wire("x"))
		if c.Echo() {
			t.Error("the device has ended its echo")
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("something waited for %v", took)
		}
	})
}

// A device that does not begin sees no byte of an option.
func TestNothingIsSentUnasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, cfg := range map[string]*Config{"default": nil, "wait": {Start: Wait}, "binary": {Binary: true}} {
			c, dev := dialog(t, cfg)
			synctest.Wait()
			write(t, c, wire("x"))
			if n := dev.Unread(); n != 1 {
				t.Errorf("%s: the device was sent %d bytes, want 1", name, n)
			}
		}
	})
}

func TestWhoBeginsGoesByThePort(t *testing.T) {
	offers := newClient("", defaultSize)
	offers.open(false)
	for port, want := range map[int]int{Port: len(offers.out), 2605: 0} {
		a, dev := memnet.Pipe()
		c, err := Dial(t.Context(), "127.0.0.1", port, &Config{Socket: &socket.Options{
			Dial: func(context.Context, string, string) (net.Conn, error) { return a, nil },
		}})
		if err != nil {
			t.Fatal(err)
		}
		write(t, c, wire("x"))
		if n := dev.Unread() - 1; n != want {
			t.Errorf("port %d: %d bytes of offers, want %d", port, n, want)
		}
		_ = c.Close()
	}
}

func TestNewlines(t *testing.T) {
	for newline, want := range map[Newline]string{CRNUL: "en\r\x00", CRLF: "en\r\n", CR: "en\r", LF: "en\n"} {
		c, dev := dialog(t, &Config{Newline: newline})
		write(t, c, wire("en\r"))
		readExactly(t, dev, wire(want))
	}
}

func TestWindow(t *testing.T) {
	c, dev := dialog(t, nil)
	if s := c.Size(); s != (transport.Size{}) {
		t.Errorf("size %v before the device asked", s)
	}
	write(t, dev, wire(neg(cmdDO, optNAWS), "x"))
	readExactly(t, c, wire("x"))
	readExactly(t, dev, wire(neg(cmdWILL, optNAWS), window))
	if s := c.Size(); s != defaultSize {
		t.Errorf("size %v", s)
	}
	if err := c.Resize(t.Context(), transport.Size{Columns: 80, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	readExactly(t, dev, sub(optNAWS, 0, 80, 0, 24))
}

func TestWindowSetBeforeItIsAsked(t *testing.T) {
	c, dev := dialog(t, &Config{Size: transport.Size{Columns: 10, Rows: 10}})
	if err := c.Resize(t.Context(), transport.Size{Columns: 80, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	write(t, dev, wire(neg(cmdDO, optNAWS), "x"))
	readExactly(t, c, wire("x"))
	readExactly(t, dev, wire(neg(cmdWILL, optNAWS), sub(optNAWS, 0, 80, 0, 24)))
}

func TestCommands(t *testing.T) {
	c, dev := dialog(t, nil)
	write(t, c, wire("before"))
	for _, send := range []func() error{c.Break, c.AreYouThere, c.NOP} {
		if err := send(); err != nil {
			t.Fatal(err)
		}
	}
	write(t, c, wire("after"))
	readExactly(t, dev, wire("before", cmdIAC, cmdBRK, cmdIAC, cmdAYT, cmdIAC, cmdNOP, "after"))
	_ = c.Close()
	if err := c.Break(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Break on a closed connection: %v", err)
	}
}

func TestKeepAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, dev := dialog(t, &Config{KeepAlive: time.Minute})
		time.Sleep(150 * time.Second) // what has not spoken Telnet gets none
		write(t, dev, wire(cmdIAC, cmdNOP, "x"))
		readExactly(t, c, wire("x"))
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		_ = c.Close()
		got, err := io.ReadAll(dev)
		if want := bytes.Repeat(wire(cmdIAC, cmdNOP), 3); err != nil || !bytes.Equal(got, want) {
			t.Errorf("got % x, %v; want % x", got, err, want)
		}
	})
}

// What was agreed on takes effect in the place where the answer stands.
func TestBinaryBeginsBehindItsAnswer(t *testing.T) {
	c, dev := dialog(t, nil)
	write(t, c, wire("a\r"))
	write(t, dev, wire(neg(cmdDO, optBinary), "x"))
	readExactly(t, c, wire("x"))
	write(t, c, wire("b\r"))
	readExactly(t, dev, wire("a\r\x00", neg(cmdWILL, optBinary), "b\r"))
}

// A device that asks without end and reads nothing: the reader is not blocked,
// and what is kept for the device stays small.
func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, dev := memnet.PipeSize(1000)
		c := New(a, nil)
		go func() {
			ask := bytes.Repeat(wire("x", neg(cmdDO, optTimingMark)), 1000)
			for {
				if _, err := dev.Write(ask); err != nil {
					return
				}
			}
		}()
		got, most := 0, 0
		p := make([]byte, 4096)
		var err error
		for err == nil {
			var n int
			n, err = c.Read(p)
			got += n
			c.mu.Lock()
			most = max(most, cap(c.m.out))
			c.mu.Unlock()
		}
		if !errors.Is(err, ErrNotReading) {
			t.Errorf("Read ended with %v", err)
		}
		if got < maxPending/3 {
			t.Errorf("only %d bytes were read", got)
		}
		if most > 2*maxPending {
			t.Errorf("%d bytes were kept", most)
		}
		if _, err := c.Read(p); !errors.Is(err, ErrNotReading) {
			t.Errorf("the next Read: %v", err)
		}
		if err := c.NOP(); !errors.Is(err, ErrNotReading) {
			t.Errorf("NOP: %v", err)
		}
		if c.Alive() {
			t.Error("alive")
		}
		_ = c.Close() // joins the blocked flusher, or the bubble fails
		_ = dev.Close()
	})
}

// A Write that waits for a device that does not read does not keep Read from
// reading, nor from finding answers; they go out behind it.
func TestAnswersWaitBehindAWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, dev := memnet.PipeSize(100)
		c := New(a, nil)
		written := make(chan error)
		go func() {
			_, err := c.Write(bytes.Repeat([]byte("x"), 250))
			written <- err
		}()
		synctest.Wait()
		write(t, dev, wire(neg(cmdWILL, optEcho), "y"))
		readExactly(t, c, wire("y"))
		synctest.Wait()
		readExactly(t, dev, wire(strings.Repeat("x", 250), neg(cmdDO, optEcho)))
		if err := <-written; err != nil {
			t.Error(err)
		}
		_ = c.Close()
	})
}

// After CloseWrite there is nobody to answer, and reading goes on.
func TestReadingGoesOnAfterCloseWrite(t *testing.T) {
	c, dev := dialog(t, nil)
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	write(t, dev, wire(neg(cmdWILL, optEcho), "tail"))
	readExactly(t, c, wire("tail"))
	if got, err := io.ReadAll(dev); len(got) != 0 || err != nil {
		t.Errorf("the device got % x, %v", got, err)
	}
	if err := c.NOP(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("NOP after CloseWrite: %v", err)
	}
}

func TestCloseWriteSendsWhatIsPending(t *testing.T) {
	c, dev := dialog(t, &Config{Start: Offer})
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(dev)
	if want := newClient("", defaultSize); err != nil || len(got) == 0 {
		want.open(false)
		t.Errorf("got % x, %v; want % x", got, err, want.out)
	}
}

func TestConnThatCannotHalfClose(t *testing.T) {
	a, b := net.Pipe()
	defer b.Close()
	c := New(a, nil)
	defer c.Close()
	if err := c.CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("CloseWrite: %v", err)
	}
}

// The end of a session in the middle of a command is an end like any other.
func TestEndInTheMiddle(t *testing.T) {
	for _, tail := range [][]byte{wire(cmdIAC), wire(cmdIAC, cmdDO), wire(cmdIAC, cmdSB, optTType, "x"), wire("\r")} {
		c, dev := dialog(t, nil)
		write(t, dev, wire("data", tail))
		_ = dev.Close()
		got, err := io.ReadAll(c)
		if err != nil || !strings.HasPrefix(string(got), "data") {
			t.Errorf("% x: %q, %v", tail, got, err)
		}
	}
}

func TestReset(t *testing.T) {
	c, dev := dialog(t, nil)
	dev.Abort()
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("Read: %v", err)
	}
	if c.Alive() {
		t.Error("alive")
	}
}

func TestDialThatFails(t *testing.T) {
	_, err := Dial(t.Context(), "127.0.0.1", closedPort(t), nil)
	if !errors.Is(err, socket.ErrRefused) {
		t.Errorf("Dial: %v", err)
	}
}

func closedPort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func TestLog(t *testing.T) {
	var log bytes.Buffer
	c, dev := dialog(t, &Config{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	write(t, dev, wire(neg(cmdWILL, optEcho), cmdIAC, cmdNOP, "x"))
	readExactly(t, c, wire("x"))
	for _, want := range []string{"way=received command=WILL option=ECHO", "way=sent command=DO option=ECHO", "way=received command=NOP\n"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
	}
}

// A session that is read by whoever waits obeys what Read obeys, and returns no piece
// without data.
func TestReceiver(t *testing.T) {
	a, dev := memnet.Pipe()
	c := New(a, nil)
	defer func() { _ = c.Close() }()
	r := transport.ReceiverOf(c)
	if p, err := r.Receive(false); len(p) != 0 || err != nil {
		t.Fatalf("%q, %v of a device that says nothing", p, err)
	}
	_, _ = io.WriteString(dev, "\xff\xfb\x01")
	if p, err := r.Receive(false); len(p) != 0 || err != nil {
		t.Fatalf("%q, %v of a command alone", p, err)
	}
	answer := make([]byte, 3)
	if _, err := io.ReadFull(dev, answer); err != nil || string(answer) != "\xff\xfd\x01" {
		t.Fatalf("answered %q, %v", answer, err)
	}
	// With text beside it the answer goes out with what is written next, or else as soon
	// as the device is awaited again.
	for _, writes := range []bool{true, false} {
		_, _ = io.WriteString(dev, "\xff\xfd\x01Username: ")
		if p, err := r.Receive(true); string(p) != "Username: " || err != nil {
			t.Fatalf("%q, %v", p, err)
		}
		r.Release()
		if n := dev.Unread(); n != 0 {
			t.Fatalf("%d bytes were written by themselves", n)
		}
		want := "\xff\xfc\x01"
		if writes {
			want += "ops\r\x00"
			_, _ = io.WriteString(c, "ops\r")
		} else {
			_, _ = r.Receive(false)
		}
		got := make([]byte, len(want))
		if _, err := io.ReadFull(dev, got); err != nil || string(got) != want {
			t.Fatalf("sent %q, %v; want %q", got, err, want)
		}
	}
	_, _ = io.WriteString(dev, "o\xff\xffne\r\x00\xff\xf1")
	if p, err := r.Receive(true); string(p) != "o\xffne\r" || err != nil {
		t.Fatalf("%q, %v", p, err)
	}
	r.Release()
	_ = dev.Close()
	if p, err := r.Receive(true); len(p) != 0 || err != io.EOF {
		t.Fatalf("%q, %v at the end", p, err)
	}
	if c.Alive() {
		t.Error("it lives on")
	}
	x, _ := net.Pipe()
	plain := New(x, nil)
	defer func() { _ = plain.Close() }()
	if transport.ReceiverOf(plain) != nil {
		t.Error("a connection that cannot be read so is one")
	}
}
