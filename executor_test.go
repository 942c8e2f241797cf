package vty_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// execServer runs the commands that it is told of, sessions of them on a connection.
type execServer struct {
	sessions int // on each connection
	logins   atomic.Int32
	run      func(command string, out, words io.Writer) (status int)
}

func (s *execServer) listen(t *testing.T) string {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cfg := &gossh.ServerConfig{NoClientAuth: true}
	cfg.AddHostKey(key)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn, cfg)
		}
	}()
	return l.Addr().String()
}

func (s *execServer) serve(conn net.Conn, cfg *gossh.ServerConfig) {
	defer func() { _ = conn.Close() }()
	_, channels, requests, err := gossh.NewServerConn(conn, cfg)
	if err != nil {
		return
	}
	s.logins.Add(1)
	go gossh.DiscardRequests(requests)
	n := 0
	for nc := range channels {
		if n++; n > s.sessions {
			_ = nc.Reject(gossh.ResourceShortage, "one at a time")
			continue
		}
		ch, rs, err := nc.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range rs {
				var command struct{ Line string }
				ok := r.Type == "exec" && gossh.Unmarshal(r.Payload, &command) == nil
				_ = r.Reply(ok, nil)
				if ok {
					status := s.run(command.Line, ch, ch.Stderr())
					_, _ = ch.SendRequest("exit-status", false, []byte{0, 0, 0, byte(status)})
					_ = ch.Close()
				}
			}
		}()
	}
}

func TestExecutor(t *testing.T) {
	const password = "never-to-be-shown"
	for _, sessions := range []int{1, 100} {
		s := &execServer{sessions: sessions, run: func(command string, out, words io.Writer) int {
			switch command {
			case "fail":
				_, _ = io.WriteString(words, "first\r\nwhat went wrong: "+password+"\r\n")
				return 3
			case "prompt behind":
				_, _ = io.WriteString(out, "one\r\nr1# ")
			case "shell", "show vtyfrobnicate":
				_, _ = io.WriteString(out, "\r\nHello, this is a shell.\r\n\r\nr1# \r\n")
			case "nonsense":
				_, _ = io.WriteString(out, "% Invalid input detected at '^' marker.\r\n")
			default:
				_, _ = io.WriteString(out, "one\r\ntwo of "+command+"\r\n")
			}
			return 0
		}}
		e, err := vty.DialExec(t.Context(), s.listen(t), &vty.Config{
			Platform: "cisco_iosxe", User: "ops", HostKeys: auth.Unchecked(), Raw: true,
			Auth: []auth.Method{auth.Password(auth.Literal(password))},
		})
		if err != nil {
			t.Fatal(err)
		}
		r, err := e.Exec(t.Context(), "show clock")
		if err != nil || r.Text() != "one\ntwo of show clock" || string(r.Raw()) != "one\r\ntwo of show clock\r\n" || r.Status != 0 || r.Stderr != "" || r.Failed {
			t.Errorf("%+v, %v", r, err)
		}
		if r, err = e.Exec(t.Context(), "prompt behind"); err != nil || r.Failed {
			t.Errorf("an answer with a prompt behind it: %+v, %v", r, err)
		}
		r, err = e.Exec(t.Context(), "shell")
		if !errors.Is(err, vty.ErrShell) || !r.Failed || !strings.Contains(r.Text(), "Hello") {
			t.Errorf("a shell: %+v, %v", r, err)
		}
		r, err = e.Exec(t.Context(), "fail")
		status, ok := errors.AsType[*vty.StatusError](err)
		if !ok || status.Status != 3 || !errors.Is(err, vty.ErrRefused) || r.Status != 3 || !r.Failed || !strings.HasPrefix(r.Stderr, "first\nwhat went wrong") {
			t.Errorf("%+v, %v", r, err)
		}
		if err != nil && (strings.Contains(err.Error(), password) || !strings.Contains(err.Error(), "exit status 3: what went wrong")) {
			t.Errorf("%v", err)
		}
		if r, err = e.Exec(t.Context(), "nonsense"); !errors.As(err, new(*vty.CommandError)) || r.Status != 0 || !r.Failed {
			t.Errorf("%+v, %v", r, err)
		}
		want := int32(1)
		if sessions == 1 {
			want = 7
		}
		if n := s.logins.Load(); n != want {
			t.Errorf("%d logins for 7 commands where a connection takes %d sessions, want %d", n, sessions, want)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if _, err := e.Exec(t.Context(), "x"); !errors.Is(err, vty.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
}

func TestExecutorThatIsNone(t *testing.T) {
	for _, how := range []vty.Transport{vty.Telnet, vty.Serial, vty.Raw, vty.Exec, vty.OpenSSH} {
		if _, err := vty.DialExec(t.Context(), "r1", &vty.Config{Transport: how}); !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), string(how)) {
			t.Errorf("%s: %v", how, err)
		}
	}
	own := &vty.Config{Dial: func(context.Context) (transport.Conn, error) { return nil, fmt.Errorf("called") }}
	if _, err := vty.DialExec(t.Context(), "r1", own); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v", err)
	}
	s := &execServer{}
	e, err := vty.DialExec(t.Context(), s.listen(t), &vty.Config{User: "ops", HostKeys: auth.Unchecked()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if r, err := e.Exec(t.Context(), "x"); !errors.Is(err, ssh.ErrTooManySessions) || r == nil || !r.Partial {
		t.Errorf("%+v, %v", r, err)
	}
}
