package vty_test

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
)

// spoken is a session into which the test says something in the device's place.
func spoken(t *testing.T, dev *sim.Device) (client transport.Conn, say func(string)) {
	near, far := memnet.Pipe()
	pipe := dev.Pipe(sim.Terminal{Size: transport.Size{Columns: 511, Rows: 1000}})
	go func() { _, _ = io.Copy(far, pipe); _ = far.Close() }()
	go func() { _, _ = io.Copy(pipe, far); _ = pipe.Close() }()
	return near, func(text string) {
		if _, err := far.Write([]byte(text)); err != nil {
			t.Error(err)
		}
	}
}

// What a user leaves behind either goes with Reset, or makes the session unfit.
func TestReset(t *testing.T) {
	run := func(t *testing.T, d *vty.Device, command string) {
		t.Helper()
		if _, err := d.Run(t.Context(), command); err != nil {
			t.Errorf("%q: %v", command, err)
		}
	}
	cases := map[string]struct {
		platform string
		use      func(t *testing.T, d *vty.Device, say func(string))
		unfit    string // part of the reason; "" for a session that is fit again
	}{
		"nothing":        {"cisco_iosxe", func(*testing.T, *vty.Device, func(string)) {}, ""},
		"a command":      {"cisco_iosxe", func(t *testing.T, d *vty.Device, _ func(string)) { run(t, d, "show version") }, ""},
		"a refused line": {"cisco_iosxe", func(t *testing.T, d *vty.Device, _ func(string)) { _, _ = d.Run(t.Context(), "show nonsense") }, ""},
		"another mode":   {"cisco_iosxe", func(t *testing.T, d *vty.Device, _ func(string)) { _ = d.Enter(t.Context(), "exec") }, ""},
		"lines that act": {"cisco_iosxe", func(t *testing.T, d *vty.Device, _ func(string)) { _ = d.Enter(t.Context(), "configuration") }, ""},
		"a message":      {"cisco_iosxe", func(_ *testing.T, _ *vty.Device, say func(string)) { say("\r\n%SYS-5-CONFIG_I: Configured\r\nr1#") }, ""},
		"a commit": {"juniper_junos", func(t *testing.T, d *vty.Device, _ func(string)) {
			_, _ = d.Configure(t.Context(), "set system host-name mx9")
		}, ""},
		"an abort": {"juniper_junos", func(t *testing.T, d *vty.Device, _ func(string)) { _, _ = d.Configure(t.Context(), "frobnicate") }, ""},
		"a candidate": {"juniper_junos", func(t *testing.T, d *vty.Device, _ func(string)) {
			_, err := d.Do(t.Context(), vty.Command{Line: "set system host-name mx9", Mode: "configuration"})
			if err != nil {
				t.Error(err)
			}
			run(t, d, "show version")
		}, "candidate"},
		"a lock": {"juniper_junos", func(t *testing.T, d *vty.Device, _ func(string)) { _ = d.Enter(t.Context(), "configuration") }, "candidate"},
		"a timer": {"cisco_iosxr", func(t *testing.T, d *vty.Device, _ func(string)) {
			_, err := d.Apply(t.Context(), vty.Configuration{Lines: []string{"hostname r9"}, Confirm: time.Hour})
			if err != nil {
				t.Error(err)
			}
		}, "confirmed"},
		"a timer that was confirmed": {"cisco_iosxr", func(t *testing.T, d *vty.Device, _ func(string)) {
			_, err := d.Apply(t.Context(), vty.Configuration{Lines: []string{"hostname r9"}, Confirm: time.Hour})
			if err = errors.Join(err, d.Confirm(t.Context())); err != nil {
				t.Error(err)
			}
		}, ""},
		"an answer cut short": {"cisco_iosxe", func(_ *testing.T, _ *vty.Device, say func(string)) { say("the rest of it\r\n") }, "out of step"},
		"an answer that was out of step": {"cisco_iosxe", func(t *testing.T, d *vty.Device, say func(string)) {
			say("the rest of it\r\n")
			synctest.Wait()
			if _, err := d.Run(t.Context(), "show version"); !errors.Is(err, vty.ErrDesync) {
				t.Error(err)
			}
			run(t, d, "show version")
		}, "out of step"},
		"a command stopped": {"cisco_iosxe", func(t *testing.T, d *vty.Device, _ func(string)) {
			if _, err := d.Do(t.Context(), vty.Command{Line: "show lines 5000", Lines: 3}); err != nil {
				t.Error(err)
			}
		}, ""},
		"a command left running": {"linux", func(t *testing.T, d *vty.Device, _ func(string)) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := d.Do(ctx, vty.Command{Line: "sleep 60", Cancel: vty.CancelLeave}); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		}, "left running"},
		"a person": {"cisco_iosxe", func(t *testing.T, d *vty.Device, _ func(string)) {
			if err := d.Attach(t.Context(), strings.NewReader("show clock\r"), io.Discard); err != nil {
				t.Error(err)
			}
		}, "had the command line"},
		"a stream under way": {"linux", func(t *testing.T, d *vty.Device, _ func(string)) {
			go func() { _, _ = d.Do(t.Context(), vty.Command{Line: "sleep 60", Until: regexp.MustCompile(`never`)}) }()
			synctest.Wait()
		}, "under way"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var overlays [][]byte
				if c.platform == "cisco_iosxr" {
					overlays = append(overlays, []byte("commands: [{ on: \"commit confirmed <seconds:int>\", in: [configuration], do: commit }]\n"))
				}
				dev, err := sim.New(c.platform, &sim.Config{Hostname: "r1"}, overlays...)
				if err != nil {
					t.Fatal(err)
				}
				conn, say := spoken(t, dev)
				cfg := credentials(dev, vty.Config{})
				d, err := vty.Open(t.Context(), conn, "r1", &cfg)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = d.Close() }()
				home := d.Mode()
				c.use(t, d, say)
				synctest.Wait()
				err = d.Reset(t.Context())
				if c.unfit == "" {
					if err != nil || d.Mode() != home {
						t.Fatalf("%v, in mode %s", err, d.Mode())
					}
					run(t, d, "show version")
					return
				}
				if !errors.Is(err, vty.ErrUnfit) || !strings.Contains(err.Error(), c.unfit) {
					t.Errorf("%v, want %q", err, c.unfit)
				}
			})
		})
	}
}

// A session that is over is no matter of fitness.
func TestResetOfAClosedSession(t *testing.T) {
	d := fronts[0].simulated(t, newSim(t, "cisco_iosxe", nil), vty.Config{})
	_ = d.Close()
	if err := d.Reset(t.Context()); !errors.Is(err, vty.ErrClosed) || errors.Is(err, vty.ErrUnfit) {
		t.Error(err)
	}
}
