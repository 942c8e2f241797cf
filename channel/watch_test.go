package channel_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
)

// A context that ends while something is being typed leaves the device at its prompt,
// if it takes what is typed a moment later; else the session is closed.
func TestContextEndsWhileTyping(t *testing.T) {
	for _, test := range []struct {
		name  string
		after time.Duration // until the device takes what is typed
		lives bool
	}{{"it is taken soon", 1100 * time.Millisecond, true}, {"it is not taken", time.Hour, false}} {
		for _, plainly := range []bool{false, true} {
			name := test.name
			if plainly {
				name += ", read by a goroutine"
			}
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					client, end := memnet.PipeSize(1 << 10)
					line := strings.Repeat("a", 10_000)
					go func() {
						d := device{end}
						defer func() { _ = end.Close() }()
						d.say("r1#")
						select {
						case <-time.After(test.after):
						case <-t.Context().Done():
							return
						}
						d.until(0x03)
						d.say(line + "^C\r\nr1#")
						if d.until('\r') != "" {
							d.say("show\r\nfine\r\nr1#")
						}
						d.idle()
					}()
					var conn transport.Conn = client
					if plainly {
						conn = plain{client}
					}
					cfg := ios()
					cfg.Window = 1 << 20
					c := channel.New(conn, cfg)
					defer func() { _ = c.Close() }()
					if _, err := c.Login(t.Context(), channel.Login{Inside: true}); err != nil {
						t.Fatal(err)
					}
					ctx, cancel := context.WithCancel(t.Context())
					time.AfterFunc(time.Second, cancel)
					if _, err := c.Send(ctx, channel.Input{Line: line}); !errors.Is(err, context.Canceled) {
						t.Errorf("error %v", err)
					}
					if err := c.Err(); (err == nil) != test.lives {
						t.Fatalf("the session: %v", err)
					}
					if test.lives {
						if r := send(t, c, "show"); r.Text != "fine" {
							t.Errorf("answer %q", r.Text)
						}
					}
				})
			})
		}
	}
}
