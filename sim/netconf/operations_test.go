package netconf_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/rpc"
	simnetconf "github.com/vtynet/vty/sim/netconf"
)

const (
	ifNS    = "urn:ietf:params:xml:ns:yang:ietf-interfaces"
	running = `<interfaces xmlns="` + ifNS + `"><interface><name>eth0</name><mtu>1500</mtu></interface><interface><name>eth1</name><mtu>9000</mtu><type xmlns:ianaift="urn:ianaift">ianaift:ethernetCsmacd</type></interface></interfaces>`
)

// device makes a device, and a session with it.
func device(t *testing.T, change func(*simnetconf.Config)) (*simnetconf.Device, *netconf.Session) {
	t.Helper()
	cfg := &simnetconf.Config{
		Running: running, State: `<system-state xmlns="urn:s"><clock>noon</clock></system-state>`,
		Defaults: map[string]string{"/interfaces/interface/mtu": "1500", "/interfaces/interface/enabled": "true"},
		Modules: []simnetconf.Module{
			{"a", "2024-01-01", "urn:a", "module a { /* <&> */ }"},
			{"b", "2023-01-01", "urn:b", "old"}, {"b", "2024-01-01", "urn:b", "new"},
		},
	}
	if change != nil {
		change(cfg)
	}
	d, err := simnetconf.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return d, session(t, d)
}

func session(t *testing.T, d *simnetconf.Device) *netconf.Session {
	t.Helper()
	s, err := netconf.New(t.Context(), d.Pipe(), &netconf.Config{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// do carries out an operation, which must go well, and returns what came back.
func do(t *testing.T, s *netconf.Session, op rpc.Operation) string {
	t.Helper()
	reply, err := s.Call(t.Context(), op)
	if err != nil {
		t.Fatalf("%T: %v", op, err)
	}
	return string(reply.Data())
}

// refused carries out an operation, which must fail with an error of this tag.
func refused(t *testing.T, s *netconf.Session, op rpc.Operation, tag rpc.Tag) *rpc.Error {
	t.Helper()
	_, err := s.Call(t.Context(), op)
	e, ok := errors.AsType[*rpc.Error](err)
	if !ok || e.Tag != tag {
		t.Errorf("%+v: %v, want %s", op, err, tag)
	}
	return e
}

func eth(inner string) string { return `<interfaces xmlns="` + ifNS + `">` + inner + `</interfaces>` }

func TestFilters(t *testing.T) {
	_, s := device(t, nil)
	for _, tc := range []struct {
		filter rpc.Filter
		want   string
	}{
		{rpc.Filter{}, running},
		{rpc.Subtree(""), ""},
		{rpc.Subtree(`<interfaces xmlns="urn:other"/>`), ""},
		{rpc.Subtree(eth("<interface><name/></interface>")), eth("<interface><name>eth0</name></interface><interface><name>eth1</name></interface>")},
		{rpc.Subtree(eth("<interface><name>eth0</name></interface>")), eth("<interface><name>eth0</name><mtu>1500</mtu></interface>")},
		{rpc.Subtree(eth("<interface><name>eth1</name><mtu/></interface>")), eth("<interface><name>eth1</name><mtu>9000</mtu></interface>")},
		{rpc.XPath("/if:interfaces/if:interface[if:name='eth0']/if:mtu", rpc.Namespace{Prefix: "if", URI: ifNS}), eth("<interface><name>eth0</name><mtu>1500</mtu></interface>")},
	} {
		if got := do(t, s, rpc.GetConfig{Filter: tc.filter}); got != tc.want {
			t.Errorf("%+v:\n%s, want\n%s", tc.filter, got, tc.want)
		}
	}
	if got := do(t, s, rpc.Get{Filter: rpc.Subtree(`<system-state xmlns="urn:s"/>`)}); got != `<system-state xmlns="urn:s"><clock>noon</clock></system-state>` {
		t.Error(got)
	}
	refused(t, s, rpc.Get{Filter: rpc.XPath("//x[position()=1]")}, rpc.InvalidValue)
}

func TestWithDefaults(t *testing.T) {
	_, s := device(t, nil)
	one := rpc.Subtree(eth("<interface><name>eth0</name></interface>"))
	for mode, want := range map[rpc.WithDefaults]string{
		rpc.Explicit:        "<name>eth0</name><mtu>1500</mtu>",
		rpc.Trim:            "<name>eth0</name>",
		rpc.ReportAll:       "<name>eth0</name><mtu>1500</mtu><enabled>true</enabled>",
		rpc.ReportAllTagged: `<name>eth0</name><mtu xmlns:wd="urn:ietf:params:xml:ns:netconf:default:1.0" wd:default="true">1500</mtu><enabled xmlns:wd="urn:ietf:params:xml:ns:netconf:default:1.0" wd:default="true">true</enabled>`,
	} {
		if got := do(t, s, rpc.GetConfig{Filter: one, WithDefaults: mode}); !strings.Contains(got, want+"</interface>") {
			t.Errorf("%s: %s", mode, got)
		}
	}
	refused(t, s, rpc.Raw(`<get-config><source><running/></source><with-defaults xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults">all</with-defaults></get-config>`), rpc.InvalidValue)
}

func TestEditOptions(t *testing.T) {
	const nc = ` xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" nc:operation=`
	half := []byte(eth("<interface><name>eth2</name></interface><interface" + nc + `"delete"><name>eth9</name></interface><interface><name>eth3</name></interface>`))
	names := func(t *testing.T, s *netconf.Session) string {
		var v struct {
			Names []string `xml:"interfaces>interface>name"`
		}
		reply, err := rpc.GetConfig{Source: rpc.Candidate}.Do(t.Context(), s)
		if err != nil || reply.Decode(&v) != nil {
			t.Fatal(err)
		}
		return strings.Join(v.Names, " ")
	}
	for _, tc := range []struct {
		edit rpc.EditConfig
		tag  rpc.Tag // "" where it goes well
		want string
	}{
		{rpc.EditConfig{Config: []byte(eth("<interface><name>eth2</name></interface>"))}, "", "eth0 eth1 eth2"},
		{rpc.EditConfig{Config: []byte(eth("<interface><name>eth2</name></interface>")), TestOption: rpc.TestOnly}, "", "eth0 eth1"},
		{rpc.EditConfig{Config: []byte(eth("<interface><name>eth2</name></interface>")), DefaultOperation: rpc.Replace}, "", "eth2"},
		{rpc.EditConfig{Config: []byte(eth("<interface><name>eth2</name></interface>")), DefaultOperation: rpc.None}, rpc.DataMissing, "eth0 eth1"},
		{rpc.EditConfig{Config: []byte(eth("<interface" + nc + `"remove"><name>eth1</name></interface>`)), DefaultOperation: rpc.None}, "", "eth0"},
		{rpc.EditConfig{Config: []byte(eth("<interface" + nc + `"create"><name>eth1</name></interface>`))}, rpc.DataExists, "eth0 eth1"},
		{rpc.EditConfig{Config: []byte(eth("<interface><mtu>1</mtu></interface>"))}, rpc.MissingElement, "eth0 eth1"},
		{rpc.EditConfig{Config: half}, rpc.DataMissing, "eth0 eth1 eth2"}, // stop-on-error
		{rpc.EditConfig{Config: half, ErrorOption: rpc.ContinueOnError}, rpc.DataMissing, "eth0 eth1 eth2 eth3"},
		{rpc.EditConfig{Config: half, ErrorOption: rpc.RollbackOnError}, rpc.DataMissing, "eth0 eth1"},
		{rpc.EditConfig{Config: half, TestOption: rpc.TestThenSet}, rpc.DataMissing, "eth0 eth1"},
		{rpc.EditConfig{URL: "file:///none"}, rpc.InvalidValue, "eth0 eth1"},
	} {
		_, s := device(t, nil)
		tc.edit.Target = rpc.Candidate
		if tc.tag == "" {
			do(t, s, tc.edit)
		} else {
			refused(t, s, tc.edit, tc.tag)
		}
		if got := names(t, s); got != tc.want {
			t.Errorf("%s %+v: %s, want %s", tc.edit.Config, tc.edit, got, tc.want)
		}
	}
}

func TestPartialLocks(t *testing.T) {
	d, s := device(t, nil)
	other := session(t, d)
	ctx := t.Context()
	got, err := rpc.PartialLock{Select: []string{"/if:interfaces/if:interface[if:name='eth0']"}, Namespaces: []rpc.Namespace{{Prefix: "if", URI: ifNS}}}.Do(ctx, s)
	if err != nil || len(got.Nodes) != 1 || got.Nodes[0] != "/interfaces/interface[name='eth0']" {
		t.Fatalf("%+v, %v", got, err)
	}
	mtu := func(name string) rpc.EditConfig {
		return rpc.EditConfig{Target: rpc.Running, Config: []byte(eth("<interface><name>" + name + "</name><mtu>1400</mtu></interface>"))}
	}
	refused(t, other, mtu("eth0"), rpc.InUse)
	do(t, other, mtu("eth1"))
	do(t, s, mtu("eth0"))
	if id, _ := refused(t, other, rpc.PartialLock{Select: []string{"/interfaces"}}, rpc.LockDenied).Session(); id != s.ID() {
		t.Errorf("held by %d", id)
	}
	refused(t, other, rpc.Lock{Target: rpc.Running}, rpc.LockDenied)
	refused(t, other, rpc.PartialUnlock{ID: got.ID}, rpc.InvalidValue)
	do(t, s, rpc.PartialUnlock{ID: got.ID})
	do(t, other, mtu("eth0"))
}

func TestNMDA(t *testing.T) {
	_, s := device(t, nil)
	yes, no := true, false
	for _, tc := range []struct {
		op        rpc.GetData
		has, lack string
	}{
		{rpc.GetData{Datastore: rpc.Operational}, "<clock>", "nothing"},
		{rpc.GetData{Datastore: rpc.Operational, Config: &yes}, "<mtu>", "<clock>"},
		{rpc.GetData{Datastore: rpc.Operational, Config: &no}, "<clock>", "<mtu>"},
		{rpc.GetData{Datastore: rpc.Intended, MaxDepth: 2}, "<interface/>", "<mtu>"},
		{rpc.GetData{Datastore: rpc.Operational, WithOrigin: true, Filter: rpc.XPath("/interfaces")}, `or:origin="or:intended"`, "<clock>"},
		{rpc.GetData{Datastore: rpc.Operational, Origins: []string{"or:intended"}, NotOrigins: true}, "<clock>", "<mtu>"},
	} {
		if got := do(t, s, tc.op); !strings.Contains(got, tc.has) || strings.Contains(got, tc.lack) {
			t.Errorf("%+v: %s", tc.op, got)
		}
	}
	do(t, s, rpc.EditData{Datastore: rpc.Running, Config: []byte(eth("<interface><name>lo</name></interface>"))})
	if got := do(t, s, rpc.GetData{Datastore: rpc.Running, Filter: rpc.XPath("/interfaces/interface[name='lo']")}); got != eth("<interface><name>lo</name></interface>") {
		t.Error(got)
	}
}

func TestSchemasAndLibrary(t *testing.T) {
	for _, without := range [][]string{nil, {rpc.YANGLibrary11}} {
		_, s := device(t, func(c *simnetconf.Config) { c.Without = without })
		modules, err := rpc.Library{}.Do(t.Context(), s)
		if err != nil || len(modules) != 3 || modules[2].Name != "b" || modules[2].Revision != "2024-01-01" || modules[2].ImportOnly {
			t.Errorf("without %q: %+v, %v", without, modules, err)
		}
		if text, err := (rpc.GetSchema{Identifier: "a"}).Do(t.Context(), s); err != nil || text != "module a { /* <&> */ }" {
			t.Errorf("%q, %v", text, err)
		}
		if e := refused(t, s, rpc.GetSchema{Identifier: "b"}, rpc.OperationFailed); e != nil && e.AppTag != "data-not-unique" {
			t.Error(e.AppTag)
		}
		refused(t, s, rpc.GetSchema{Identifier: "c"}, rpc.InvalidValue)
	}
	_, s := device(t, func(c *simnetconf.Config) { c.Without = []string{rpc.YANGLibrary11, rpc.YANGLibrary10} })
	if _, err := (rpc.Library{}).Do(t.Context(), s); !errors.As(err, new(*rpc.UnsupportedError)) {
		t.Error(err)
	}
}

func TestActionsAndAnswers(t *testing.T) {
	d, s := device(t, nil)
	act := rpc.Action{Tree: []byte(`<server xmlns="urn:srv"><name>a</name><reset><at>now</at></reset></server>`)}
	refused(t, s, act, rpc.OperationNotSupported)
	d.Answer("action", `<reset-finished-at xmlns="urn:srv">noon</reset-finished-at>`)
	if got := do(t, s, act); got != `<reset-finished-at xmlns="urn:srv">noon</reset-finished-at>` {
		t.Error(got)
	}
	refused(t, s, rpc.Raw("<unknown/>"), rpc.OperationNotSupported)
}

// next reads a notification that must have a name.
func next(t *testing.T, s *netconf.Session, name string) *netconf.Notification {
	t.Helper()
	n, err := s.Notification(t.Context())
	if err != nil || n.Name() != name {
		t.Fatalf("%v, %s; want %s", err, n.Bytes(), name)
	}
	return n
}

func TestSubscriptionsToStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := device(t, nil)
		d.Notify("<early xmlns='urn:e'/>", "<other xmlns='urn:e'/>")
		before := time.Now().Add(-time.Hour)
		a, err := rpc.EstablishSubscription{Stream: "NETCONF", Filter: rpc.Subtree("<early xmlns='urn:e'/>"), Replay: before, Stop: time.Now().Add(time.Minute)}.Do(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		next(t, s, "early")
		if n := next(t, s, "replay-completed"); n.Subscription != a || !n.HasSubscription {
			t.Errorf("%+v", n)
		}
		b, err := rpc.EstablishSubscription{Stream: "NETCONF", Filter: rpc.XPath("/other")}.Do(t.Context(), s)
		if err != nil || a == b {
			t.Fatal(a, b, err)
		}
		d.Notify("<other xmlns='urn:e'/>", "<early xmlns='urn:e'/>")
		next(t, s, "early")
		next(t, s, "other")
		do(t, s, rpc.ModifySubscription{ID: b, Filter: rpc.Subtree("<third xmlns='urn:e'/>")})
		next(t, s, "subscription-modified")
		d.Notify("<other xmlns='urn:e'/>", "<third xmlns='urn:e'/>")
		next(t, s, "third")
		other := session(t, d)
		refused(t, other, rpc.DeleteSubscription{ID: b}, rpc.InvalidValue)
		do(t, other, rpc.KillSubscription{ID: b})
		if n := next(t, s, "subscription-terminated"); n.Subscription != b {
			t.Errorf("%s", n.Bytes())
		}
		time.Sleep(2 * time.Minute)
		if n := next(t, s, "subscription-completed"); n.Subscription != a {
			t.Errorf("%s", n.Bytes())
		}
		refused(t, s, rpc.DeleteSubscription{ID: a}, rpc.InvalidValue)
		_ = s.Close()
		_ = other.Close()
	})
}

func TestPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s := device(t, nil)
		mtu := func(value string) rpc.EditConfig {
			return rpc.EditConfig{Target: rpc.Running, Config: []byte(eth("<interface><name>eth0</name><mtu>" + value + "</mtu></interface>"))}
		}
		begun := time.Now()
		periodic, err := rpc.EstablishSubscription{Datastore: rpc.Operational, Filter: rpc.Subtree(eth("<interface><name>eth0</name><mtu/></interface>")), Periodic: &rpc.Periodic{Period: 5 * time.Second}}.Do(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			n := next(t, s, "push-update")
			if n.Subscription != periodic || time.Since(begun) != time.Duration(i)*5*time.Second || !strings.Contains(string(n.Bytes()), "<mtu>1500</mtu>") {
				t.Errorf("after %v: %s", time.Since(begun), n.Bytes())
			}
		}
		do(t, s, rpc.ModifySubscription{ID: periodic, Datastore: rpc.Operational, Periodic: &rpc.Periodic{Period: time.Minute}})
		next(t, s, "subscription-modified")
		next(t, s, "push-update")
		do(t, s, rpc.DeleteSubscription{ID: periodic})

		changes, err := rpc.EstablishSubscription{Datastore: rpc.Running, Filter: rpc.XPath("/interfaces"), OnChange: &rpc.OnChange{Dampening: time.Second}}.Do(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		next(t, s, "push-update")
		do(t, s, mtu("1400"))
		if n := next(t, s, "push-change-update"); n.Subscription != changes || !strings.Contains(string(n.Bytes()), "1400") {
			t.Errorf("%s", n.Bytes())
		}
		begun = time.Now()
		do(t, s, mtu("1300"))
		do(t, s, mtu("1200"))
		if n := next(t, s, "push-change-update"); time.Since(begun) != time.Second || !strings.Contains(string(n.Bytes()), "1200") {
			t.Errorf("after %v: %s", time.Since(begun), n.Bytes())
		}
		do(t, s, rpc.ResyncSubscription{ID: changes})
		next(t, s, "push-update")
		refused(t, s, rpc.ResyncSubscription{ID: periodic}, rpc.InvalidValue)
		_ = s.Close()
	})
}

func TestCreateSubscriptionWithReplayAndStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := device(t, func(c *simnetconf.Config) { c.Without = []string{rpc.InterleaveCap} })
		d.Notify("<one xmlns='urn:e'/>")
		start := time.Now()
		time.Sleep(time.Second)
		d.Notify("<two xmlns='urn:e'/>")
		do(t, s, rpc.CreateSubscription{Start: start.Add(time.Millisecond), Stop: time.Now().Add(time.Minute)})
		refused(t, s, rpc.Get{}, rpc.OperationFailed) // no :interleave
		d.Notify("<three xmlns='urn:e'/>")
		for _, name := range []string{"two", "replayComplete", "three", "notificationComplete"} {
			next(t, s, name)
		}
		do(t, s, rpc.Get{})
		_ = s.Close()
	})
}

func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := device(t, nil)
		edit := func(name string) rpc.EditConfig {
			return rpc.EditConfig{Target: rpc.Running, Config: []byte(eth("<interface><name>" + name + "</name></interface>"))}
		}
		d.Fail(simnetconf.Fault{Operation: "edit-config", Skip: 1, Times: 1, NotDone: true, Reply: simnetconf.Failure("too-big", "<no>")})
		do(t, s, edit("a"))
		refused(t, s, edit("b"), rpc.TooBig)
		do(t, s, edit("c"))
		if r := d.Running(); !strings.Contains(r, ">a<") || strings.Contains(r, ">b<") || !strings.Contains(r, ">c<") {
			t.Error(r)
		}
		d.Fail(simnetconf.Fault{Operation: "get", Times: 1, Delay: time.Minute})
		begun := time.Now()
		late := make(chan error, 1)
		go func() { _, err := rpc.Get{}.Do(t.Context(), s); late <- err }()
		synctest.Wait()
		do(t, s, rpc.GetConfig{})
		if err := <-late; err != nil || time.Since(begun) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		d.Fail(simnetconf.Fault{Operation: "get", HangUp: true})
		if _, err := (rpc.Get{}).Do(t.Context(), s); !errors.Is(err, netconf.ErrClosed) {
			t.Error(err)
		}
	})
}

func TestSessionsEndWithAllTheyHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := device(t, nil)
		do(t, s, rpc.Lock{Target: rpc.Candidate})
		do(t, s, rpc.EditConfig{Target: rpc.Candidate, Config: []byte(eth("<interface><name>a</name></interface>"))})
		do(t, s, rpc.Commit{Confirmed: true})
		do(t, s, rpc.EditConfig{Target: rpc.Candidate, Config: []byte(eth("<interface><name>b</name></interface>"))})
		if !d.AwaitsConfirmation() || !d.Dirty() || len(d.Locks()) != 1 {
			t.Errorf("%t, %t, %v", d.AwaitsConfirmation(), d.Dirty(), d.Locks())
		}
		d.HangUp()
		<-s.Done()
		synctest.Wait()
		if d.AwaitsConfirmation() || d.Dirty() || len(d.Locks()) != 0 || d.Running() != running {
			t.Errorf("%t, %t, %v, %s", d.AwaitsConfirmation(), d.Dirty(), d.Locks(), d.Running())
		}
	})
}
