package vty_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/sim"
)

// A path that can go dark: what is sent then is lost, and so is what comes.
type path struct {
	net.Conn
	dark *atomic.Bool
	gone chan struct{} // closed with our end, once
	once sync.Once
	sent *atomic.Int64 // bytes on their way to the device
	full bool          // in the dark nothing is taken, as where a window is full
}

func (p *path) Write(b []byte) (int, error) {
	p.sent.Add(int64(len(b)))
	if p.dark.Load() {
		if p.full {
			<-p.gone
			return 0, net.ErrClosed
		}
		return len(b), nil
	}
	return p.Conn.Write(b)
}

func (p *path) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if p.dark.Load() {
		<-p.gone
		return 0, net.ErrClosed
	}
	return n, err
}

func (p *path) Close() error {
	err := p.Conn.Close()
	p.once.Do(func() { close(p.gone) })
	return err
}

// overPath opens a simulated device over SSH or Telnet, by a path in memory.
func overPath(t *testing.T, transport vty.Transport, cfg vty.Config, p *path) *vty.Device {
	t.Helper()
	dev := newSim(t, "cisco_iosxe", nil)
	// More than the window of an SSH channel holds, and what waits behind it.
	dev.Answer("show stuck", strings.Repeat("a line of output\n", 200_000))
	listener := memnet.Listen("device")
	var server *sim.Server
	var err error
	if transport == vty.Telnet {
		server = sim.ServeTelnet(listener, dev)
	} else {
		server, err = sim.ServeSSH(listener, dev, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	cfg = credentials(dev, cfg)
	cfg.Transport, cfg.HostKeys = transport, auth.Pinned(server.Fingerprint())
	cfg.Auth = []auth.Method{auth.Password(cfg.Password)}
	p.dark, p.sent, p.gone = new(atomic.Bool), new(atomic.Int64), make(chan struct{})
	cfg.Via = func(ctx context.Context, _ string, _ int) (net.Conn, error) {
		conn, err := listener.Dial(ctx)
		p.Conn = conn
		return p, err
	}
	d, err := vty.Dial(t.Context(), "r1", &cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// interval and most are what the tests configure, and what a dead path may take:
// three intervals of silence after the one in which it was last heard.
const (
	interval = 10 * time.Second
	most     = 4*interval + time.Second
)

func TestDeadPathIsNoticed(t *testing.T) {
	for name, c := range map[string]struct {
		act func(ctx context.Context, d *vty.Device, dark func()) error
	}{
		"while idle": {func(ctx context.Context, d *vty.Device, dark func()) error {
			dark()
			time.Sleep(most)
			if d.Alive() {
				return nil
			}
			_, err := d.Run(ctx, "show clock")
			return err
		}},
		"while reading": {func(ctx context.Context, d *vty.Device, dark func()) error {
			dark()
			_, err := d.Do(ctx, vty.Command{Line: "show clock", Silence: -1})
			return err
		}},
		"in the middle of a stream": {func(ctx context.Context, d *vty.Device, dark func()) error {
			n := 0
			for _, err := range d.Follow(ctx, vty.Command{Line: "show stuck", Silence: -1}) {
				if err != nil {
					return err
				}
				if n++; n == 10 {
					dark()
				}
			}
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &path{}
				d := overPath(t, vty.SSH, vty.Config{KeepAlive: interval, Silence: -1}, p)
				started := time.Now()
				err := c.act(t.Context(), d, func() { p.dark.Store(true) })
				if took := time.Since(started); !errors.Is(err, vty.ErrClosed) || took > most {
					t.Errorf("after %v: %v; want ErrClosed within %v", took, err, most)
				}
				if d.Alive() {
					t.Error("still called alive")
				}
			})
		})
	}
}

// Where the path takes no more bytes, whoever types waits on a lock, which no fake
// clock sees: this one is by the machine's.
func TestDeadPathIsNoticedWhileWriting(t *testing.T) {
	p := &path{full: true}
	d := overPath(t, vty.SSH, vty.Config{KeepAlive: 100 * time.Millisecond, Silence: -1}, p)
	p.dark.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := d.Do(ctx, vty.Command{Line: "show clock", Silence: -1})
	if !errors.Is(err, vty.ErrClosed) || ctx.Err() != nil || d.Alive() {
		t.Errorf("error %v, alive %t", err, d.Alive())
	}
}

// A session is kept alive for as long as one likes, and the command line hears
// nothing of it.
func TestKeepAliveDisturbsNothing(t *testing.T) {
	for _, transport := range []vty.Transport{vty.SSH, vty.Telnet} {
		t.Run(string(transport), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &path{}
				d := overPath(t, transport, vty.Config{}, p)
				before := p.sent.Load()
				time.Sleep(time.Hour)
				if !d.Alive() {
					t.Fatal("an idle session died")
				}
				if sent := p.sent.Load() - before; sent < 100 {
					t.Errorf("%d bytes in an hour: no sign of life was sent", sent)
				}
				res, err := d.Run(t.Context(), "show clock")
				if err != nil || len(res.Aside) > 0 {
					t.Errorf("after an hour: %+v, %v", res, err)
				}
			})
		})
	}
}

func TestKeepAliveOff(t *testing.T) {
	for _, transport := range []vty.Transport{vty.SSH, vty.Telnet} {
		t.Run(string(transport), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &path{}
				d := overPath(t, transport, vty.Config{KeepAlive: -1}, p)
				before := p.sent.Load()
				time.Sleep(time.Hour)
				if sent := p.sent.Load() - before; sent != 0 || !d.Alive() {
					t.Errorf("%d bytes were sent in an hour", sent)
				}
			})
		})
	}
}
