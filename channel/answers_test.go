package channel_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/channel"
)

// birdc's line editor shows the prompt anew as soon as a line was entered, wipes
// it when the daemon's answer comes, and shows it again.
func TestPromptBeforeTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := ios()
		cfg.Answers = true
		ch := open(t, cfg, "r1#",
			step{"show status\r", "show status\r\nr1#"},
			step{"", "\r\x1b[K\x00\x00\x00BIRD 2.0.12\r\nDaemon is up\r\nr1#"},
			step{"mute\r", "mute\r\nr1#"},
			step{"show x\r", "show x\r\nx\r\nr1#"})
		if r := send(t, ch, "show status"); r.Text != "BIRD 2.0.12\nDaemon is up" {
			t.Errorf("answer %q", r.Text)
		}
		started := time.Now()
		if r := send(t, ch, "mute"); r.Text != "" || time.Since(started) != 5*time.Second {
			t.Errorf("a command without an answer: %q after %v", r.Text, time.Since(started))
		}
		started = time.Now()
		r, err := ch.Send(t.Context(), channel.Input{Line: "show x"})
		if err != nil || r.Text != "x" || time.Since(started) != 0 {
			t.Errorf("%+v, %v after %v", r, err, time.Since(started))
		}
	})
}

// A device that shows its prompt before its answer, and of which nobody said so: the
// answer is missed, and the next operation says it. Messages make no such trouble.
func TestLateAnswerIsTold(t *testing.T) {
	for _, c := range []struct {
		name, answer, late, cut string
	}{
		{"drawn over the prompt", "", "\r\x1b[K\x00BIRD 2.0.12\r\nDaemon is up\r\nr1#", "BIRD 2.0.12"},
		{"drawn over the prompt, behind the beginning", "one\r\n", "\r\x1b[Ktwo\r\nr1#", "two"},
		{"below the prompt, where nothing came before it", "", "\r\nDaemon is up\r\nr1#", "Daemon is up"},
		{"below the prompt, behind an answer", "one\r\n", "\r\nDaemon is up\r\nr1#", ""},
		{"a message", "", "\r\n*Mar  1 00:00:01: %LINK-3-UPDOWN: down\r\nr1#", ""},
		{"a message that draws over", "", "\r\x1b[K2026 Nov 24 10:00:00 r1 %ETHPORT-5-IF_UP: up\r\nr1#", ""},
		{"a message of several lines", "", "\r\nMessage from root@r1:\r\nthe system goes down\r\nr1#", ""},
		{"the prompt again", "", "\r\n\r\nr1#\rr1#", ""},
		{"the prompt of another mode", "", "\r\x1b[Kr1(config)#", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shown := make(chan struct{})
				ch := channel.New(played(func(d device) {
					d.say("r1#")
					d.say(d.until('\r') + "\nx\r\nr1#")
					d.say(d.until('\r') + "\n" + c.answer + "r1#")
					<-time.After(time.Second)
					d.say(c.late)
					close(shown)
					for {
						switch typed := d.until('\r'); {
						case typed == "":
							return
						case typed[0] == '\x03': // and the command that was typed when it was interrupted
							d.say("^C\r\nr1#")
							d.say(typed[1:] + "\nlast\r\nr1#")
						default:
							d.say(typed + "\nlast\r\nr1#")
						}
					}
				}), ios())
				t.Cleanup(func() { _ = ch.Close() })
				if _, err := ch.Login(t.Context(), channel.Login{}); err != nil {
					t.Fatal(err)
				}
				send(t, ch, "first")
				if got, want := send(t, ch, "show").Text, strings.TrimSuffix(strings.ReplaceAll(c.answer, "\r", ""), "\n"); got != want {
					t.Fatalf("answer %q, want %q", got, want)
				}
				<-shown
				synctest.Wait()
				r, err := ch.Send(t.Context(), channel.Input{Line: "again"})
				var desync *channel.DesyncError
				switch {
				case c.cut == "" && (err != nil || r.Text != "last"):
					t.Errorf("%+v, %v", r, err)
				case c.cut != "" && (!errors.As(err, &desync) || desync.Cut != c.cut || r != nil):
					t.Errorf("%+v, %v; want it to tell of %q", r, err, c.cut)
				}
			})
		})
	}
}
