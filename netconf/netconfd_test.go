package netconf_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/rpc"
)

// startNetconfd starts a netconfd of the test's own, to be changed at will, and
// returns a function that begins a session with it: over the pipes of the program
// that sshd would start.
func startNetconfd(t *testing.T, flags ...string) (dial func() *netconf.Session) {
	t.Helper()
	path, err := exec.LookPath("netconfd")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("netconfd is not installed, and CI must have it")
		}
		t.Skip("netconfd is not installed")
	}
	dir, err := os.MkdirTemp("", "nc") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	startup, socket := filepath.Join(dir, "startup-cfg.xml"), filepath.Join(dir, "s")
	if err := os.WriteFile(startup, []byte(`<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"/>`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"--port=830", "--ncxserver-sockname=" + socket, "--superuser=vty", "--startup=" + startup, "--log-level=info"}, flags...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log := &logged{running: make(chan struct{})}
	logEnded := make(chan struct{})
	go func() {
		defer close(logEnded)
		_, _ = io.Copy(log, out)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-logEnded
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("netconfd said:\n%s", log.text.Bytes())
		}
	})
	select {
	case <-log.running:
	case <-logEnded:
		t.Fatalf("netconfd did not start:\n%s", log.text.Bytes())
	}
	return func() *netconf.Session {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		for {
			c := exec.Command("netconf-subsystem", "--ncxserver-sockname=830@"+socket)
			c.Env = append(os.Environ(), "SSH_CONNECTION=127.0.0.1 1 127.0.0.1 830", "USER=vty")
			conn, err := newProgram(c)
			if err != nil {
				t.Fatal(err)
			}
			s, err := netconf.New(ctx, conn, nil)
			if errors.Is(err, io.EOF) && ctx.Err() == nil {
				continue // netconfd says that it runs right before it listens
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			return s
		}
	}
}

// logged keeps what netconfd says and notices when it is up.
type logged struct {
	text    bytes.Buffer
	running chan struct{}
	up      bool
}

func (l *logged) Write(p []byte) (int, error) {
	l.text.Write(p)
	if !l.up && bytes.Contains(l.text.Bytes(), []byte("Running netconfd server")) {
		l.up = true
		close(l.running)
	}
	return len(p), nil
}

// program is a program's standard input and output as a connection.
type program struct {
	io.Reader
	io.WriteCloser
	cmd *exec.Cmd
}

func newProgram(cmd *exec.Cmd) (*program, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &program{out, in, cmd}, cmd.Start()
}

func (p *program) Close() error {
	_ = p.WriteCloser.Close()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	return nil
}

// The part of the configuration that the tests change.
const (
	nacm  = `urn:ietf:params:xml:ns:yang:ietf-netconf-acm`
	group = "vty-test"
)

func edit(name, operation string) []byte {
	return []byte(`<nacm xmlns="` + nacm + `"><groups><group xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" nc:operation="` + operation + `"><name>` + name + `</name></group></groups></nacm>`)
}

// has tells whether a datastore holds the group of this name.
func has(t *testing.T, s *netconf.Session, d rpc.Datastore, name string) bool {
	t.Helper()
	reply, err := rpc.GetConfig{Source: d, Filter: rpc.Subtree(`<nacm xmlns="` + nacm + `"><groups/></nacm>`)}.Do(within(t), s)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(reply.Data(), []byte("<name>"+name+"</name>"))
}

func TestNetconfdLocks(t *testing.T) {
	dial := startNetconfd(t)
	s, other := dial(), dial()
	err := netconf.WithLock(within(t), s, func(ctx context.Context) error {
		err := netconf.WithLock(ctx, other, func(context.Context) error { return nil }, rpc.Running)
		if e, ok := errors.AsType[*netconf.LockedError](err); !ok || e.Own || e.Session != s.ID() {
			t.Errorf("a second lock: %v", err)
		}
		err = netconf.WithLock(ctx, s, func(context.Context) error { return nil }, rpc.Running)
		if e, ok := errors.AsType[*netconf.LockedError](err); !ok || !e.Own {
			t.Errorf("its own lock: %v", err)
		}
		_, err = rpc.EditConfig{Target: rpc.Candidate, Config: edit(group, "create")}.Do(ctx, s)
		return err
	}, rpc.Running, rpc.Candidate)
	if err != nil {
		t.Error(err)
	}
	if has(t, other, rpc.Candidate, group) {
		t.Error("the candidate was left dirty")
	}
	if err := netconf.WithLock(within(t), other, func(context.Context) error { return nil }, rpc.Running, rpc.Candidate); err != nil {
		t.Errorf("a lock was left: %v", err)
	}
}

func TestNetconfdEditAndCommit(t *testing.T) {
	s := startNetconfd(t)()
	do := func(op rpc.Operation) {
		t.Helper()
		if _, err := s.Call(within(t), op); err != nil {
			t.Fatalf("%T: %v", op, err)
		}
	}
	do(rpc.EditConfig{Target: rpc.Candidate, DefaultOperation: rpc.Merge, TestOption: rpc.TestThenSet, ErrorOption: rpc.RollbackOnError, Config: edit(group, "create")})
	if has(t, s, rpc.Running, group) || !has(t, s, rpc.Candidate, group) {
		t.Error("the edit is not in the candidate alone")
	}
	do(rpc.DiscardChanges{})
	if has(t, s, rpc.Candidate, group) {
		t.Error("the edit was not discarded")
	}
	do(rpc.EditConfig{Target: rpc.Candidate, Config: edit(group, "create")})
	do(rpc.Commit{})
	if !has(t, s, rpc.Running, group) {
		t.Error("the commit did nothing")
	}
	do(rpc.EditConfig{Target: rpc.Candidate, Config: edit(group+"-3", "create")})
	do(rpc.Commit{Confirmed: true, Timeout: time.Minute, Persist: "vty"})
	do(rpc.Commit{PersistID: "vty"})
	if !has(t, s, rpc.Running, group+"-3") {
		t.Error("what was confirmed is gone")
	}
}

func TestNetconfdCancelCommit(t *testing.T) {
	s := startNetconfd(t)()
	for i, op := range []rpc.Operation{
		rpc.EditConfig{Target: rpc.Candidate, Config: edit(group, "create")},
		rpc.Commit{},
		rpc.EditConfig{Target: rpc.Candidate, Config: edit(group+"-2", "create")},
		rpc.Commit{Confirmed: true, Timeout: time.Minute},
		rpc.CancelCommit{},
	} {
		if _, err := s.Call(within(t), op); err != nil {
			t.Fatalf("%T: %v", op, err)
		}
		if there := has(t, s, rpc.Running, group+"-2"); there != (i == 3) {
			t.Errorf("after %T: the group is there: %t", op, there)
		}
	}
	if !has(t, s, rpc.Running, group) {
		t.Error("what was committed before is gone")
	}
}

func TestNetconfdConfirmTimer(t *testing.T) {
	dial := startNetconfd(t)
	s, watcher := dial(), dial()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := (rpc.CreateSubscription{}).Do(ctx, watcher); err != nil {
		t.Fatal(err)
	}
	do := func(op rpc.Operation) {
		t.Helper()
		if _, err := s.Call(ctx, op); err != nil {
			t.Fatalf("%T: %v", op, err)
		}
	}
	do(rpc.EditConfig{Target: rpc.Candidate, Config: edit(group, "create")})
	do(rpc.Commit{})
	do(rpc.EditConfig{Target: rpc.Candidate, Config: edit(group+"-2", "create")})
	started := time.Now()
	do(rpc.Commit{Confirmed: true, Timeout: time.Second})
	for n, err := range watcher.Notifications(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if n.Name() == "netconf-confirmed-commit" && bytes.Contains(n.Bytes(), []byte(">timeout<")) {
			break
		}
	}
	if took := time.Since(started); took < 900*time.Millisecond {
		t.Errorf("the timer took %v", took)
	}
	if has(t, s, rpc.Running, group+"-2") || !has(t, s, rpc.Running, group) {
		t.Error("the server did not go back")
	}
}

func TestNetconfdStartupAndURLs(t *testing.T) {
	s := startNetconfd(t, "--with-startup=true")()
	for _, op := range []rpc.Operation{
		rpc.EditConfig{Target: rpc.Candidate, Config: edit(group, "create")},
		rpc.Commit{},
		rpc.CopyConfig{Target: rpc.Startup, Source: rpc.Running},
		rpc.CopyConfig{Target: "file:///copy.xml", Source: rpc.Running},
		rpc.Validate{Config: edit(group, "merge")},
		rpc.DeleteConfig{Target: "file:///copy.xml"},
	} {
		if _, err := s.Call(within(t), op); err != nil {
			t.Errorf("%T: %v", op, err)
		}
	}
	if !has(t, s, rpc.Startup, group) {
		t.Error("the startup datastore has not what was copied")
	}
	if _, err := (rpc.DeleteConfig{Target: rpc.Startup}).Do(within(t), s); err != nil {
		t.Error(err)
	}
}

func TestNetconfdWritableRunning(t *testing.T) {
	s := startNetconfd(t, "--target=running")()
	if _, err := (rpc.EditConfig{Target: rpc.Running, Config: edit(group, "create")}).Do(within(t), s); err != nil {
		t.Fatal(err)
	}
	if !has(t, s, rpc.Running, group) {
		t.Error("the edit did nothing")
	}
	_, err := rpc.EditConfig{Target: rpc.Running, Config: edit(group, "create")}.Do(within(t), s)
	if e, ok := errors.AsType[*netconf.RPCError](err); !ok || e.Tag != rpc.DataExists {
		t.Errorf("created twice: %v", err)
	}
	_, err = rpc.Commit{}.Do(within(t), s)
	if !errors.As(err, new(*rpc.UnsupportedError)) {
		t.Errorf("commit without a candidate: %v", err)
	}
}

func TestNetconfdNMDA(t *testing.T) {
	s := startNetconfd(t, "--with-nmda=true")()
	reply, err := rpc.GetData{Datastore: rpc.Operational, Filter: rpc.Subtree(`<netconf-state xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"/>`)}.Do(within(t), s)
	if err != nil || !bytes.Contains(reply.Bytes(), []byte("<sessions>")) {
		t.Errorf("get-data: %v", err)
	}
}

func TestNetconfdNotificationsAndKill(t *testing.T) {
	dial := startNetconfd(t)
	s, victim := dial(), dial()
	if _, err := (rpc.CreateSubscription{Stream: "NETCONF"}).Do(within(t), s); err != nil {
		t.Fatal(err)
	}
	if _, err := (rpc.KillSession{Session: victim.ID()}).Do(within(t), s); err != nil {
		t.Fatal(err)
	}
	<-victim.Done()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for n, err := range s.Notifications(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		var v struct {
			Session uint32 `xml:"session-id"`
			Killed  uint32 `xml:"killed-by"`
			Reason  string `xml:"termination-reason"`
		}
		if n.Name() == "netconf-session-end" && n.Decode(&v) == nil && v.Session == victim.ID() {
			if v.Reason != "killed" || v.Killed != s.ID() || time.Since(n.Time).Abs() > time.Hour {
				t.Errorf("%s", n.Bytes())
			}
			return
		}
	}
}
