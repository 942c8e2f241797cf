package sim

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// rawTelnet is a client that answers no option and strips nothing.
type rawTelnet struct {
	net.Conn
	t    *testing.T
	seen []byte
}

// until reads up to and with text.
func (c *rawTelnet) until(text string) string {
	c.t.Helper()
	buf := make([]byte, 4096)
	for {
		if i := bytes.Index(c.seen, []byte(text)); i >= 0 {
			got := string(c.seen[:i+len(text)])
			c.seen = c.seen[i+len(text):]
			return got
		}
		n, err := c.Read(buf)
		c.seen = append(c.seen, buf[:n]...)
		if err != nil {
			c.t.Fatalf("waiting for %q: %v after %q", text, err, c.seen)
		}
	}
}

func (c *rawTelnet) say(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

func dialTelnet(t *testing.T, srv *Server) *rawTelnet {
	t.Helper()
	conn, err := net.Dial("tcp", srv.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	t.Cleanup(func() { _ = conn.Close() })
	return &rawTelnet{Conn: conn, t: t}
}

const (
	willNAWS = "\xff\xfb\x1f"
	window10 = "\xff\xfa\x1f\x00\x50\x00\x0a\xff\xf0" // 80 columns, 10 rows
	process  = "\xff\xf4"                             // Interrupt Process
)

func TestTelnetLogin(t *testing.T) {
	forAll(t, func(t *testing.T, name string, tour tour) {
		d := device(t, name, nil)
		srv, err := ListenTelnet(t.Context(), "", d)
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		c := dialTelnet(t, srv)
		ask := d.model.data.Login.User
		for i, answer := range tour.login {
			if i == len(tour.login)-1 {
				ask = d.model.data.Login.Password
			}
			c.until(strings.ReplaceAll(ask, "{host}", d.Hostname()))
			c.say(answer + "\r\x00")
		}
		prompt := d.NewSession(Terminal{}).shell.display()
		c.until(prompt[strings.LastIndexByte(prompt, '\n')+1:])
		c.say("exit\r\x00")
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Errorf("end of session: %v", err)
		}
	})
}

func TestTelnetWindowAndPager(t *testing.T) {
	d := device(t, "frr_vty", nil)
	srv, err := ListenTelnet(t.Context(), "", d)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	c := dialTelnet(t, srv)
	c.until("Password: ")
	c.say(willNAWS + window10 + "zebra\r\n")
	c.until("r1> ")
	c.say("show lines 12\r\n")
	got := c.until(" --More-- ")
	if n := strings.Count(got, "line "); n != 9 {
		t.Errorf("%d lines on 10 rows: %q", n, got)
	}
	c.say("x")
	got = c.until("r1> ")
	if want := "\x00" + d.model.data.Pager.Wipe + "line 10 of 12 on r1\r\n"; !strings.HasPrefix(got, want) {
		t.Errorf("after the pager %q, want %q", got, want)
	}
}

func TestTelnetInterruptProcess(t *testing.T) {
	srv, err := ListenTelnet(t.Context(), "", device(t, "linux", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	c := dialTelnet(t, srv)
	c.until("login: ")
	c.say("admin\r\x00admin\r\x00")
	c.until("$ ")
	c.say("sleep 1000\r\x00")
	c.until("sleep 1000\r\n")
	c.say(process)
	c.until("^C\r\nadmin@web1:~$ ")
}
