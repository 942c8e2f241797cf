package layers

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/bench/router"
	"golang.org/x/crypto/ssh"
)

// crowd is how many sessions are opened at a time.
const crowd = 64

// idle opens sessions, runs a command on each, and says what each holds of the heap
// and of the stacks while nothing happens.
func idle(b *testing.B, open func(context.Context) (*vty.Device, error), leave func(*vty.Device) error) {
	b.Helper()
	var sessions []*vty.Device
	more := func() {
		some := make([]*vty.Device, crowd)
		var all sync.WaitGroup
		for i := range some {
			all.Go(func() {
				d, err := open(b.Context())
				if err == nil {
					_, err = d.Run(b.Context(), router.ShowVersion)
				}
				if err != nil {
					b.Error(err)
				}
				some[i] = d
			})
		}
		all.Wait()
		sessions = append(sessions, some...)
	}
	more() // what is made once
	before := inUse()
	for b.Loop() {
		more()
	}
	b.ReportMetric(float64(inUse()-before)/float64(len(sessions)-crowd), "B/session")
	for _, d := range sessions {
		if d != nil {
			_ = leave(d)
		}
	}
}

// inUse is what the heap and the stacks have in use. It takes two collections: one
// shrinks the stacks, and the next counts them.
func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// Everything above the transport.
func BenchmarkIdleDevice(b *testing.B) {
	idle(b, func(ctx context.Context) (*vty.Device, error) {
		return vty.Open(ctx, newMemory(router.ShowVersion), "r1", &vty.Config{Platform: "cisco_iosxe", KeepTerminal: true})
	}, func(d *vty.Device) error { return d.Conn().Close() })
}

// With the router's own end, which is in the same process. Its end is waited for, or
// the next benchmark would count it.
func BenchmarkIdleSSH(b *testing.B) {
	idle(b, dial(listen(b, router.ServeSSH), vty.SSH), (*vty.Device).Close)
}

func BenchmarkIdleTelnet(b *testing.B) {
	idle(b, dial(listen(b, router.ServeTelnet), vty.Telnet), (*vty.Device).Close)
}

func dial(address string, t vty.Transport) func(context.Context) (*vty.Device, error) {
	return func(ctx context.Context) (*vty.Device, error) {
		return vty.Dial(ctx, address, &vty.Config{
			Platform: "cisco_iosxe", Transport: t, User: router.User,
			Auth:     []auth.Method{auth.Password(auth.Literal(router.Password))},
			HostKeys: auth.Pinned(ssh.FingerprintSHA256(router.HostKey().PublicKey())),
		})
	}
}
