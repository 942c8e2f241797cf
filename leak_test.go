package vty_test

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/sim"
)

// opens is how many sessions TestNothingLeaks opens, or fails to open.
const opens = 10_000

// Ten thousand opens, failed opens and closes leave as many goroutines and
// descriptors as there were.
func TestNothingLeaks(t *testing.T) {
	dev := newSim(t, "cisco_iosxe", nil)
	model, err := sim.Load("cisco_iosxe")
	if err != nil {
		t.Fatal(err)
	}
	ssh, err := sim.ListenSSH(t.Context(), "", dev, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ssh.Close() }()
	telnet, err := sim.ListenTelnet(t.Context(), "", dev)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = telnet.Close() }()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()

	cfg := credentials(dev, vty.Config{HostKeys: auth.Pinned(ssh.Fingerprint())})
	cfg.Auth = []auth.Method{auth.Password(cfg.Password)}
	overTelnet := cfg
	overTelnet.Transport = vty.Telnet
	wrongSecret := overTelnet
	wrongSecret.Secrets = map[string]auth.Source{"enable": auth.Literal("wrong")}
	wrongPassword := cfg
	wrongPassword.Auth = []auth.Method{auth.Password(auth.Literal("wrong"))}
	wrongKey := cfg
	wrongKey.HostKeys = auth.Pinned("SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")

	// Each way is gone so often; the cheap ones make up the number.
	pipe := func(ctx context.Context) (*vty.Device, error) {
		own, err := model.Device(nil)
		if err != nil {
			return nil, err
		}
		return vty.Open(ctx, own.Pipe(sim.Terminal{}), "sim", &cfg)
	}
	dial := func(address string, cfg *vty.Config) func(context.Context) (*vty.Device, error) {
		return func(ctx context.Context) (*vty.Device, error) { return vty.Dial(ctx, address, cfg) }
	}
	ways := []struct {
		name  string
		times int
		open  func(context.Context) (*vty.Device, error)
		want  error // nil: it opens
	}{
		{"ssh", 200, dial(ssh.Addr().String(), &cfg), nil},
		{"ssh, wrong password", 100, dial(ssh.Addr().String(), &wrongPassword), errAny},
		{"ssh, wrong host key", 100, dial(ssh.Addr().String(), &wrongKey), errAny},
		{"telnet", 100, dial(telnet.Addr().String(), &overTelnet), nil},
		{"telnet, wrong secret", 20, dial(telnet.Addr().String(), &wrongSecret), vty.ErrRefused},
		{"nobody listens", 2000, dial(closed.Addr().String(), &cfg), errAny},
		{"pipe", opens - 2520, pipe, nil},
	}
	for _, w := range ways { // once, for what is made only once
		try(t, w.name, w.open, w.want)
	}
	goroutines, descriptors := settled(t, 0, 0)
	for _, w := range ways {
		for range w.times {
			try(t, w.name, w.open, w.want)
		}
	}
	if g, d := settled(t, goroutines, descriptors); g > goroutines || d > descriptors {
		t.Errorf("before: %d goroutines, %d descriptors; after: %d and %d", goroutines, descriptors, g, d)
	}
}

var errAny = errors.New("any error")

func try(t *testing.T, name string, open func(context.Context) (*vty.Device, error), want error) {
	t.Helper()
	d, err := open(t.Context())
	switch {
	case want == nil && err != nil:
		t.Fatalf("%s: %v", name, err)
	case want == nil:
		_ = d.Close()
	case err == nil:
		t.Fatalf("%s: it opened", name)
	case want != errAny && !errors.Is(err, want):
		t.Fatalf("%s: %v", name, err)
	}
}

// settled counts goroutines and descriptors once they are down to a bound, or
// as they are after ten seconds: the far end of a session ends in its own time.
func settled(t *testing.T, goroutines, descriptors int) (int, int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		runtime.GC()
		g, d := runtime.NumGoroutine(), openDescriptors()
		if g <= goroutines && d <= descriptors || time.Now().After(deadline) {
			return g, d
		}
		if goroutines == 0 && time.Now().After(deadline.Add(-9*time.Second)) {
			return g, d
		}
		runtime.Gosched()
	}
}

// openDescriptors counts this process's descriptors where the system shows them.
func openDescriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}
