package ssh

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/vtynet/vty/transport"
	xssh "golang.org/x/crypto/ssh"
)

func TestProgramKeepsStandardErrorApart(t *testing.T) {
	for _, request := range []string{"subsystem", "exec"} {
		t.Run(request, func(t *testing.T) {
			d := &device{shell: func(_ *device, ch xssh.Channel) {
				_, _ = io.WriteString(ch.Stderr(), strings.Repeat("noise ", 10_000)+"the last words")
				_, _ = io.WriteString(ch, "out")
				_, _ = io.Copy(ch, ch)
				_ = ch.Close()
			}}
			cfg := anyKey()
			cfg.PTY = PTYRequire
			if request == "subsystem" {
				cfg.Subsystem = "netconf"
			} else {
				cfg.Command = "netconf"
			}
			c := d.mustOpen(t, cfg)
			if _, err := io.WriteString(c, "put"); err != nil {
				t.Fatal(err)
			}
			if err := c.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			out, err := io.ReadAll(c)
			if string(out) != "output" || err != nil {
				t.Errorf("read %q, %v", out, err)
			}
			if text := c.Stderr(); len(text) != maxTail || !strings.HasSuffix(text, "noise the last words") {
				t.Errorf("standard error: %d bytes, ending in %q", len(text), text[max(0, len(text)-30):])
			}
			d.mu.Lock()
			requests := slices.Clone(d.requests)
			d.mu.Unlock()
			if !slices.Equal(requests, []string{request}) {
				t.Errorf("requests %q", requests)
			}
			if c.Size() != (transport.Size{}) || c.Resize(t.Context(), transport.Size{Columns: 80, Rows: 24}) == nil {
				t.Error("there is a terminal")
			}
		})
	}
}

func TestProgramRefused(t *testing.T) {
	for want, change := range map[string]func(*Config){
		`the device refuses the subsystem "nosuch"`: func(c *Config) { c.Subsystem = "nosuch" },
		`the device refuses the command "nosuch"`:   func(c *Config) { c.Command = "nosuch" },
		"both a subsystem and a command":            func(c *Config) { c.Subsystem, c.Command = "a", "b" },
	} {
		cfg := anyKey()
		change(cfg)
		if _, err := new(device).mem(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("err = %v, want %q", err, want)
		}
	}
}
