package channel_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/channel"
)

const hangUp = "\x00hang up"

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

// A device that stalls in the page that it was asked for is awaited for its prompt.
func TestStallBehindATurnedPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := open(t, ios(), "r1#",
			step{"show x\r", "show x\r\none\r\n --More-- "},
			step{" ", "\r          \rvlan #"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := ch.Send(ctx, channel.Input{Line: "show x", Cancel: channel.Hangup})
		if late, _ := errors.AsType[*channel.TimeoutError](err); late == nil || late.Awaited != `the prompt "r1#"` {
			t.Errorf("%v; want one that awaits the prompt", err)
		}
	})
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
