package channel_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/channel"
)

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

// never is a reader and a writer that block for ever.
type never struct{}

func (never) Read([]byte) (int, error) { select {} }

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
