package vty

import (
	"context"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/platform"
)

// maxSessions is how many sessions within one another are ended on a console: a
// shell within a shell, each part of a configuration.
const maxSessions = 8

// parting is how long a console may take to end a session.
const parting = 10 * time.Second

// enter logs in. On a console it reports whether the device asked who is there.
func (d *Device) enter(ctx context.Context, inside bool) (reply *channel.Reply, asked bool, err error) {
	login := d.login()
	login.Inside = inside
	if login.Console = d.cfg.console(); login.Console {
		login.Detours = append(login.Detours, d.asks(platform.UniversalPastime())...)
	}
	password := login.PasswordText
	login.PasswordText = func(ctx context.Context) (channel.Answer, error) {
		asked = true
		return password(ctx)
	}
	reply, err = d.ch.Login(ctx, login)
	return reply, asked, err
}

// takeOver ends the session that was found on a console, whose it may be, and
// begins our own. A console that lets everybody in is then at its prompt again. The
// mode is the one that the login ends in, and "" where nothing was to be done.
func (d *Device) takeOver(ctx context.Context) (mode string, err error) {
	if !d.cfg.credentials() {
		return "", nil
	}
	left, err := d.logOut(ctx)
	if err != nil || !left {
		return "", err
	}
	reply, _, err := d.enter(ctx, false)
	if err != nil {
		return "", err
	}
	d.banner = reply.Text
	return reply.Mode, nil
}

// credentials reports whether there is somebody to log in as.
func (c *Config) credentials() bool {
	if c.User == "" {
		return false
	}
	if c.Password != nil {
		return true
	}
	for _, m := range c.Auth {
		if p, ok := m.(auth.PasswordMethod); ok && p.Source != nil {
			return true
		}
	}
	return false
}

// logOut ends the session on a console, by the platform's on-close steps, until
// the device asks who is there or says that nobody is. It reports whether it came
// to that; a device that only ever shows its prompt again lets everybody in.
func (d *Device) logOut(ctx context.Context) (left bool, err error) {
	for range maxSessions {
		if _, mode := d.ch.Prompt(); mode == d.def.Configure.Mode && mode != "" {
			if err := d.reachMode(ctx, d.def.Default); err != nil {
				return false, err
			}
		}
		for _, step := range d.def.Close {
			in := d.input(step)
			for _, m := range d.def.Modes {
				in.Modes = append(in.Modes, m.Name)
			}
			in.Stays = true
			reply, err := d.ch.Send(ctx, in)
			if err != nil {
				return false, err
			}
			if reply.Ended {
				return true, nil
			}
		}
	}
	return false, nil
}

// closeConsole ends the session on a console before the connection: nobody else is
// to find it logged in. A command under way has as long to come to its end.
func (d *Device) closeConsole() error {
	ctx, cancel := context.WithTimeout(context.Background(), parting)
	defer cancel()
	if d.lock(ctx) == nil {
		if d.ch.Err() == nil {
			_, _ = d.logOut(ctx)
		}
		defer d.unlock()
	}
	return d.ch.Close()
}
