package channel

import (
	"bytes"
	"context"
	"io"
	"sync"
	"time"
)

// Passage is the terminal of a session that was begun on the command line of a
// channel's device and leads to another one: "telnet 192.0.2.1", a choice of a menu.
// What the other device sends is what Read returns, and what is written is typed.
//
// The channel's own device shows itself by its prompt: where that stands at the
// cursor for Config.Quiet the session is over, and Read returns io.EOF. Until it has
// stood that long nobody beyond sees it, so that it is taken for nobody else's, and
// nothing is typed at it any more. A device beyond that has the very same prompt is
// therefore never reached.
type Passage struct {
	c    *Channel
	ways []string // to leave a session that does not end

	mu     sync.Mutex
	change sync.Cond
	wait   []byte // for Read
	held   []byte // behind it, while what stands at the cursor may be our own prompt
	timer  *time.Timer
	chunks int   // that came
	back   bool  // our own prompt has stood
	err    error // why the channel's reading ended
	shut   bool  // by Close
	left   chan struct{}
	once   sync.Once
	result error // of Close
}

// Through types a line that begins a session on another device, and gives its
// terminal. The channel's turn is taken until that is closed. ways are what may be
// typed, one after the other, to leave the session where it does not end by itself,
// such as ssh's "\r~.".
func (c *Channel) Through(ctx context.Context, line string, ways ...string) (*Passage, error) {
	if err := c.acquire(ctx); err != nil {
		return nil, err
	}
	if err := c.Err(); err != nil {
		c.release()
		return nil, err
	}
	c.listen()
	p := &Passage{c: c, ways: ways, left: make(chan struct{})}
	p.change.L = &p.mu
	c.mu.Lock()
	c.m.in = nil // nothing of it is an answer
	c.passage = p
	c.mu.Unlock()
	err := c.write(ctx, line+c.cfg.Return)
	c.unwatch()
	if err != nil {
		_ = c.conn.Close()
		_ = p.Close()
		return nil, err
	}
	return p, nil
}

// mayBeOurs reports whether the line at the cursor is the device's own prompt, or
// begins like it: the rest may be on its way. The caller holds the lock.
func (c *Channel) mayBeOurs() bool {
	line := trimRight(string(c.m.term.Current()))
	if line == "" {
		return false
	}
	own := lastLineOf(c.m.prompt)
	if len(line) <= len(own) && own[:len(line)] == line {
		return true
	}
	if c.m.host == "" {
		return false
	}
	p, host := c.m.shape(line, nil)
	return p != nil && host == c.m.host
}

// take takes what the device sent. It is called by the channel's reader.
func (p *Passage) take(sent []byte) {
	c := p.c
	c.mu.Lock()
	c.m.feed(sent)
	c.m.term.Replies() // whoever is beyond answers for itself
	c.reads++
	c.heard = time.Now()
	c.tell()
	ours := c.mayBeOurs()
	c.mu.Unlock()

	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
	if p.back || p.shut {
		return // what our own device says
	}
	p.held = append(p.held, sent...)
	p.chunks++
	if ours {
		if end := bytes.LastIndexByte(p.held, '\n') + 1; end > 0 { // what stands above the prompt is no part of it
			p.wait, p.held = append(p.wait, p.held[:end]...), p.held[end:]
		}
		chunk := p.chunks
		p.timer = time.AfterFunc(c.cfg.Quiet, func() { p.stood(chunk) })
		p.change.Broadcast()
		return
	}
	for len(p.wait) >= maxShown && !p.shut && p.err == nil {
		p.change.Wait()
	}
	p.wait = append(p.wait, p.held...)
	p.held = nil
	p.change.Broadcast()
}

// stood is called when what may be our own prompt, as of a chunk, has stood long
// enough.
func (p *Passage) stood(chunk int) {
	p.c.mu.Lock()
	line, own := trimRight(string(p.c.m.term.Current())), lastLineOf(p.c.m.prompt)
	begun := len(line) < len(own) && own[:len(line)] == line // somebody else's, that begins alike
	if begun && p.c.m.host != "" {
		shape, host := p.c.m.shape(line, nil)
		begun = shape == nil || host != p.c.m.host
	}
	p.c.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.chunks != chunk {
		return // more came meanwhile
	}
	p.timer = nil
	if begun {
		p.wait = append(p.wait, p.held...)
		p.held = nil
	} else {
		p.back = true
	}
	p.change.Broadcast()
}

// finish tells that the channel has ended.
func (p *Passage) finish(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
	p.wait, p.held = append(p.wait, p.held...), nil
	p.change.Broadcast()
}

// Read returns io.EOF once the device that it was begun on is back at its prompt, and
// the transport's end where that has ended.
func (p *Passage) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(b) > 0 && len(p.wait) == 0 && !p.back && p.err == nil && !p.shut {
		p.change.Wait()
	}
	switch {
	case p.shut:
		return 0, io.ErrClosedPipe
	case len(p.wait) > 0:
		n := copy(b, p.wait)
		p.wait = p.wait[n:]
		p.change.Broadcast()
		return n, nil
	case p.back:
		return 0, io.EOF
	}
	return 0, p.err
}

// Write types b, unless our own prompt stands there. Where it may, that is awaited.
func (p *Passage) Write(b []byte) (int, error) {
	p.mu.Lock()
	for p.timer != nil && !p.shut && p.err == nil {
		p.change.Wait()
	}
	over := p.back || p.shut || p.err != nil
	p.mu.Unlock()
	if over {
		return 0, io.ErrClosedPipe
	}
	p.c.typing.Lock()
	defer p.c.typing.Unlock()
	return p.c.conn.Write(b)
}

// Over reports whether the device that it was begun on is back at its prompt, or gone.
func (p *Passage) Over() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.back || p.shut || p.err != nil
}

// goingBack is how long a session that somebody has ended may take to be over, and
// each way of leaving it.
const goingBack = 2 * time.Second

// Close leaves the session, if it is not over, and gives the command line back to the
// channel. Where the device does not come back to its prompt, the channel is closed
// and the error says so.
func (p *Passage) Close() error {
	p.once.Do(func() {
		defer close(p.left)
		defer p.c.release()
		back := p.await(goingBack / 2)
		for _, way := range p.ways {
			if back {
				break
			}
			p.c.typing.Lock()
			_, err := io.WriteString(p.c.conn, way)
			p.c.typing.Unlock()
			if err != nil {
				break
			}
			back = p.await(goingBack)
		}
		p.mu.Lock()
		p.shut = true
		p.change.Broadcast()
		p.mu.Unlock()
		p.c.mu.Lock()
		p.c.passage = nil
		p.c.mu.Unlock()
		if !back {
			_ = p.c.Close()
			p.result = ErrClosed
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), p.c.cfg.Grace)
		defer cancel()
		if err := p.c.comeBack(ctx, -1); err != nil {
			_ = p.c.Close()
			p.result = err
		}
	})
	<-p.left
	return p.result
}

// await waits for our own prompt and throws away what comes before it.
func (p *Passage) await(limit time.Duration) bool {
	late := false
	timer := time.AfterFunc(limit, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		late = true
		p.change.Broadcast()
	})
	defer timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.back && p.err == nil && !late {
		p.wait = nil
		p.change.Broadcast()
		p.change.Wait()
	}
	return p.back
}

// lastLineOf is the line of a prompt that stands at the cursor.
func lastLineOf(prompt string) string {
	for i := len(prompt) - 1; i >= 0; i-- {
		if prompt[i] == '\n' {
			return trimRight(prompt[i+1:])
		}
	}
	return trimRight(prompt)
}
