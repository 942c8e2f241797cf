package channel_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/internal/memnet"
)

// long is a device that answers any line with count copies of a block of lines.
func long(t testing.TB, block string, count int) *channel.Channel {
	t.Helper()
	return longOf(t, ios(), block, count)
}

func longOf(t testing.TB, cfg *channel.Config, block string, count int) *channel.Channel {
	t.Helper()
	client, device := memnet.Pipe()
	go func() {
		defer func() { _ = device.Close() }()
		_, _ = io.WriteString(device, "r1#")
		for {
			var typed []byte
			for b := make([]byte, 1); len(typed) == 0 || typed[len(typed)-1] != '\r'; typed = append(typed, b[0]) {
				if _, err := device.Read(b); err != nil {
					return
				}
			}
			_, _ = io.WriteString(device, strings.TrimSuffix(string(typed), "\r")+"\r\n")
			for range count {
				if _, err := io.WriteString(device, block); err != nil {
					return
				}
			}
			_, _ = io.WriteString(device, "r1#")
		}
	}()
	c := channel.New(client, cfg)
	t.Cleanup(func() { _ = c.Close() })
	if _, err := c.Login(t.Context(), channel.Login{Inside: true}); err != nil {
		t.Fatal(err)
	}
	return c
}

var block = strings.Repeat("GigabitEthernet0/0/1 is up, line protocol is up (connected)\r\n", 1000)

func TestStreamTakesConstantMemory(t *testing.T) {
	c := long(t, block, 500) // 30 MB
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, peak, lines := heap(), uint64(0), 0
	for _, err := range c.Lines(t.Context(), channel.Input{Line: "show tech"}) {
		if err != nil {
			t.Fatal(err)
		}
		if lines++; lines%50_000 == 0 {
			peak = max(peak, heap())
		}
	}
	if lines != 500_000 {
		t.Errorf("%d lines", lines)
	}
	if grown := int64(peak) - int64(before); grown > 4<<20 {
		t.Errorf("the heap grew by %d KiB", grown>>10)
	}
}

func BenchmarkSend(b *testing.B) {
	for name, count := range map[string]int{"short": 0, "60KB": 1, "6MB": 100} {
		b.Run(name, func(b *testing.B) {
			c := long(b, block, count)
			b.SetBytes(int64(count * len(block)))
			for b.Loop() {
				if _, err := c.Send(b.Context(), channel.Input{Line: "show tech"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLines(b *testing.B) {
	c := long(b, block, 100)
	b.SetBytes(int64(100 * len(block)))
	for b.Loop() {
		for _, err := range c.Lines(b.Context(), channel.Input{Line: "show tech"}) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func TestEndlessStreamObeysItsContext(t *testing.T) {
	cfg := ios()
	cfg.Grace = 100 * time.Millisecond // this device knows no interrupt
	c := longOf(t, cfg, block, 1<<30)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lines := 0
	var last error
	for _, err := range c.Lines(ctx, channel.Input{Line: "yes"}) {
		if lines++; lines == 10_000 {
			cancel()
		}
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("after %d lines: %v", lines, last)
	}
}
