package socket

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// namespaceTest names, in the environment, the test that this process is to run
// in a network namespace of its own.
const namespaceTest = "SOCKET_TEST_NAMESPACE"

// inNamespace runs the rest of the test in a new network namespace, which has
// nothing but a loopback interface that is up. Dial's goroutines run on threads
// of their own, so that the whole process must live there: the test binary is
// run again. It reports whether this is that process.
func inNamespace(t *testing.T) bool {
	t.Helper()
	if os.Getenv(namespaceTest) == t.Name() {
		return true
	}
	child := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), namespaceTest+"="+t.Name())
	child.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Getuid() != 0 {
		child.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		child.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		child.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := child.CombinedOutput()
	if errors.Is(err, syscall.EPERM) && os.Getuid() != 0 {
		t.Skipf("only root may make a network namespace here: %v", err)
	}
	t.Logf("in the namespace:\n%s", out)
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("it failed: %v", err)
	}
	return false
}

// insideNamespace is the whole of the process in the namespace.
func insideNamespace(m *testing.M, _ string) int {
	if err := setLoopback(true); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// setLoopback sets the loopback interface up or down.
func setLoopback(up bool) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if up {
		request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	}
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
}

// Where there is no route, that is said, at once and for both families.
func TestUnreachable(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	noLeak(t)
	_, err := Dial(t.Context(), "r1", 22, &Options{Resolver: book{"r1": "192.0.2.1 2001:db8::1"}})
	open := opened(t, err)
	if !errors.Is(err, ErrUnreachable) || !errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, ErrTimedOut) {
		t.Errorf("error %v", err)
	}
	if len(open.Attempts) != 2 || open.Attempts[0].Cause != Unreachable || open.Attempts[1].Cause != Unreachable {
		t.Errorf("attempts %v", open.Attempts)
	}
	if open.Elapsed > slack || !strings.Contains(open.Error(), "network is unreachable: 192.0.2.1, 2001:db8::1") {
		t.Errorf("it reads %q", open)
	}
}

// A path that dies without a word is noticed, by keepalive while idle and by the
// user timeout while data is under way, and Alive then knows.
func TestDeadPath(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	opts := &Options{KeepAlive: KeepAlive{Idle: time.Second, Interval: time.Second, Count: 1}, UserTimeout: 1500 * time.Millisecond}
	listener, err := net.Listen("tcp", "127.0.0.1:0") // the kernel answers; nobody need accept
	must(t, err)
	defer func() { _ = listener.Close() }()
	port := listener.Addr().(*net.TCPAddr).Port
	idle, err := Dial(t.Context(), "127.0.0.1", port, opts)
	must(t, err)
	defer func() { _ = idle.Close() }()
	busy, err := Dial(t.Context(), "127.0.0.1", port, opts)
	must(t, err)
	defer func() { _ = busy.Close() }()

	must(t, setLoopback(false))
	begun := time.Now()
	if _, err := busy.Write([]byte("show version\n")); err != nil {
		t.Fatal(err)
	}
	if !Alive(idle) || !Alive(busy) {
		t.Error("the path is dead before anyone can know")
	}
	for name, conn := range map[string]net.Conn{"idle": idle, "busy": busy} {
		_, err := conn.Read(make([]byte, 1))
		if causeOf(err) != TimedOut {
			t.Errorf("%s: Read gives %v", name, err)
		}
		if Alive(conn) {
			t.Errorf("%s: it is alive", name)
		}
	}
	elapsed := time.Since(begun)
	t.Logf("noticed after %v", elapsed)
	if elapsed > 10*time.Second {
		t.Errorf("noticed only after %v", elapsed)
	}
}
