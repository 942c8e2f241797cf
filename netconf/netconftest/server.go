// Package netconftest is a NETCONF server for tests: of package netconf, and of
// what users build on it.
//
// A Server speaks the protocol and leaves the answers to a Handler. It knows no
// data model and keeps no datastores, and is for nothing but tests.
package netconftest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/netconf/element"
	"github.com/vtynet/vty/netconf/framing"
)

const (
	base10 = "urn:ietf:params:netconf:base:1.0"
	base11 = "urn:ietf:params:netconf:base:1.1"
	baseNS = "urn:ietf:params:xml:ns:netconf:base:1.0"
)

// Handler answers requests. It is called for one request of a session at a time.
type Handler interface {
	// Handle answers with s.Reply, now or later, or not at all.
	Handle(s *Session, r *Request)
	// Ended is called when a session is over.
	Ended(s *Session)
}

// Beginner is a Handler that wants to know when a session begins.
type Beginner interface {
	// Began is called after the hellos, before the first request.
	Began(s *Session)
}

// HandlerFunc is a function as a Handler.
type HandlerFunc func(s *Session, r *Request)

// Handle implements Handler.
func (f HandlerFunc) Handle(s *Session, r *Request) { f(s, r) }

// Ended implements Handler.
func (f HandlerFunc) Ended(*Session) {}

// Server speaks NETCONF with any number of clients.
type Server struct {
	// Capabilities are announced; nil is base:1.0 and base:1.1 alone.
	Capabilities []string
	// Hello, where not "", is sent as it is instead of a hello, framing included.
	Hello string
	// Lenient reads what clients get wrong about framing. By default the server is
	// as strict as any.
	Lenient bool
	// Handler answers; nil answers <ok/> to all.
	Handler Handler

	last atomic.Uint32
}

// Session is a client's session with a server.
type Session struct {
	ID      uint32
	Version framing.Version

	conn io.ReadWriteCloser
	mu   sync.Mutex // held while writing
}

// Request is an operation that a client asks for.
type Request struct {
	ID   string // message-id
	Name string // of the operation, without prefix
	Body []byte // the operation's element
	XML  []byte // the whole message
}

// Element is the operation's element, to look for others in.
func (r *Request) Element(path ...string) (element.Element, bool) {
	for e, err := range element.Within(r.Body, path...) {
		return e, err == nil
	}
	return element.Element{}, false
}

// Text is the text of an element of the operation, or "".
func (r *Request) Text(path ...string) string {
	var text string
	if e, ok := r.Element(path...); ok {
		_ = e.Decode(&text)
	}
	return strings.TrimSpace(text)
}

// Pipe returns a connection in memory that the server serves.
func (s *Server) Pipe() *memnet.Conn {
	client, server := memnet.Pipe()
	go func() { _ = s.Serve(server) }()
	return client
}

// Serve speaks with one client until it is gone or asks to close its session.
func (s *Server) Serve(conn io.ReadWriteCloser) error {
	session := &Session{ID: s.last.Add(1), conn: conn}
	defer func() { _ = conn.Close() }()
	dec := framing.NewDecoder(conn)
	dec.Strict = !s.Lenient
	greeted := make(chan error, 1)
	go func() { greeted <- session.Write([]byte(s.hello(session.ID))) }()
	theirs, err := message(dec)
	if sendErr := <-greeted; err == nil {
		err = sendErr
	}
	if err != nil {
		return err
	}
	if strings.Contains(string(theirs), base11) && strings.Contains(s.hello(0), base11) {
		session.Version = framing.V11
	}
	dec.SetVersion(session.Version)
	if s.Handler != nil {
		if b, ok := s.Handler.(Beginner); ok {
			b.Began(session)
		}
		defer s.Handler.Ended(session)
	}
	for {
		raw, err := message(dec)
		if err != nil {
			return err
		}
		r, err := parseRequest(raw)
		if err != nil {
			return err
		}
		if s.Handler == nil || r.Name == "close-session" {
			if err := session.Reply(r, "<ok/>"); err != nil || r.Name == "close-session" {
				return err
			}
			continue
		}
		s.Handler.Handle(session, r)
	}
}

func (s *Server) hello(id uint32) string {
	if s.Hello != "" {
		return s.Hello
	}
	var b strings.Builder
	b.WriteString(`<hello xmlns="` + baseNS + `"><capabilities>`)
	all := s.Capabilities
	if all == nil {
		all = []string{base10, base11}
	}
	for _, c := range all {
		b.WriteString("<capability>")
		_ = xml.EscapeText(&b, []byte(c))
		b.WriteString("</capability>")
	}
	_, _ = fmt.Fprintf(&b, "</capabilities><session-id>%d</session-id></hello>]]>]]>", id)
	return b.String()
}

func message(dec *framing.Decoder) ([]byte, error) {
	if err := dec.Next(); err != nil {
		return nil, err
	}
	return io.ReadAll(dec)
}

func parseRequest(raw []byte) (*Request, error) {
	tag, _, _, err := element.Start(raw)
	if err != nil {
		return nil, err
	}
	r := &Request{XML: raw}
	r.ID, _ = tag.Attr("message-id")
	for e, err := range element.Within(raw, "*") {
		if err != nil {
			return nil, err
		}
		if r.Body != nil {
			return nil, errors.New("netconftest: two operations in a request")
		}
		r.Name, r.Body = e.Local(), e.Clone().Bytes()
	}
	if tag.Local() != "rpc" || r.Body == nil || r.ID == "" {
		return nil, fmt.Errorf("netconftest: not a request: %.100q", raw)
	}
	return r, nil
}

// Reply answers a request with what stands within <rpc-reply>.
func (s *Session) Reply(r *Request, inner string) error {
	return s.Send(`<rpc-reply xmlns="` + baseNS + `" message-id="` + r.ID + `">` + inner + `</rpc-reply>`)
}

// Send sends a message of any kind.
func (s *Session) Send(message string) error {
	framed, err := framing.Append(nil, s.Version, []byte(message))
	if err != nil {
		return err
	}
	return s.Write(framed)
}

// Write sends bytes as they are.
func (s *Session) Write(p []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.conn.Write(p)
	return err
}

// Close hangs up.
func (s *Session) Close() { _ = s.conn.Close() }
