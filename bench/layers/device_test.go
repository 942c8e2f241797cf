package layers

import (
	"net"
	"sync"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/bench/router"
	"golang.org/x/crypto/ssh"
)

// memory is a device that answers from memory, within the Write that asks.
type memory struct {
	answers map[string][]byte // by what is typed

	mu     sync.Mutex
	change sync.Cond
	wait   []byte
	over   bool
}

func newMemory(commands ...string) *memory {
	m := &memory{answers: map[string][]byte{}, wait: []byte(router.Prompt)}
	m.change.L = &m.mu
	for _, c := range commands {
		m.answers[c+"\r"] = []byte(c + "\r\n" + wire(router.Answer(c)) + router.Prompt)
	}
	return m
}

func (m *memory) Read(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.wait) == 0 && !m.over {
		m.change.Wait()
	}
	if m.over {
		return 0, net.ErrClosed
	}
	n := copy(p, m.wait)
	m.wait = m.wait[n:]
	return n, nil
}

func (m *memory) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wait = m.answers[string(p)]
	m.change.Signal()
	return len(p), nil
}

func (m *memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.over = true
	m.change.Broadcast()
	return nil
}

// device is a Device on a memory: everything above the transport.
func device(b *testing.B, commands ...string) *vty.Device {
	b.Helper()
	d, err := vty.Open(b.Context(), newMemory(commands...), "r1", &vty.Config{Platform: "cisco_iosxe", KeepTerminal: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Conn().Close() })
	return d
}

func run(b *testing.B, d *vty.Device, command string) {
	b.Helper()
	want := router.Answer(command)
	b.SetBytes(int64(len(want)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := d.Run(b.Context(), command)
		if err != nil {
			b.Fatal(err)
		}
		if r.Text() != want {
			b.Fatalf("%d bytes, want %d", len(r.Text()), len(want))
		}
	}
}

func BenchmarkDeviceShortCommand(b *testing.B) {
	run(b, device(b, router.ShowClock), router.ShowClock)
}

func BenchmarkDeviceShowVersion(b *testing.B) {
	run(b, device(b, router.ShowVersion), router.ShowVersion)
}

func BenchmarkDeviceLines(b *testing.B) {
	command := router.ShowLines(20_000, 0)
	run(b, device(b, command), command)
}

func BenchmarkDeviceStream(b *testing.B) {
	command := router.ShowLines(20_000, 0)
	d := device(b, command)
	b.SetBytes(int64(len(router.Answer(command))))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range d.Stream(b.Context(), command) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 20_000 {
			b.Fatalf("%d lines", n)
		}
	}
}

// listen serves the router within the benchmark's own process.
func listen(b *testing.B, serve func(net.Listener) error) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	go func() { _ = serve(l) }()
	return l.Addr().String()
}

// session opens, runs a command and closes.
func session(b *testing.B, address string, t vty.Transport) {
	b.Helper()
	cfg := &vty.Config{
		Platform: "cisco_iosxe", Transport: t, User: router.User,
		Auth:     []auth.Method{auth.Password(auth.Literal(router.Password))},
		HostKeys: auth.Pinned(ssh.FingerprintSHA256(router.HostKey().PublicKey())),
	}
	b.ReportAllocs()
	for b.Loop() {
		d, err := vty.Dial(b.Context(), address, cfg)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := d.Run(b.Context(), router.ShowVersion); err != nil {
			b.Fatal(err)
		}
		if err := d.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// The router's own work is in these two: see them beside older ones only.
func BenchmarkSessionSSH(b *testing.B)    { session(b, listen(b, router.ServeSSH), vty.SSH) }
func BenchmarkSessionTelnet(b *testing.B) { session(b, listen(b, router.ServeTelnet), vty.Telnet) }
