package vty_test

import (
	"context"
	"errors"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
)

// rebooting makes the Dial of a device that refuses connections for so many
// attempts; a broken one lets the next be made and ends before it says anything.
func rebooting(t *testing.T, refused int) (cfg *vty.Config, attempts *int) {
	t.Helper()
	dev := newSim(t, "cisco_iosxe", nil)
	c := credentials(dev, vty.Config{})
	attempts = new(int)
	c.Dial = func(context.Context) (transport.Conn, error) {
		if *attempts++; *attempts <= refused {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		}
		conn := dev.Pipe(sim.Terminal{Login: true})
		if *attempts == refused+1 {
			_ = conn.Close() // its services start one after the other
		}
		return conn, nil
	}
	return &c, attempts
}

func TestWaitReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, attempts := rebooting(t, 4)
		var pauses []time.Duration
		started := time.Now()
		dev, err := vty.WaitReady(t.Context(), "r1", cfg, &vty.Ready{
			First: time.Second, Longest: 4 * time.Second,
			Failed: func(_ int, err error, next time.Duration) {
				var dial *vty.DialError
				if !errors.As(err, &dial) {
					t.Errorf("attempt failed by %v, want a DialError", err)
				}
				pauses = append(pauses, next)
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = dev.Close() }()
		if *attempts != 6 || len(pauses) != 5 {
			t.Errorf("%d attempts with %d pauses, want 6 with 5", *attempts, len(pauses))
		}
		for i, about := range []time.Duration{1, 2, 4, 4, 4} {
			if about *= time.Second; pauses[i] < about*9/10 || pauses[i] > about*11/10 {
				t.Errorf("pause %d is %v, want about %v", i, pauses[i], about)
			}
		}
		if took := time.Since(started); took > 20*time.Second {
			t.Errorf("took %v", took)
		}
		if _, err := dev.Run(t.Context(), "show clock"); err != nil && !errors.Is(err, vty.ErrRefused) {
			t.Error(err)
		}
	})
}

func TestWaitReadyChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, _ := rebooting(t, 0)
		checks := 0
		dev, err := vty.WaitReady(t.Context(), "r1", cfg, &vty.Ready{Check: func(context.Context, *vty.Device) error {
			if checks++; checks < 3 {
				return vty.ErrRefused // whatever it is, it may pass
			}
			return nil
		}})
		if err != nil || checks != 3 {
			t.Fatalf("%d checks, error %v", checks, err)
		}
		_ = dev.Close()
	})
}

func TestWaitReadyGivesUp(t *testing.T) {
	t.Run("when its context ends", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			cfg, _ := rebooting(t, 1000)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			started := time.Now()
			_, err := vty.WaitReady(ctx, "r1", cfg, nil)
			if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("error %v, want the deadline and the last attempt's", err)
			}
			if took := time.Since(started); took != time.Minute {
				t.Errorf("took %v", took)
			}
		})
	})
	t.Run("at a refused password", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			cfg, attempts := rebooting(t, 0)
			cfg.Password = auth.Literal("wrong")
			*attempts = 1
			_, err := vty.WaitReady(t.Context(), "r1", cfg, nil)
			if !errors.Is(err, vty.ErrLogin) || *attempts != 2 {
				t.Errorf("%d attempts, error %v", *attempts-1, err)
			}
		})
	})
	t.Run("at a mistake", func(t *testing.T) {
		if _, err := vty.WaitReady(t.Context(), "r1", &vty.Config{Platform: "no_such"}, nil); err == nil {
			t.Error("a platform that does not exist")
		}
	})
}
