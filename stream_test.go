package vty_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/sim"
	gossh "golang.org/x/crypto/ssh"
)

// streamMemory bounds what a stream may hold, both ends of SSH and the simulated
// device included.
const streamMemory = 16 << 20

// TestStreamInConstantMemory streams an output over an SSH connection that renews
// its keys for every MiB. VTY_STREAM_BYTES is the size of the output.
func TestStreamInConstantMemory(t *testing.T) {
	size := soakSize(t, "VTY_STREAM_BYTES", 12<<20)
	dev := newSim(t, "cisco_iosxe", nil)
	srv, err := sim.ListenSSH(t.Context(), "", dev, &sim.SSHConfig{Algorithms: gossh.Config{RekeyThreshold: 1 << 20}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = srv.Close() }()
	cfg := credentials(dev, vty.Config{HostKeys: auth.Pinned(srv.Fingerprint())})
	cfg.Auth = []auth.Method{auth.Password(cfg.Password)}
	d, err := vty.Dial(t.Context(), srv.Addr().String(), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()

	const atOnce = 200_000 // lines of one answer
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	before, most, got := stats.HeapAlloc, uint64(0), 0
	for got < size {
		n := 0
		for line, err := range d.Stream(t.Context(), fmt.Sprintf("show lines %d", atOnce)) {
			if err != nil {
				t.Fatalf("after %d bytes: %v", got, err)
			}
			n++
			got += len(line) + 2
			if want := fmt.Sprintf("line %d of %d on %s", n, atOnce, dev.Hostname()); line != want {
				t.Fatalf("line %d is %q", n, line)
			}
			if n%(atOnce/4) == 0 {
				runtime.GC()
				runtime.ReadMemStats(&stats)
				most = max(most, stats.HeapAlloc)
			}
		}
		if n != atOnce {
			t.Fatalf("%d lines, want %d", n, atOnce)
		}
	}
	grown := int64(most) - int64(before)
	t.Logf("%d bytes; %d bytes of memory more than before at the most", got, grown)
	if grown > streamMemory {
		t.Errorf("the memory grew by %d bytes", grown)
	}
}

// BenchmarkAnswerPerLine: the cost of a line does not grow with the answer.
func BenchmarkAnswerPerLine(b *testing.B) {
	for _, lines := range []int{2_000, 20_000, 200_000} {
		b.Run(fmt.Sprint(lines), func(b *testing.B) {
			dev, err := sim.New("cisco_iosxe", nil)
			if err != nil {
				b.Fatal(err)
			}
			cfg := credentials(dev, vty.Config{})
			d, err := vty.Open(b.Context(), dev.Pipe(sim.Terminal{}), "sim", &cfg)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = d.Close() }()
			for b.Loop() {
				res, err := d.Run(b.Context(), fmt.Sprintf("show lines %d", lines))
				if err != nil || len(res.Text()) < 20*lines {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*lines), "ns/line")
		})
	}
}
