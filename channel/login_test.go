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

// What a return brings that was typed to wake the device is no part of the banner.
func TestBannerOfASlowDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := channel.New(played(func(d device) {
			d.say("\r\nWelcome\r\n")
			d.until('\r')
			d.say("r1#\r\nr1#")
			d.idle()
		}), ios())
		defer func() { _ = c.Close() }()
		reply, err := c.Login(t.Context(), channel.Login{Inside: true})
		if err != nil || reply.Text != "\nWelcome" {
			t.Errorf("banner %q, %v", reply.Text, err)
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

// A login for which no time is left says what it would have awaited, and types nothing.
func TestLoginWithoutTimeLeft(t *testing.T) {
	for _, console := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c := channel.New(played(func(d device) {
				if typed := d.idle(); typed != "" {
					t.Errorf("typed %q", typed)
				}
			}), ios())
			ctx, cancel := context.WithTimeout(t.Context(), 0)
			defer cancel()
			_, err := c.Login(ctx, channel.Login{Console: console})
			timeout, ok := errors.AsType[*channel.TimeoutError](err)
			if !ok || !timeout.Closed || timeout.Awaited != "a login question or the first prompt" || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("console %v: %v", console, err)
			}
		})
	}
}
