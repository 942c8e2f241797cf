package channel

import "context"

// Adopt replaces what the channel knows of the device's command line, for one
// that was opened before it was known what the device is. It returns the mode
// that the prompt last seen is of; "" where cfg knows no such prompt, and then
// everything stays as it was.
func (c *Channel) Adopt(ctx context.Context, cfg *Config) (mode string, err error) {
	if err := c.acquire(ctx); err != nil {
		return "", err
	}
	defer c.release()
	if err := c.Err(); err != nil {
		return "", err
	}
	cfg = cfg.withDefaults()
	c.mu.Lock()
	defer c.mu.Unlock()
	now := newMachine(cfg)
	p, host := now.shape(c.m.prompt, nil)
	if p == nil {
		return "", nil
	}
	c.m.cfg, c.m.ends, c.m.above = cfg, now.ends, now.above
	c.m.host, c.m.mode = host, p.Mode
	c.m.exact = nil
	c.m.exact.note(p.Mode, c.m.prompt)
	c.cfg = cfg
	return p.Mode, nil
}
