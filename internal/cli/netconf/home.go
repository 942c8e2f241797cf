package netconf

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"

	"github.com/vtynet/vty/internal/cli/target"
)

// homes takes the connections of devices that call home (RFC 8071). Which device calls
// is known by its address; where there is one only it may have any, and its key or
// certificate tells whether it is the one, as always.
type homes struct {
	listener net.Listener
	byHost   map[*target.Target]chan net.Conn
	byAddr   map[netip.Addr]chan net.Conn
	tasks    sync.WaitGroup
}

// listenForCalls begins to listen. An address without a port has port.
func listenForCalls(ctx context.Context, address string, port int, targets []*target.Target, tell func(string)) (*homes, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		address = net.JoinHostPort(address, strconv.Itoa(port))
	}
	h := &homes{byHost: map[*target.Target]chan net.Conn{}, byAddr: map[netip.Addr]chan net.Conn{}}
	for _, t := range targets {
		calls := make(chan net.Conn, 1)
		h.byHost[t] = calls
		if len(targets) == 1 {
			break
		}
		addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", t.Host.Name)
		if err != nil {
			return nil, err
		}
		for _, a := range addrs {
			h.byAddr[a.Unmap().WithZone("")] = calls
		}
	}
	var err error
	if h.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", address); err != nil {
		return nil, err
	}
	tell(fmt.Sprintf("waiting for devices to call at %s", h.listener.Addr()))
	h.tasks.Go(func() { h.accept(tell) })
	return h, nil
}

func (h *homes) accept(tell func(string)) {
	for {
		conn, err := h.listener.Accept()
		if err != nil {
			return
		}
		calls := h.who(conn)
		if calls == nil {
			tell(fmt.Sprintf("a call from %s, which is none of the hosts, was not taken", conn.RemoteAddr()))
			_ = conn.Close()
			continue
		}
		select {
		case calls <- conn:
		default:
			_ = conn.Close() // the one before is not taken yet
		}
	}
}

// who is where the calls of the device go that has made a connection; nil if it is none
// of ours.
func (h *homes) who(conn net.Conn) chan net.Conn {
	if len(h.byHost) == 1 {
		for _, calls := range h.byHost {
			return calls
		}
	}
	from, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return nil
	}
	return h.byAddr[from.Addr().Unmap().WithZone("")]
}

// call waits for a device to call.
func (h *homes) call(ctx context.Context, t *target.Target) (net.Conn, error) {
	select {
	case conn := <-h.byHost[t]:
		return conn, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("no call from %s at %s: %w", t.Host.Name, h.listener.Addr(), context.Cause(ctx))
	}
}

func (h *homes) close() {
	_ = h.listener.Close()
	h.tasks.Wait()
	for _, calls := range h.byHost {
		select {
		case conn := <-calls:
			_ = conn.Close()
		default:
		}
	}
}
