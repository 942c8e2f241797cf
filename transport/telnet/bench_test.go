package telnet

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"testing"
)

// text is what devices send: rows of text that end in CR LF.
func text() []byte {
	return bytes.Repeat([]byte("ip prefix-list seq 10 permit 192.0.2.0/24 le 32\r\n"), 20000)
}

func dense() []byte {
	p := make([]byte, 1<<20)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range p {
		p[i] = byte(rnd.Uint32())
	}
	return p
}

func BenchmarkDecode(b *testing.B) {
	for name, data := range map[string][]byte{"text": text(), "binary": dense()} {
		b.Run(name, func(b *testing.B) {
			stream := encodeAll(&encoder{newline: lazyCR}, data, false, whole)
			m := newClient("xterm", defaultSize)
			buf := make([]byte, 32<<10)
			b.SetBytes(int64(len(stream)))
			for b.Loop() {
				for p := stream; len(p) > 0; {
					n := copy(buf, p)
					m.receive(buf[:n])
					p = p[n:]
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for name, data := range map[string][]byte{"text": text(), "binary": dense()} {
		b.Run(name, func(b *testing.B) {
			e := &encoder{newline: lazyCR}
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				for p := data; len(p) > 0; {
					_, n := e.encode(p, false)
					p = p[n:]
				}
			}
		})
	}
}

// BenchmarkConn is a session over TCP: the device's text through both machines.
func BenchmarkConn(b *testing.B) {
	client, server := overTCP(b)
	data := text()
	b.SetBytes(int64(len(data)))
	p := make([]byte, 64<<10)
	for b.Loop() {
		go func() { _, _ = server.Write(data) }()
		for left := len(data); left > 0; {
			n, err := client.Read(p)
			if err != nil {
				b.Fatal(err)
			}
			left -= n
		}
	}
}

// BenchmarkRoundTrip is the time from a command to its echo.
func BenchmarkRoundTrip(b *testing.B) {
	client, server := overTCP(b)
	go func() { _, _ = io.Copy(server, server) }()
	cmd, p := []byte("show version\r"), make([]byte, 13)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = client.Write(cmd)
		if _, err := io.ReadFull(client, p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen is a session from dial to close.
func BenchmarkOpen(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		client, server := overTCP(b)
		_ = client.Close()
		_ = server.Close()
	}
}

func overTCP(b *testing.B) (*Conn, *ServerConn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	client, err := Dial(b.Context(), "127.0.0.1", l.Addr().(*net.TCPAddr).Port, nil)
	if err != nil {
		b.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		b.Fatal(err)
	}
	server := NewServer(conn, nil)
	b.Cleanup(func() { _ = client.Close(); _ = server.Close() })
	return client, server
}
