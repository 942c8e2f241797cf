package channel_test

import (
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
