package jump

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/vtynet/vty/transport/ssh"
)

// DefaultIdle is how long a connection that nobody uses is kept.
const DefaultIdle = 30 * time.Second

// Hop is one jump host.
type Hop struct {
	// Host is its name or address, as the hop before it knows it; Port 0 is 22.
	Host string
	Port int
	// SSH says who logs in and how its host key is checked. Its Socket and Dial
	// govern the way to the first hop of a chain only. Hops with one and the same
	// Config are one and the same.
	SSH *ssh.Config
}

func (h Hop) String() string {
	port := h.Port
	if port == 0 {
		port = ssh.DefaultPort
	}
	name := net.JoinHostPort(h.Host, strconv.Itoa(port))
	if h.SSH != nil && h.SSH.User != "" {
		name = h.SSH.User + "@" + name
	}
	return name
}

// Pool shares connections to jump hosts among all that is reached through them.
// The zero Pool is ready for use. Its fields are set before its first use; it is
// safe for concurrent use.
type Pool struct {
	// MaxChannels is how many connections may be open at once through one
	// connection to a hop; beyond it another is opened beside it. 0 means any
	// number, which OpenSSH allows.
	MaxChannels int
	// PerSecond is how many connections to one hop may be begun a second. 0 means
	// any number.
	PerSecond float64
	// Idle is how long a connection that nobody uses is kept. 0 means 30 s.
	Idle time.Duration

	mu     sync.Mutex
	hops   map[Hop]*hop // the first of chains
	closed bool
}

// ErrClosed says that the pool was closed.
var ErrClosed = errors.New("the pool of jump hosts is closed")

// Dial connects to host, which the last hop looks up, through the hops in order.
// Without any it fails. An error is a *HopError where a hop could not be
// reached, and a *ssh.TunnelError where the last one opened no way to host.
//
// A hop that refused the user, or whose host key is not accepted, is not tried
// again by the same Pool: it gives the same error at once.
func (p *Pool) Dial(ctx context.Context, hops []Hop, host string, port int) (net.Conn, error) {
	last, err := p.last(hops)
	if err != nil {
		return nil, err
	}
	return last.dial(ctx, host, port)
}

// Dialer is Dial for hops that are known beforehand, in the form that
// ssh.Config.Dial and telnet.Config.Dial take.
func (p *Pool) Dialer(hops ...Hop) func(ctx context.Context, host string, port int) (net.Conn, error) {
	return func(ctx context.Context, host string, port int) (net.Conn, error) {
		return p.Dial(ctx, hops, host, port)
	}
}

// last is the state of the last of a chain.
func (p *Pool) last(hops []Hop) (*hop, error) {
	if len(hops) == 0 {
		return nil, errors.New("jump: no jump host is named")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrClosed
	}
	if p.hops == nil {
		p.hops = map[Hop]*hop{}
	}
	var at *hop
	children := p.hops
	for _, h := range hops {
		next := children[h]
		if next == nil {
			next = &hop{Hop: h, pool: p, before: at, after: map[Hop]*hop{}}
			children[h] = next
		}
		at, children = next, next.after
	}
	return at, nil
}

// Close ends every connection to a hop, and so all that goes through them. It
// may be called more than once.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	hops := p.hops
	p.hops = nil
	p.mu.Unlock()
	for _, h := range hops {
		h.close()
	}
	return nil
}
