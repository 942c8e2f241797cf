package socket

// Proxy is a SOCKS5 or HTTP proxy to connect through.
type Proxy struct{}
