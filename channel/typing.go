package channel

import (
	"context"
	"strings"
	"time"
)

// defaultWindow is how many bytes are typed ahead of their echo where nothing else
// is known: the smallest input buffer of a device is 255 bytes, and what it holds
// no room for is dropped without a word.
const defaultWindow = 240

// typeText types a text. What is longer than the window goes in pieces, each
// once the device has echoed the one before: a device that reads its input more
// slowly than it comes loses nothing then.
func (x *exchange) typeText(ctx context.Context, text string) error {
	window, enter := x.c.cfg.Window, x.c.cfg.Return
	line := "" // what was typed of the line
	for window > 0 && len(text) > window {
		n := window
		if end := strings.LastIndex(text[:n], enter); end > 0 {
			n, line = end+len(enter), "" // a whole line is answered as well as echoed
		} else {
			line += text[:n]
		}
		if err := x.c.write(ctx, text[:n]); err != nil {
			return err
		}
		if err := x.catchUp(ctx, line); err != nil {
			return err
		}
		text = text[n:]
	}
	return x.c.write(ctx, text)
}

// catchUp waits until the device has echoed all that was typed of a line. Where it
// echoes in another way, or not at all, a quiet must do: what was typed then lies
// that much behind what will be.
func (x *exchange) catchUp(ctx context.Context, line string) error {
	c := x.c
	line = squeeze(line)
	since := time.Now()
	for {
		c.mu.Lock()
		c.dozing = false
		current := squeeze(string(c.m.term.Current()))
		shown := line != "" && strings.HasSuffix(current, line)
		drawn, behind := strings.CutPrefix(current, squeeze(c.m.prompt))
		limit := c.cfg.Quiet
		switch {
		case line != "" && behind && drawn != "" && strings.HasPrefix(line, drawn):
			limit = x.silence() // the echo is under way
		case c.m.echoes && !c.heard.After(since):
			limit = 4 * c.cfg.QuestionAfter // a slow device rather than one that echoes whole lines
		}
		last, readErr := c.heard, c.readErr
		c.mu.Unlock()
		if last.Before(since) {
			last = since
		}
		left := time.Until(last.Add(limit))
		switch {
		case readErr != nil:
			return readErr
		case shown:
			return nil
		case limit < 0:
			left = time.Hour
		case left <= 0:
			return nil
		}
		c.alarm.set(left)
		if err := c.wait(ctx); err != nil {
			return err
		}
	}
}
