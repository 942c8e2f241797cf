package pool

import (
	"log/slog"
	"time"
)

// Config says how many sessions are kept, and how long. Nil and the zero Config mean
// what the fields say of 0.
type Config struct {
	// Sessions limits the sessions in all, lent ones and those that idle; where it is
	// reached, that which has idled for longest makes room. 0 means no limit.
	Sessions int
	// PerDevice limits the sessions with one device, where its Host does not say how
	// many it bears; 0 means 1.
	PerDevice int
	// Idle is how long a session may idle before it is closed: less than the device's
	// own limit. 0 means 5 minutes, a negative value for ever.
	Idle time.Duration
	// Age is how old a session may become, 0 means an hour, a negative value any age.
	// One that is lent is closed when it comes back.
	Age time.Duration
	// Trust is how long a session that its transport holds for alive is lent without
	// asking the device, counted from its last use. 0 means 1 s; a negative value
	// asks always.
	Trust time.Duration
	// Check is how long a device may take to show its prompt before its session is
	// lent, and to be put in order when it comes back. 0 means 5 s.
	Check time.Duration

	Logger *slog.Logger // is told of every session opened, lent again and closed; nil logs nothing
}

func (c *Config) withDefaults() Config {
	d := Config{}
	if c != nil {
		d = *c
	}
	for _, f := range []struct {
		value *time.Duration
		usual time.Duration
	}{{&d.Idle, 5 * time.Minute}, {&d.Age, time.Hour}, {&d.Trust, time.Second}, {&d.Check, 5 * time.Second}} {
		if *f.value == 0 {
			*f.value = f.usual
		}
	}
	if d.PerDevice <= 0 {
		d.PerDevice = 1
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	return d
}
