package channel_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/vtynet/vty/channel"
)

// judge is a matcher made of a function.
type judge func(line string) (bool, error)

func (j judge) Match(line string) (bool, error) { return j(line) }

// A matcher decides over the lines that have the shape, and over no others.
func TestMatcherDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := &channel.Config{Prompts: []channel.Prompt{{Mode: "exec", Shape: regexp.MustCompile(`^(?P<host>\w+)[>#]$`), Exact: judge(func(line string) (bool, error) {
			if !strings.ContainsAny(line, ">#") {
				t.Errorf("it was asked about %q", line)
			}
			return !strings.HasPrefix(line, "x"), nil
		})}}}
		c := open(t, cfg, "r1> ", step{"show\r", "show\r\none\r\nx1#\r\ntwo\r\nr1> "})
		if r := send(t, c, "show"); r.Text != "one\nx1#\ntwo" || r.Prompt != "r1>" {
			t.Errorf("%+v", r)
		}
	})
}

// What nobody can tell ends the operation and the session with it: the same line
// would stand there again.
func TestMatcherThatGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errSlow := errors.New("this pattern takes too long")
		cfg := &channel.Config{Prompts: []channel.Prompt{{Mode: "exec", Shape: regexp.MustCompile(`^(?P<host>\w+)[>#]$`), Exact: judge(func(line string) (bool, error) {
			if strings.HasPrefix(line, "x") {
				return false, errSlow
			}
			return true, nil
		})}}}
		c := open(t, cfg, "r1> ", step{"show\r", "show\r\none\r\nx1>"})
		_, err := c.Send(t.Context(), channel.Input{Line: "show"})
		if !errors.Is(err, errSlow) || !errors.Is(err, channel.ErrClosed) {
			t.Errorf("got %v", err)
		}
		c = channel.New(play(t, "x1> "), cfg)
		if _, err := c.Login(t.Context(), channel.Login{}); !errors.Is(err, errSlow) {
			t.Errorf("at login: %v", err)
		}
	})
}
