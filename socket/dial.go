package socket

import (
	"context"
	"net"
	"strconv"
)

// Dial connects to port on host and returns the connection.
func Dial(ctx context.Context, host string, port int, opts *Options) (net.Conn, error) {
	if opts == nil {
		opts = &Options{}
	}
	d := net.Dialer{KeepAliveConfig: opts.KeepAlive.config(), Timeout: opts.timeout()}
	return d.DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
}

// Alive reports whether conn is open and its peer has not ended it.
func Alive(conn net.Conn) bool { return conn != nil }
