package doctor

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/vtynet/vty/socket"
)

const (
	// patience is how long each address may take where the user sets no limit.
	patience = 10 * time.Second
	// afterFirst is how long the other addresses may take once one has answered.
	afterFirst = time.Second
)

// dialed is what came of one address.
type dialed struct {
	addr netip.Addr
	conn net.Conn
	err  error
	took time.Duration
}

// connect tries every address at once, reports each, and gives the connection to
// the one that answered first.
func (e *examination) connect(ctx context.Context) (net.Conn, error) {
	if e.target.Config.Via != nil {
		return e.connectVia(ctx)
	}
	opts := *e.target.Config.Socket
	if opts.Timeout == 0 {
		opts.Timeout = patience
	}
	host, port := e.target.Host.Name, e.target.Port()
	addrs, err := e.lookUp(ctx, host, &opts)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan dialed, len(addrs))
	started := time.Now()
	for _, addr := range addrs {
		go func() {
			conn, err := socket.Dial(ctx, addr.String(), port, &opts)
			results <- dialed{addr: addr, conn: conn, err: err, took: time.Since(started)}
		}()
	}
	var first net.Conn
	all := &socket.OpenError{Host: host, Port: port}
	for range addrs {
		r := <-results
		if r.err != nil {
			e.unconnected(r, all, first != nil)
			continue
		}
		if first != nil {
			e.tell("connect", well, r.took, "%v", r.addr)
			_ = r.conn.Close()
			continue
		}
		e.tell("connect", well, r.took, "%v port %d", r.addr, port)
		first = r.conn
		late := time.AfterFunc(afterFirst, cancel)
		defer late.Stop()
	}
	if first == nil {
		all.Elapsed = time.Since(started)
		return nil, all
	}
	return first, nil
}

// connectVia goes the way through jump hosts or a proxy command, which look up
// the name themselves.
func (e *examination) connectVia(ctx context.Context) (net.Conn, error) {
	started := time.Now()
	host, port := e.target.Host.Name, e.target.Port()
	conn, err := e.target.Config.Via(ctx, host, port)
	if err != nil {
		e.tell("connect", failed, time.Since(started), "%s", firstLine(err.Error()))
		return nil, err
	}
	e.tell("connect", well, time.Since(started), "%s port %d, through the jump hosts", host, port)
	return conn, nil
}

// unconnected reports an address that failed, and adds it to all.
func (e *examination) unconnected(r dialed, all *socket.OpenError, answered bool) {
	text := r.err.Error()
	if open, ok := errors.AsType[*socket.OpenError](r.err); ok {
		all.Attempts = append(all.Attempts, open.Attempts...)
		if all.Err == nil && len(open.Attempts) == 0 {
			all.Err = open.Err
		}
		_, text, _ = strings.Cut(text, "]:")
		if text == "" {
			text = open.Error()
		}
		if len(open.Attempts) > 0 {
			text = reason(open.Attempts[0].Err)
		}
	}
	if answered && errors.Is(r.err, context.Canceled) {
		e.tell("connect", noted, r.took, "%v: no answer yet; not waited for, as another address answers", r.addr)
		return
	}
	e.tell("connect", failed, r.took, "%v port %d: %s", r.addr, e.target.Port(), text)
}

// reason is the heart of a failed attempt's error.
func reason(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Err != nil {
		err = op.Err
	}
	return strings.TrimPrefix(err.Error(), "connect: ")
}

// lookUp finds the host's addresses.
func (e *examination) lookUp(ctx context.Context, host string, opts *socket.Options) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	var resolver socket.Resolver = net.DefaultResolver
	if opts.Resolver != nil {
		resolver = opts.Resolver
	}
	limited, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()
	started := time.Now()
	addrs, err := resolver.LookupNetIP(limited, "ip", host)
	took := time.Since(started)
	if err == nil && len(addrs) == 0 {
		err = errors.New("it has no address")
	}
	if err != nil {
		e.tell("lookup", failed, took, "%v", err)
		return nil, &socket.OpenError{Host: host, Port: e.target.Port(), Elapsed: took, Err: errors.Join(socket.ErrUnresolved, err)}
	}
	texts := make([]string, len(addrs))
	for i := range addrs {
		addrs[i] = addrs[i].Unmap()
		texts[i] = addrs[i].String()
	}
	e.tell("lookup", well, took, "%s is %s", host, strings.Join(texts, ", "))
	return addrs, nil
}
