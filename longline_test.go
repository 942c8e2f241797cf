package vty_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
)

// TestLongCommands types commands of 1 to 2,000 characters on terminals of several
// widths, at devices that scroll the line behind a "$", wrap it as readline does or
// leave that to the terminal, pad it, or draw it anew at every blank. The output is
// cut at random. Each answer is exactly what the device was told.
func TestLongCommands(t *testing.T) {
	const longest = 2000
	for _, style := range []string{"scroll", "readline", "plain", "pad", "redraw"} {
		for _, width := range []int{40, 80, 132, 511} {
			t.Run(fmt.Sprintf("%s/%d", style, width), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					random := rand.New(rand.NewPCG(uint64(width), uint64(len(style))))
					dev, err := sim.New("generic", &sim.Config{
						Hostname: "box", Wrap: func(w io.Writer) io.Writer { return &slicing{w, random} },
					}, fmt.Appendf(nil, "echo: %s\nfollow: true\ncommands: [{ on: 'say <what...>', text: 'told {what}' }]\n", style))
					if err != nil {
						t.Fatal(err)
					}
					cfg := credentials(dev, vty.Config{})
					d, err := vty.Open(t.Context(), dev.Pipe(sim.Terminal{Size: transport.Size{Columns: width}}), "box", &cfg)
					if err != nil {
						t.Fatal(err)
					}
					defer func() { _ = d.Close() }()
					lengths := []int{1, 2, longest}
					for _, edge := range []int{width - len(d.Prompt()), width, 2*width - len(d.Prompt()), 2 * width, 240} {
						for n := edge - 3; n <= edge+3; n++ {
							lengths = append(lengths, n)
						}
					}
					for range 6 {
						lengths = append(lengths, 1+random.IntN(longest))
					}
					for _, n := range lengths {
						if n < 1 || n > longest {
							continue
						}
						words := sentence(random, n-len("say "))
						command, want := "say "+words, "told "+words
						if words == "" {
							command = strings.Repeat("x", n)
							want = "ERR 14: no such verb: " + command
						}
						res, err := d.Run(t.Context(), command)
						if err != nil {
							t.Fatalf("%d characters: %v\n%q", n, err, command)
						}
						if got := res.Text(); got != want {
							t.Fatalf("%d characters: %s\n%q", n, firstDifference(got, want), command)
						}
					}
				})
			})
		}
	}
}

// sentence is n characters of words with one blank between each two.
func sentence(random *rand.Rand, n int) string {
	letters := "abcdefghijklmnopqrstuvwxyz0123456789.:/-|$\"'#>"
	if random.IntN(3) == 0 { // the parts of the line are much alike
		letters = "ab$"
	}
	text := make([]byte, max(n, 0))
	for i := range text {
		if i > 0 && i < n-1 && text[i-1] != ' ' && random.IntN(9) == 0 {
			text[i] = ' '
			continue
		}
		text[i] = letters[random.IntN(len(letters))]
	}
	return string(text)
}

// slicing cuts what is written at random.
type slicing struct {
	to     io.Writer
	random *rand.Rand
}

func (c *slicing) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		n := min(1+c.random.IntN(200), len(p)-done)
		if _, err := c.to.Write(p[done : done+n]); err != nil {
			return done, err
		}
		done += n
	}
	return len(p), nil
}
