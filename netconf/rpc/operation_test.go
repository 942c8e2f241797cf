package rpc

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty/netconf/element"
)

var (
	yes  = true
	noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
)

func TestRequests(t *testing.T) {
	for _, tc := range []struct {
		op    Operation
		want  string
		needs string // what for, joined
	}{
		{Get{}, `<get/>`, ""},
		{Get{Filter: Subtree("<a/>"), WithDefaults: ReportAll}, `<get><filter type="subtree"><a/></filter><with-defaults xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults">report-all</with-defaults></get>`, "with-defaults report-all"},
		{GetConfig{}, `<get-config><source><running/></source></get-config>`, ""},
		{GetConfig{Source: Startup, Filter: XPath(`/a:b[c='"']`, Namespace{"a", "urn:a"})}, `<get-config><source><startup/></source><filter type="xpath" select="/a:b[c=&#39;&#34;&#39;]" xmlns:a="urn:a"/></get-config>`, "the startup datastore, XPath filters"},
		{GetConfig{Filter: Subtree("")}, `<get-config><source><running/></source><filter type="subtree"/></get-config>`, ""},
		{EditConfig{Target: Candidate, DefaultOperation: None, TestOption: TestThenSet, ErrorOption: RollbackOnError, Config: []byte("<a />\n<b>]]&gt;</b>")}, `<edit-config><target><candidate/></target><default-operation>none</default-operation><test-option>test-then-set</test-option><error-option>rollback-on-error</error-option><config><a />` + "\n" + `<b>]]&gt;</b></config></edit-config>`, "the candidate datastore, validation, rollback-on-error"},
		{EditConfig{Target: Running, TestOption: TestOnly, URL: "file:///x&y"}, `<edit-config><target><running/></target><test-option>test-only</test-option><url>file:///x&amp;y</url></edit-config>`, "changing the running datastore, test-only, file URLs"},
		{CopyConfig{Target: Startup, Source: Running}, `<copy-config><target><startup/></target><source><running/></source></copy-config>`, "the startup datastore"},
		{CopyConfig{Target: "file:///x", Config: []byte("<a/>")}, `<copy-config><target><url>file:///x</url></target><source><config><a/></config></source></copy-config>`, "file URLs"},
		{DeleteConfig{Startup}, `<delete-config><target><startup/></target></delete-config>`, "the startup datastore"},
		{Lock{Running}, `<lock><target><running/></target></lock>`, ""},
		{Unlock{Candidate}, `<unlock><target><candidate/></target></unlock>`, "the candidate datastore"},
		{PartialLock{Select: []string{"/a:b", "/c"}, Namespaces: []Namespace{{"a", "urn:a"}, {"", "urn:c"}}}, `<partial-lock xmlns="urn:ietf:params:xml:ns:netconf:partial-lock:1.0"><select xmlns:a="urn:a" xmlns="urn:c">/a:b</select><select xmlns:a="urn:a" xmlns="urn:c">/c</select></partial-lock>`, "partial locks"},
		{PartialUnlock{7}, `<partial-unlock xmlns="urn:ietf:params:xml:ns:netconf:partial-lock:1.0"><lock-id>7</lock-id></partial-unlock>`, "partial locks"},
		{Commit{}, `<commit/>`, "the candidate datastore"},
		{Commit{Confirmed: true, Timeout: time.Minute, Persist: "a<b"}, `<commit><confirmed/><confirm-timeout>60</confirm-timeout><persist>a&lt;b</persist></commit>`, "the candidate datastore, confirmed commits, persistent confirmed commits"},
		{Commit{PersistID: "x"}, `<commit><persist-id>x</persist-id></commit>`, "the candidate datastore, persistent confirmed commits"},
		{CancelCommit{"x"}, `<cancel-commit><persist-id>x</persist-id></cancel-commit>`, "cancelling commits"},
		{DiscardChanges{}, `<discard-changes/>`, "the candidate datastore"},
		{Validate{Source: Candidate}, `<validate><source><candidate/></source></validate>`, "validation, the candidate datastore"},
		{Validate{Config: []byte("<a/>")}, `<validate><source><config><a/></config></source></validate>`, "validation"},
		{CloseSession{}, `<close-session/>`, ""},
		{KillSession{4}, `<kill-session><session-id>4</session-id></kill-session>`, ""},
		{GetSchema{Identifier: "m", Version: "2020-01-01", Format: "yang"}, `<get-schema xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"><identifier>m</identifier><version>2020-01-01</version><format>yang</format></get-schema>`, "get-schema"},
		{GetData{Datastore: Operational, Filter: XPath("/a"), Config: &yes, Origins: []string{"or:intended"}, MaxDepth: 2, WithOrigin: true, WithDefaults: Trim}, `<get-data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"><datastore xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores">ds:operational</datastore><xpath-filter>/a</xpath-filter><config-filter>true</config-filter><origin-filter xmlns:or="urn:ietf:params:xml:ns:yang:ietf-origin">or:intended</origin-filter><max-depth>2</max-depth><with-origin/><with-defaults>trim</with-defaults></get-data>`, "get-data, XPath filters, with-defaults of the operational datastore"},
		{EditData{Datastore: Running, DefaultOperation: Replace, Config: []byte("<a/>")}, `<edit-data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"><datastore xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores">ds:running</datastore><default-operation>replace</default-operation><config><a/></config></edit-data>`, "edit-data"},
		{CreateSubscription{Stream: "NETCONF", Filter: Subtree("<a/>"), Start: noon, Stop: noon.Add(time.Second)}, `<create-subscription xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0"><stream>NETCONF</stream><filter type="subtree"><a/></filter><startTime>2026-05-04T12:00:00Z</startTime><stopTime>2026-05-04T12:00:01Z</stopTime></create-subscription>`, "notifications"},
		{EstablishSubscription{Stream: "NETCONF", Filter: XPath("/a"), Replay: noon}, `<establish-subscription xmlns="urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications"><stream>NETCONF</stream><stream-xpath-filter>/a</stream-xpath-filter><replay-start-time>2026-05-04T12:00:00Z</replay-start-time></establish-subscription>`, "subscriptions"},
		{EstablishSubscription{Datastore: Operational, Filter: Subtree("<a/>"), Periodic: &Periodic{Period: 5 * time.Second}}, `<establish-subscription xmlns="urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications"><yp:datastore xmlns:yp="urn:ietf:params:xml:ns:yang:ietf-yang-push" xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores">ds:operational</yp:datastore><yp:datastore-subtree-filter xmlns:yp="urn:ietf:params:xml:ns:yang:ietf-yang-push"><a/></yp:datastore-subtree-filter><yp:periodic xmlns:yp="urn:ietf:params:xml:ns:yang:ietf-yang-push"><yp:period>500</yp:period></yp:periodic></establish-subscription>`, "subscriptions, YANG-Push"},
		{ModifySubscription{ID: 3, Datastore: Running, OnChange: &OnChange{Dampening: time.Second, NoSync: true, Exclude: []string{"move"}}}, `<modify-subscription xmlns="urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications"><id>3</id><yp:datastore xmlns:yp="urn:ietf:params:xml:ns:yang:ietf-yang-push" xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores">ds:running</yp:datastore><yp:on-change xmlns:yp="urn:ietf:params:xml:ns:yang:ietf-yang-push"><yp:dampening-period>100</yp:dampening-period><yp:sync-on-start>false</yp:sync-on-start><yp:excluded-change>move</yp:excluded-change></yp:on-change></modify-subscription>`, "subscriptions, YANG-Push"},
		{DeleteSubscription{3}, `<delete-subscription xmlns="urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications"><id>3</id></delete-subscription>`, "subscriptions"},
		{KillSubscription{3}, `<kill-subscription xmlns="urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications"><id>3</id></kill-subscription>`, "subscriptions"},
		{ResyncSubscription{3}, `<resync-subscription xmlns="urn:ietf:params:xml:ns:yang:ietf-yang-push"><id>3</id></resync-subscription>`, "YANG-Push"},
		{Action{[]byte(`<a xmlns="urn:a"><reset/></a>`)}, `<action xmlns="urn:ietf:params:xml:ns:yang:1"><a xmlns="urn:a"><reset/></a></action>`, "actions"},
		{Raw("<?xml version='1.0'?>\n<x:do  xmlns:x='urn:x' />\n"), `<x:do  xmlns:x='urn:x' />`, ""},
		{GetNext{"12"}, `<get-next xmlns="http://www.huawei.com/netconf/capability/base/1.0" set-id="12"/>`, ""},
	} {
		r, err := tc.op.Request()
		if err != nil {
			t.Errorf("%+v: %v", tc.op, err)
			continue
		}
		var needs []string
		for _, n := range r.Needs {
			needs = append(needs, n.Use)
		}
		if string(r.Body) != tc.want || strings.Join(needs, ", ") != tc.needs {
			t.Errorf("%+v:\n%s\nneeds %s; want\n%s\nneeds %s", tc.op, r.Body, strings.Join(needs, ", "), tc.want, tc.needs)
		}
		d := xml.NewDecoder(strings.NewReader(string(r.Body)))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", r.Body, err)
			}
		}
	}
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	for _, tc := range []struct {
		op   Operation
		want string
	}{
		{Get{Filter: Subtree("<a></b>")}, "get: filter: xml: at byte 3"},
		{Get{Filter: Subtree("</filter><filter>")}, "get: filter"},
		{Get{Filter: Subtree("<a>")}, "get: filter"},
		{EditConfig{Config: []byte("<a/>")}, "edit-config: no target"},
		{EditConfig{Target: Running}, "edit-config: no configuration"},
		{EditConfig{Target: Running, Config: []byte("<a>")}, "edit-config: configuration"},
		{EditConfig{Target: Running, Config: []byte("<a/>"), URL: "file:x"}, "both"},
		{EditConfig{Target: "runing", Config: []byte("<a/>")}, `"runing" is not a datastore`},
		{CopyConfig{Target: Running}, "no source"},
		{CopyConfig{Target: Running, Source: Startup, Config: []byte("<a/>")}, "both"},
		{DeleteConfig{}, "no target"},
		{DeleteConfig{Running}, "cannot be deleted"},
		{Lock{}, "no target"},
		{PartialLock{}, "nothing to lock"},
		{Commit{Timeout: time.Second}, "not to be confirmed"},
		{Commit{Confirmed: true, Timeout: time.Millisecond}, "seconds"},
		{Validate{}, "no source"},
		{KillSession{}, "no session"},
		{GetSchema{}, "no identifier"},
		{GetData{}, "no datastore"},
		{EditData{Datastore: Operational, Config: []byte("<a/>")}, "cannot be changed"},
		{CreateSubscription{Stop: noon}, "without a start time"},
		{EstablishSubscription{}, "want a stream or a datastore"},
		{EstablishSubscription{Stream: "x", Periodic: &Periodic{Period: time.Second}}, "neither"},
		{EstablishSubscription{Datastore: Running, Periodic: &Periodic{}}, "no period"},
		{EstablishSubscription{Datastore: Running, Periodic: &Periodic{Period: time.Millisecond}}, "hundredths"},
		{EstablishSubscription{Datastore: Running, Periodic: &Periodic{Period: time.Second}, OnChange: &OnChange{}}, "both"},
		{Action{}, "no action"},
		{Raw(""), "rpc: no element"},
		{Raw("<a/><b/>"), "second root"},
		{Raw("<a>"), "unexpected EOF"},
		{Raw("<rpc><get/></rpc>"), "what stands within <rpc>"},
	} {
		if _, err := tc.op.Request(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: %v, want %q", tc.op, err, tc.want)
		}
	}
}

func TestCheck(t *testing.T) {
	r, err := EditConfig{Target: Candidate, ErrorOption: RollbackOnError, Config: []byte("<a/>")}.Request()
	if err != nil {
		t.Fatal(err)
	}
	junos := Capabilities{"urn:ietf:params:xml:ns:netconf:capability:candidate:1.0", Base10}
	e, ok := errors.AsType[*UnsupportedError](r.Check(junos))
	if !ok || e.Operation != "edit-config" || e.Error() != "the server does not support rollback-on-error: it announces no urn:ietf:params:netconf:capability:rollback-on-error:1.0" {
		t.Errorf("%v", e)
	}
	if err := r.Check(append(junos, RollbackOnErrorCap+"?x=y")); err != nil {
		t.Error(err)
	}
}

func TestCapabilities(t *testing.T) {
	c := Capabilities{
		"urn:ietf:params:netconf:capability:url:1.0?scheme=http,file%3Ax&a=b",
		"urn:x?module=acme-x&revision=2020-01-02&features=a,b",
	}
	if v, ok := c.Param(URLCap, "scheme"); v != "http,file:x" || !ok {
		t.Error(v)
	}
	if _, ok := c.Param(URLCap, "sch"); ok || c.Has(CandidateCap) {
		t.Error("found what is not there")
	}
	if ns, rev, ok := c.Module("acme-x"); ns != "urn:x" || rev != "2020-01-02" || !ok {
		t.Error(ns, rev)
	}
	if _, _, ok := c.Module("acme"); ok {
		t.Error("found a module that is not there")
	}
}

// scripted answers each operation with the next reply.
type scripted struct {
	t       *testing.T
	server  Capabilities
	replies []string
	asked   []string
}

func (s *scripted) Capabilities() Capabilities { return s.server }

func (s *scripted) Call(_ context.Context, op Operation) (*Reply, error) {
	req, err := op.Request()
	if err != nil {
		s.t.Fatal(err)
	}
	s.asked = append(s.asked, string(req.Body))
	reply, err := ParseReply([]byte(s.replies[0]), element.Fail)
	s.replies = s.replies[1:]
	if err != nil {
		s.t.Fatal(err)
	}
	return reply, reply.Err()
}

func TestResults(t *testing.T) {
	s := &scripted{t: t, server: Capabilities{YANGLibrary10}, replies: []string{
		`<rpc-reply><lock-id xmlns="urn:x">12</lock-id><locked-node>/a</locked-node><locked-node>/b</locked-node></rpc-reply>`,
		`<rpc-reply><data xmlns="urn:m">module x { a "&lt;"; }</data></rpc-reply>`,
		`<rpc-reply><id xmlns="urn:s"> 66 </id></rpc-reply>`,
		`<rpc-reply><data><modules-state xmlns="urn:ietf:params:xml:ns:yang:ietf-yang-library"><module><name>a</name><revision>r</revision><conformance-type>import</conformance-type></module></modules-state></data></rpc-reply>`,
		`<rpc-reply><data><yang-library xmlns="urn:ietf:params:xml:ns:yang:ietf-yang-library"><module-set><name>all</name><module><name>b</name><feature>f</feature></module><import-only-module><name>c</name></import-only-module></module-set></yang-library></data></rpc-reply>`,
		`<rpc-reply/>`,
	}}
	ctx := t.Context()
	if l, err := (PartialLock{Select: []string{"/a"}}).Do(ctx, s); err != nil || l.ID != 12 || len(l.Nodes) != 2 {
		t.Errorf("%+v, %v", l, err)
	}
	if text, err := (GetSchema{Identifier: "x"}).Do(ctx, s); err != nil || text != `module x { a "<"; }` {
		t.Errorf("%q, %v", text, err)
	}
	if id, err := (EstablishSubscription{Stream: "x"}).Do(ctx, s); err != nil || id != 66 {
		t.Errorf("%d, %v", id, err)
	}
	if m, err := (Library{}).Do(ctx, s); err != nil || len(m) != 1 || m[0].Name != "a" || !m[0].ImportOnly {
		t.Errorf("%+v, %v", m, err)
	}
	s.server = Capabilities{YANGLibrary11}
	if m, err := (Library{}).Do(ctx, s); err != nil || len(m) != 2 || m[0].Features[0] != "f" || !m[1].ImportOnly || !strings.Contains(s.asked[4], "<yang-library ") {
		t.Errorf("%+v, %v", m, err)
	}
	s.server = nil
	if _, err := (Library{}).Do(ctx, s); !errors.As(err, new(*UnsupportedError)) {
		t.Error(err)
	}
	if _, err := (EstablishSubscription{Stream: "x"}).Do(ctx, s); err == nil || !strings.Contains(err.Error(), "no id") {
		t.Error(err)
	}
}

func TestParts(t *testing.T) {
	s := &scripted{t: t, replies: []string{
		`<rpc-reply set-id="7"><data>1</data></rpc-reply>`,
		`<rpc-reply xmlns:h="urn:h" h:set-id="8"><data>2</data></rpc-reply>`,
		`<rpc-reply><data>3</data></rpc-reply>`,
	}}
	var got string
	for reply, err := range Parts(t.Context(), s, Get{}) {
		if err != nil {
			t.Fatal(err)
		}
		got += string(reply.Data())
	}
	if got != "123" || !strings.Contains(s.asked[1], `set-id="7"`) || !strings.Contains(s.asked[2], `set-id="8"`) {
		t.Errorf("%q of %q", got, s.asked)
	}
}
