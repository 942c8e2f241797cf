package channel_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
)

// lull is long enough for the listener to have begun.
const lull = 20 * time.Millisecond

// Whoever reads, an operation learns of what came before it typed anything: right
// after the one before, when nobody reads, as well as after a while.
func TestLateOutputIsSeenBeforeTyping(t *testing.T) {
	for name, idle := range map[string]time.Duration{"at once": 0, "later": lull} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				typed := make(chan string, 1)
				var dev device
				c := entered(t, ios(), func(d device) {
					dev = d
					d.say("r1#")
					d.until('\r')
					d.say("show one\r\none\r\nr1#")
					typed <- d.until('\r')
				})
				send(t, c, "show one")
				synctest.Wait()
				if idle > 0 {
					<-time.After(idle)
				}
				dev.say("the rest of one\r\nr1#")
				synctest.Wait()
				if _, err := c.Send(t.Context(), channel.Input{Line: "show two"}); !errors.Is(err, channel.ErrDesync) {
					t.Fatalf("error %v, want a desync", err)
				}
				_ = c.Close()
				if got := <-typed; got != "" {
					t.Errorf("the device was sent %q", got)
				}
			})
		})
	}
}

// The end of the session is known while nothing is under way, a moment after it.
func TestEndIsHeardWhileIdle(t *testing.T) {
	for name, idle := range map[string]time.Duration{"right after a command": 0, "later": lull} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				leave := make(chan struct{})
				c := entered(t, ios(), func(d device) {
					d.say("r1#")
					<-leave
				})
				<-time.After(idle)
				close(leave)
				<-time.After(lull)
				synctest.Wait()
				var closed *channel.ClosedError
				if err := c.Err(); !errors.As(err, &closed) {
					t.Errorf("error %v, want that the session was closed", err)
				}
			})
		})
	}
}

// Close ends the channel whoever reads, and leaves no goroutine: the bubble would not
// end.
func TestCloseWhoeverReads(t *testing.T) {
	type situation struct {
		name string
		do   func(t *testing.T, c *channel.Channel)
	}
	for _, s := range []situation{
		{"nobody", func(*testing.T, *channel.Channel) {}},
		{"the listener", func(*testing.T, *channel.Channel) { <-time.After(lull) }},
		{"an operation", func(t *testing.T, c *channel.Channel) {
			time.AfterFunc(time.Second, func() { _ = c.Close() })
			if _, err := c.Send(t.Context(), channel.Input{Line: "show"}); !errors.Is(err, channel.ErrClosed) {
				t.Errorf("error %v", err)
			}
		}},
		{"an operation behind the listener", func(t *testing.T, c *channel.Channel) {
			<-time.After(lull)
			time.AfterFunc(time.Second, func() { _ = c.Close() })
			if _, err := c.Send(t.Context(), channel.Input{Line: "show"}); !errors.Is(err, channel.ErrClosed) {
				t.Errorf("error %v", err)
			}
		}},
		{"a stream whose caller closes", func(t *testing.T, c *channel.Channel) {
			for range c.Lines(t.Context(), channel.Input{Line: "show"}) {
				_ = c.Close()
			}
		}},
		{"an operation whose time is over", func(t *testing.T, c *channel.Channel) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			began := time.Now()
			_, err := c.Send(ctx, channel.Input{Line: "show", Cancel: channel.Hangup})
			if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != time.Second {
				t.Errorf("error %v after %v", err, took)
			}
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := entered(t, ios(), func(d device) {
					d.say("r1#")
					d.until('\r')
					d.say("show\r\na line\r\nand another\r\n")
					d.idle()
				})
				s.do(t, c)
				_ = c.Close()
				if err := c.Err(); !errors.Is(err, channel.ErrClosed) {
					t.Errorf("after Close: %v", err)
				}
			})
		})
	}
}

// A device that says much before it takes anything is read while a long text is typed.
func TestReadWhileTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, end := memnet.PipeSize(4 << 10)
		typed := make(chan int, 1)
		go func() {
			d := device{end}
			defer func() { _ = end.Close() }()
			d.say("r1#")
			d.until('a')
			for range 10 {
				d.say("\r\n*Mar  1 00:01:02: %LINK-3-UPDOWN: Interface " + string(make([]byte, 1<<10)) + "\r\n")
			}
			typed <- len(d.until('\r'))
			d.say("\r\nr1#")
			d.idle()
		}()
		cfg := ios()
		cfg.Window = 1 << 20
		c := channel.New(client, cfg)
		defer func() { _ = c.Close() }()
		if _, err := c.Login(t.Context(), channel.Login{Inside: true}); err != nil {
			t.Fatal(err)
		}
		line := make([]byte, 64<<10)
		for i := range line {
			line[i] = 'a'
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _ = c.Send(ctx, channel.Input{Line: string(line)})
		select {
		case n := <-typed:
			if n != len(line) {
				t.Errorf("%d bytes arrived", n)
			}
		default:
			t.Error("the device and the channel wait for each other")
		}
	})
}

// A device that asks and asks what terminal this is, and takes no answer, holds nobody
// up beyond his time.
func TestQueriesWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, end := memnet.PipeSize(1 << 10)
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			for {
				if _, err := io.WriteString(end, strings.Repeat("\x1b[6n", 100)); err != nil {
					return
				}
			}
		}()
		c := channel.New(client, ios())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := c.Login(ctx, channel.Login{})
		if took := time.Since(began); err == nil || took > 1250*time.Millisecond { // the rest is for the write
			t.Errorf("error %v after %v", err, took)
		}
		_ = c.Close()
		<-gone
	})
}

// A stream that reads by itself is not held back by what it has not taken.
func TestStreamReadsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const lines = 10_000
		c := entered(t, ios(), func(d device) {
			d.say("r1#")
			d.until('\r')
			d.say("show\r\n" + strings.Repeat("a line of output\r\n", lines) + "r1#")
			d.idle()
		})
		n := 0
		for _, err := range c.Lines(t.Context(), channel.Input{Line: "show"}) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != lines {
			t.Errorf("%d lines", n)
		}
	})
}

// A connection that cannot be read by whoever waits is read by a goroutine: what is
// above holds there as well, as far as anybody can see.
func TestPlainConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if transport.ReceiverOf(plain{}) != nil {
			t.Fatal("it can be")
		}
		c := channel.New(plain{play(t, "r1#", step{"show\r", "show\r\nfine\r\nr1#"}, step{"quit\r", hangUp})}, ios())
		defer func() { _ = c.Close() }()
		if _, err := c.Login(t.Context(), channel.Login{Inside: true}); err != nil {
			t.Fatal(err)
		}
		if r := send(t, c, "show"); r.Text != "fine" {
			t.Errorf("answer %q", r.Text)
		}
		r, err := c.Send(t.Context(), channel.Input{Line: "quit", Ends: true})
		if err != nil || !r.Ended {
			t.Errorf("%+v, %v", r, err)
		}
	})
}
