package channel_test

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
	"testing"
	"time"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
)

// ios is the command line of a router, as far as these tests need it.
func ios() *channel.Config {
	return &channel.Config{
		Raw: true,
		Prompts: []channel.Prompt{
			{Mode: "exec", Shape: regexp.MustCompile(`^(?P<host>[\w.-]+)>$`)},
			{Mode: "privileged", Shape: regexp.MustCompile(`^(?P<host>[\w.-]+)#$`)},
			{Mode: "configuration", Shape: regexp.MustCompile(`^(?P<host>[\w.-]+)\(conf[^)]*\)#$`)},
		},
		Pagers:    []channel.Pager{{Shape: regexp.MustCompile(`^ ?--More--$`), Key: " "}},
		Questions: []*regexp.Regexp{regexp.MustCompile(`\[confirm\]$`), regexp.MustCompile(`\[y/n\]:?$`)},
		Messages:  []*regexp.Regexp{regexp.MustCompile(`%[A-Z]+-[0-7]-[A-Z]+: `)},
	}
}

// script plays a device: each step waits for a typed line (or key) and sends its
// answer. Lines are echoed by the answers themselves.
type step struct{ typed, answer string }

// play serves steps on the device's end of a pipe, and then reads on until the
// session ends. It returns the client's end.
func play(t *testing.T, greeting string, steps ...step) *memnet.Conn {
	t.Helper()
	client, device := memnet.Pipe()
	go func() {
		defer func() { _ = device.Close() }()
		_, _ = io.WriteString(device, greeting)
		in := bufio.NewReader(device)
		for _, s := range steps {
			got := make([]byte, len(s.typed))
			if _, err := io.ReadFull(in, got); err != nil {
				return
			}
			if string(got) != s.typed {
				t.Errorf("device was sent %q, want %q", got, s.typed)
				return
			}
			if s.answer == hangUp {
				return
			}
			_, _ = io.WriteString(device, s.answer)
		}
		_, _ = io.Copy(io.Discard, in)
	}()
	return client
}

// open logs in to a played device.
func open(t *testing.T, cfg *channel.Config, greeting string, steps ...step) *channel.Channel {
	t.Helper()
	c := channel.New(play(t, greeting, steps...), cfg)
	t.Cleanup(func() { _ = c.Close() })
	if _, err := c.Login(t.Context(), channel.Login{}); err != nil {
		t.Fatalf("login: %v", err)
	}
	return c
}

func send(t *testing.T, c *channel.Channel, line string) *channel.Reply {
	t.Helper()
	r, err := c.Send(t.Context(), channel.Input{Line: line})
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return r
}

// plain is a connection that a goroutine has to read all the time.
type plain struct{ transport.Conn }

// A device is played by a function: it says, waits for keys, and leaves.
type device struct{ *memnet.Conn }

func played(f func(d device)) *memnet.Conn {
	client, end := memnet.Pipe()
	go func() {
		defer func() { _ = end.Close() }()
		f(device{end})
	}()
	return client
}

func (d device) say(s string) { _, _ = io.WriteString(d, s) }

// slowly sends one byte a millisecond, as a console does.
func (d device) slowly(s string) {
	for i := range len(s) {
		<-time.After(time.Millisecond)
		d.say(s[i : i+1])
	}
}

// until reads what is typed up to and including end; "" once the session is over.
func (d device) until(end byte) string {
	var typed []byte
	for b := make([]byte, 1); ; {
		if _, err := d.Read(b); err != nil {
			return ""
		}
		if typed = append(typed, b[0]); b[0] == end {
			return string(typed)
		}
	}
}

// idle reads on until the session is over, and returns what was typed.
func (d device) idle() string {
	var typed bytes.Buffer
	_, _ = io.Copy(&typed, d)
	return typed.String()
}

// entered logs in to a played device whose user is authenticated.
func entered(t *testing.T, cfg *channel.Config, f func(d device)) *channel.Channel {
	t.Helper()
	c := channel.New(played(f), cfg)
	t.Cleanup(func() { _ = c.Close() })
	if _, err := c.Login(t.Context(), channel.Login{Inside: true}); err != nil {
		t.Fatal(err)
	}
	return c
}
