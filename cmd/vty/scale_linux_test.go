package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/vtynet/vty/sim"
	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"
)

// One vty run on many simulated devices, a tenth of them faulty in ten ways. It is
// $VTY_SCALE devices, in steps of 100; 100 unless stated. docs/scale.md has what came
// of 10,000.
func TestScale(t *testing.T) {
	size, workers, rate, limit := 100, 60, 40, 20*time.Second
	if text := os.Getenv("VTY_SCALE"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 100 {
			t.Fatalf("VTY_SCALE=%s: want a number from 100 on", text)
		}
		size, workers, rate = n, 200, 200
	}
	f := newScaleFleet(t, size)
	dir := t.TempDir()
	f.write(t, dir)

	cmd := exec.Command("vty", "run", "-i", "net.yaml", "--known-hosts", "known_hosts", "-F", "none", "-o", "jsonl",
		"--workers", fmt.Sprint(workers), "--rate", fmt.Sprint(rate), "--timeout", limit.String(), "show version", "show ip interface brief")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "VTY_PASSWORD=admin", "VTY_ENABLE=enable")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	files := make(chan int)
	go func() { files <- mostFiles(cmd.Process.Pid, over) }()
	f.check(t, out)
	err = cmd.Wait()
	wall := time.Since(started)
	close(over)
	most := <-files
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 4 {
		t.Errorf("%v, and the status should be 4, for the devices that time ran out with", err)
	}

	faulty := len(f.devices) / 10
	slow := faulty / len(faults)
	if want := fmt.Sprintf("vty: %d hosts in ", size); !strings.Contains(errs.String(), want) {
		t.Errorf("no summary: %.2000s", &errs)
	}
	_, summary, _ := strings.Cut(errs.String(), fmt.Sprintf("vty: %d hosts in ", size))
	if want := fmt.Sprintf(": %d done, %d failed\n", size-faulty+slow, faulty-slow); !strings.Contains(summary, want) {
		t.Errorf("the summary has not %q: %s", want, summary)
	}
	connections := f.seen.count()
	if least := time.Duration(connections-1) * time.Second / time.Duration(rate); f.seen.last().Sub(started) < least {
		t.Errorf("%d connections came within %v, and %d a second were allowed", connections, f.seen.last().Sub(started), rate)
	}
	if bound := workers + 50; most > bound {
		t.Errorf("%d descriptors were open, with %d workers", most, workers)
	}
	f.seen.none(t)
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	t.Logf("%d devices, %d workers, %d a second: %v; CPU %v user, %v system; %d MiB at most; %d descriptors at most; the devices saw %d connections, at most %d at once and %d within a second",
		size, workers, rate, wall.Round(10*time.Millisecond), cmd.ProcessState.UserTime().Round(10*time.Millisecond), cmd.ProcessState.SystemTime().Round(10*time.Millisecond),
		usage.Maxrss/1024, most, connections, f.seen.peak.Load(), f.seen.within(time.Second))
	t.Logf("%s", summary)
}

// fault is a way in which a device is faulty.
type fault struct {
	name  string
	cause string // as vty counts it, or one of several; "" where it answers all the same
}

var faults = []fault{
	{"refused", "connection refused"},
	{"hole", "no answer to the connection"},
	{"key", "host key changed"},
	{"password", "login refused"},
	{"mute", "silent in the SSH handshake (version)"},
	{"reset", "connection reset|hung up before an SSH version"}, // while it is opened, or just after
	{"hangup", "hung up before an SSH version"},
	{"garbage", "no SSH server"},
	{"stall", "no answer in time"},
	{"slow", ""},
}

// scaled is a device of the run.
type scaled struct {
	name  string
	addr  netip.AddrPort
	fault string // "" for none
	known string // its line of known_hosts
}

type scaleFleet struct {
	devices []*scaled
	seen    *visitors
}

// newScaleFleet starts devices, each on an address of its own.
func newScaleFleet(t *testing.T, size int) *scaleFleet {
	f := &scaleFleet{devices: make([]*scaled, size/100*100), seen: &visitors{empty: make(chan struct{}, 1)}}
	key, err := sim.NewHostKey()
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := sim.NewHostKey()
	if err != nil {
		t.Fatal(err)
	}
	model, err := sim.Load("cisco_iosxe")
	if err != nil {
		t.Fatal(err)
	}
	var starting sync.WaitGroup
	slots := make(chan struct{}, 20)
	var mu sync.Mutex
	var failed error
	var closers []io.Closer
	t.Cleanup(func() {
		for _, c := range closers {
			_ = c.Close()
		}
	})
	for i := range f.devices {
		d := &scaled{name: fmt.Sprintf("r%05d", i)}
		if i%10 == 3 {
			d.fault = faults[i/10%len(faults)].name
		}
		f.devices[i] = d
		starting.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			ip := netip.AddrFrom4([4]byte{127, 64 + byte(i>>16), byte(i >> 8), byte(i)})
			c, err := d.start(ip, model, key, f.seen)
			mu.Lock()
			defer mu.Unlock()
			closers, failed = append(closers, c...), errors.Join(failed, err)
			shown := key
			if d.fault == "key" {
				shown = wrong
			}
			d.known = fmt.Sprintf("[%v]:%d %s", ip, d.addr.Port(), ssh.MarshalAuthorizedKey(shown.PublicKey()))
		})
	}
	starting.Wait()
	if failed != nil {
		t.Fatal(failed)
	}
	return f
}

// start serves the device.
func (d *scaled) start(ip netip.Addr, model *sim.Model, key ssh.Signer, seen *visitors) ([]io.Closer, error) {
	if d.fault == "hole" {
		return d.hole(ip)
	}
	l, err := net.Listen("tcp", netip.AddrPortFrom(ip, 0).String())
	if err != nil {
		return nil, err
	}
	d.addr = l.Addr().(*net.TCPAddr).AddrPort()
	l = &counted{l, seen}
	switch d.fault {
	case "refused":
		return nil, l.Close()
	case "mute", "reset", "hangup", "garbage":
		go d.misbehave(l)
		return []io.Closer{l}, nil
	}
	cfg := &sim.Config{Hostname: d.name}
	of := &sim.SSHConfig{HostKey: key}
	switch d.fault {
	case "password":
		cfg.Users = map[string]string{"admin": "another", d.name: "another"}
	case "stall":
		cfg.Wrap = func(w io.Writer) io.Writer { return stalling{w} }
	case "slow":
		of.Faults.Late = 2 * time.Second
	}
	dev, err := model.Device(cfg)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	s, err := sim.ServeSSH(l, dev, of)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return []io.Closer{s}, nil
}

// hole is an address that never answers, as in blackHole.
func (d *scaled) hole(ip netip.Addr) (closers []io.Closer, err error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	closers = append(closers, os.NewFile(uintptr(fd), d.name))
	if err := errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Addr: ip.As4()}), unix.Listen(fd, 0)); err != nil {
		return closers, err
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		return closers, err
	}
	d.addr = netip.AddrPortFrom(ip, uint16(name.(*unix.SockaddrInet4).Port))
	for {
		conn, err := net.DialTimeout("tcp", d.addr.String(), 200*time.Millisecond)
		if err != nil {
			return closers, nil
		}
		closers = append(closers, conn)
	}
}

// misbehave is a device that never gets as far as SSH.
func (d *scaled) misbehave(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		switch d.fault {
		case "reset":
			_ = conn.(*visit).Conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
			continue
		case "garbage":
			_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\nServer: \x00\xff\xfe\r\n\r\n")
		}
		if d.fault != "mute" {
			_ = conn.(*visit).Conn.(*net.TCPConn).CloseWrite()
		}
		go func() { _, _ = io.Copy(io.Discard, conn); _ = conn.Close() }()
	}
}

// stalling stops in the middle of an answer.
type stalling struct{ io.Writer }

func (s stalling) Write(p []byte) (int, error) {
	if n := bytes.Index(p, []byte("System image")); n >= 0 {
		_, err := s.Writer.Write(p[:n])
		return len(p), err
	}
	return s.Writer.Write(p)
}

// write writes the inventory and the known_hosts file.
func (f *scaleFleet) write(t *testing.T, dir string) {
	inv, known := "defaults: {platform: cisco_iosxe, user: admin}\nhosts:\n", ""
	for _, d := range f.devices {
		user := ""
		if d.fault == "password" { // an account of its own, so that others are still tried
			user = ", user: " + d.name
		}
		inv += fmt.Sprintf("  %s: {address: %v, port: %d%s}\n", d.name, d.addr.Addr(), d.addr.Port(), user)
		known += d.known
	}
	for name, text := range map[string]string{"net.yaml": inv, "known_hosts": known} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// uptime is what differs from one device, and from one minute, to the next.
var uptime = regexp.MustCompile(`(?m)^(.* uptime is |Uptime for this control processor is ).*$`)

// check reads the answers: two of each device, that of a healthy one its own and
// otherwise that of all, and that of a faulty one its cause.
func (f *scaleFleet) check(t *testing.T, out io.Reader) {
	want := map[string]string{}
	answered := map[string]int{}
	wrong := 0
	fail := func(format string, args ...any) {
		if wrong++; wrong <= 20 {
			t.Errorf(format, args...)
		}
	}
	byName := map[string]*scaled{}
	for _, d := range f.devices {
		byName[d.name] = d
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var a struct {
			Host, Command, Output, Error, Cause string
			Failed                              bool
		}
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil || byName[a.Host] == nil {
			fail("%v: %s", err, lines.Bytes())
			continue
		}
		d := byName[a.Host]
		answered[a.Host]++
		i := slices.IndexFunc(faults, func(w fault) bool { return w.name == d.fault })
		cause := ""
		if i >= 0 {
			cause = faults[i].cause
		}
		if d.fault == "stall" && a.Command != "show version" {
			cause = "" // it stalls in that answer only
		}
		if !slices.Contains(strings.Split(cause, "|"), a.Cause) || a.Failed != (cause != "") {
			fail("%s (%s): %s: cause %q, want %q: %s", a.Host, d.fault, a.Command, a.Cause, cause, a.Error)
		}
		if a.Failed {
			continue
		}
		if a.Command == "show version" && !strings.Contains(a.Output, "\n"+a.Host+" uptime is ") {
			fail("%s: an answer of another: %q", a.Host, a.Output)
		}
		answer := uptime.ReplaceAllString(a.Output, "$1")
		answer = strings.ReplaceAll(answer, a.Host+" uptime", "uptime")
		want[a.Command] = cmp.Or(want[a.Command], answer)
		if answer == "" || answer != want[a.Command] {
			fail("%s: %s: %q, want %q", a.Host, a.Command, answer, want[a.Command])
		}
	}
	for _, d := range f.devices {
		if answered[d.name] != 2 {
			fail("%s (%s): %d answers, want 2", d.name, d.fault, answered[d.name])
		}
	}
	if wrong > 20 {
		t.Errorf("and %d more", wrong-20)
	}
}

// mostFiles is how many descriptors a process had open at most, looked at ten times a
// second until over.
func mostFiles(pid int, over <-chan struct{}) (most int) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return most
		case <-tick.C:
			open, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
			most = max(most, len(open))
		}
	}
}

// visitors are the connections that the devices have seen.
type visitors struct {
	mu    sync.Mutex
	came  []time.Time
	now   int
	peak  atomic.Int64
	empty chan struct{} // has something in it when the last has gone
}

func (v *visitors) enter() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.came = append(v.came, time.Now())
	v.now++
	v.peak.Store(max(v.peak.Load(), int64(v.now)))
}

func (v *visitors) leave() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.now--; v.now == 0 {
		select {
		case v.empty <- struct{}{}:
		default:
		}
	}
}

func (v *visitors) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.came)
}

func (v *visitors) last() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.came[len(v.came)-1]
}

// within is how many came within so long at most.
func (v *visitors) within(d time.Duration) (most int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	first := 0
	for i, at := range v.came {
		for at.Sub(v.came[first]) > d {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// none waits until no connection is left.
func (v *visitors) none(t *testing.T) {
	patience := time.After(30 * time.Second)
	for {
		v.mu.Lock()
		left := v.now
		v.mu.Unlock()
		if left == 0 {
			return
		}
		select {
		case <-v.empty:
		case <-patience:
			t.Errorf("%d connections are left behind", left)
			return
		}
	}
}

// counted is a listener whose connections are counted.
type counted struct {
	net.Listener
	seen *visitors
}

func (c *counted) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c.seen.enter()
	return &visit{Conn: conn, gone: sync.OnceFunc(c.seen.leave)}, nil
}

type visit struct {
	net.Conn
	gone func()
}

func (v *visit) Close() error {
	defer v.gone()
	return v.Conn.Close()
}
