package terminal_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vtynet/vty/terminal"
)

// shown renders input and returns what a person would see: the finished lines
// and, after the last line feed, the current one.
func shown(width int, pieces ...string) string {
	t := terminal.New(width)
	for _, p := range pieces {
		_, _ = t.Write([]byte(p))
	}
	return string(t.Finished()) + string(t.Current())
}

var renderings = []struct {
	name  string
	width int
	in    string
	want  string
}{
	{"plain lines", 0, "a\r\nb\r\n", "a\nb\n"},
	{"trailing blanks are the device's", 0, "a  \r\nb", "a  \nb"},
	{"bare line feeds", 0, "a\nb", "a\nb"},
	{"line feed before return", 0, "a\n\rb\n\rc", "a\nb\nc"},
	{"two returns before the line feed", 0, "a\r\r\nb", "a\nb"},
	{"return and NUL", 0, "\r\x00r1# ", "r1# "},
	{"overwritten from the start", 0, "Loading 10%\rLoading 20%\r\n", "Loading 20%\n"},
	{"shorter overwrite keeps the tail", 0, "abcdef\rXY\n", "XYcdef\n"},
	{"backspace echo of a correction", 0, "shwo\b\bow", "show"},
	{"IOS pager wiped by backspaces", 0, "one\r\n --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\btwo  \r\n", "one\ntwo  \n"},
	{"FRR pager wiped to the edge", 0, "one\r\n --More-- \b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\btwo  \r\n", "one\ntwo  \n"},
	{"Junos pager wiped by returns", 0, "---(more 42%)---\r                                        \rset x\r\n", "set x\n"},
	{"EOS pager wiped by erase", 0, "\x1b[7m--More--\x1b[27m\x1b[K\r\x1b[Kline\r\n", "line\n"},
	{"VRP pager", 0, "  ---- More ----\x1b[42D                                          \x1b[42Dnext\r\n", "next\n"},
	{"wipe of a line that then stays empty", 0, " --More-- \r          \r\r\n", "\n"},
	{"colours", 0, "\x1b[1;31mred\x1b[0m\r\n", "red\n"},
	{"window title", 0, "\x1b]0;ops@h1: ~\x07ops@h1:~$ ", "ops@h1:~$ "},
	{"title ended by ST", 0, "\x1b]0;x\x1b\\y", "y"},
	{"string cut short by a sequence", 0, "\x1bPabc\x1b[1mfoo", "foo"},
	{"bracketed paste", 0, "\x1b[?2004hr1$ \x1b[?2004l", "r1$ "},
	{"erase to the right", 0, "r1#show\r\x1b[Kr1#", "r1#"},
	{"erase the whole line", 0, "abc\x1b[2K\rdef", "def"},
	{"erase to the left", 0, "abc\x1b[D\x1b[1K", "   "},
	{"delete and insert characters", 0, "abcd\x1b[3D\x1b[P\x1b[@X", "aXcd"},
	{"erase characters", 0, "abcd\r\x1b[2X", "  cd"},
	{"cursor column", 0, "abc\x1b[2GX", "aXc"},
	{"save and restore", 0, "ab\x1b7cd\x1b8X", "abXd"},
	{"ProCurve addresses one row", 0, "\x1b[24;1Hsw# \x1b[24;1H\x1b[2K\x1b[24;1Hsw# ", "sw# "},
	{"another row is another line", 0, "\x1b[1;1Hone\x1b[2;1Htwo", "one\ntwo"},
	{"clear the screen before a prompt", 0, "\x1b[H\x1b[Jsw>", "sw>"},
	{"wraps at the edge and back", 4, "abcd\rX", "Xbcd"},
	{"readline's wrap", 4, "abcd \re", "abcde"},
	{"second row's return stays there", 4, "abcdefg\rX", "abcdXfg"},
	{"up a row", 4, "abcdef\x1b[AX", "abXdef"},
	{"tabs stay", 0, "a\tb\r\n", "a\tb\n"},
	{"tab overwritten", 0, "a\tb\rXY\n", "XY      b\n"},
	{"UTF-8", 0, "Zürich\r\n", "Zürich\n"},
	{"UTF-8 under the cursor", 0, "Zürich\rX\n", "Xürich\n"},
	{"Latin-1 and odd bytes stay", 0, "\xf9\xcd\xff\r\n", "\xf9\xcd\xff\n"},
	{"Latin-1 in an edited line", 0, "a\xf9b\rX\n", "X\xf9b\n"},
	{"form feed", 0, "tty=ansi \f\rsw# ", "tty=ansi \nsw# "},
	{"bell and NUL", 0, "a\x07\x00b", "ab"},
	{"wide moves are bounded", 0, "\x1b[999999999Cx\r\x1b[K.", "."},
	{"control within a sequence", 0, "a\x1b[\r2Cb", "a b"},
	{"aborted sequence", 0, "\x1b[12\x18x", "x"},
	{"character set", 0, "\x1b(Bx\x1b)0y", "xy"},
}

func TestRenderings(t *testing.T) {
	for _, c := range renderings {
		t.Run(c.name, func(t *testing.T) {
			if got := shown(c.width, c.in); got != c.want {
				t.Errorf("%q shows %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestAnySplitShowsTheSame(t *testing.T) {
	for _, c := range renderings {
		for i := range len(c.in) + 1 {
			if got := shown(c.width, c.in[:i], c.in[i:]); got != c.want {
				t.Errorf("%s, split at %d: %q, want %q", c.name, i, got, c.want)
			}
		}
		if got := shown(c.width, strings.Split(c.in, "")...); got != c.want && utf8.ValidString(c.in) {
			t.Errorf("%s, one by one: %q, want %q", c.name, got, c.want)
		}
		var bytewise []string
		for i := range len(c.in) {
			bytewise = append(bytewise, c.in[i:i+1])
		}
		if got := shown(c.width, bytewise...); got != c.want {
			t.Errorf("%s, byte by byte: %q, want %q", c.name, got, c.want)
		}
	}
}

// A text gives the same lines whether a pager stood between any two of them or
// not.
func TestPagerLeavesNoTrace(t *testing.T) {
	wipes := map[string]string{
		"backspaces": " --More-- " + strings.Repeat("\b", 10) + strings.Repeat(" ", 10) + strings.Repeat("\b", 10),
		"returns":    "---(more)---\r" + strings.Repeat(" ", 40) + "\r",
		"erase":      "\x1b[7m--More--\x1b[m\r\x1b[K",
		"none":       "--More--\r\n",
	}
	lines := []string{"interface eth0  ", "", " ip address 192.0.2.1/24", "\tdescription tab", "!"}
	want := strings.Join(lines, "\n") + "\n"
	for name, wipe := range wipes {
		term := terminal.New(80)
		for _, l := range lines {
			at := strings.LastIndexAny(wipe, "-") + 1
			_, _ = term.Write([]byte(wipe[:at]))
			term.Passing()
			_, _ = term.Write([]byte(wipe[at:] + l + "\r\n"))
		}
		if got := string(term.Finished()); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestDrop(t *testing.T) {
	term := terminal.New(0)
	_, _ = term.Write([]byte("one\r\ntwo\r\nthree"))
	term.Drop(4)
	_, _ = term.Write([]byte("!\r\n"))
	if got := string(term.Finished()); got != "two\nthree!\n" || term.Count() != 3 {
		t.Errorf("after Drop: %q, %d lines in all", got, term.Count())
	}
	term.Drop(1 << 20)
	if got := string(term.Finished()); got != "" {
		t.Errorf("after dropping more than there is: %q", got)
	}
}

func TestReplies(t *testing.T) {
	term := terminal.New(0)
	_, _ = term.Write([]byte("abc\x1b[6n\x1b[c\x1b[5n\x1b[?1c"))
	if got, want := string(term.Replies()), "\x1b[1;4R\x1b[?1;2c\x1b[0n"; got != want {
		t.Errorf("replies %q, want %q", got, want)
	}
	_, _ = term.Write(bytes.Repeat([]byte("\x1b[6n"), 10000))
	if n := len(term.Replies()); n == 0 || n > 2048 {
		t.Errorf("a flood of queries left %d bytes of replies", n)
	}
}

func TestCursorRow(t *testing.T) {
	term := terminal.New(80)
	term.SetRows(24)
	_, _ = term.Write([]byte("\x1b[6n\r\n\r\nabc\x1b[6n\x1b[9999B\x1b[6n\x1b[2A\x1b[6n\r\n\r\n\r\n\r\n\x1b[6n\x1b[1;1H\x1b[6n"))
	if got, want := string(term.Replies()), "\x1b[1;1R\x1b[3;4R\x1b[24;4R\x1b[22;4R\x1b[24;1R\x1b[1;1R"; got != want {
		t.Errorf("replies %q, want %q", got, want)
	}
}

func FuzzSplit(f *testing.F) {
	for i, c := range renderings {
		f.Add([]byte(c.in), uint64(i), uint8(c.width))
	}
	f.Fuzz(func(t *testing.T, in []byte, seed uint64, width uint8) {
		whole := shown(int(width), string(in))
		random := rand.New(rand.NewPCG(seed, 1))
		var pieces []string
		for rest := in; len(rest) > 0; {
			n := 1 + random.IntN(len(rest))
			pieces = append(pieces, string(rest[:n]))
			rest = rest[n:]
		}
		if got := shown(int(width), pieces...); got != whole {
			t.Errorf("in pieces %q: %q, whole: %q", pieces, got, whole)
		}
		if strings.ContainsAny(whole, "\x1b\r\b") {
			t.Errorf("control characters are left in %q", whole)
		}
	})
}

func BenchmarkLines(b *testing.B) {
	text := []byte(strings.Repeat("interface GigabitEthernet0/0/1 is up, line protocol is up (connected)\r\n", 450))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		term := terminal.New(511)
		_, _ = term.Write(text)
	}
}

func Example() {
	term := terminal.New(80)
	_, _ = term.Write([]byte("r1#sh\b\bshow clock\r\n10:00:00 UTC\r\n --More-- \r          \rr1#"))
	fmt.Printf("%s[%s]\n", term.Finished(), term.Current())
	// Output:
	// r1#show clock
	// 10:00:00 UTC
	// [r1#]
}
