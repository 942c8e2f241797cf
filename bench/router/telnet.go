package router

import (
	"bufio"
	"io"
	"net"
	"strings"
)

// What IOS asks for as a session begins: WILL ECHO, WILL SUPPRESS-GO-AHEAD, DO
// TERMINAL-TYPE, DO NAWS.
const offers = "\xff\xfb\x01\xff\xfb\x03\xff\xfd\x18\xff\xfd\x1f"

// ServeTelnet serves Telnet until the listener is closed.
func ServeTelnet(l net.Listener) error {
	return accept(l, func(conn net.Conn) { _ = serveTelnet(conn) })
}

func serveTelnet(conn net.Conn) error {
	in := bufio.NewReader(&dataReader{r: conn})
	if _, err := io.WriteString(conn, offers+"\r\nUser Access Verification\r\n\r\nUsername: "); err != nil {
		return err
	}
	for {
		user, err := in.ReadString('\r')
		if err != nil {
			return err
		}
		if _, err := io.WriteString(conn, user+"\nPassword: "); err != nil {
			return err
		}
		password, err := in.ReadString('\r')
		if err != nil {
			return err
		}
		if strings.TrimSuffix(user, "\r") == User && strings.TrimSuffix(password, "\r") == Password {
			break
		}
		if _, err := io.WriteString(conn, "\r\n% Login invalid\r\n\r\nUsername: "); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(conn, "\r\n"); err != nil {
		return err
	}
	return serve(struct {
		io.Reader
		io.Writer
	}{in, conn})
}

// dataReader leaves out Telnet commands and the NUL or LF behind a CR. What the
// client agrees to is of no interest.
type dataReader struct {
	r     io.Reader
	state byte // 0 data, 1 after IAC, 2 after a verb, 3 in a subnegotiation, 4 after IAC in one
	cr    bool
}

func (d *dataReader) Read(p []byte) (int, error) {
	for {
		n, err := d.r.Read(p)
		w := 0
		for _, b := range p[:n] {
			if d.take(b) {
				if b == '\n' { // a return of a client that knows no better
					b = '\r'
				}
				p[w] = b
				w++
			}
		}
		if w > 0 || err != nil {
			return w, err
		}
	}
}

// take reports whether b is data.
func (d *dataReader) take(b byte) bool {
	const iac, sb, se, will = 255, 250, 240, 251
	switch d.state {
	case 1:
		switch {
		case b == sb:
			d.state = 3
		case b >= will && b < iac:
			d.state = 2
		default:
			d.state = 0
		}
		return false
	case 2:
		d.state = 0
		return false
	case 3:
		if b == iac {
			d.state = 4
		}
		return false
	case 4:
		d.state = 3
		if b == se {
			d.state = 0
		}
		return false
	}
	if b == iac {
		d.state = 1
		return false
	}
	padding := d.cr && (b == 0 || b == '\n')
	d.cr = b == '\r'
	return !padding
}
