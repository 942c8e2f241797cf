package vty_test

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/sim"
)

// turnsPages tells of the platform whose pages cannot be turned off. Where a read cuts
// the line that ends a page, that line has to stand for a moment.
func turnsPages(platform string) bool { return platform == "generic" }

// No platform's commands take a moment longer than the device does.
func TestNoAddedLatency(t *testing.T) {
	for _, platform := range sim.Names() {
		t.Run(platform, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := fronts[0].simulated(t, newSim(t, platform, nil), vty.Config{})
				if _, err := d.Run(t.Context(), platforms[platform].long); err != nil {
					t.Fatal(err)
				}
				started := time.Now()
				for range 3 {
					if _, err := d.Run(t.Context(), platforms[platform].long); err != nil {
						t.Fatal(err)
					}
				}
				if took := time.Since(started); took != 0 && !turnsPages(platform) {
					t.Errorf("three commands took %v", took)
				}
			})
		})
	}
}

// An answer is there at the very instant of the last byte of its prompt, however
// slowly that came. Only a prompt that was never seen before takes a quiet, of a
// length that Config.Quiet sets.
func TestAnswerAtTheInstantOfItsPrompt(t *testing.T) {
	for _, quiet := range []time.Duration{0, 40 * time.Millisecond, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			var last time.Time // of the last byte sent
			client, device := memnet.Pipe()
			go func() {
				defer func() { _ = device.Close() }()
				slowly := func(text string) {
					for i := range len(text) {
						<-time.After(3 * time.Millisecond)
						last = time.Now()
						_, _ = io.WriteString(device, text[i:i+1])
					}
				}
				slowly("\r\nr1#")
				prompt := "r1#"
				for line, key := "", make([]byte, 1); ; {
					if _, err := device.Read(key); err != nil {
						return
					}
					if key[0] != '\r' {
						line += string(key)
						continue
					}
					if line == "hostname r2" {
						prompt = "r2#"
					}
					answer := ""
					if line != "" {
						answer = strings.Repeat("a line\r\n", 3)
					}
					slowly(line + "\r\n" + answer + prompt)
					line = ""
				}
			}()
			d, err := vty.Open(t.Context(), client, "r1", &vty.Config{Platform: "cisco_iosxe", KeepTerminal: true, Quiet: quiet})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = d.Close() }()
			for range 3 {
				if _, err := d.Run(t.Context(), "show clock"); err != nil || time.Since(last) != 0 {
					t.Errorf("%v, %v after the last byte", err, time.Since(last))
				}
			}
			// Another name in the prompt: it is probed by a return, and once it has
			// come again it is learned.
			if _, err := d.Run(t.Context(), "hostname r2"); err != nil || d.Prompt() != "r2#" {
				t.Fatalf("%v at %q", err, d.Prompt())
			}
			if res, err := d.Run(t.Context(), "show clock"); err != nil || time.Since(last) != 0 || len(res.Lines()) != 3 {
				t.Errorf("after the new name: %v, %v after the last byte", err, time.Since(last))
			}
		})
	}
}
