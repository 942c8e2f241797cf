package sim

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
	"golang.org/x/crypto/ssh"
)

// script is a session with a bit of everything, as typed on each platform.
const script = "show lines 70\r q\r\nshow nonsense\rconf t\rinterface lo9\rdescription x\x7fy\x15\rhostname core7\r" +
	"end\renable\renable\rshow running-config\r  \x03qq\rconfigure\rset system host-name a\rcommit\rabc\x17\rexit\r\x1b[Asho?\x15reload\rn\r\x1a\x03yes\rlog\r   q\r"

func TestAnySplitOfTheInputShowsTheSame(t *testing.T) {
	forAll(t, func(t *testing.T, name string, _ tour) {
		m, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		run := func(cut func(left int) int) string {
			d, err := m.Device(&Config{Now: clock})
			if err != nil {
				t.Fatal(err)
			}
			p := d.Pipe(Terminal{Size: transport.Size{Columns: 60, Rows: 20}})
			defer p.Close()
			left := []byte(script)
			for len(left) > 0 {
				n := cut(len(left))
				if _, err := p.Write(left[:n]); err != nil {
					break // the session ended before the script
				}
				left = left[n:]
			}
			_ = p.CloseWrite()
			shown, err := io.ReadAll(p)
			if err != nil {
				t.Fatal(err)
			}
			return string(shown)
		}
		whole := run(func(left int) int { return left })
		if got := run(func(int) int { return 1 }); got != whole {
			t.Errorf("byte by byte\n%q\nat once\n%q", got, whole)
		}
		r := rand.New(rand.NewPCG(1, 2))
		for range 5 {
			if got := run(func(left int) int { return 1 + r.IntN(min(left, 40)) }); got != whole {
				t.Fatalf("cut by chance\n%q\nat once\n%q", got, whole)
			}
		}
	})
}

// reader takes so much and hangs up, so that an answer of a billion lines ends.
type reader struct{ left int }

func (r *reader) Write(p []byte) (int, error) {
	if r.left -= len(p); r.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

func FuzzKeys(f *testing.F) {
	var models []*Model
	for _, name := range Names() {
		m, err := Load(name)
		if err != nil {
			f.Fatal(err)
		}
		models = append(models, m)
		f.Add(byte(len(models)-1), []byte(script))
	}
	f.Add(byte(0), []byte("enable\renable\rconf t\rbanner motd # a\rb # c\rline vty 0 4\rno line vty 0 4\rdo show run | i x\r"))
	f.Add(byte(4), []byte("configure private\redit interfaces ge-0/0/0\rset unit 0 family inet address 10.0.0.1/8\rdelete unit\rup\rup\rshow | compare\rexit\rno\r"))
	f.Fuzz(func(t *testing.T, which byte, keys []byte) {
		if len(keys) > 2000 {
			return
		}
		d, err := models[int(which)%len(models)].Device(&Config{Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		p := &typist{t: t, shell: d.NewSession(Terminal{Login: which&0x80 != 0}).shell}
		p.shell.out.w = &reader{left: 1 << 20}
		p.shell.begin()
		for _, b := range keys {
			p.shell.key(b)
		}
		p.shell.out.flush()
	})
}

func TestPipeEndsWithTheSession(t *testing.T) {
	p := device(t, "cisco_iosxe", nil).Pipe(wide)
	if !p.Alive() {
		t.Error("dead at once")
	}
	if _, err := io.WriteString(p, "exit\r"); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(p)
	if err != nil || string(got) != "r1>exit\r\n" {
		t.Errorf("%q, %v", got, err)
	}
	if err := p.Close(); err != nil || p.Alive() {
		t.Errorf("Close %v, alive %v", err, p.Alive())
	}
	if err := p.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestPipeResize(t *testing.T) {
	p := device(t, "arista_eos", nil).Pipe(Terminal{Size: transport.Size{Columns: 80, Rows: 24}})
	defer p.Close()
	if err := p.Resize(t.Context(), transport.Size{Columns: 80, Rows: 6}); err != nil {
		t.Fatal(err)
	}
	if p.Size().Rows != 6 {
		t.Errorf("size %v", p.Size())
	}
	if _, err := io.WriteString(p, "show lines 9\rq\rexit\r"); err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(p)
	if !strings.Contains(string(got), "line 5 of 9 on leaf1\r\n\x1b[7m --More-- ") {
		t.Errorf("%q", got)
	}
}

// TestAnswerWithoutEnd runs on exact fake time: a line a second until Ctrl-C.
func TestAnswerWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, err := New("linux", nil)
		if err != nil {
			t.Fatal(err)
		}
		p := d.Pipe(wide)
		defer p.Close()
		if _, err := io.WriteString(p, "ping 192.0.2.9\r"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3*time.Second + time.Millisecond)
		if _, err := io.WriteString(p, "\x03exit\r"); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(p)
		if n := strings.Count(string(got), "64 bytes from 192.0.2.9: icmp_seq="); err != nil || n != 3 {
			t.Errorf("%d lines in 3 s: %q, %v", n, got, err)
		}
		if !strings.HasSuffix(string(got), "^C\r\n\r\n--- ping statistics ---\r\nadmin@web1:~$ exit\r\nlogout\r\n") {
			t.Errorf("the end is %q", got)
		}
	})
}

func TestFloodUntilInterrupted(t *testing.T) {
	p := device(t, "linux", nil).Pipe(wide)
	if _, err := io.WriteString(p, "yes\r"); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1<<16)
	for n := 0; n < 1<<20; {
		k, err := p.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		n += k
	}
	if _, err := io.WriteString(p, "\x03exit\r"); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(p)
	if err != nil || !strings.HasSuffix(string(rest), "exit\r\nlogout\r\n") {
		t.Errorf("…%q, %v", rest[max(0, len(rest)-80):], err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}

	// Closing in the middle of the flood joins everything as well.
	p = device(t, "linux", nil).Pipe(wide)
	if _, err := io.WriteString(p, "yes\r"); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestSSHInABubble(t *testing.T) {
	key, err := NewHostKey()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen("r1")
		d, err := New("cisco_iosxe", nil)
		if err != nil {
			t.Fatal(err)
		}
		srv, err := ServeSSH(l, d, &SSHConfig{HostKey: key})
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		conn, err := l.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c, chans, reqs, err := ssh.NewClientConn(conn, "r1", &ssh.ClientConfig{
			User: "admin", Auth: []ssh.AuthMethod{ssh.Password("admin")}, HostKeyCallback: ssh.FixedHostKey(key.PublicKey()),
		})
		if err != nil {
			t.Fatal(err)
		}
		client := ssh.NewClient(c, chans, reqs)
		defer client.Close()
		session, err := client.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		got, err := session.Output("show clock")
		if err != nil || !strings.Contains(string(got), " UTC ") {
			t.Errorf("%q, %v", got, err)
		}
	})
}

func TestServeEndsWithTheContext(t *testing.T) {
	d := device(t, "linux", nil)
	ctx, cancel := context.WithCancel(t.Context())
	client, server := memnet.Pipe()
	defer client.Close()
	done := make(chan error, 1)
	go func() { done <- d.NewSession(wide).Serve(ctx, server) }()
	buf := make([]byte, 1)
	if _, err := client.Read(buf); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err == nil || !strings.Contains(err.Error(), net.ErrClosed.Error()) {
		t.Errorf("Serve: %v", err)
	}
}

// cutter writes one byte at a time.
type cutter struct{ w io.Writer }

func (c cutter) Write(p []byte) (int, error) {
	for i := range p {
		if _, err := c.w.Write(p[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(p), nil
}

// counter counts writes.
type counter struct {
	io.Writer
	n *int
}

func (c counter) Write(p []byte) (int, error) {
	*c.n++
	return c.Writer.Write(p)
}

func TestWrapStandsBetween(t *testing.T) {
	writes := 0
	d := device(t, "cisco_iosxe", &Config{Wrap: func(w io.Writer) io.Writer { return counter{w, &writes} }})
	p := d.Pipe(wide)
	_, _ = io.WriteString(p, "show lines 20\r")
	_ = p.CloseWrite()
	whole, _ := io.ReadAll(p)
	_ = p.Close()
	if writes > 2 {
		t.Errorf("%d writes for a prompt and an answer", writes)
	}
	d = device(t, "cisco_iosxe", &Config{Wrap: func(w io.Writer) io.Writer { return cutter{w} }})
	p = d.Pipe(wide)
	_, _ = io.WriteString(p, "show lines 20\r")
	_ = p.CloseWrite()
	cut, _ := io.ReadAll(p)
	_ = p.Close()
	if string(cut) != string(whole) || len(whole) < 100 {
		t.Errorf("cut %q\nwhole %q", cut, whole)
	}
}
