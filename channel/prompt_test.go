package channel_test

import (
	"errors"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/channel"
)

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

// A line of output that looks like another device's prompt is probed where the device
// pauses behind it, and stays in the answer where its own prompt comes next.
func TestProbedLineStays(t *testing.T) {
	for _, streamed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ch := open(t, ios(), "r1#",
				step{"show x\r", "show x\r\none\r\nr2#"},
				step{"\r", "\r\nr1#"},
				step{"show y\r", "\r\nr1#show y\r\ny\r\nr1#"})
			var text string
			if streamed {
				for line, err := range ch.Lines(t.Context(), channel.Input{Line: "show x"}) {
					if err != nil {
						t.Fatal(err)
					}
					text += line + "\n"
				}
			} else {
				text = send(t, ch, "show x").Text + "\n"
			}
			if text != "one\nr2#\n" {
				t.Errorf("streamed %v: answer %q", streamed, text)
			}
			if r := send(t, ch, "show y"); r.Text != "y" {
				t.Errorf("next answer %q", r.Text)
			}
		})
	}
}

// A new prompt that another command stands behind, further up, is not the first of its
// kind: what came with it is no answer to ours.
func TestNewPromptThatWentOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := open(t, ios(), "r1#",
			step{"show x\r", "show x\r\none\r\nr2#show y\r\ntwo\r\nr2#"},
			step{"\r", "\r\nr2#"},
			step{"\x03", "^C\r\nr2#"})
		if r, err := ch.Send(t.Context(), channel.Input{Line: "show x"}); !errors.Is(err, channel.ErrDesync) {
			t.Errorf("%+v, %v", r, err)
		}
	})
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
