package channel_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/internal/memnet"
)

// farRouter takes configuration lines at the other end of a line with a round trip
// of 50 ms. It echoes, obeys "interface" by another prompt, refuses what begins
// with "bad", and asks where a line begins with "ask".
func farRouter(t *testing.T, conn *memnet.Conn) {
	mode, line := "(config)", ""
	if _, err := fmt.Fprintf(conn, "r1%s#", mode); err != nil {
		return
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
		var out bytes.Buffer
		for _, b := range buf[:n] {
			switch {
			case b == 3:
				line = ""
				fmt.Fprintf(&out, "^C\r\nr1%s#", mode)
			case b != '\r':
				line += string(b)
				out.WriteByte(b)
			case strings.HasPrefix(line, "ask"):
				line = ""
				out.WriteString("\r\nAre you sure? [y/n] ")
			default:
				out.WriteString("\r\n")
				if strings.HasPrefix(line, "interface") {
					mode = "(config-if)"
				}
				if strings.HasPrefix(line, "bad") {
					out.WriteString("      ^\r\n% Invalid input\r\n\r\n")
				}
				line = ""
				fmt.Fprintf(&out, "r1%s#", mode)
			}
		}
		if _, err := conn.Write(out.Bytes()); err != nil {
			return
		}
	}
}

// ahead types lines ahead at a far router.
func ahead(t *testing.T, window int, lines []string, each func(i int, r *channel.Reply) bool) (typed, answered int, took time.Duration, err error) {
	client, server := memnet.Pipe()
	go farRouter(t, server)
	cfg := ios()
	cfg.Window = window
	c := channel.New(client, cfg)
	defer c.Close()
	if _, err := c.Login(t.Context(), channel.Login{Inside: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), channel.Input{Line: "hostname r1"}); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	typed, err = c.Ahead(t.Context(), lines, []string{"configuration"}, func(r *channel.Reply) bool {
		answered++
		return each(answered-1, r)
	})
	took = time.Since(begin)
	if err == nil {
		if _, err := c.Send(t.Context(), channel.Input{Line: "last"}); err != nil {
			t.Errorf("the next command: %v", err)
		}
	}
	return typed, answered, took, err
}

// Every line has its own answer, and a thousand take few round trips.
func TestAheadOverALongLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lines := make([]string, 1000)
		for i := range lines {
			lines[i] = fmt.Sprintf("ip route 10.%d.%d.0 255.255.255.0 192.0.2.1", i/256, i%256)
			if i%100 == 50 {
				lines[i] = fmt.Sprintf("bad line %d", i)
			}
			if i == 500 {
				lines[i] = "interface Loopback0"
			}
		}
		typed, answered, took, err := ahead(t, 4096, lines, func(i int, r *channel.Reply) bool {
			text, prompt := "", "r1(config)#"
			if i%100 == 50 {
				text = "      ^\n% Invalid input\n"
			}
			if i >= 500 {
				prompt = "r1(config-if)#"
			}
			if r.Text != text || r.Prompt != prompt || r.Mode != "configuration" {
				t.Errorf("line %d: %q %q %q", i, r.Text, r.Prompt, r.Mode)
			}
			return true
		})
		if err != nil || typed != 1000 || answered != 1000 {
			t.Errorf("%d typed, %d answered, %v", typed, answered, err)
		}
		if trips := took / (50 * time.Millisecond); trips > 40 {
			t.Errorf("%d round trips", trips)
		}
	})
}

// After a refusal nothing more is typed, and what was typed by then is answered.
func TestAheadStops(t *testing.T) {
	for _, window := range []int{1, 100, 4096} {
		synctest.Test(t, func(t *testing.T) {
			lines := make([]string, 300)
			for i := range lines {
				lines[i] = fmt.Sprintf("line %d", i)
			}
			lines[120] = "bad line"
			at := -1
			typed, answered, _, err := ahead(t, window, lines, func(i int, r *channel.Reply) bool {
				if strings.Contains(r.Text, "%") {
					at = i
				}
				return at < 0
			})
			if err != nil || at != 120 || typed != answered || typed <= at || typed > at+1+window/7 {
				t.Errorf("window %d: refused at %d, %d typed, %d answered, %v", window, at, typed, answered, err)
			}
		})
	}
}

// A question takes the next line for its answer. That is noticed, and no answer is
// given to a line that it is not of.
func TestAheadMeetsAQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lines := []string{"line 0", "line 1", "ask", "line 3", "line 4", "line 5"}
		typed, answered, _, err := ahead(t, 4096, lines, func(i int, r *channel.Reply) bool {
			if r.Text != "" {
				t.Errorf("line %d: %q", i, r.Text)
			}
			return true
		})
		if !errors.Is(err, channel.ErrDesync) || typed != 6 || answered > 2 {
			t.Errorf("%d typed, %d answered, %v", typed, answered, err)
		}
	})
}
