package rfc2217

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"testing"

	"github.com/vtynet/vty/transport/line"
	"github.com/vtynet/vty/transport/telnet"
)

func TestReceived(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want Port
	}{
		"nothing":            {"", Port{}},
		"signature":          {"\x64ser2net", Port{Server: "ser2net"}},
		"baud":               {"\x65\x00\x01\xc2\x00", Port{Settings: line.Settings{Baud: 115200}}},
		"baud, too short":    {"\x65\x00\x01", Port{}},
		"baud beyond reason": {"\x65\xff\xff\xff\xff", Port{Settings: line.Settings{Baud: 1<<31 - 1}}},
		"data":               {"\x66\x07", Port{Settings: line.Settings{Frame: line.Frame{Data: 7}}}},
		"parity":             {"\x67\x05", Port{Settings: line.Settings{Frame: line.Frame{Parity: line.SpaceParity}}}},
		"parity unknown":     {"\x67\x06", Port{}},
		"stop":               {"\x68\x02", Port{Settings: line.Settings{Frame: line.Frame{Stop: 2}}}},
		"flow":               {"\x69\x02", Port{Settings: line.Settings{Flow: line.Software}}},
		"a break's echo":     {"\x69\x05", Port{}},
		"no value":           {"\x69", Port{}},
		"line":               {"\x6a\x10", Port{Errors: Errors{Break: 1}}},
		"modem":              {"\x6b\x60", Port{Modem: Modem{DSR: true, Ring: true}}},
		"the client's own":   {"\x01\x00\x00\x25\x80", Port{}},
		"unknown":            {"\xff\x01", Port{}},
	} {
		p := newPort()
		if answer := p.received([]byte(test.body)); answer != nil || p.state() != test.want {
			t.Errorf("%s: %+v, answer %q", name, p.state(), answer)
		}
	}
}

// A setting is refused once, whatever comes later, and one that nobody asked for
// is never.
func TestSettled(t *testing.T) {
	p := newPort()
	p.begin(line.Settings{Baud: 9600, Flow: line.NoFlow})
	for body, want := range map[string]bool{"": false, "\x66\x07": false} {
		p.received([]byte(body))
		if over, err := p.settled(); over != want || err != nil {
			t.Errorf("after %q: %v, %v", body, over, err)
		}
	}
	p.received([]byte("\x65\x00\x00\x25\x80"))
	p.received([]byte("\x69\x01"))
	if over, err := p.settled(); !over || err != nil {
		t.Errorf("all confirmed: %v, %v", over, err)
	}
	p.received([]byte("\x65\x00\x00\x00\x01"))
	if over, err := p.settled(); !over || err != nil {
		t.Errorf("told later: %v, %v", over, err)
	}
}

// script is a connection on which a server's stream comes in pieces.
type script struct {
	net.Conn
	stream []byte
	cut    func(left int) int
}

func (s *script) Read(p []byte) (int, error) {
	if len(s.stream) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.stream[:s.cut(len(s.stream))])
	s.stream = s.stream[n:]
	return n, nil
}

func (s *script) Write(p []byte) (int, error) { return len(p), nil }
func (s *script) Close() error                { return nil }
func (s *script) RemoteAddr() net.Addr        { return nil }

// said is what a client has understood of a stream.
type said struct {
	data    string
	port    Port
	refused string
	settled bool
	held    bool
}

// understood plays a server's stream to a client that has asked for the usual
// settings.
func understood(t testing.TB, stream []byte, cut func(left int) int) said {
	t.Helper()
	p := newPort()
	p.begin(line.Usual())
	c := telnet.New(&script{stream: bytes.Clone(stream), cut: cut}, &telnet.Config{
		Start: telnet.Offer, Binary: true, Extension: &telnet.Extension{Option: comPort, Received: p.received},
	})
	defer c.Close()
	data, err := io.ReadAll(c)
	if err != nil && !errors.Is(err, telnet.ErrNotReading) {
		t.Fatal(err)
	}
	s := said{data: string(data), port: p.state(), held: p.held}
	var refused error
	if s.settled, refused = p.settled(); refused != nil {
		s.refused = refused.Error()
	}
	return s
}

// A server's whole opening, and then data with everything among it.
var opening = []byte("\xff\xfd\x2c\xff\xfd\x00\xff\xfb\x00\xff\xfb\x03" +
	"\xff\xfa\x2c\x64ser2net\xff\xf0" +
	"\xff\xfa\x2c\x65\x00\x00\x25\x80\xff\xf0" +
	"\xff\xfa\x2c\x66\x08\xff\xf0\xff\xfa\x2c\x67\x01\xff\xf0\xff\xfa\x2c\x68\x01\xff\xf0\xff\xfa\x2c\x69\x01\xff\xf0" +
	"\r\nr1 login: \xff\xff\xff\xfa\x2c\x6a\x08\xff\xf0\xff\xfa\x2c\x6b\xff\xff\xff\xf0Pass\xff\xfa\x2c\x6c\xff\xf0word: ")

func TestAnySplitIsTheSame(t *testing.T) {
	want := understood(t, opening, func(left int) int { return left })
	if !want.settled || want.refused != "" || !want.held || want.data != "\r\nr1 login: \xffPassword: " ||
		want.port != (Port{Server: "ser2net", Settings: line.Usual(), Errors: Errors{Framing: 1}, Modem: Modem{true, true, true, true}}) {
		t.Fatalf("%+v", want)
	}
	for at := 1; at < len(opening); at++ {
		got := understood(t, opening, func(left int) int {
			if left == len(opening) {
				return at
			}
			return left
		})
		if got != want {
			t.Errorf("cut at %d: %+v", at, got)
		}
	}
	rnd := rand.New(rand.NewPCG(22, 17))
	for range 50 {
		if got := understood(t, opening, func(left int) int { return 1 + rnd.IntN(min(left, 9)) }); got != want {
			t.Errorf("cut at random: %+v", got)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(opening, byte(0))
	f.Add([]byte("\xff\xfd\x2c\xff\xfa\x2c\x65\x00\x00\xff\xff\x00\xff\xf0"), byte(1))
	f.Add([]byte("\xff\xfe\x2c\xff\xfa\x2c\x6d\xff\xf0"), byte(2))
	f.Fuzz(func(t *testing.T, stream []byte, step byte) {
		want := understood(t, stream, func(left int) int { return left })
		got := understood(t, stream, func(left int) int { return min(left, int(step)+1) })
		if got != want {
			t.Errorf("by %d: %+v; whole: %+v", int(step)+1, got, want)
		}
	})
}
