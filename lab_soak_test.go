package vty_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/lab"
	"github.com/vtynet/vty/transport"
)

// soakSize is the number of commands of a soak: that of the environment variable,
// or a small one.
func soakSize(t *testing.T, variable string, small int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return small
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is no number of commands", variable, text)
	}
	return n
}

// TestLabSoak draws show commands at random and compares what vty returns, over
// SSH and Telnet and at a random pace, with what the router's own shell says:
// vtysh for a session over SSH, and the daemon's local socket for one over Telnet.
// The shell is asked before and after; where it says the same both times the
// answer must be equal to the byte, but for the times in derived, and otherwise the
// command is drawn again.
// VTY_LAB_COMMANDS is the number of commands to compare.
func TestLabSoak(t *testing.T) {
	size := soakSize(t, "VTY_LAB_COMMANDS", 24)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	s := &labSoak{t: t, random: rand.New(rand.NewPCG(seed, 1))}
	for _, dev := range append(lab.RequireAll(t, lab.FRRVTYSH), lab.RequireAll(t, lab.FRRVTY)...) {
		s.sessions = append(s.sessions, &labSession{dev: dev, commands: showCommands(t, dev)})
	}
	defer func() {
		t.Logf("%d answers compared (%d over SSH, %d over Telnet, %d bytes), %d different; %d drawn again because they changed meanwhile, %d logins",
			s.compared, s.over["ssh"], s.over["telnet"], s.bytes, s.different, s.changed, s.logins)
	}()
	for s.compared < size && !t.Failed() {
		s.next()
	}
}

type labSoak struct {
	t        *testing.T
	random   *rand.Rand
	sessions []*labSession

	compared, different, changed, logins, bytes int
	over                                        map[string]int
}

// labSession is a session with one router, opened anew from time to time.
type labSession struct {
	dev      lab.Device
	commands []string
	open     *vty.Device
	left     int // commands until it is opened anew
}

// next draws a session and a command, and compares.
func (s *labSoak) next() {
	session := s.sessions[s.random.IntN(len(s.sessions))]
	command := session.commands[s.random.IntN(len(session.commands))]
	before, known := referee(s.t, session.dev, command)
	if !known {
		return
	}
	if session.left == 0 {
		s.login(session)
	}
	session.left--
	if s.random.IntN(4) == 0 {
		<-time.After(time.Duration(s.random.IntN(20)) * time.Millisecond)
	}
	res, err := session.open.Run(s.t.Context(), command)
	if err != nil {
		s.t.Fatalf("%s: %s: %v", session.dev.Name, command, err)
	}
	before = steady(before)
	if after, _ := referee(s.t, session.dev, command); before != steady(after) {
		s.changed++
		return
	}
	if s.over == nil {
		s.over = map[string]int{}
	}
	s.compared++
	s.over[session.dev.Transport]++
	s.bytes += len(before)
	if got := steady(res.Text()); got != before {
		s.different++
		s.t.Errorf("%s: %s: %s", session.dev.Name, command, firstDifference(got, before))
	}
}

// derived are the times that the router reckons anew for each answer, from its
// clock and an age in whole seconds: they come out one second apart, now and then.
var derived = regexp.MustCompile(`(Epoch":|Last update: )[^,\n]*`)

// steady is an answer without those times.
func steady(answer string) string { return derived.ReplaceAllString(answer, "$1*") }

// login opens the session with a terminal on which long answers are paged, or
// one on which none is.
func (s *labSoak) login(session *labSession) {
	if session.open != nil {
		if err := session.open.Close(); err != nil {
			s.t.Errorf("%s: close: %v", session.dev.Name, err)
		}
	}
	cfg := labConfig(session.dev)
	if s.random.IntN(2) == 0 {
		cfg.Size, cfg.KeepTerminal = small, true
	}
	pace := rand.New(rand.NewPCG(s.random.Uint64(), 2))
	cfg.Wrap = func(c transport.Conn) transport.Conn { return &paced{Conn: c, random: pace} }
	session.open = dialLab(s.t, session.dev, cfg)
	session.left = 50 + s.random.IntN(100)
	s.logins++
}

// paced reads at a random pace: in pieces of any size, with pauses between some.
type paced struct {
	transport.Conn
	random *rand.Rand
}

func (p *paced) Read(b []byte) (int, error) {
	switch p.random.IntN(8) {
	case 0:
		b = b[:1+p.random.IntN(min(len(b), 16))]
	case 1, 2:
		b = b[:1+p.random.IntN(len(b))]
	case 3:
		<-time.After(time.Duration(p.random.IntN(1500)) * time.Microsecond)
	}
	return p.Conn.Read(b)
}

// Unwrap is the connection beneath.
func (p *paced) Unwrap() transport.Conn { return p.Conn }

// Size is the size of the terminal beneath.
func (p *paced) Size() transport.Size { return p.Conn.(transport.Sizer).Size() }

// referee is what a router's own shell says, and whether it knows the command.
func referee(t *testing.T, dev lab.Device, command string) (answer string, known bool) {
	t.Helper()
	if dev.Kind == lab.FRRVTY {
		answer = daemon(t, dev.Hostname, command)
		return answer, !strings.HasPrefix(answer, "% ")
	}
	out, err := exec.CommandContext(t.Context(), "vtysh", "-N", dev.Hostname, "-c", command).Output()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(out), "\n"), err == nil
}

// daemon asks a router's BGP daemon over its local socket, as vtysh does: a
// command and a NUL; the answer, three NULs and a status.
func daemon(t *testing.T, router, command string) string {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "unix", "/var/run/frr/"+router+"/bgpd.vty")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	answer := ""
	for _, line := range []string{"enable", command} {
		if _, err := conn.Write(append([]byte(line), 0)); err != nil {
			t.Fatal(err)
		}
		var got []byte
		for buf := make([]byte, 1<<16); ; {
			n, err := conn.Read(buf)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			got = append(got, buf[:n]...)
			if end := len(got) - 4; end >= 0 && bytes.Equal(got[end:end+3], []byte{0, 0, 0}) {
				answer = strings.TrimSuffix(string(got[:end]), "\n")
				break
			}
		}
	}
	return answer
}

// showCommands are what a router is asked: what it knows by itself, and what its
// configuration names. What depends on who asks is not among them (the daemon's
// memory, its event loops, the history of the line).
func showCommands(t *testing.T, dev lab.Device) []string {
	list := []string{
		"show bgp summary", "show bgp summary json", "show bgp neighbors", "show bgp neighbors json", "show bgp ipv4 unicast",
		"show bgp ipv4 unicast json", "show ip bgp", "show bgp all", "show bgp attribute-info", "show bgp community-info",
		"show bgp paths", "show bgp vrfs", "show bgp nexthop", "show bgp update-groups", "show bgp memory", "show bgp peerhash", "show bgp ipv4 unicast statistics",
		"show bgp ipv4 summary established", "show bgp labelpool summary", "show bgp as-path-access-list", "show bgp listeners", "show ip community-list",
		"show route-map", "show ip prefix-list", "show ip prefix-list detail", "show ip prefix-list summary", "show ip access-list", "show ipv6 prefix-list",
		"show version", "show logging", "show work-queues", "show modules",
	}
	for _, m := range regexp.MustCompile(`(?m)^(127\.\S+) `).FindAllStringSubmatch(vtysh(t, dev.Hostname, "show bgp summary"), -1) {
		for _, what := range []string{"", " advertised-routes", " routes", " json", " prefix-counts"} {
			list = append(list, "show bgp ipv4 unicast neighbors "+m[1]+what)
		}
	}
	if dev.Kind == lab.FRRVTYSH {
		list = append(list, "show running-config", "show running-config | include neighbor", "show bgp ipv4 unicast | include 10", "show running-config no-header")
	}
	for _, m := range regexp.MustCompile(`(?m)^(route-map|ip prefix-list) (\S+)`).FindAllStringSubmatch(vtysh(t, dev.Hostname, "show running-config"), -1) {
		if command := fmt.Sprintf("show %s %s", m[1], m[2]); command != list[len(list)-1] {
			list = append(list, command)
		}
	}
	return list
}
