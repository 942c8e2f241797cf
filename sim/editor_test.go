package sim

import (
	"strings"
	"testing"

	"github.com/vtynet/vty/terminal"
)

// edited types keys into a bare editor and gives the bytes shown, the line on the
// glass, and the line meant.
func edited(style string, prompt, width int, keys string) (shown, glass, line string) {
	o := &output{newline: "\r\n"}
	e := &editor{out: o, style: style}
	e.reset(strings.Repeat(">", prompt), width, false)
	for i := range len(keys) {
		e.take(keys[i])
	}
	screen := terminal.New(0)
	_, _ = screen.Write([]byte(strings.Repeat(">", prompt)))
	_, _ = screen.Write(o.buf)
	return string(o.buf), strings.TrimRight(string(screen.Current()), " "), string(e.line)
}

func TestEditor(t *testing.T) {
	for _, c := range []struct{ name, style, keys, shown, line string }{
		{"plain", "plain", "show", "show", "show"},
		{"backspace", "plain", "sx\bh", "sx\b \bh", "sh"},
		{"delete", "plain", "sx\x7fh", "sx\b \bh", "sh"},
		{"backspace at the start", "plain", "\b\bx", "x", "x"},
		{"Ctrl-U", "plain", "ab\x15c", "ab\b \b\b \bc", "c"},
		{"Ctrl-W", "plain", "a bc \x17d", "a bc \b \b\b \b\b \bd", "a d"},
		{"other control characters", "plain", "a\x01\x05\x07b", "ab", "ab"},
		{"arrow keys", "plain", "a\x1b[A\x1bOBb", "ab", "ab"},
		{"padding after a blank", "pad", strings.Repeat("x", 40) + " y", strings.Repeat("x", 40) + "    \b\b\by", strings.Repeat("x", 40) + " y"},
		{"drawn anew behind a blank", "redraw", "a bc d", "a \r\n>>>a bc \r\n>>>a bc d", "a bc d"},
	} {
		t.Run(c.name, func(t *testing.T) {
			shown, _, line := edited(c.style, 3, 80, c.keys)
			if shown != c.shown || line != c.line {
				t.Errorf("shown %q, want %q; line %q, want %q", shown, c.shown, line, c.line)
			}
		})
	}
}

// TestLongLineScrolls sees what IOS shows of a line that is wider than the
// screen: a $ and the line's end.
func TestLongLineScrolls(t *testing.T) {
	const prompt, width = 10, 40
	text := strings.Repeat("0123456789", 9)
	for n := range len(text) {
		shown, glass, line := edited("scroll", prompt, width, text[:n])
		if line != text[:n] {
			t.Fatalf("line %q", line)
		}
		if len(glass) >= width {
			t.Fatalf("%d keys fill the screen: %q", n, glass)
		}
		tail, scrolled := strings.CutPrefix(glass[prompt:], "$")
		if !strings.HasSuffix(line, tail) || scrolled != (n > width-prompt-1) {
			t.Fatalf("after %d keys %q shows %q", n, shown, glass)
		}
		// Rubbing all of it out leaves the prompt.
		if _, glass, line := edited("scroll", prompt, width, text[:n]+strings.Repeat("\b", n)); glass != strings.Repeat(">", prompt) || line != "" {
			t.Fatalf("%d keys rubbed out leave %q and %q", n, glass, line)
		}
	}
}

func TestLongLineWrapsAsReadline(t *testing.T) {
	shown, _, line := edited("readline", 4, 10, "abcdefghij")
	if shown != "abcdef \rghij" || line != "abcdefghij" {
		t.Errorf("%q, %q", shown, line)
	}
}

func TestHiddenLineShowsNothing(t *testing.T) {
	o := &output{}
	e := &editor{out: o, style: "plain"}
	e.reset("", 80, true)
	for _, b := range []byte("secret\b\x15x") {
		e.take(b)
	}
	if len(o.buf) > 0 || string(e.line) != "x" {
		t.Errorf("%q, %q", o.buf, e.line)
	}
}
