package main

import (
	"context"
	"io"
	"net"
	"strconv"

	"github.com/vtynet/vty/bench/work"
)

// refusals is the answer to this router's four offers: DO ECHO, DO
// SUPPRESS-GO-AHEAD, WONT TERMINAL-TYPE, WONT NAWS.
const refusals = "\xff\xfd\x01\xff\xfd\x03\xff\xfc\x18\xff\xfc\x1f"

func dialTelnet(_ context.Context, t work.Target) (*session, error) {
	conn, err := net.Dial("tcp", net.JoinHostPort(t.Host, strconv.Itoa(t.Port)))
	if err != nil {
		return nil, err
	}
	s := &session{in: conn, out: conn, close: conn.Close}
	for _, step := range [][2]string{{"Username: ", refusals + t.User + "\r\x00"}, {"Password: ", t.Password + "\r\x00"}} {
		if _, err := s.expect(step[0]); err != nil {
			return nil, err
		}
		if _, err := io.WriteString(conn, step[1]); err != nil {
			return nil, err
		}
	}
	_, err = s.expect(prompt)
	return s, err
}
