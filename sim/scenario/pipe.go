package scenario

import (
	"context"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
)

// Pipe is the client's end of a session in memory.
type Pipe struct {
	*memnet.Conn
	size transport.Size
	done chan struct{}
}

// Pipe starts the session and returns the client's end of it.
func (p *Player) Pipe() *Pipe {
	client, server := memnet.Pipe()
	c := &Pipe{Conn: client, size: p.s.Size, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		_ = p.Serve(context.Background(), server)
	}()
	return c
}

// Close ends the session and waits for the device's side.
func (p *Pipe) Close() error {
	err := p.Conn.Close()
	<-p.done
	return err
}

// Size is the terminal's size.
func (p *Pipe) Size() transport.Size { return p.size }
