package channel_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/internal/memnet"
)

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

// A line of a banner that comes in pieces looks like a prompt for a moment.
func TestBannerLikeAPrompt(t *testing.T) {
	for _, inside := range []bool{false, true} {
		for _, banner := range []string{"Ticket#4711 is open", "Site->core", "a>b"} {
			synctest.Test(t, func(t *testing.T) {
				c := channel.New(played(func(d device) {
					d.slowly(banner + "\r\nr1#")
					for line := d.until('\r'); line != ""; line = d.until('\r') {
						d.say(strings.TrimSuffix(line, "\r") + "\r\nok\r\nr1#")
					}
				}), ios())
				defer func() { _ = c.Close() }()
				if r, err := c.Login(t.Context(), channel.Login{Inside: inside}); err != nil || r.Prompt != "r1#" {
					t.Fatalf("%q: %+v, %v", banner, r, err)
				}
				if r := send(t, c, "show x"); r.Text != "ok" || c.Host() != "r1" {
					t.Errorf("%q: answer %q of %q", banner, r.Text, c.Host())
				}
			})
		}
	}
}

// A banner that stops for a while after what looks like a prompt is taken for
// one; the first echo puts it right.
func TestWrongFirstPromptIsPutRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := channel.New(played(func(d device) {
			d.say("Welcome\r\nTicket#")
			<-time.After(time.Second)
			d.say("4711 is open\r\nr1#")
			for line := d.until('\r'); line != ""; line = d.until('\r') {
				d.say(strings.TrimSuffix(line, "\r") + "\r\nok\r\nr1#")
			}
		}), ios())
		defer func() { _ = c.Close() }()
		if _, err := c.Login(t.Context(), channel.Login{Inside: true}); err != nil {
			t.Fatal(err)
		}
		if r := send(t, c, "show x"); r.Text != "ok" || r.Prompt != "r1#" || c.Host() != "r1" {
			t.Errorf("answer %q at %q of %q", r.Text, r.Prompt, c.Host())
		}
	})
}

func TestSecretIsNotTypedAtABanner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := channel.New(played(func(d device) {
			d.slowly("\r\nPassword: expires in 3 days\r\nUsername: ")
			user := d.until('\r')
			d.slowly(user + "\nPassword: ")
			if password := d.until('\r'); user != "ops\r" || password != "hunter2\r" {
				t.Errorf("user %q, password %q", user, password)
			}
			d.slowly("\r\nr1#")
			d.idle()
		}), ios())
		defer func() { _ = c.Close() }()
		if _, err := c.Login(t.Context(), loginAs("ops", "hunter2")); err != nil {
			t.Error(err)
		}
	})
}

// A banner may show the whole login, our user's name in it: however it is cut, and
// though nothing tells its lines from a device's own, it never gets the password.
func TestBannerThatImitatesTheLogin(t *testing.T) {
	const banner = "\r\nUsername: ops\r\nPassword: is never asked for by phone\r\n"
	for _, pause := range []time.Duration{0, 40 * time.Millisecond} {
		for first := range len(banner) {
			for second := first; second < len(banner); second++ {
				imitated(t, pause, banner[:first], banner[first:second], banner[second:])
			}
		}
	}
}

// imitated logs in to a device that shows a banner in pieces, with a pause behind
// each, and forgets what was typed meanwhile.
func imitated(t *testing.T, pause time.Duration, banner ...string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := channel.New(played(func(d device) {
			typed := make(chan string, 16)
			go func() {
				defer close(typed)
				for line := d.until('\r'); line != ""; line = d.until('\r') {
					typed <- line
				}
			}()
			for _, piece := range banner {
				if piece != "" {
					d.say(piece)
					<-time.After(pause)
					synctest.Wait()
				}
			}
			for len(typed) > 0 {
				if line := <-typed; line != "ops\r" {
					t.Errorf("%q was typed at the banner %q", line, banner)
				}
			}
			d.say("Username: ")
			user := <-typed
			d.say(user + "\nPassword: ")
			if password := <-typed; user != "ops\r" || password != "hunter2\r" {
				t.Errorf("user %q, password %q behind the banner %q", user, password, banner)
			}
			d.say("\r\nr1#")
			for range typed {
			}
		}), ios())
		defer func() { _ = c.Close() }()
		if _, err := c.Login(t.Context(), loginAs("ops", "hunter2")); err != nil {
			t.Errorf("behind the banner %q: %v", banner, err)
		}
	})
}

func loginAs(user, password string) channel.Login {
	return channel.Login{
		User: regexp.MustCompile(`^Username:$`), Password: regexp.MustCompile(`^Password:$`),
		UserName:     func(context.Context) (string, error) { return user, nil },
		PasswordText: func(context.Context) (channel.Answer, error) { return channel.Answer{Text: password}, nil },
	}
}

// A login server that takes its time gets no returns, each of which would be
// another attempt.
func TestSlowLoginServer(t *testing.T) {
	for _, right := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			c := channel.New(played(func(d device) {
				d.say("Username: ")
				d.say(d.until('\r') + "\nPassword: ")
				d.until('\r')
				<-time.After(20 * time.Second)
				if right {
					d.say("\r\nr1#")
				} else {
					d.say("\r\n% Login invalid\r\n\r\nUsername: ")
				}
				if typed := d.idle(); typed != "" {
					t.Errorf("typed %q meanwhile", typed)
				}
			}), ios())
			_, err := c.Login(t.Context(), loginAs("ops", "hunter2"))
			if right && err != nil || !right && !errors.Is(err, channel.ErrLogin) {
				t.Errorf("right password %v: %v", right, err)
			}
			_ = c.Close()
		})
	}
}

// A line that begins with a short prompt is no prompt.
func TestShortPrompt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := ios()
		cfg.Prompts = append(cfg.Prompts, channel.Prompt{Mode: "root", Shape: regexp.MustCompile(`^#$`)})
		c := entered(t, cfg, func(d device) {
			d.say("# ")
			d.until('\r') // is it one?
			d.say("\r\n# ")
			d.until('\r')
			d.slowly("cat x\r\none\r\n# comment\r\ntwo\r\n# ")
			d.idle()
		})
		if r := send(t, c, "cat x"); r.Text != "one\n# comment\ntwo" {
			t.Errorf("answer %q", r.Text)
		}
	})
}

// Where a prompt's shape swallows what stands before it, the learned prompt still
// tells them apart.
func TestOutputWithoutALineEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := ios()
		cfg.Prompts = []channel.Prompt{{Mode: "user", Shape: regexp.MustCompile(`^[\w.]+@(?P<host>[\w.-]+):\S*\$$`)}}
		c := entered(t, cfg, func(d device) {
			d.say("ops@web1:~$ ")
			d.until('\r')
			d.say("cat x\r\nvalueops@web1:~$ ")
			d.until('\r')
			d.say("\r\nops@web1:~$ ")
			d.idle()
		})
		if r := send(t, c, "cat x"); r.Text != "value" || r.Prompt != "ops@web1:~$" {
			t.Errorf("answer %q at %q", r.Text, r.Prompt)
		}
	})
}

func TestLoggingSynchronous(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, ios(), "\r\nr1#",
			step{"show version\r", "sho\r\n*Mar 1: %LINK-3-UPDOWN: down\r\nr1#show version\r\none\r\nr1#"})
		if r := send(t, c, "show version"); r.Text != "one" {
			t.Errorf("answer %q", r.Text)
		}
	})
}

// A device whose first echo is late is slow, and not mute.
func TestSlowFirstEcho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := entered(t, ios(), func(d device) {
			d.say("\r\nr1#")
			line := d.until('\r')
			d.say("\r\n*Mar 1: %LINK-3-UPDOWN: down\r\nr1#")
			<-time.After(1500 * time.Millisecond)
			for ; line != ""; line = d.until('\r') {
				if line = strings.TrimSuffix(line, "\r"); line == "" {
					d.say("\r\nr1#")
					continue
				}
				d.say(line + "\r\nanswer to " + line + "\r\nr1#")
			}
		})
		for _, line := range []string{"show a", "show b", "show c"} {
			if r := send(t, c, line); r.Text != "answer to "+line {
				t.Errorf("%s: %q", line, r.Text)
			}
		}
	})
}

func TestEndedContextTypesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := entered(t, ios(), func(d device) {
			d.say("r1#")
			if typed := d.idle(); typed != "" {
				t.Errorf("typed %q", typed)
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.Send(ctx, channel.Input{Line: "show x"}); !errors.Is(err, context.Canceled) || c.Err() != nil {
			t.Errorf("%v; session %v", err, c.Err())
		}
		_ = c.Close()
	})
}

func TestDeviceThatTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, end := memnet.PipeSize(64)
		_, _ = io.WriteString(end, "r1#")
		c := channel.New(client, ios())
		defer func() { _ = c.Close() }()
		if _, err := c.Login(t.Context(), channel.Login{Inside: true}); err != nil {
			t.Fatal(err)
		}
		_, err := c.Send(context.Background(), channel.Input{Line: strings.Repeat("x", 1000)})
		if !errors.Is(err, channel.ErrSilence) || !errors.Is(err, channel.ErrClosed) {
			t.Errorf("error %v", err)
		}
	})
}

func TestControlStringCutShort(t *testing.T) {
	c := open(t, ios(), "\r\nr1#", step{"show x\r", "show x\r\none\x1bXtwo\r\nthree\r\nr1#"})
	if r := send(t, c, "show x"); !strings.HasSuffix(r.Text, "\nthree") {
		t.Errorf("answer %q", r.Text)
	}
}

func TestErrorsShowNoSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, ios(), "\r\nr1#",
			step{"enable\r", "enable\r\nPassword:"}, step{"hunter2\r", "\r\nr1#"},
			step{"show y\r", "r1#hunter2\r\n% Unknown\r\nr1#"}, step{"\x03", "^C\r\nr1#"},
			step{"username a secret hunter3\r", "username a secret hunter3\r\nhunter2? [confirm]"}, step{"\x03", "^C\r\nr1#"})
		_, err := c.Send(t.Context(), channel.Input{Line: "enable", Asks: []channel.Ask{{Hidden: true, Shape: regexp.MustCompile(`Password:$`), Answer: func(context.Context, string) (channel.Answer, error) {
			return channel.Answer{Text: "hunter2", Hidden: true}, nil
		}}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"show y", "username a secret hunter3"} {
			if _, err = c.Send(t.Context(), channel.Input{Line: line}); err == nil || strings.Contains(err.Error(), "hunter") {
				t.Errorf("%v", err)
			}
		}
	})
}

// What looks like a query of the device may be a file that is shown: it is not
// answered into the next command.
func TestQueriesInOutputAreNotAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := entered(t, ios(), func(d device) {
			d.say("r1#")
			d.until('\r')
			d.say("show log\r\nlogged: \x1b[6n\x1b[c\r\nr1#")
			if typed := d.idle(); typed != "" {
				t.Errorf("typed %q", typed)
			}
		})
		send(t, c, "show log")
		synctest.Wait()
		_ = c.Close()
	})
}

func TestPromptOfASessionThatIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := entered(t, ios(), func(d device) {
			d.say("r1#")
			d.until('\x03')
			d.say("^C\r\nr1#")
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var timeout *channel.TimeoutError
		if _, err := c.Send(ctx, channel.Input{Line: "show x"}); !errors.As(err, &timeout) || !timeout.Closed {
			t.Errorf("error %v", err)
		}
	})
}

// A pager's text at the head of a longer line is text.
func TestLineLikeAPager(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := entered(t, ios(), func(d device) {
			d.say("r1#")
			d.until('\r')
			d.slowly("show x\r\n--More-- is shown at the end of a page\r\nr1#")
			if typed := d.idle(); typed != "" {
				t.Errorf("typed %q", typed)
			}
		})
		if r := send(t, c, "show x"); r.Text != "--More-- is shown at the end of a page" {
			t.Errorf("answer %q", r.Text)
		}
		synctest.Wait()
		_ = c.Close()
	})
}

// never is a reader and a writer that block for ever.
type never struct{}

func (never) Read([]byte) (int, error)  { select {} }
func (never) Write([]byte) (int, error) { select {} }

func TestAttachToAStuckWriter(t *testing.T) {
	c := entered(t, ios(), func(d device) {
		d.say("r1#")
		d.idle()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := c.Attach(ctx, never{}, never{}); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, channel.ErrClosed) {
		t.Errorf("error %v", err)
	}
	_ = c.Close()
}

func TestNothingIsTypedAfterAttach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := entered(t, ios(), func(d device) {
			d.say("r1#")
			d.until('\x03')
			d.say("^C\r\nr1#")
			if typed := d.idle(); typed != "" {
				t.Errorf("typed %q", typed)
			}
		})
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		keys, person := io.Pipe()
		defer func() { _ = keys.Close() }()
		if err := c.Attach(ctx, keys, io.Discard); !errors.Is(err, context.DeadlineExceeded) || c.Err() != nil {
			t.Errorf("%v; session %v", err, c.Err())
		}
		_, _ = person.Write([]byte("reload\r"))
		synctest.Wait()
		_ = c.Close()
	})
}

func TestAttachOverASlowPath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := entered(t, ios(), func(d device) {
			d.say("r1#")
			d.until('\r')
			<-time.After(300 * time.Millisecond)
			d.say("show x\r\nthe answer\r\nr1#")
			d.idle()
		})
		var out bytes.Buffer
		if err := c.Attach(t.Context(), strings.NewReader("show x\r"), &out); err != nil || !strings.HasSuffix(out.String(), "the answer\r\nr1#") {
			t.Errorf("%v, shown %q", err, out.String())
		}
	})
}

// failing is a writer that breaks at the second prompt.
type failing struct{}

func (failing) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("config")) {
		return 0, errors.New("broken pipe")
	}
	return len(p), nil
}

func TestAttachToAWriterThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := entered(t, ios(), func(d device) {
			d.say("r1#")
			d.until('\r')
			d.say("conf t\r\nr1(config)#")
			d.until('\x03')
			d.say("^C\r\nr1#")
			d.idle()
		})
		keys, person := io.Pipe()
		defer func() { _ = keys.Close() }()
		go func() { _, _ = person.Write([]byte("conf t\r")) }()
		err := c.Attach(t.Context(), keys, failing{})
		if prompt, mode := c.Prompt(); err == nil || prompt != "r1#" || mode != "privileged" {
			t.Errorf("%v, at %q (%s)", err, prompt, mode)
		}
	})
}
