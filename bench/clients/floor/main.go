// The floor is the least that the protocols cost: a bare loop over
// golang.org/x/crypto/ssh or over a net.Conn that is right for this one router.
// It knows the prompt, looks at the last bytes only, checks nothing and answers
// no question.
package main

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/vtynet/vty/bench/router"
	"github.com/vtynet/vty/bench/work"
)

func main() {
	work.Main(work.Client{Version: "golang.org/x/crypto", Open: open})
}

func open(ctx context.Context, t work.Target) (work.Session, error) {
	dial := dialSSH
	if t.Transport == "telnet" {
		dial = dialTelnet
	}
	s, err := dial(ctx, t)
	if err != nil {
		return nil, err
	}
	for _, command := range []string{"terminal width 511", "terminal length 0"} {
		if _, err := s.Run(ctx, command); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// session is a shell, whatever is below.
type session struct {
	in    io.Writer
	out   io.Reader
	close func() error
	buf   []byte
}

const prompt = router.Prompt

// expect reads until the output ends with want.
func (s *session) expect(want string) ([]byte, error) {
	s.buf = s.buf[:0]
	for {
		if len(s.buf) == cap(s.buf) {
			s.buf = append(s.buf, make([]byte, max(4096, cap(s.buf)))...)[:len(s.buf)]
		}
		n, err := s.out.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		if bytes.HasSuffix(s.buf, []byte(want)) {
			return s.buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (s *session) Run(_ context.Context, command string) (string, error) {
	if _, err := io.WriteString(s.in, command+"\r"); err != nil {
		return "", err
	}
	out, err := s.expect(prompt)
	if err != nil {
		return "", err
	}
	out = bytes.TrimPrefix(out, []byte(command+"\r\n"))
	out = bytes.TrimSuffix(bytes.TrimSuffix(out, []byte(prompt)), []byte("\r\n"))
	return strings.ReplaceAll(string(out), "\r\n", "\n"), nil
}

func (s *session) Stream(_ context.Context, command string, line func(string)) error {
	if _, err := io.WriteString(s.in, command+"\r"); err != nil {
		return err
	}
	buf := make([]byte, 64<<10)
	held, echo := 0, true
	for {
		n, err := s.out.Read(buf[held:])
		held += n
		rest := buf[:held]
		for {
			l, after, whole := bytes.Cut(rest, []byte("\r\n"))
			if !whole {
				break
			}
			if !echo {
				line(string(l))
			}
			echo, rest = false, after
		}
		if string(rest) == prompt {
			return nil
		}
		if err != nil {
			return err
		}
		held = copy(buf, rest)
	}
}

// Configure sends the lines one by one, in the obvious order.
func (s *session) Configure(_ context.Context, lines []string) (accepted int, err error) {
	const at = router.Hostname + "(config)#"
	send := func(line, until string) ([]byte, error) {
		if _, err := io.WriteString(s.in, line+"\r"); err != nil {
			return nil, err
		}
		return s.expect(until)
	}
	if _, err := send("configure terminal", at); err != nil {
		return 0, err
	}
	for _, l := range lines {
		out, err := send(l, at)
		if err != nil {
			return accepted, err
		}
		if !bytes.Contains(out, []byte("% ")) {
			accepted++
		}
	}
	_, err = send("end", prompt)
	return accepted, err
}

// Close takes leave and waits until the router has closed the session, so that
// its line is free.
func (s *session) Close() error {
	if _, err := io.WriteString(s.in, "exit\r"); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, s.out)
	return s.close()
}
