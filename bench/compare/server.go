package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/vtynet/vty/bench/relay"
)

// server is the router's process.
type server struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	address map[string]string
	relays  map[string]int // ports
}

func startServer(dir string) (*server, error) {
	c := exec.Command(filepath.Join(dir, "router"))
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	s := &server{command: c, in: in, out: bufio.NewReader(out), relays: map[string]int{}}
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	var a struct{ SSH, Telnet string }
	err = json.Unmarshal(line, &a)
	s.address = map[string]string{"ssh": a.SSH, "telnet": a.Telnet}
	return s, err
}

func (s *server) close() error {
	_ = s.in.Close()
	return s.command.Wait()
}

// cpu is the processor time that the router has used.
func (s *server) cpu() (time.Duration, error) {
	if _, err := fmt.Fprintln(s.in); err != nil {
		return 0, err
	}
	line, err := s.out.ReadString('\n')
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	return time.Duration(n), err
}

// port is where a row's router is: behind a relay where it has a delay.
func (s *server) port(r *row) (int, error) {
	to := s.address[r.transport]
	if r.delay == 0 {
		_, port, err := net.SplitHostPort(to)
		if err != nil {
			return 0, err
		}
		return strconv.Atoi(port)
	}
	key := fmt.Sprint(r.transport, r.delay)
	if port, open := s.relays[key]; open {
		return port, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	go func() { _ = relay.Serve(l, to, r.delay) }()
	s.relays[key] = l.Addr().(*net.TCPAddr).Port
	return s.relays[key], nil
}
