package netconf_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/netconftest"
	"github.com/vtynet/vty/netconf/rpc"
)

// The capabilities without a constant.
const (
	monitoring = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
	nmda       = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"
	subscribed = "urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications"
	push       = "urn:ietf:params:xml:ns:yang:ietf-yang-push"
)

// able has all that any operation can need.
var able = []string{
	rpc.Base10, rpc.Base11, rpc.WritableRunningCap, rpc.CandidateCap, rpc.ConfirmedCommit10, rpc.ConfirmedCommit11,
	rpc.RollbackOnErrorCap, rpc.Validate10, rpc.Validate11, rpc.StartupCap, rpc.URLCap + "?scheme=file,https", rpc.XPathCap,
	rpc.NotificationCap, rpc.InterleaveCap, rpc.PartialLockCap, rpc.WithDefaultsCap + "?basic-mode=explicit&also-supported=trim,report-all",
	rpc.WithOperationalDefaultsCap + "?basic-mode=explicit", rpc.YANGLibrary10, rpc.YANGLibrary11, monitoring, nmda, subscribed, push,
}

// refusals are operations, and the capabilities each of which one would do. Without
// all of them the operation is refused; where there are none it never is.
var refusals = []struct {
	op   rpc.Operation
	need []string
}{
	{rpc.Get{}, nil},
	{rpc.Get{Filter: rpc.XPath("/a")}, []string{rpc.XPathCap}},
	{rpc.Get{WithDefaults: rpc.Trim}, []string{rpc.WithDefaultsCap}},
	{rpc.GetConfig{}, nil},
	{rpc.GetConfig{Source: rpc.Candidate}, []string{rpc.CandidateCap}},
	{rpc.GetConfig{Source: rpc.Startup}, []string{rpc.StartupCap}},
	{rpc.GetConfig{Source: "file:x"}, []string{rpc.URLCap}},
	{rpc.GetConfig{Filter: rpc.XPath("/a")}, []string{rpc.XPathCap}},
	{rpc.GetConfig{WithDefaults: rpc.ReportAll}, []string{rpc.WithDefaultsCap}},
	{rpc.EditConfig{Target: rpc.Running, Config: []byte("<a/>")}, []string{rpc.WritableRunningCap}},
	{rpc.EditConfig{Target: rpc.Candidate, Config: []byte("<a/>")}, []string{rpc.CandidateCap}},
	{rpc.EditConfig{Target: rpc.Candidate, URL: "https://h/x"}, []string{rpc.URLCap}},
	{rpc.EditConfig{Target: rpc.Candidate, TestOption: rpc.TestThenSet, Config: []byte("<a/>")}, []string{rpc.Validate11, rpc.Validate10}},
	{rpc.EditConfig{Target: rpc.Candidate, TestOption: rpc.TestOnly, Config: []byte("<a/>")}, []string{rpc.Validate11}},
	{rpc.EditConfig{Target: rpc.Candidate, ErrorOption: rpc.RollbackOnError, Config: []byte("<a/>")}, []string{rpc.RollbackOnErrorCap}},
	{rpc.CopyConfig{Target: rpc.Startup, Source: rpc.Running}, []string{rpc.StartupCap}},
	{rpc.CopyConfig{Target: rpc.Running, Source: rpc.Candidate}, []string{rpc.WritableRunningCap}},
	{rpc.CopyConfig{Target: "file:x", Source: rpc.Running}, []string{rpc.URLCap}},
	{rpc.CopyConfig{Target: rpc.Candidate, Source: rpc.Running, WithDefaults: rpc.Explicit}, []string{rpc.WithDefaultsCap}},
	{rpc.DeleteConfig{Target: rpc.Startup}, []string{rpc.StartupCap}},
	{rpc.DeleteConfig{Target: "file:x"}, []string{rpc.URLCap}},
	{rpc.Lock{Target: rpc.Running}, nil},
	{rpc.Lock{Target: rpc.Candidate}, []string{rpc.CandidateCap}},
	{rpc.Lock{Target: rpc.Startup}, []string{rpc.StartupCap}},
	{rpc.Unlock{Target: rpc.Running}, nil},
	{rpc.Unlock{Target: rpc.Candidate}, []string{rpc.CandidateCap}},
	{rpc.PartialLock{Select: []string{"/a"}}, []string{rpc.PartialLockCap}},
	{rpc.PartialUnlock{ID: 1}, []string{rpc.PartialLockCap}},
	{rpc.Commit{}, []string{rpc.CandidateCap}},
	{rpc.Commit{Confirmed: true}, []string{rpc.ConfirmedCommit11, rpc.ConfirmedCommit10}},
	{rpc.Commit{Confirmed: true, Persist: "x"}, []string{rpc.ConfirmedCommit11}},
	{rpc.Commit{PersistID: "x"}, []string{rpc.ConfirmedCommit11}},
	{rpc.CancelCommit{}, []string{rpc.ConfirmedCommit11}},
	{rpc.DiscardChanges{}, []string{rpc.CandidateCap}},
	{rpc.Validate{Source: rpc.Running}, []string{rpc.Validate11, rpc.Validate10}},
	{rpc.Validate{Source: rpc.Candidate}, []string{rpc.CandidateCap}},
	{rpc.CloseSession{}, nil},
	{rpc.KillSession{Session: 7}, nil},
	{rpc.GetSchema{Identifier: "a"}, []string{monitoring}},
	{rpc.CreateSubscription{}, []string{rpc.NotificationCap}},
	{rpc.CreateSubscription{Filter: rpc.XPath("/a")}, []string{rpc.XPathCap}},
	{rpc.EstablishSubscription{Stream: "a"}, []string{subscribed, rpc.YANGLibrary10, rpc.YANGLibrary11}},
	{rpc.EstablishSubscription{Datastore: rpc.Running, OnChange: &rpc.OnChange{}}, []string{push, rpc.YANGLibrary10, rpc.YANGLibrary11}},
	{rpc.ModifySubscription{ID: 1}, []string{subscribed, rpc.YANGLibrary10, rpc.YANGLibrary11}},
	{rpc.ModifySubscription{ID: 1, Datastore: rpc.Running}, []string{push, rpc.YANGLibrary10, rpc.YANGLibrary11}},
	{rpc.DeleteSubscription{ID: 1}, []string{subscribed, rpc.YANGLibrary10, rpc.YANGLibrary11}},
	{rpc.KillSubscription{ID: 1}, []string{subscribed, rpc.YANGLibrary10, rpc.YANGLibrary11}},
	{rpc.ResyncSubscription{ID: 1}, []string{push, rpc.YANGLibrary10, rpc.YANGLibrary11}},
	{rpc.GetData{Datastore: rpc.Operational}, []string{nmda, rpc.YANGLibrary10, rpc.YANGLibrary11}},
	{rpc.GetData{Datastore: rpc.Running, Filter: rpc.XPath("/a")}, []string{rpc.XPathCap}},
	{rpc.GetData{Datastore: rpc.Running, WithDefaults: rpc.Trim}, []string{rpc.WithDefaultsCap}},
	{rpc.GetData{Datastore: rpc.Operational, WithDefaults: rpc.Explicit}, []string{rpc.WithOperationalDefaultsCap}},
	{rpc.EditData{Datastore: rpc.Running, Config: []byte("<a/>")}, []string{nmda, rpc.YANGLibrary10, rpc.YANGLibrary11}},
	{rpc.EditData{Datastore: rpc.Running, URL: "file:x"}, []string{rpc.URLCap}},
	{rpc.Action{Tree: []byte("<a/>")}, []string{rpc.YANGLibrary10, rpc.YANGLibrary11}},
	{rpc.Raw("<a/>"), nil},
	{rpc.GetNext{SetID: "1"}, nil},
}

// counted is a connection that counts what is written to it.
type counted struct {
	*memnet.Conn
	written atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	c.written.Add(int64(len(p)))
	return c.Conn.Write(p)
}

// capable begins a session with a server that has these capabilities, and answers
// <ok/>.
func capable(t *testing.T, cfg *netconf.Config, capabilities []string) (*netconf.Session, *counted) {
	t.Helper()
	conn := &counted{Conn: (&netconftest.Server{Capabilities: capabilities}).Pipe()}
	s, err := netconf.New(t.Context(), conn, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, conn
}

// without leaves out capabilities.
func without(all []string, some ...string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(c string) bool {
		bare, _, _ := strings.Cut(c, "?")
		return slices.Contains(some, bare)
	})
}

// TestRefusedBeforeItIsSent has every operation, in each way that needs something of
// the server, meet a server that has all but that.
func TestRefusedBeforeItIsSent(t *testing.T) {
	for _, tc := range refusals {
		s, conn := capable(t, nil, without(able, tc.need...))
		greeting := conn.written.Load()
		_, err := s.Call(t.Context(), tc.op)
		if len(tc.need) > 0 {
			e, ok := errors.AsType[*rpc.UnsupportedError](err)
			if !ok || conn.written.Load() != greeting {
				t.Errorf("%#v: %v, %d bytes sent", tc.op, err, conn.written.Load()-greeting)
				continue
			}
			for _, uri := range tc.need {
				if !strings.Contains(e.Error(), uri) {
					t.Errorf("%#v: %q does not name %s", tc.op, e, uri)
				}
			}
			if call, ok := errors.AsType[*netconf.CallError](err); !ok || call.Sent || call.Operation != e.Operation {
				t.Errorf("%#v: %#v", tc.op, err)
			}
		} else if err != nil {
			t.Errorf("%#v: %v", tc.op, err)
		}
		// One of them is enough, whatever else is missing.
		for _, uri := range tc.need {
			s, _ := capable(t, nil, without(able, slices.DeleteFunc(slices.Clone(tc.need), func(other string) bool { return other == uri })...))
			if _, err := s.Call(t.Context(), tc.op); err != nil {
				t.Errorf("%#v of a server with %s: %v", tc.op, uri, err)
			}
		}
		// Whoever says that they know better is believed.
		s, conn = capable(t, &netconf.Config{Unchecked: true}, []string{rpc.Base11})
		greeting = conn.written.Load()
		if _, err := s.Call(t.Context(), tc.op); err != nil || conn.written.Load() == greeting {
			t.Errorf("%#v unchecked: %v", tc.op, err)
		}
	}
}

// TestRefusedByParameter has operations that the server's capabilities allow save for
// their parameters.
func TestRefusedByParameter(t *testing.T) {
	for _, tc := range []struct {
		op   rpc.Operation
		want string
	}{
		{rpc.CopyConfig{Target: "ftp://h/x", Source: rpc.Running}, `the server does not support ftp URLs: it announces no ` + rpc.URLCap + ` with "ftp" in scheme`},
		{rpc.EditConfig{Target: rpc.Candidate, URL: "FTP://h/x"}, `with "ftp" in scheme`},
		{rpc.Get{WithDefaults: rpc.ReportAllTagged}, `with "report-all-tagged" in basic-mode or also-supported`},
		{rpc.GetData{Datastore: rpc.Operational, WithDefaults: rpc.Trim}, `with "trim" in basic-mode`},
	} {
		s, conn := capable(t, nil, able)
		greeting := conn.written.Load()
		if _, err := s.Call(t.Context(), tc.op); !errors.As(err, new(*rpc.UnsupportedError)) || !strings.Contains(err.Error(), tc.want) || conn.written.Load() != greeting {
			t.Errorf("%#v: %v", tc.op, err)
		}
	}
	// A server that does not say which it knows is asked.
	s, _ := capable(t, nil, []string{rpc.Base11, rpc.URLCap, rpc.WithDefaultsCap})
	for _, op := range []rpc.Operation{rpc.CopyConfig{Target: "ftp://h/x", Source: rpc.Running}, rpc.Get{WithDefaults: rpc.Trim}} {
		if _, err := s.Call(t.Context(), op); err != nil {
			t.Errorf("%#v: %v", op, err)
		}
	}
}

// TestRefusalsAreOfEveryOperation has an operation that the table forgets fail.
func TestRefusalsAreOfEveryOperation(t *testing.T) {
	files, err := filepath.Glob("rpc/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	tabled := map[string]bool{}
	for _, tc := range refusals {
		tabled[reflect.TypeOf(tc.op).Name()] = true
	}
	seen := 0
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Name.Name != "Request" || f.Recv == nil {
				continue
			}
			seen++
			if of := f.Recv.List[0].Type.(*ast.Ident).Name; !tabled[of] {
				t.Errorf("rpc.%s is not in the table", of)
			}
		}
	}
	if seen < 20 {
		t.Errorf("%d operations found", seen)
	}
}
