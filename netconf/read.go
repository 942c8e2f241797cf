package netconf

import (
	"bytes"
	"io"

	"github.com/vtynet/vty/netconf/element"
)

// maxHead is how much of a message is looked at for its first tag.
const maxHead = 64 << 10

// read hands out what the server sends until the session is over. It waits for
// nobody but the reader of a stream.
func (s *Session) read() {
	buf := make([]byte, maxHead)
	for {
		if err := s.dec.Next(); err != nil {
			s.end(err)
			return
		}
		if err := s.message(buf); err != nil {
			s.end(err)
			return
		}
	}
}

// message reads enough of a message to know whose it is, and hands it over. What
// it leaves unread, Next skips.
func (s *Session) message(buf []byte) error {
	head := 0
	for {
		n, err := s.dec.Read(buf[head:])
		head = s.skipNULs(buf, head+n)
		tag, _, _, tagErr := element.Start(buf[:head])
		switch {
		case tagErr == nil:
			if err == io.EOF { // Read says so again
				err = nil
			}
			if err != nil {
				return err
			}
			return s.route(tag, buf, head)
		case err == io.EOF, tagErr != element.ErrShort, head == len(buf):
			// A comment, as Junos sends at the end, or no XML at all: it belongs to nobody,
			// and the framing is whole.
			s.cfg.Logger.Warn("netconf: a message that is no element", "session", s.hello.session, "bytes", head)
			return nil
		case err != nil:
			return err
		}
	}
}

// skipNULs leaves out the NULs that a message begins with: Huawei's servers end a
// message before with one, as if it were a string of C.
func (s *Session) skipNULs(buf []byte, n int) int {
	if s.cfg.Strict || n == 0 || buf[0] != 0 {
		return n
	}
	return copy(buf, bytes.TrimLeft(buf[:n], "\x00"))
}

// withoutNULs leaves out the NULs that a message ends with.
func (s *Session) withoutNULs(raw []byte) []byte {
	text := bytes.TrimRight(raw, "\x00 \t\r\n")
	if s.cfg.Strict || bytes.IndexByte(raw[len(text):], 0) < 0 {
		return raw
	}
	return text
}

func (s *Session) route(tag element.Tag, buf []byte, head int) error {
	switch tag.Local() {
	case "notification":
		raw, err := s.whole(buf[:head], maxNotificationBytes)
		if err == ErrTooLarge {
			s.notes.drop()
			return nil
		}
		if err != nil {
			return err
		}
		s.notes.put(raw)
		return nil
	case "rpc-reply":
	default:
		s.cfg.Logger.Warn("netconf: an unknown message", "session", s.hello.session, "element", tag.Name)
		return nil
	}
	c := s.answered(tag)
	if c == nil || c.finished() {
		return nil
	}
	if c.stream != nil {
		s.streams(c)
		defer s.streams(nil)
		return c.stream.feed(c, s.dec, buf[:head])
	}
	raw, err := s.whole(buf[:head], s.cfg.MaxReply)
	switch err {
	case nil, ErrTooLarge:
		c.finish(raw, err)
		return nil
	}
	// The call is off the list by now, so that the session's end would pass it by.
	s.end(err)
	c.finish(nil, s.Err())
	return err
}

// answered finds the call that a reply is for, and takes it off the list. A
// reply without message-id, as some servers send where they could not read the
// operation, is for the oldest.
func (s *Session) answered(tag element.Tag) *call {
	id, has := tag.Attr("message-id")
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.calls[id]
	if !has {
		for _, other := range s.calls {
			if c == nil || other.number < c.number {
				c = other
			}
		}
	}
	if c == nil {
		s.cfg.Logger.Warn("netconf: a reply to nothing", "session", s.hello.session, "id", id)
		return nil
	}
	delete(s.calls, c.id)
	return c
}

// streams notes whose reply is being streamed.
func (s *Session) streams(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stream = c
	if c != nil && s.err != nil {
		c.finish(nil, s.err)
	}
}

// whole reads a message to its end.
func (s *Session) whole(head []byte, limit int64) ([]byte, error) {
	raw := append(make([]byte, 0, len(head)+64), head...)
	for {
		if int64(len(raw)) > limit {
			return nil, ErrTooLarge
		}
		if len(raw) == cap(raw) {
			raw = append(raw, 0)[:len(raw)]
		}
		n, err := s.dec.Read(raw[len(raw):cap(raw)])
		raw = raw[:len(raw)+n]
		if err == io.EOF {
			return s.withoutNULs(raw), nil
		}
		if err != nil {
			return nil, err
		}
	}
}
