package channel_test

import (
	"bufio"
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

const hangUp = "\x00hang up"

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

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name, answer, want string
	}{
		{"plain", "show x\r\none\r\ntwo\r\nr1#", "one\ntwo"},
		{"nothing", "show x\r\nr1#", ""},
		{"blank lines stay", "show x\r\n\r\none\r\n\r\nr1#", "\none\n"},
		{"prompt-like lines stay", "show x\r\nr2#\r\nr1#x\r\nother>\r\nr1#", "r2#\nr1#x\nother>"},
		{"the command in the answer stays", "show x\r\nshow x\r\nr1#show x\r\nr1#", "show x\nr1#show x"},
		{"returns before line feeds", "show x\r\r\none\r\r\nr1#", "one"},
		{"redrawn echo", "sho\b\b\bshow x\r\none\r\nr1#", "one"},
		{"message before the echo", "\r\n*Mar 1: %LINK-3-UPDOWN: down\r\nr1#show x\r\none\r\nr1#", "one"},
		{"message within the echo", "sho\r\n*Mar 1: %LINK-3-UPDOWN: down\r\nw x\r\none\r\nr1#", "one"},
		{"extra prompt before the echo", "\r\nr1#show x\r\none\r\nr1#", "one"},
		{"another prompt", "show x\r\none\r\nr1#\r\nr1#", "one"},
		{"a message behind the prompt", "show x\r\none\r\nr1#\r\n*Mar 1: %LINK-3-UPDOWN: down\r\n\r\nr1#", "one"},
		{"trailing blank behind the prompt", "show x\r\none\r\nr1# ", "one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ch := open(t, ios(), "\r\nr1#", step{"show x\r", c.answer})
			r := send(t, ch, "show x")
			if r.Text != c.want {
				t.Errorf("answer %q, want %q", r.Text, c.want)
			}
			if string(r.Raw) != c.answer {
				t.Errorf("raw %q, want %q", r.Raw, c.answer)
			}
			if r.Prompt != "r1#" || r.Mode != "privileged" {
				t.Errorf("ended at %q (%s)", r.Prompt, r.Mode)
			}
		})
	}
}

func TestPagesAreTurned(t *testing.T) {
	ch := open(t, ios(), "r1#",
		step{"show x\r", "show x\r\none\r\n --More-- "},
		step{" ", "\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\btwo\r\n --More-- "},
		step{" ", "\r          \rr1#"})
	if r := send(t, ch, "show x"); r.Text != "one\ntwo" {
		t.Errorf("answer %q", r.Text)
	}
}

// A device that counts rows fills its page in the middle of a long line.
func TestPageEndsWithinALine(t *testing.T) {
	const more = " --More-- "
	wipe := strings.Repeat("\b", 10) + strings.Repeat(" ", 10) + strings.Repeat("\b", 10)
	row := strings.Repeat("0123456789", 8)
	for _, rows := range []int{1, 2, 5, 20} {
		cfg := ios()
		cfg.Width = 80
		page := strings.Repeat(row, rows)
		ch := open(t, cfg, "r1#",
			step{"show x\r", "show x\r\none\r\n" + page + more},
			step{" ", wipe + page + more},
			step{" ", wipe + "rest\r\nr1#"})
		if r := send(t, ch, "show x"); r.Text != "one\n"+page+page+"rest" {
			t.Errorf("%d rows: answer %q", rows, r.Text)
		}
	}
}

func TestGluedPromptIsProbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := open(t, ios(), "r1#",
			step{"more x\r", "more x\r\none\r\nvaluer1#"},
			step{"\r", "\r\nr1#"},
			step{"show y\r", "show y\r\ny\r\nr1#"})
		if r := send(t, ch, "more x"); r.Text != "one\nvalue" {
			t.Errorf("answer %q", r.Text)
		}
		if r := send(t, ch, "show y"); r.Text != "y" {
			t.Errorf("next answer %q", r.Text)
		}
	})
}

func TestNewHostnameIsProbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := open(t, ios(), "r1(config)#",
			step{"hostname r2\r", "hostname r2\r\nr2(config)#"},
			step{"\r", "\r\nr2(config)#"},
			step{"end\r", "end\r\nr2#"})
		if r := send(t, ch, "hostname r2"); r.Text != "" || r.Prompt != "r2(config)#" {
			t.Errorf("answer %q at %q", r.Text, r.Prompt)
		}
		start := time.Now()
		r, err := ch.Send(t.Context(), channel.Input{Line: "end", Modes: []string{"privileged"}})
		if err != nil || r.Mode != "privileged" || time.Since(start) != 0 {
			t.Errorf("%+v, %v after %v", r, err, time.Since(start))
		}
	})
}

func TestQuestionNobodyExpected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := open(t, ios(), "r1#",
			step{"reload\r", "reload\r\nProceed with reload? [confirm]"},
			step{"\x03", "^C\r\nr1#"},
			step{"show y\r", "show y\r\ny\r\nr1#"})
		start := time.Now()
		_, err := ch.Send(t.Context(), channel.Input{Line: "reload"})
		var q *channel.QuestionError
		if !errors.As(err, &q) || q.Closed || !strings.Contains(q.Question, "Proceed with reload?") {
			t.Fatalf("error %v", err)
		}
		if took := time.Since(start); took >= time.Second {
			t.Errorf("it took %v", took)
		}
		if r := send(t, ch, "show y"); r.Text != "y" {
			t.Errorf("next answer %q", r.Text)
		}
	})
}

func TestExpectedQuestions(t *testing.T) {
	ch := open(t, ios(), "r1#",
		step{"copy run start\r", "copy run start\r\nDestination filename [startup-config]? "},
		step{"x\r", "x\r\nOverwrite? [confirm]"},
		step{"y", "y\r\n[OK]\r\nr1#"})
	answer := func(a channel.Answer) func(context.Context, string) (channel.Answer, error) {
		return func(context.Context, string) (channel.Answer, error) { return a, nil }
	}
	r, err := ch.Send(t.Context(), channel.Input{Line: "copy run start", Steps: []channel.Ask{
		{Shape: regexp.MustCompile(`filename .*\?$`), Answer: answer(channel.Answer{Text: "x"})},
		{Shape: regexp.MustCompile(`\[confirm\]`), Answer: answer(channel.Answer{Text: "y", Key: true})},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if want := "Destination filename [startup-config]? x\nOverwrite? [confirm]y\n[OK]"; r.Text != want || r.Steps != 2 {
		t.Errorf("%d steps, text %q, want %q", r.Steps, r.Text, want)
	}
}

func TestCancelledCommandIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := open(t, ios(), "r1#",
			step{"ping x\r", "ping x\r\n!!!!"},
			step{"\x03", "\r\nr1#"},
			step{"show y\r", "show y\r\ny\r\nr1#"})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := ch.Send(ctx, channel.Input{Line: "ping x"})
		var timeout *channel.TimeoutError
		if !errors.As(err, &timeout) || timeout.Closed || timeout.After != 5*time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("error %v", err)
		}
		if !strings.Contains(err.Error(), `the prompt "r1#"`) || !strings.Contains(err.Error(), "!!!!") {
			t.Errorf("the error does not tell: %v", err)
		}
		if r := send(t, ch, "show y"); r.Text != "y" {
			t.Errorf("next answer %q", r.Text)
		}
	})
}

func TestDeadDeviceIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := open(t, ios(), "r1#", step{"show x\r", "show x\r\none\r\n"})
		_, err := ch.Send(t.Context(), channel.Input{Line: "show x"})
		if !errors.Is(err, channel.ErrSilence) || !errors.Is(err, channel.ErrClosed) {
			t.Fatalf("error %v", err)
		}
		if _, err := ch.Send(t.Context(), channel.Input{Line: "show y"}); !errors.Is(err, channel.ErrClosed) {
			t.Errorf("the next command: %v", err)
		}
	})
}

func TestOutOfStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := open(t, ios(), "r1#",
			step{"show x\r", "show x\r\none\r\nr1#"},
			step{"show y\r", "shw y\r\n% Invalid input\r\nr1#"},
			step{"\x03", "\r\nr1#"},
			step{"show z\r", "show z\r\nz\r\nr1#"})
		send(t, ch, "show x")
		_, err := ch.Send(t.Context(), channel.Input{Line: "show y"})
		if !errors.Is(err, channel.ErrDesync) || !strings.Contains(err.Error(), "shw y") {
			t.Fatalf("error %v", err)
		}
		if r := send(t, ch, "show z"); r.Text != "z" {
			t.Errorf("next answer %q", r.Text)
		}
	})
}

func TestDeviceWithoutEcho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := open(t, ios(), "r1#",
			step{"show x\r", "\r\none\r\nr1#"},
			step{"\r", "\r\nr1#"}, // is it mute, or slow?
			step{"show y\r", "\r\ny\r\nr1#"})
		if r := send(t, ch, "show x"); r.Text != "one" {
			t.Errorf("answer %q", r.Text)
		}
		if r := send(t, ch, "show y"); r.Text != "y" {
			t.Errorf("next answer %q", r.Text)
		}
	})
}

// What came behind the device's own prompt and is no message may be the rest of
// something else: better no answer than one that holds it.
func TestMoreBehindThePrompt(t *testing.T) {
	const mixed = "show x\r\none\r\nr1#\r\nthe rest of something else\r\nr1#"
	for name, ask := range map[string]func(*testing.T, *channel.Channel) (string, error){
		"collected": func(t *testing.T, c *channel.Channel) (string, error) {
			r, err := c.Send(t.Context(), channel.Input{Line: "show x"})
			if r != nil {
				return r.Text, err
			}
			return "one", err
		},
		"streamed": func(t *testing.T, c *channel.Channel) (string, error) {
			var lines []string
			for line, err := range c.Lines(t.Context(), channel.Input{Line: "show x"}) {
				if err != nil {
					return strings.Join(lines, "\n"), err
				}
				lines = append(lines, line)
			}
			return strings.Join(lines, "\n"), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ch := open(t, ios(), "r1#",
					step{"show x\r", mixed},
					step{"\x03", "\r\nr1#"},
					step{"show y\r", "show y\r\ny\r\nr1#"})
				text, err := ask(t, ch)
				var desync *channel.DesyncError
				if !errors.As(err, &desync) || !desync.Mixed || text != "one" {
					t.Errorf("%q, %v", text, err)
				}
				if r := send(t, ch, "show y"); r.Text != "y" {
					t.Errorf("next answer %q", r.Text)
				}
			})
		})
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

func TestLogins(t *testing.T) {
	login := channel.Login{
		User:         regexp.MustCompile(`(?i)(user ?name|login):$`),
		Password:     regexp.MustCompile(`(?i)password:$`),
		Rejected:     regexp.MustCompile(`^% (Login invalid|Bad passwords)`),
		UserName:     func(context.Context) (string, error) { return "ops", nil },
		PasswordText: func(context.Context) (channel.Answer, error) { return channel.Answer{Text: "s3cret"}, nil },
	}
	t.Run("accepted", func(t *testing.T) {
		ch := channel.New(play(t, "Welcome\r\n\r\nUsername: ", step{"ops\r", "ops\r\nPassword: "}, step{"s3cret\r", "\r\n\r\nr1>"}), ios())
		defer func() { _ = ch.Close() }()
		r, err := ch.Login(t.Context(), login)
		if err != nil || r.Mode != "exec" || !strings.HasPrefix(r.Text, "Welcome\n") {
			t.Errorf("%+v, %v", r, err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		ch := channel.New(play(t, "Username: ", step{"ops\r", "ops\r\nPassword: "}, step{"s3cret\r", "\r\n% Login invalid\r\n\r\nUsername: "}), ios())
		defer func() { _ = ch.Close() }()
		_, err := ch.Login(t.Context(), login)
		if !errors.Is(err, channel.ErrLogin) || !strings.Contains(err.Error(), "Login invalid") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("hung up", func(t *testing.T) {
		ch := channel.New(play(t, "Password: ", step{"s3cret\r", hangUp}), ios())
		defer func() { _ = ch.Close() }()
		if _, err := ch.Login(t.Context(), login); !errors.Is(err, channel.ErrLogin) || !errors.Is(err, channel.ErrClosed) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("woken", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ch := channel.New(play(t, "", step{"\r", "\r\nr1>"}), ios())
			defer func() { _ = ch.Close() }()
			if r, err := ch.Login(t.Context(), login); err != nil || r.Prompt != "r1>" {
				t.Errorf("%+v, %v", r, err)
			}
		})
	})
}

// A return typed at a device that was merely slow is an empty password: the
// question that follows it is not a refusal of the real one.
func TestLoginOfASlowDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, device := memnet.Pipe()
		go func() {
			defer func() { _ = device.Close() }()
			typed := bufio.NewReader(device)
			if line, _ := typed.ReadString('\r'); line != "\r" {
				t.Errorf("typed to wake it: %q", line)
			}
			_, _ = io.WriteString(device, "Password: ")
			line, _ := typed.ReadString('\r')
			_, _ = io.WriteString(device, "\r\nPassword: ") // to the empty one
			if line != "s3cret\r" {
				t.Errorf("typed as password: %q", line)
			}
			synctest.Wait()                          // the client has read the second question
			_, _ = io.WriteString(device, "\r\nr1>") // to the real one
			_, _ = io.Copy(io.Discard, typed)
		}()
		c := channel.New(client, ios())
		defer func() { _ = c.Close() }()
		_, err := c.Login(t.Context(), channel.Login{
			Password:     regexp.MustCompile(`^Password:$`),
			PasswordText: func(context.Context) (channel.Answer, error) { return channel.Answer{Text: "s3cret"}, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A return typed at a device that was merely slow is an empty user: the password that
// went with it is no attempt, and is given again to the user's own question.
func TestLoginOfASlowDeviceThatAsksForTheUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := channel.New(play(t, "",
			step{"\r", "\r\nUsername: \r\nPassword: "},
			step{"s3cret\r", "\r\n% Login invalid\r\n\r\nUsername: "},
			step{"ops\r", "ops\r\nPassword: "},
			step{"s3cret\r", "\r\n\r\nr1>"}), ios())
		defer func() { _ = ch.Close() }()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r, err := ch.Login(ctx, channel.Login{
			User:         regexp.MustCompile(`(?i)username:$`),
			Password:     regexp.MustCompile(`(?i)password:$`),
			UserName:     func(context.Context) (string, error) { return "ops", nil },
			PasswordText: func(context.Context) (channel.Answer, error) { return channel.Answer{Text: "s3cret"}, nil },
		})
		if err != nil || r.Prompt != "r1>" {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestCloseWakesACommand(t *testing.T) {
	ch := open(t, ios(), "r1#", step{"show x\r", "show x\r\n"})
	failed := make(chan error)
	go func() {
		_, err := ch.Send(context.Background(), channel.Input{Line: "show x"})
		failed <- err
	}()
	_ = ch.Close()
	_ = ch.Close()
	if err := <-failed; !errors.Is(err, channel.ErrClosed) {
		t.Errorf("error %v", err)
	}
}

func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := open(t, ios(), "r1(config)#", step{"\x03", "^C\r\nr1#"}, step{"\r", "\r\nr1#"})
		if err := ch.Interrupt(t.Context()); err != nil {
			t.Fatal(err)
		}
		if prompt, mode := ch.Prompt(); prompt != "r1#" || mode != "privileged" {
			t.Errorf("at %q, mode %s", prompt, mode)
		}
		if r := send(t, ch, ""); r.Text != "" || r.Prompt != "r1#" {
			t.Errorf("a bare return: %+v", r)
		}
	})
}

func TestAttach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := open(t, ios(), "r1#",
			step{"show x\r", "show x\r\none\r\nr1#"},
			step{"show y\r", "show y\r\ny\r\nr1#"})
		var out strings.Builder
		if err := ch.Attach(t.Context(), strings.NewReader("show x\r"), &out); err != nil {
			t.Fatal(err)
		}
		if want := "r1#show x\r\none\r\nr1#"; out.String() != want {
			t.Errorf("shown %q, want %q", out.String(), want)
		}
		if r := send(t, ch, "show y"); r.Text != "y" {
			t.Errorf("next answer %q", r.Text)
		}
	})
}

func TestAttachUntilTheDeviceLeaves(t *testing.T) {
	ch := open(t, ios(), "r1#", step{"exit\r", hangUp})
	var out strings.Builder
	if err := ch.Attach(t.Context(), strings.NewReader("exit\r"), &out); err != nil {
		t.Fatal(err)
	}
	if _, err := ch.Send(t.Context(), channel.Input{Line: "show x"}); !errors.Is(err, channel.ErrClosed) {
		t.Errorf("error %v", err)
	}
}
