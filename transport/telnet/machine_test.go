package telnet

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vtynet/vty/transport"
)

// wire puts a stream together: numbers, commands and options are a byte each,
// strings their bytes.
func wire(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			b = append(b, p...)
		case command:
			b = append(b, byte(p))
		case option:
			b = append(b, byte(p))
		case int:
			b = append(b, byte(p))
		case []byte:
			b = append(b, p...)
		default:
			panic(fmt.Sprintf("wire: %T", p))
		}
	}
	return b
}

func neg(c command, o option) []byte { return wire(cmdIAC, c, o) }

func sub(o option, body ...any) []byte {
	return wire(cmdIAC, cmdSB, o, wire(body...), cmdIAC, cmdSE)
}

// feed gives the machine a stream in the pieces that cut chooses, and returns
// the data and the answers.
func feed(m *machine, stream []byte, cut func(left int) int) (data, out []byte) {
	for len(stream) > 0 {
		n := cut(len(stream))
		data = append(data, m.receive(bytes.Clone(stream[:n]))...)
		stream = stream[n:]
	}
	out = m.out
	m.out = nil
	return data, out
}

func whole(left int) int { return left }
func single(int) int     { return 1 }

type exchange struct {
	name   string
	server bool // the machine is the server's
	open   bool // and makes the first offers, which are not part of out
	in     []byte
	data   string
	out    []byte
}

var (
	window    = sub(optNAWS, 0x01, cmdIAC, cmdIAC, 0x03, 0xe8) // 511 x 1000: the FF is doubled
	sendTType = sub(optTType, subSEND)
	longSub   = sub(optTType, subSEND, strings.Repeat("x", 3*maxSub))
	exchanges = []exchange{
		{name: "nothing"},
		{name: "plain", in: wire("login: "), data: "login: "},
		{name: "IAC IAC", in: wire("a", cmdIAC, cmdIAC, "b"), data: "a\xffb"},
		{name: "IAC IAC twice", in: wire(cmdIAC, cmdIAC, cmdIAC, cmdIAC), data: "\xff\xff"},
		{name: "CR NUL", in: wire("a\r\x00b"), data: "a\rb"},
		{name: "CR LF", in: wire("a\r\nb"), data: "a\r\nb"},
		{name: "CR and anything", in: wire("a\rb\r\r\n\r"), data: "a\rb\r\r\n\r"},
		{name: "CR NUL NUL", in: wire("\r\x00\x00"), data: "\r\x00"},
		{name: "NUL alone", in: wire("\x00a\x00\n\x00"), data: "\x00a\x00\n\x00"},
		{name: "CR CR NUL", in: wire("\r\r\x00x"), data: "\r\rx"},
		{name: "CR command NUL", in: wire("\r", cmdIAC, cmdNOP, "\x00x"), data: "\rx"},
		{name: "CR option NUL", in: wire("\r", neg(cmdWILL, optEcho), "\x00x"), data: "\rx", out: neg(cmdDO, optEcho)},
		{name: "CR IAC IAC NUL", in: wire("\r", cmdIAC, cmdIAC, "\x00x"), data: "\r\xff\x00x"},
		{name: "commands vanish", in: wire("a", cmdIAC, cmdNOP, "b", cmdIAC, 242, "c", cmdIAC, 249, "d", cmdIAC, 1, "e"), data: "abcde"},

		// Options.
		{name: "the usual server", in: wire("\r\r\nwarning", neg(cmdWILL, optEcho), "\r\n", neg(cmdWILL, optSGA), "Username: "),
			data: "\r\r\nwarning\r\nUsername: ", out: wire(neg(cmdDO, optEcho), neg(cmdDO, optSGA))},
		{name: "WILL repeated until DO and after", in: bytes.Repeat(neg(cmdWILL, optEcho), 40), out: neg(cmdDO, optEcho)},
		{name: "WONT of what is off", in: neg(cmdWONT, optEcho)},
		{name: "DONT of what is off", in: neg(cmdDONT, optNAWS)},
		{name: "echo on, off, on", in: wire(neg(cmdWILL, optEcho), neg(cmdWONT, optEcho), neg(cmdWILL, optEcho)),
			out: wire(neg(cmdDO, optEcho), neg(cmdDONT, optEcho), neg(cmdDO, optEcho))},
		{name: "we do not echo", in: neg(cmdDO, optEcho), out: neg(cmdWONT, optEcho)},
		{name: "unknown options", in: wire(neg(cmdDO, 200), neg(cmdWILL, 200), neg(cmdDO, 255), neg(cmdWILL, 255)),
			out: wire(neg(cmdWONT, 200), neg(cmdDONT, 200), neg(cmdWONT, 255), neg(cmdDONT, 255))},
		{name: "refused politely", in: wire(neg(cmdDO, optTSpeed), neg(cmdDO, optNewEnviron), neg(cmdDO, optLinemode), neg(cmdDO, optEOR), neg(cmdWILL, optEOR), neg(cmdWILL, optStatus)),
			out: wire(neg(cmdWONT, optTSpeed), neg(cmdWONT, optNewEnviron), neg(cmdWONT, optLinemode), neg(cmdWONT, optEOR), neg(cmdDONT, optEOR), neg(cmdDONT, optStatus))},
		{name: "a refusal that is not believed", in: bytes.Repeat(neg(cmdDO, optEcho), 1000), out: bytes.Repeat(neg(cmdWONT, optEcho), maxRefusals)},
		{name: "window", in: neg(cmdDO, optNAWS), out: wire(neg(cmdWILL, optNAWS), window)},
		{name: "window asked twice", in: wire(neg(cmdDO, optNAWS), neg(cmdDO, optNAWS)), out: wire(neg(cmdWILL, optNAWS), window)},
		{name: "window was offered", open: true, in: neg(cmdDO, optNAWS), out: window},
		{name: "window was offered and refused", open: true, in: neg(cmdDONT, optNAWS)},
		{name: "the peer has no window for us", in: neg(cmdWILL, optNAWS), out: neg(cmdDONT, optNAWS)},
		{name: "terminal type", in: wire(neg(cmdDO, optTType), sendTType, sendTType),
			out: wire(neg(cmdWILL, optTType), sub(optTType, subIS, "xterm"), sub(optTType, subIS, "xterm"))},
		{name: "terminal type not agreed on", in: sendTType},
		{name: "terminal type IS from a server", in: wire(neg(cmdDO, optTType), sub(optTType, subIS, "evil")), out: neg(cmdWILL, optTType)},
		{name: "binary both ways", in: wire(neg(cmdWILL, optBinary), neg(cmdDO, optBinary), "\r\x00\r\n"), data: "\r\x00\r\n",
			out: wire(neg(cmdDO, optBinary), neg(cmdWILL, optBinary))},
		{name: "binary ends", in: wire(neg(cmdWILL, optBinary), "\r", neg(cmdWONT, optBinary), "\x00\r\x00x"), data: "\r\x00\rx",
			out: wire(neg(cmdDO, optBinary), neg(cmdDONT, optBinary))},
		{name: "binary begins after CR", in: wire("\r", neg(cmdWILL, optBinary), "\x00x"), data: "\r\x00x", out: neg(cmdDO, optBinary)},
		{name: "status", in: wire(neg(cmdWILL, optEcho), neg(cmdDO, optStatus), sub(optStatus, subSEND)),
			out: wire(neg(cmdDO, optEcho), neg(cmdWILL, optStatus), sub(optStatus, subIS, cmdDO, optEcho, cmdWILL, optStatus))},
		{name: "status not agreed on", in: sub(optStatus, subSEND)},
		{name: "timing mark each time", in: wire("a", neg(cmdDO, optTimingMark), "b", neg(cmdDO, optTimingMark)), data: "ab",
			out: wire(neg(cmdWILL, optTimingMark), neg(cmdWILL, optTimingMark))},
		{name: "timing mark unasked", in: wire(neg(cmdWILL, optTimingMark), neg(cmdWONT, optTimingMark), neg(cmdDONT, optTimingMark))},
		{name: "both began", open: true, in: wire(neg(cmdDO, optTType), neg(cmdWILL, optSGA), neg(cmdDO, optSGA), neg(cmdDO, optNAWS), neg(cmdWILL, optEcho)),
			out: wire(window, neg(cmdDO, optEcho))},
		{name: "all offers refused", open: true, in: wire(neg(cmdDONT, optTType), neg(cmdWONT, optSGA), neg(cmdDONT, optSGA), neg(cmdDONT, optNAWS))},
		{name: "AYT to a client", in: wire(cmdIAC, cmdAYT)},

		// Subnegotiations that are not as they should be.
		{name: "sub with IAC IAC", in: wire(neg(cmdDO, optTType), sub(optTType, subSEND, cmdIAC, cmdIAC), "x"), data: "x", out: neg(cmdWILL, optTType)},
		{name: "unknown sub", in: wire("a", sub(99, "whatever\r\x00"), "b"), data: "ab"},
		{name: "empty sub", in: wire("a", cmdIAC, cmdSB, cmdIAC, cmdSE, "b"), data: "ab"},
		{name: "sub of nothing", in: wire("a", sub(optTType), "b"), data: "ab"},
		{name: "endless sub", in: wire(neg(cmdDO, optTType), longSub, "x"), data: "x", out: neg(cmdWILL, optTType)},
		{name: "sub cut short by a command", in: wire("a", cmdIAC, cmdSB, optTType, subSEND, neg(cmdWILL, optEcho), "b"), data: "ab", out: neg(cmdDO, optEcho)},
		{name: "sub cut short by a sub", in: wire(neg(cmdDO, optTType), cmdIAC, cmdSB, 99, "xx", sendTType, "b"), data: "b",
			out: wire(neg(cmdWILL, optTType), sub(optTType, subIS, "xterm"))},
		{name: "SE alone", in: wire("a", cmdIAC, cmdSE, "b"), data: "ab"},
		{name: "unfinished", in: wire("a", cmdIAC), data: "a"},

		// The server's end.
		{name: "server: the usual client", server: true, open: true,
			in:   wire(neg(cmdDO, optEcho), neg(cmdDO, optSGA), neg(cmdWILL, optTType), neg(cmdWILL, optNAWS), window, sub(optTType, subIS, "VT220"), "admin\r\x00"),
			data: "admin\r", out: sendTType},
		{name: "server: offers that cross", server: true, open: true,
			in:  wire(neg(cmdWILL, optNAWS), neg(cmdWILL, optTType), neg(cmdDO, optSGA), neg(cmdWILL, optSGA)),
			out: wire(sendTType, neg(cmdDO, optSGA))},
		{name: "server: refuses the rest", server: true,
			in:  wire(neg(cmdWILL, optLinemode), neg(cmdWILL, optTSpeed), neg(cmdWILL, optNewEnviron), neg(cmdWILL, optEcho), neg(cmdDO, optNAWS)),
			out: wire(neg(cmdDONT, optLinemode), neg(cmdDONT, optTSpeed), neg(cmdDONT, optNewEnviron), neg(cmdDONT, optEcho), neg(cmdWONT, optNAWS))},
		{name: "server: AYT", server: true, in: wire(cmdIAC, cmdAYT), out: wire("\r\n[Yes]\r\n")},
		{name: "server: window not agreed on", server: true, in: window},
	}
)

func (e *exchange) machine() *machine {
	m := newClient("xterm", transport.Size{Columns: 511, Rows: 1000})
	if e.server {
		m = newServer()
	}
	if e.open {
		m.open(false)
		m.out = nil
	}
	return m
}

func TestExchanges(t *testing.T) {
	for _, e := range exchanges {
		t.Run(e.name, func(t *testing.T) {
			data, out := feed(e.machine(), e.in, whole)
			if string(data) != e.data {
				t.Errorf("data %q, want %q", data, e.data)
			}
			if !bytes.Equal(out, e.out) {
				t.Errorf("answers % x, want % x", out, e.out)
			}
		})
	}
}

// Any split of the bytes gives the same data and the same answers: each stream
// cut in two everywhere, a byte at a time, and all streams in a row at random.
func TestAnySplitIsTheSame(t *testing.T) {
	check := func(name string, e exchange, cut func(int) int) {
		t.Helper()
		wantData, wantOut := feed(e.machine(), e.in, whole)
		data, out := feed(e.machine(), e.in, cut)
		if !bytes.Equal(data, wantData) || !bytes.Equal(out, wantOut) {
			t.Errorf("%s: got %q, % x; want %q, % x", name, data, out, wantData, wantOut)
		}
	}
	var all, allServer exchange
	allServer.server = true
	for _, e := range exchanges {
		check(e.name+", by bytes", e, single)
		for at := 1; at < len(e.in); at++ {
			first := true
			check(fmt.Sprintf("%s, cut at %d", e.name, at), e, func(left int) int {
				if first {
					first = false
					return at
				}
				return left
			})
		}
		all.in = append(all.in, e.in...)
		allServer.in = append(allServer.in, e.in...)
	}
	rnd := rand.New(rand.NewPCG(1, 143))
	for i := range 60 {
		cut := func(left int) int { return 1 + rnd.IntN(min(left, 1+i)) }
		check("all in a row", all, cut)
		check("all in a row to a server", allServer, cut)
	}
}

func TestFirstOffers(t *testing.T) {
	client := newClient("xterm", defaultSize)
	client.open(true)
	want := wire(neg(cmdWILL, optNAWS), neg(cmdWILL, optTType), neg(cmdWILL, optSGA), neg(cmdDO, optSGA), neg(cmdWILL, optBinary), neg(cmdDO, optBinary))
	if !bytes.Equal(client.out, want) {
		t.Errorf("client: % x, want % x", client.out, want)
	}
	server := newServer()
	server.open(false)
	want = wire(neg(cmdWILL, optEcho), neg(cmdWILL, optSGA), neg(cmdDO, optTType), neg(cmdDO, optNAWS))
	if !bytes.Equal(server.out, want) {
		t.Errorf("server: % x, want % x", server.out, want)
	}
}

func TestServerLearnsWindowAndTerminal(t *testing.T) {
	for _, size := range []transport.Size{{}, {Columns: 80, Rows: 24}, {Columns: 511, Rows: 1000}, {Columns: 255, Rows: 255}, {Columns: 0xffff, Rows: 0xfeff}} {
		var told []transport.Size
		server, client := newServer(), newClient("VT\xff100", size)
		server.resized = func(s transport.Size) { told = append(told, s) }
		server.open(false)
		client.open(false)
		converse(t, client, server)
		if server.size != size || server.term != "VT\xff100" {
			t.Errorf("server knows %v and %q, want %v", server.size, server.term, size)
		}
		again := transport.Size{Columns: size.Rows, Rows: size.Columns}
		client.resize(again)
		converse(t, client, server)
		if len(told) != 2 || told[0] != size || told[1] != again {
			t.Errorf("told %v, want %v and %v", told, size, again)
		}
	}
}

func TestSizeThatCannotBeTold(t *testing.T) {
	m := newClient("", transport.Size{Columns: 70000, Rows: -1})
	if want := (transport.Size{Columns: 65535}); m.size != want {
		t.Errorf("size %v, want %v", m.size, want)
	}
}

func TestServerIsInterrupted(t *testing.T) {
	m, n := newServer(), 0
	m.interrupted = func() { n++ }
	m.receive(wire(cmdIAC, cmdIP, cmdIAC, cmdBRK, cmdIAC, cmdNOP))
	if n != 2 {
		t.Errorf("interrupted %d times, want 2", n)
	}
}

func TestTraceNamesEverything(t *testing.T) {
	var seen []string
	m := newClient("xterm", defaultSize)
	m.trace = func(sent bool, verb command, o option) { seen = append(seen, fmt.Sprint(sent, " ", verb, " ", o)) }
	m.receive(wire(neg(cmdDO, optTType), sendTType, neg(cmdWILL, 99), cmdIAC, 242))
	want := []string{
		"false DO TERMINAL-TYPE", "true WILL TERMINAL-TYPE",
		"false SB TERMINAL-TYPE", "true SB TERMINAL-TYPE",
		"false WILL option 99", "true DONT option 99",
		"false command 242 BINARY",
	}
	if strings.Join(seen, "\n") != strings.Join(want, "\n") {
		t.Errorf("seen %q, want %q", seen, want)
	}
}

// converse lets two machines talk until both are silent, which must be soon.
func converse(t *testing.T, a, b *machine) {
	t.Helper()
	for range 100 {
		if len(a.out) == 0 && len(b.out) == 0 {
			return
		}
		fromA, fromB := a.out, b.out
		a.out, b.out = nil, nil
		b.receive(fromA)
		a.receive(fromB)
	}
	t.Fatal("the two ends talk for ever")
}

func FuzzMachine(f *testing.F) {
	for _, e := range exchanges {
		f.Add(e.in, byte(3), e.server)
	}
	f.Fuzz(func(t *testing.T, in []byte, step byte, server bool) {
		e := exchange{server: server, in: in, open: step%2 == 1}
		data, out := feed(e.machine(), in, whole)
		data2, out2 := feed(e.machine(), in, func(left int) int { return min(left, int(step)+1) })
		if !bytes.Equal(data, data2) || !bytes.Equal(out, out2) {
			t.Errorf("split by %d: %q, % x; whole: %q, % x", int(step)+1, data2, out2, data, out)
		}
		if len(data) > len(in) {
			t.Errorf("%d bytes gave %d of data", len(in), len(data))
		}
		// The peer of the other kind understands every answer: no stray data,
		// and the exchange comes to an end.
		peer := exchange{server: !server}
		peerData, _ := feed(peer.machine(), out, whole)
		if rest := bytes.ReplaceAll(peerData, []byte("\r\n[Yes]\r\n"), nil); len(rest) != 0 {
			t.Errorf("answers contain data: %q", rest)
		}
	})
}
