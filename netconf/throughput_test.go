package netconf_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/netconftest"
	"github.com/vtynet/vty/netconf/rpc"
	simnetconf "github.com/vtynet/vty/sim/netconf"
	"golang.org/x/crypto/ssh"
)

// BenchmarkStream and BenchmarkBareSSH read the same reply, the one element by
// element, the other as bytes of an SSH channel.
func BenchmarkStream(b *testing.B) {
	const n = 256 << 10
	server := &netconftest.Server{Handler: interfaces(n)}
	handle, fingerprint := sshServer(b, func(c io.ReadWriteCloser) { _ = server.Serve(c) })
	conn := pipeTCP(b, handle)
	s, err := netconf.OverSSH(b.Context(), conn, "r1", &netconf.Config{User: "ops", HostKeys: auth.Pinned(fingerprint)})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for b.Loop() {
		st, err := s.Stream(b.Context(), rpc.Get{})
		if err != nil {
			b.Fatal(err)
		}
		size := int64(0)
		for e, err := range st.Elements("data", "interfaces", "interface") {
			if err != nil {
				b.Fatal(err)
			}
			size += int64(len(e.Bytes()))
		}
		b.SetBytes(size)
	}
}

func BenchmarkBareSSH(b *testing.B) {
	const size = 256 << 20
	handle, _ := sshServer(b, func(c io.ReadWriteCloser) {
		chunk := make([]byte, 64<<10)
		for range size / len(chunk) {
			if _, err := c.Write(chunk); err != nil {
				return
			}
		}
		_ = c.Close()
	})
	conn := pipeTCP(b, handle)
	c, channels, requests, err := ssh.NewClientConn(conn, "r1", &ssh.ClientConfig{User: "ops", HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		b.Fatal(err)
	}
	client := ssh.NewClient(c, channels, requests)
	defer client.Close()
	b.SetBytes(size)
	for b.Loop() {
		session, err := client.NewSession()
		if err != nil {
			b.Fatal(err)
		}
		out, err := session.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := session.RequestSubsystem("netconf"); err != nil {
			b.Fatal(err)
		}
		if n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{out}, make([]byte, 64<<10)); n != size {
			b.Fatal(n, err)
		}
		_ = session.Close()
	}
}

// BenchmarkSimulatedNotifications has a simulated device tell of one event after the
// other, over SSH, and reads them in order.
func BenchmarkSimulatedNotifications(b *testing.B) {
	dev, err := simnetconf.New(&simnetconf.Config{Running: "<a xmlns='urn:a'/>"})
	if err != nil {
		b.Fatal(err)
	}
	handle, fingerprint := sshServer(b, func(c io.ReadWriteCloser) { _ = dev.Serve(b.Context(), c) })
	s, err := netconf.OverSSH(b.Context(), pipeTCP(b, handle), "r1", &netconf.Config{User: "ops", HostKeys: auth.Pinned(fingerprint), MaxNotifications: b.N + 1})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, err := (rpc.CreateSubscription{}).Do(b.Context(), s); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	go func() {
		for i := range b.N {
			dev.Notify(fmt.Sprintf("<tick xmlns='urn:t'><n>%d</n></tick>", i))
		}
	}()
	for i := range b.N {
		n, err := s.Notification(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if got := number(b, n); got != i || n.Lost > 0 {
			b.Fatalf("%d is %d, lost %d", i, got, n.Lost)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "notifications/s")
}

// pipeTCP is a TCP connection that handle serves.
func pipeTCP(b testing.TB, handle func(net.Conn)) net.Conn {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	served, err := l.Accept()
	if err != nil {
		b.Fatal(err)
	}
	go handle(served)
	return conn
}

// slow is a link that delays every byte by the same time.
func slow(a, b io.ReadWriter, delay time.Duration) {
	type packet struct {
		due  time.Time
		data []byte
	}
	packets := make(chan packet, 1<<16)
	go func() {
		defer close(packets)
		buf := make([]byte, 64<<10)
		for {
			n, err := a.Read(buf)
			packets <- packet{time.Now().Add(delay), append([]byte(nil), buf[:n]...)}
			if err != nil {
				return
			}
		}
	}()
	for p := range packets {
		time.Sleep(time.Until(p.due))
		if _, err := b.Write(p.data); err != nil {
			return
		}
	}
}

// Ten thousand calls at once take hardly longer than one: by the bubble's clock,
// in which only the link takes time.
func TestManyCallsOverASlowLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const calls, delay = 10_000, 25 * time.Millisecond // 50 ms there and back
		client, near := memnet.Pipe()
		server := &netconftest.Server{Handler: netconftest.HandlerFunc(echo)}
		far := server.Pipe()
		var link sync.WaitGroup
		link.Go(func() { slow(near, far, delay) })
		link.Go(func() {
			slow(far, near, delay)
			_ = near.Close()
		})
		defer link.Wait()
		defer func() { _ = far.Close() }()
		s, err := netconf.New(t.Context(), client, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		started := time.Now()
		if _, err := (rpc.Get{}).Do(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		one := time.Since(started)
		started = time.Now()
		var all sync.WaitGroup
		for i := range calls {
			all.Go(func() {
				body := fmt.Sprintf("<a>%d</a>", i)
				if reply, err := rpc.Raw(body).Do(t.Context(), s); err != nil || !strings.Contains(string(reply.Data()), body) {
					t.Errorf("%s: %v", body, err)
				}
			})
		}
		all.Wait()
		took := time.Since(started)
		t.Logf("one call: %v; %d at once: %v", one, calls, took)
		if took > 4*one {
			t.Errorf("%d calls took %v, and one takes %v: they waited for each other", calls, took, one)
		}
	})
}
