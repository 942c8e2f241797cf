package layers

import (
	"strings"
	"testing"

	"github.com/vtynet/vty/bench/router"
	"github.com/vtynet/vty/terminal"
)

// packet is as much as an SSH packet holds.
const packet = 32 << 10

// render is a terminal that takes text packet by packet, as a channel does whose
// caller takes the lines at once.
func render(b *testing.B, text string) {
	term := terminal.New(511)
	p := []byte(text)
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	for b.Loop() {
		for rest := p; len(rest) > 0; {
			n := min(packet, len(rest))
			_, _ = term.Write(rest[:n])
			term.Drop(len(term.Finished()))
			rest = rest[n:]
		}
	}
}

func wire(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") + "\r\n" }

func BenchmarkTerminalPlain(b *testing.B) {
	render(b, wire(router.Answer(router.ShowLines(20_000, 0))))
}

// A text in which every field has its colour: 8 escape sequences on each line.
func BenchmarkTerminalEscapes(b *testing.B) {
	line := "\x1b[1;32m10.0.0.0/24\x1b[0m \x1b[33m[110/20]\x1b[0m via \x1b[36m192.0.2.1\x1b[0m, 1d02h, \x1b[1mGi0/0\x1b[0m\r\n"
	render(b, strings.Repeat(line, 20_000))
}

// A pager that is wiped by backspaces after every 24 lines.
func BenchmarkTerminalPager(b *testing.B) {
	page := strings.Repeat("interface GigabitEthernet0/0/1 is up, line protocol is up\r\n", 24)
	wipe := " --More-- " + strings.Repeat("\b", 10) + strings.Repeat(" ", 10) + strings.Repeat("\b", 10)
	render(b, strings.Repeat(page+wipe, 1000))
}

// A progress bar: the line is written over and over.
func BenchmarkTerminalRedraw(b *testing.B) {
	render(b, strings.Repeat("Copying flash:packages.conf 10%\rCopying flash:packages.conf 20%\r\x1b[K", 10_000))
}
