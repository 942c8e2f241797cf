package rfc2217

import (
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/vtynet/vty/transport/telnet"
)

// server is a server of a port: it does as it is asked, but for what answers
// says otherwise.
type server struct {
	*telnet.ServerConn
	conn    net.Conn
	answers func(body []byte) []byte // nil, or what it returns nil for: as asked

	mu    sync.Mutex
	asked []string
}

func serve(conn net.Conn, answers func([]byte) []byte) *server {
	s := &server{conn: conn, answers: answers}
	s.ServerConn = telnet.NewServer(conn, &telnet.ServerConfig{
		Quiet: true, Binary: true,
		Extension: &telnet.Extension{Option: comPort, Received: s.received},
	})
	return s
}

func (s *server) received(body []byte) []byte {
	s.mu.Lock()
	s.asked = append(s.asked, string(body))
	s.mu.Unlock()
	if s.answers != nil {
		if a := s.answers(body); a != nil {
			return a
		}
	}
	answer := append([]byte{body[0] + byte(fromServer)}, body[1:]...)
	switch command(body[0]) {
	case signature:
		return append(answer, "test"...)
	case setBaud:
		if binary.BigEndian.Uint32(body[1:]) == queried {
			binary.BigEndian.PutUint32(answer[1:], 9600)
		}
	case setData:
		answer[1] = orElse(answer[1], 8)
	case setParity, setStop, setControl:
		answer[1] = orElse(answer[1], 1)
	}
	return answer
}

func orElse(b, usual byte) byte {
	if b == queried {
		return usual
	}
	return b
}

// was returns the subnegotiations that came so far.
func (s *server) was() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...)
}

// Abort breaks the connection as a crash would.
func (s *server) Abort() {
	_ = s.conn.(*net.TCPConn).SetLinger(0)
	_ = s.conn.Close()
}

// listen returns a port and a function that takes one client there. What the client
// sends is answered while it is dialled, which the first byte of data ends.
func listen(t *testing.T) (port int, accept func(answers func([]byte) []byte) *server) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().(*net.TCPAddr).Port, func(answers func([]byte) []byte) *server {
		conn, err := l.Accept()
		if err != nil {
			t.Error(err)
			return nil
		}
		return serve(conn, answers)
	}
}

// dialled is a client and its server, agreed with each other.
func dialled(t *testing.T, cfg *Config, answers func([]byte) []byte) (*Conn, *server) {
	t.Helper()
	port, accept := listen(t)
	return pair(t, port, accept, cfg, answers)
}

func pair(t *testing.T, port int, accept func(func([]byte) []byte) *server, cfg *Config, answers func([]byte) []byte) (*Conn, *server) {
	t.Helper()
	came := make(chan *server)
	ready := make(chan struct{})
	go func() {
		s := accept(answers)
		// Reads until the client writes its first byte of data.
		_, _ = io.ReadFull(s, make([]byte, 1))
		close(ready)
		came <- s
	}()
	c, err := Dial(t.Context(), "127.0.0.1", port, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	<-ready
	s := <-came
	t.Cleanup(func() { _ = s.Close() })
	// What the server has still to say is said before this byte.
	if _, err := s.Write([]byte("y")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return c, s
}
