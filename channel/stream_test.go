package channel_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
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

func TestStreamedLines(t *testing.T) {
	long := strings.Repeat("a line of output\r\n", 20000)
	ch := open(t, ios(), "r1#",
		step{"show x\r", "show x\r\n" + long + "last\r\nr1#"},
		step{"tcpdump\r", "tcpdump\r\n" + long},
		step{"\x03", "^C\r\nr1#"},
		step{"show y\r", "show y\r\ny\r\nr1#"})
	n, last := 0, ""
	for line, err := range ch.Lines(t.Context(), channel.Input{Line: "show x"}) {
		if err != nil {
			t.Fatal(err)
		}
		n, last = n+1, line
	}
	if n != 20001 || last != "last" {
		t.Errorf("%d lines, the last %q", n, last)
	}
	n = 0
	for _, err := range ch.Lines(t.Context(), channel.Input{Line: "tcpdump"}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 10 {
			break
		}
	}
	if r := send(t, ch, "show y"); r.Text != "y" {
		t.Errorf("next answer %q", r.Text)
	}
}

func six(d device) { d.say("show x\r\n1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n") }

func TestStreamLeftWithoutAWayBack(t *testing.T) {
	for name, after := range map[string]func(device, *channel.Channel){
		"it ignores the interrupt": func(d device, _ *channel.Channel) { d.idle() },
		"it hangs up":              func(device, *channel.Channel) {},
		"the caller closes":        func(d device, c *channel.Channel) { _ = c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var c *channel.Channel
				ready := make(chan struct{})
				c = entered(t, ios(), func(d device) {
					d.say("r1#")
					d.until('\r')
					six(d)
					<-ready
					after(d, c)
				})
				close(ready)
				for range c.Lines(t.Context(), channel.Input{Line: "show x"}) {
					break
				}
				if _, err := c.Send(t.Context(), channel.Input{Line: "show y"}); !errors.Is(err, channel.ErrClosed) {
					t.Errorf("the next command: %v", err)
				}
			})
		})
	}
}

func TestStreamWithASlowCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := entered(t, ios(), func(d device) {
			d.say("r1#")
			d.until('\r')
			d.say("show log\r\n" + strings.Repeat("x\r\n", 20) + "r1(config)#")
			<-time.After(10 * time.Millisecond)
			d.say("hostname was typed\r\n")
			<-time.After(time.Second)
			d.say("last\r\nr1#")
			d.idle()
		})
		n, last := 0, ""
		for line, err := range c.Lines(t.Context(), channel.Input{Line: "show log"}) {
			if err != nil {
				t.Fatalf("after %d lines: %v", n, err)
			}
			n, last = n+1, line
			switch n {
			case 3:
				<-time.After(200 * time.Millisecond)
			case 10:
				<-time.After(61 * time.Second)
			}
		}
		if prompt, mode := c.Prompt(); last != "last" || n != 22 || prompt != "r1#" || mode != "privileged" {
			t.Errorf("%d lines, the last %q, at %q (%s)", n, last, prompt, mode)
		}
	})
}

func TestStreamOfADeviceThatLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := entered(t, ios(), func(d device) {
			d.say("r1#")
			d.until('\r')
			d.say("reload\r\none\r\ntwo\r\nGoing down\r\n")
		})
		var got []string
		for line, err := range c.Lines(t.Context(), channel.Input{Line: "reload", Ends: true}) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, line)
		}
		if strings.Join(got, "|") != "one|two|Going down" {
			t.Errorf("lines %q", got)
		}
	})
}

func TestPanicInAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := entered(t, ios(), func(d device) {
			d.say("r1#")
			d.until('\r')
			six(d)
			d.until('\x03')
			d.say("^C\r\nr1#")
			d.say(strings.TrimSuffix(d.until('\r'), "\r") + "\r\nok\r\nr1#")
			d.idle()
		})
		func() {
			defer func() { _ = recover() }()
			for range c.Lines(t.Context(), channel.Input{Line: "show x"}) {
				panic("the caller's")
			}
		}()
		if r := send(t, c, "show y"); r.Text != "ok" {
			t.Errorf("answer %q", r.Text)
		}
	})
}
