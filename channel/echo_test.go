package channel

import (
	"strings"
	"testing"
)

func TestEcho(t *testing.T) {
	long := "ip access-list extended a-name-so-long-that-the-line-scrolls-off-the-screen"
	for _, c := range []struct {
		name, input, prompt string
		lines               []string
		seen                bool
		wrong               string
	}{
		{"plain", "show x", "r1#", []string{"r1#show x"}, true, ""},
		{"prompt with a blank", "show x", "r1# ", []string{"r1# show x  "}, true, ""},
		{"bare return", "", "r1#", []string{"r1#"}, true, ""},
		{"leading blank typed", " ip address", "r1(config-if)#", []string{"r1(config-if)# ip address"}, true, ""},
		{"prompt scrolled away", "show x", "r1#", []string{"r1#", "%LINK-3-UPDOWN", "show x"}, true, ""},
		{"no prompt in front at all", "show x", "", []string{"show x"}, true, ""},
		{"another mode's prompt", "show x", "r1#", []string{"", "r1(config)#show x"}, true, ""},
		{"broken by a message", "show version", "r1#", []string{"r1#show ver", "%SYS-5-CONFIG_I", "sion"}, true, ""},
		{"blanks added", "show  interfaces brief", "r1#", []string{"r1#show interfaces  brief "}, true, ""},
		{"tail of a scrolled line", long, "r1#", []string{"r1#$" + long[len(long)-20:]}, true, ""},
		{"head of a scrolled line", long, "r1#", []string{"r1#" + long[:30] + "$"}, true, ""},
		{"scrolled without the prompt", long, "r1#", []string{"$" + long[len(long)-20:]}, true, ""},
		{"several lines", "banner motd ^\nhello\n^", "r1(config)#", []string{"r1(config)#banner motd ^", "Enter TEXT message.", "hello", "^"}, true, ""},
		{"another command", "show x", "r1#", []string{"r1#show y"}, false, "show y"},
		{"cut short", "show version", "r1#", []string{"r1#show ver", "% Ambiguous command"}, false, "show ver"},
		{"typed behind something else", "show x", "r1#", []string{"r1#zzshow x"}, false, "zzshow x"},
		{"in the middle of output", "show x", "r1#", []string{"description show x"}, false, ""},
		{"too little of a scrolled line", "show x", "r1#", []string{"r1#$x"}, false, "$x"},
		{"the beginning of a line that ends in a $", "echo 'costs 5$ 6$ 7'", "r1#", []string{"r1#echo 'costs 5$"}, false, "echo 'costs 5$"},
		{"a $ in a beginning that ends like the line", "x $abcdefgh $abcdefgh", "r1#", []string{"r1#x $abcdefgh "}, false, "x $abcdefgh"},
		{"the same beginning twice", "say b s b", "r1#", []string{"r1#say b ", "r1#say b"}, false, "say b"},
		{"nothing yet", "show x", "r1#", nil, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEcho(c.input, c.prompt)
			for i, line := range c.lines {
				seen := e.take(line, nil, func(s string) bool {
					return strings.HasPrefix(s, "r1") && strings.HasSuffix(s, "#") && !strings.Contains(s, " ") && s != "r1#zz"
				})
				if last := i == len(c.lines)-1; seen != (last && c.seen) {
					t.Fatalf("after line %d (%q): seen %v", i, line, seen)
				}
			}
			if e.seen != c.seen {
				t.Errorf("seen %v, want %v", e.seen, c.seen)
			}
			if !c.seen && e.wrong != c.wrong {
				t.Errorf("wrong echo %q, want %q", e.wrong, c.wrong)
			}
		})
	}
}

func TestWrappedEcho(t *testing.T) {
	for _, c := range []struct {
		drawn, want string
		is          bool
	}{
		{"echo aaaa\rabbb", "echo aaaabbb", true},   // the next character twice
		{"echo aaaa \rbbbb", "echo aaaabbbb", true}, // a blank
		{"echo aaaa\rbbbb", "echo aaaabbbb", true},  // nothing
		{"echo a\x1b[K\r b", "echo a b", true},      // colours and erasures
		{"echo aaa\rbbbb", "echo aaaabbbb", false},  // one is missing
		{"echo aaaa\rbbb", "echo aaaabbbb", false},  // cut short
		{"echo aaaa\raabbbb", "echo aabbbb", false}, // two too many
		{"echo aaaa", "echo bbbb", false},
	} {
		if got := wrapped(c.drawn, c.want); got != c.is {
			t.Errorf("wrapped(%q, %q) = %v", c.drawn, c.want, got)
		}
	}
}
