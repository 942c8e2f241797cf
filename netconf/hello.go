package netconf

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vtynet/vty/netconf/element"
	"github.com/vtynet/vty/netconf/framing"
	"github.com/vtynet/vty/netconf/rpc"
	"github.com/vtynet/vty/transport"
)

const (
	declaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	baseNS      = "urn:ietf:params:xml:ns:netconf:base:1.0"
	maxHello    = 16 << 20
	maxHeard    = 300
)

// helloStart is where a hello begins, after whatever a device shows people who
// log in.
var helloStart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`<\?xml|<([A-Za-z_][\w.-]*:)?hello[\s/>]`)
})

// hello is what a server says of itself.
type hello struct {
	banner       string
	capabilities rpc.Capabilities
	session      uint32
}

// ourHello is the client's hello. It goes out in the framing of base:1.0, whatever
// comes after it.
func ourHello(cfg *Config) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(declaration + `<hello xmlns="` + baseNS + `"><capabilities>`)
	all := []string{rpc.Base10}
	if !cfg.Base10 {
		all = append(all, rpc.Base11)
	}
	for _, c := range append(all, cfg.Capabilities...) {
		b.WriteString("<capability>")
		if err := xml.EscapeText(&b, []byte(c)); err != nil {
			return nil, err
		}
		b.WriteString("</capability>")
	}
	b.WriteString("</capabilities></hello>")
	return framing.Append(nil, framing.V10, b.Bytes())
}

// greet exchanges hellos. Both ends send first, so that neither waits.
func (s *Session) greet(ctx context.Context) error {
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, s.cfg.HelloTimeout, fmt.Errorf("no hello within %v: %w", s.cfg.HelloTimeout, context.DeadlineExceeded))
		defer cancel()
	}
	ours, err := ourHello(&s.cfg)
	if err != nil {
		return err
	}
	stop := transport.CloseOn(ctx, s.conn)
	sent := make(chan error, 1)
	go func() {
		_, err := s.conn.Write(ours)
		sent <- err
	}()
	heard, err := s.hear()
	if err != nil {
		// The write returns because the connection is closed now.
		_ = s.conn.Close()
	}
	writeErr := <-sent
	if err == nil {
		err = writeErr
	}
	if !stop() {
		err = context.Cause(ctx)
	}
	s.greeted = time.Now()
	if err == nil {
		err = s.agree()
	}
	if err != nil {
		_ = s.conn.Close()
		return &HelloError{Heard: heard, Stderr: s.stderr(), Err: err}
	}
	return nil
}

// hear reads the server's hello.
func (s *Session) hear() (heard string, err error) {
	version, err := s.dec.Guess()
	if err != nil {
		return "", ended(err)
	}
	s.dec.SetVersion(version)
	if err := s.dec.Next(); err != nil {
		return "", ended(err)
	}
	text, err := io.ReadAll(io.LimitReader(s.dec, maxHello+1))
	if err == nil && len(text) > maxHello {
		err = ErrTooLarge
	}
	if err == nil {
		err = s.hello.parse(text)
	}
	if err != nil {
		return string(text[:min(len(text), maxHeard)]), ended(err)
	}
	return "", nil
}

func ended(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("the server hung up: %w", err)
	}
	return err
}

func (h *hello) parse(text []byte) error {
	at := helloStart().FindIndex(text)
	if at == nil {
		return errors.New("no hello")
	}
	h.banner, text = string(text[:at[0]]), text[at[0]:]
	text, err := element.Text(text, element.Replace)
	if err != nil {
		return err
	}
	var v struct {
		XMLName      xml.Name
		Capabilities []string `xml:"capabilities>capability"`
		Session      string   `xml:"session-id"`
	}
	if err := xml.Unmarshal(text, &v); err != nil {
		return err
	}
	if v.XMLName.Local != "hello" {
		return fmt.Errorf("<%s> instead of a hello", v.XMLName.Local)
	}
	for _, c := range v.Capabilities {
		h.capabilities = append(h.capabilities, strings.TrimSpace(c))
	}
	if id := strings.TrimSpace(v.Session); id != "" {
		n, err := strconv.ParseUint(id, 10, 32)
		if err != nil {
			return fmt.Errorf("session-id %q is not a number", id)
		}
		h.session = uint32(n)
	}
	return nil
}

// ofYuma tells that the server is netconfd, of yuma or yuma123: only they have its
// modules.
func (h *hello) ofYuma() bool {
	return slices.ContainsFunc(h.capabilities, func(c string) bool {
		return strings.HasPrefix(c, "http://netconfcentral.org/ns/yuma") || strings.HasPrefix(c, "http://yuma123.org/ns/")
	})
}

// agree finds the framing that both ends know.
func (s *Session) agree() error {
	server := s.hello.capabilities
	switch {
	case s.cfg.Strict && s.hello.session == 0:
		return errors.New("the hello has no session-id")
	case server.Has(rpc.Base11) && !s.cfg.Base10:
		s.version = framing.V11
	case server.Has(rpc.Base11) && !server.Has(rpc.Base10):
		return errors.New("the server speaks base:1.1 only, and we were told to speak base:1.0")
	case s.cfg.Strict && !server.Has(rpc.Base10):
		return errors.New("the server announces neither base:1.0 nor base:1.1")
	default:
		s.version = framing.V10
	}
	s.dec.SetVersion(s.version)
	return nil
}
