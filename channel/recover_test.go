package channel_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/internal/memnet"
)

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
