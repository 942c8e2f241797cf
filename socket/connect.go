package socket

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// The CONNECT libraries that exist are unmaintained or wrap the connection, so
// these few lines stand on the request writer and response reader of net/http.

// maxHeader bounds what a proxy may send before it has said yes or no.
const maxHeader = 64 << 10

// connect has an HTTP proxy connect conn to target (RFC 9110, section 9.3.6).
func (p *Proxy) connect(conn net.Conn, target string) (Cause, error) {
	request := &http.Request{
		Method: http.MethodConnect,
		URL:    &url.URL{Opaque: target},
		Host:   target,
		Header: http.Header{"User-Agent": {""}}, // none, rather than net/http's
	}
	if p.login {
		login := base64.StdEncoding.EncodeToString([]byte(p.user + ":" + p.password))
		request.Header.Set("Proxy-Authorization", "Basic "+login)
	}
	if err := request.Write(conn); err != nil {
		return Other, err
	}

	// Read byte by byte, a buffer never holds more than the header: what the
	// device says after it, such as its SSH version, stays in conn.
	header := &io.LimitedReader{R: oneByte{conn}, N: maxHeader}
	reader := bufio.NewReaderSize(header, 512)
	for {
		response, err := http.ReadResponse(reader, request)
		if err != nil {
			return Other, answerError(err, header.N)
		}
		switch code := response.StatusCode; {
		case code >= 100 && code < 200 && code != http.StatusSwitchingProtocols:
			continue // a final response follows (RFC 9110, section 15.2)
		case code >= 200 && code < 300:
			return Other, nil
		default:
			return statusCause(code), errors.New(strings.TrimSpace(fmt.Sprintf("HTTP %d %s", code, http.StatusText(code))))
		}
	}
}

// answerError says why there is no answer to read. The text of what the proxy
// sent is left out: a server that echoes would put the password into an error.
func answerError(err error, left int64) error {
	var network net.Error
	switch {
	case left <= 0:
		return fmt.Errorf("its answer is longer than %d bytes", maxHeader)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it closed the connection before it answered")
	case errors.As(err, &network):
		return err
	}
	return errors.New("its answer is not HTTP")
}

// statusCause reads what status codes say of the way on to the host.
func statusCause(code int) Cause {
	switch code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusProxyAuthRequired:
		return NotPermitted
	case http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return TimedOut
	}
	return Other
}

// oneByte reads no further than it must.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) {
	if len(p) > 1 {
		p = p[:1]
	}
	return o.r.Read(p)
}
