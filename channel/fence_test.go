package channel_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
)

// choices are what a device does, drawn from bytes; when they run out it behaves.
type choices struct{ left []byte }

func (c *choices) of(n int) int {
	if len(c.left) == 0 {
		return 0
	}
	b := int(c.left[0])
	c.left = c.left[1:]
	return b % n
}

// pauses are how long a device may wait, about the limits that an engine may have.
var pauses = []time.Duration{0, time.Millisecond, 60 * time.Millisecond, 160 * time.Millisecond, 600 * time.Millisecond, 1100 * time.Millisecond, 3 * time.Second}

// unruly is a device that shows its prompt too often, too late and where none
// belongs, lets log messages and the rests of earlier answers stand anywhere, and
// loses, repeats and mutilates commands.
type unruly struct {
	device
	choices
	answers map[int]string  // of the commands that it got, by number
	given   []int           // the commands that were answered to the end
	said    strings.Builder // everything, with the times
}

// The device's own prompt, and another's in its output.
const (
	unrulyPrompt = "r1#"
	otherPrompt  = "r2#"
)

// say sends text, and keeps it for the report of a failure.
func (d *unruly) say(text string) {
	fmt.Fprintf(&d.said, "%s %q\n", time.Now().Format("05.000"), text)
	d.device.say(text)
}

// show sends text in pieces, with pauses between some.
func (d *unruly) show(text string) {
	for text != "" {
		n := len(text)
		if k := d.of(4); k == 1 {
			n = 1 + d.of(n)
		}
		d.say(text[:n])
		if text = text[n:]; text != "" {
			d.pause()
		}
	}
}

func (d *unruly) pause() {
	if p := pauses[d.of(len(pauses))]; p > 0 {
		<-time.After(p)
	}
}

// disturb sends what nobody asked for.
func (d *unruly) disturb(behind bool) {
	for d.of(3) == 1 {
		switch d.of(8) {
		case 0:
			d.show("\r\n" + unrulyPrompt)
		case 1:
			d.show("\r\n*Mar  1 00:01:02: %LINK-3-UPDOWN: Interface up\r\n")
		case 2:
			d.show("\r\n*Mar  1 00:01:02: %LINK-3-UPDOWN: Interface up\r\n" + unrulyPrompt)
		case 3: // the rest of an earlier answer
			if n := len(d.given); n > 0 {
				d.show("\r\n" + d.answers[d.given[d.of(n)]] + "\r\n" + unrulyPrompt)
			}
		case 4: // an earlier command once more
			if n := len(d.given); n > 0 {
				k := d.given[d.of(n)]
				if behind { // it takes its time for a command that it was never given
					<-time.After(time.Millisecond)
				}
				d.show(command(k) + "\r\n" + d.answers[k] + "\r\n" + unrulyPrompt)
			}
		case 5:
			d.show("\r" + unrulyPrompt)
		case 6:
			d.show("\r\n\r\n")
		case 7:
			d.pause()
		}
	}
}

func command(k int) string { return fmt.Sprintf("show %03d", k) }

// answer makes up an answer whose every line but the look-alikes says whose it is.
func (d *unruly) answer(k int) {
	var lines []string
	for n := range d.of(5) {
		switch d.of(6) {
		case 1:
			lines = append(lines, unrulyPrompt)
		case 2:
			lines = append(lines, otherPrompt)
		case 3:
			lines = append(lines, unrulyPrompt+"x")
		default:
			lines = append(lines, fmt.Sprintf("answer %03d line %d", k, n))
		}
	}
	lines = append(lines, fmt.Sprintf("answer %03d ends", k))
	d.answers[k] = strings.Join(lines, "\r\n")
}

// run serves commands until the session ends.
func (d *unruly) run() {
	// Until it has echoed something it may be a device that never does.
	d.say("\r\n" + unrulyPrompt)
	d.say(strings.TrimSuffix(d.until('\r'), "\r") + "\r\n" + unrulyPrompt)
	for {
		line := d.until('\r')
		if line == "" {
			return
		}
		line = strings.TrimSuffix(line, "\r")
		if at := strings.LastIndexByte(line, '\x03'); at >= 0 {
			d.show("^C\r\n" + unrulyPrompt)
			line = line[at+1:]
		}
		if line == "" {
			d.show("\r\n" + unrulyPrompt)
			continue
		}
		var k int
		if n, err := fmt.Sscanf(line, "show %d", &k); n != 1 || err != nil || line != command(k) {
			d.show(line + "\r\n% Invalid input\r\n" + unrulyPrompt)
			continue
		}
		d.answer(k)
		d.disturb(false)
		switch d.of(12) {
		case 1: // the command is lost
			d.show("\r\n" + unrulyPrompt)
			continue
		case 2: // a letter of it is lost
			d.show(line[:2] + line[3:] + "\r\n% Invalid input\r\n" + unrulyPrompt)
			continue
		case 3: // a message breaks into the echo
			d.show(line[:4] + "\r\n*Mar  1 00:01:02: %LINK-3-UPDOWN: Interface up\r\n" + line[4:] + "\r\n")
		case 4: // and the line is drawn anew
			d.show(line[:4] + "\r\n*Mar  1 00:01:02: %LINK-3-UPDOWN: Interface up\r\n" + unrulyPrompt + line + "\r\n")
		default:
			d.show(line + "\r\n")
		}
		d.pause()
		d.show(d.answers[k] + "\r\n")
		d.pause()
		d.show(unrulyPrompt)
		d.given = append(d.given, k)
		d.disturb(true)
	}
}

// fence lets a user run commands on an unruly device, and looks at every pair of
// command and answer.
func fence(t *testing.T, script []byte) {
	const commands = 5
	client, end := memnet.Pipe()
	d := &unruly{device: device{end}, choices: choices{script}, answers: map[int]string{}}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		defer func() { _ = end.Close() }()
		d.run()
	}()
	// The length says who reads, and whether a listener begins between commands.
	var conn transport.Conn = client
	pause := len(script)%3 == 1
	if len(script)%3 == 2 {
		conn = plain{client}
	}
	c := channel.New(conn, ios())
	defer func() {
		_ = c.Close()
		<-gone
	}()
	if _, err := c.Login(t.Context(), channel.Login{Inside: true}); err != nil {
		t.Fatal(err)
	}
	send(t, c, "terminal length 0")
	for k := range commands {
		if pause {
			<-time.After(20 * time.Millisecond)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		reply, err := c.Send(ctx, channel.Input{Line: command(k)})
		cancel()
		if err != nil {
			var timeout *channel.TimeoutError
			var question *channel.QuestionError
			if !errors.Is(err, channel.ErrDesync) && !errors.Is(err, channel.ErrClosed) && !errors.As(err, &timeout) && !errors.As(err, &question) {
				t.Fatalf("%s: an error of no known kind: %v", command(k), err)
			}
		}
		if reply != nil {
			judgePair(t, d, k, reply, err)
		}
		if c.Err() != nil {
			break
		}
	}
}

// judgePair fails where an answer is not, or may not be, the command's.
func judgePair(t *testing.T, d *unruly, k int, reply *channel.Reply, err error) {
	t.Helper()
	answer, got := d.answers[k]
	if !got {
		t.Fatalf("%s was answered by %q (%v), and the device never got it", command(k), reply.Text, err)
	}
	want := strings.ReplaceAll(answer, "\r\n", "\n")
	switch {
	case err == nil && reply.Text == want:
	case err == nil && strings.HasPrefix("\n"+want, strings.TrimSuffix("\n"+reply.Text, "\n")+"\n"+unrulyPrompt):
		// The device's very prompt stood there at the start of a line, and a packet
		// ended behind it: nothing tells it from the prompt.
	case err == nil && strings.HasPrefix("\n"+want, strings.TrimSuffix("\n"+reply.Text, "\n")+"\n"+otherPrompt+"\n"+otherPrompt+"\n"):
		// The prompt of another stood there, the device paused, a return was typed,
		// and the same prompt came next: so does a device that has a new name.
	case err == nil:
		t.Fatalf("%s was answered by %q, want %q; the device said\n%s", command(k), reply.Text, want, &d.said)
	default:
		for line := range strings.SplitSeq(reply.Text, "\n") {
			other, numbered := strings.CutPrefix(line, "answer ")
			own := fmt.Sprintf("%03d", k)
			if numbered && !strings.HasPrefix(other, own[:min(len(own), len(other))]) { // the time may end within the number
				t.Fatalf("%s failed (%v), and was given the line %q; the device said\n%s", command(k), err, line, &d.said)
			}
		}
	}
}

// FuzzFence: whatever a device inserts, repeats, delays and loses, an answer is
// that of the command, or there is an error that says why not.
func FuzzFence(f *testing.F) {
	f.Add([]byte{})
	for seed := range uint64(20) {
		f.Add(misconduct(seed))
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		synctest.Test(t, func(t *testing.T) { fence(t, script) })
	})
}

// misconduct is a script at random.
func misconduct(seed uint64) []byte {
	random := rand.New(rand.NewPCG(seed, 11))
	script := make([]byte, 40+random.IntN(200))
	for i := range script {
		script[i] = byte(random.Uint32())
	}
	return script
}

func TestFence(t *testing.T) {
	for seed := range uint64(500) {
		ok := t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { fence(t, misconduct(1000+seed)) })
		})
		if !ok {
			break
		}
	}
}
