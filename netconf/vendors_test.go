package netconf_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/element"
	"github.com/vtynet/vty/netconf/framing"
	"github.com/vtynet/vty/netconf/rpc"
)

// said begins a session with a server that says what is given, byte for byte: a hello,
// and one answer per operation. What it was sent goes to asked.
func said(t *testing.T, cfg *netconf.Config, version framing.Version, hello string, answers ...string) (s *netconf.Session, asked func() []string) {
	t.Helper()
	client, server := memnet.Pipe()
	var all []string
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() { _ = server.Close() }()
		_, _ = io.WriteString(server, hello)
		dec := framing.NewDecoder(server)
		dec.Strict = true
		for i := 0; dec.Next() == nil; i++ {
			text, err := io.ReadAll(dec)
			if i == 0 {
				dec.SetVersion(version) // that was the hello
				continue
			}
			if err != nil || i > len(answers) {
				return
			}
			all = append(all, string(text))
			_, _ = io.WriteString(server, answers[i-1])
		}
	}()
	s, err := netconf.New(t.Context(), client, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, func() []string {
		_ = s.Close()
		<-ended
		return all
	}
}

func hello(capabilities ...string) string {
	return `<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities><capability>` +
		strings.Join(capabilities, "</capability>\n    <capability>") + "</capability></capabilities><session-id>4711</session-id></hello>\n]]>]]>"
}

// TestJunos has what Junos says, as its documentation and its users have it: without
// rfc-compliant, in the framing of base:1.0.
func TestJunos(t *testing.T) {
	const (
		before = "<!-- No zombies were killed during the creation of this user interface -->\n<!-- user ops, class j-superuser -->\n"
		reply  = "\n" + `<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" xmlns:junos="http://xml.juniper.net/junos/18.4R1/junos" message-id="1">` + "\n"
		end    = "</rpc-reply>\n"
	)
	rpcError := func(severity, message string) string {
		return "<rpc-error>\n<error-type>protocol</error-type>\n<error-severity>" + severity + "</error-severity>\n<error-path>\n[edit system]\n</error-path>\n<error-message>\n" + message + "\n</error-message>\n</rpc-error>\n"
	}
	xnm := func(kind, message string) string {
		return `<xnm:` + kind + ` xmlns="http://xml.juniper.net/xnm/1.1/xnm" xmlns:xnm="http://xml.juniper.net/xnm/1.1/xnm">` + "\n<source-daemon>mgd</source-daemon>\n<edit-path>[edit]</edit-path>\n<message>\n" + message + "\n</message>\n</xnm:" + kind + ">\n"
	}
	greeting := before + hello("urn:ietf:params:xml:ns:netconf:base:1.0", "urn:ietf:params:netconf:base:1.0", "urn:ietf:params:xml:ns:netconf:capability:candidate:1.0", "http://xml.juniper.net/netconf/junos/1.0")
	for _, tc := range []struct {
		name, inner     string
		warnings, fails string
	}{
		{"ok", "<ok/>\n", "", ""},
		{"a warning and ok", rpcError("warning", "statement has no contents; ignored") + "<ok/>\n", "warning: at [edit system]: statement has no contents; ignored", ""},
		{"a warning, an error and ok", rpcError("warning", "first") + rpcError("error", "syntax error") + "<ok/>\n", "warning: at [edit system]: first", "at [edit system]: syntax error (and 1 more)"},
		{"an error among the results", "<load-configuration-results>\n" + rpcError("error", "syntax error") + "<load-error-count>1</load-error-count>\n</load-configuration-results>\n", "", "at [edit system]: syntax error"},
		{"a warning among the results", "<load-configuration-results>\n" + rpcError("warning", "ignored") + "<ok/>\n</load-configuration-results>\n", "warning: at [edit system]: ignored", ""},
		{"a routing engine that is not closed", "<commit-results>\n<routing-engine junos:style=\"normal\">\n<name>re0</name>\n<commit-success/>\n</commit-results>\n<ok/>\n", "", ""},
		{"an error of a routing engine", "<commit-results>\n<routing-engine>\n<name>re1</name>\n" + rpcError("error", "commit failed") + "</routing-engine>\n</commit-results>\n", "", "at [edit system]: commit failed"},
		{"an error of a member", "<multi-routing-engine-results>\n<multi-routing-engine-item>\n<re-name>fpc1</re-name>\n" + rpcError("error", "down") + "</multi-routing-engine-item>\n</multi-routing-engine-results>\n", "", "at [edit system]: down"},
		{"a warning of its own", xnm("warning", "BGP is not running"), "warning: at [edit]: BGP is not running", ""},
		{"an error of its own", "<load-configuration-results>\n" + xnm("error", "configuration check-out failed") + "</load-configuration-results>\n", "", "at [edit]: configuration check-out failed"},
		{"an error that is data", "<error>\n<text>42</text>\n</error>\n<warning/>\n", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			message := reply + tc.inner + end
			s, asked := said(t, nil, framing.V10, greeting, message+"]]>]]>\n<!-- a comment on its own -->\n]]>]]>")
			if s.Banner() != before || s.ID() != 4711 || !s.Capabilities().Has(rpc.CandidateCap) || s.Framing() != "1.0" {
				t.Errorf("%q, session %d, %q", s.Banner(), s.ID(), s.Capabilities())
			}
			r, err := rpc.Commit{}.Do(within(t), s)
			if r == nil || string(r.Bytes()) != strings.TrimPrefix(message, "\n") || string(r.Inner()) != "\n"+tc.inner {
				t.Fatalf("%v: the reply is not what came", err)
			}
			if got := texts(r.Warnings()); got != tc.warnings {
				t.Errorf("warnings %q", got)
			}
			if text := fmt.Sprint(errors.Unwrap(err)); err != nil && text != tc.fails || (err == nil) != (tc.fails == "") {
				t.Errorf("%v, want %q", err, tc.fails)
			}
			if got := asked(); len(got) == 0 || !strings.HasSuffix(got[0], `<rpc xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="1"><commit/></rpc>`) {
				t.Errorf("asked %q", got)
			}
		})
	}
}

// TestJunosStreams has the same errors come while the reply is read in elements, and
// data that is called like them.
func TestJunosStreams(t *testing.T) {
	const reply = `<rpc-reply xmlns:j="http://xml.juniper.net/xnm/1.1/xnm" message-id="1"><error><text>1</text></error><j:warning><message>w</message></j:warning><error><text>2</text></error><j:error><message>e</message></j:error></rpc-reply>]]>]]>`
	for _, path := range [][]string{{"error", "text"}, {"*", "text"}} {
		s, _ := said(t, nil, framing.V10, hello(rpc.Base10), reply)
		st, err := s.Stream(within(t), rpc.Raw("<x/>"))
		if err != nil {
			t.Fatal(err)
		}
		var got string
		for e, err := range st.Elements(path...) {
			if err != nil {
				if got += "!"; errors.Unwrap(err).Error() != "e (and 1 more)" {
					t.Error(err)
				}
				break
			}
			got += string(e.Inner())
		}
		if got != "12!" {
			t.Errorf("%q: %s", path, got)
		}
	}
}

func texts(errs rpc.Errors) string {
	var all []string
	for _, e := range errs {
		all = append(all, e.Error())
	}
	return strings.Join(all, ", ")
}

// TestHuawei has what is large come in parts, and a NUL at the end of each message.
func TestHuawei(t *testing.T) {
	part := func(id int, set, inner string) string {
		return fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rpc-reply xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" message-id=\"%d\"%s>\n  <data>%s</data>\n</rpc-reply>", id, set, inner)
	}
	parts := []string{part(1, ` set-id="1"`, "<a> ##</a>"), part(2, ` set-id="1"`, "<b/>"), part(3, "", "<c/>")}
	for _, end := range []string{"]]>]]>", "]]>]]>\x00", "\x00]]>]]>", "\x00\n]]>]]>\x00\x00"} {
		var answers []string
		for _, p := range parts {
			answers = append(answers, p+end)
		}
		s, asked := said(t, nil, framing.V10, strings.TrimSuffix(hello(rpc.Base10, "http://www.huawei.com/netconf/capability/exchange/1.0"), "]]>]]>")+end, answers...)
		i := 0
		for r, err := range rpc.Parts(within(t), s, rpc.Get{}) {
			if err != nil || string(r.Bytes()) != parts[i] {
				t.Fatalf("%q: part %d: %v", end, i, err)
			}
			i++
		}
		got := asked()
		if i != 3 || len(got) != 3 || !strings.HasSuffix(got[1], `message-id="2"><get-next xmlns="http://www.huawei.com/netconf/capability/base/1.0" set-id="1"/></rpc>`) {
			t.Errorf("%q: %d parts of %q", end, i, got)
		}
	}
	// Nothing of that is taken of a server that should know better.
	s, _ := said(t, &netconf.Config{Strict: true}, framing.V10, hello(rpc.Base10), part(1, "", "<c/>")+"\x00]]>]]>")
	if _, err := (rpc.Get{}).Do(within(t), s); err == nil {
		t.Error("a NUL was taken")
	}
}

// TestCiscoIOSXR has errors with blank space around their texts, with prefixes that
// nothing declares, and without a message; in chunks that end within tags.
func TestCiscoIOSXR(t *testing.T) {
	const (
		path    = "ns1:install/ns1:software"
		message = `<?xml version="1.0"?>
<rpc-reply message-id="1" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" xmlns="urn:ietf:params:xml:ns:netconf:base:1.0">
 <rpc-error>
  <error-type>protocol</error-type>
  <error-tag>
   unknown-namespace
  </error-tag>
  <error-severity>error</error-severity>
  <error-path ns1="http://cisco.com/ns/yang/Cisco-IOS-XR-installmgr-admin-oper">
   ` + path + `
  </error-path>
  <error-info>
   <bad-element>
    install
   </bad-element>
   <bad-namespace>http://cisco.com/ns/yang/Cisco-IOS-XR-installmgr-admin-oper</bad-namespace>
  </error-info>
 </rpc-error>
</rpc-reply>
`
	)
	framed := ""
	for rest := message; rest != ""; {
		n := min(97, len(rest))
		framed += fmt.Sprintf("\n#%d\n%s", n, rest[:n])
		rest = rest[n:]
	}
	s, _ := said(t, nil, framing.V11, hello(rpc.Base10, rpc.Base11), framed+"\n##\n")
	r, err := rpc.Get{}.Do(within(t), s)
	e, ok := errors.AsType[*netconf.RPCError](err)
	if !ok || e.Tag != rpc.UnknownNamespace || e.Path != path || e.Error() != "unknown-namespace: at "+path || string(r.Bytes()) != message {
		t.Fatalf("%v: %+v", err, e)
	}
	if name, ok := e.BadElement(); name != "install" || !ok {
		t.Error(name)
	}
	if !strings.HasPrefix(string(e.XML), "<rpc-error>\n  <error-type>") || !strings.HasSuffix(string(e.Info), "</bad-namespace>\n  ") {
		t.Errorf("%q", e.XML)
	}
}

// TestCiscoIOS has a capability that is spelled in the vendor's own way.
func TestCiscoIOS(t *testing.T) {
	s, _ := said(t, nil, framing.V10, hello(rpc.Base10, "urn:ietf:params:netconf:capability:writeable-running:1.0"), `<rpc-reply message-id="1"><ok/></rpc-reply>]]>]]>`)
	if _, err := (rpc.EditConfig{Target: rpc.Running, Config: []byte("<a/>")}).Do(within(t), s); err != nil {
		t.Error(err)
	}
}

// TestBytesThatAreNoText has a description in Latin-1, as devices keep what was typed.
func TestBytesThatAreNoText(t *testing.T) {
	const message = "<rpc-reply message-id=\"1\"><data><d>caf\xe9 \xcd\xcd</d></data></rpc-reply>"
	for policy, want := range map[element.Policy]string{element.Replace: "caf\ufffd \ufffd\ufffd", element.Drop: "caf "} {
		s, _ := said(t, &netconf.Config{Text: policy}, framing.V10, hello(rpc.Base10), message+"]]>]]>")
		r, err := rpc.Get{}.Do(within(t), s)
		var v struct {
			D string `xml:"d"`
		}
		if err != nil || r.Decode(&v) != nil || v.D != want || string(r.Bytes()) != message {
			t.Errorf("%q, %v", v.D, err)
		}
	}
	s, _ := said(t, nil, framing.V10, hello(rpc.Base10), message+"]]>]]>")
	_, err := rpc.Get{}.Do(within(t), s)
	if e, ok := errors.AsType[*element.TextError](err); !ok || e.Offset != int64(strings.IndexByte(message, 0xe9)) || e.Byte != 0xe9 {
		t.Error(err)
	}
}
