package rpc

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/vtynet/vty/netconf/element"
)

func TestReplyIsKeptAsItCame(t *testing.T) {
	raw := "<?xml version='1.0'?>\n<nc:rpc-reply xmlns:nc=\"urn:nc\"  message-id = '1'>\n <nc:data><a></a><b />\t##10.0.0.1##</nc:data> </nc:rpc-reply>\n<!-- bye -->"
	r, err := ParseReply([]byte(raw), element.Fail)
	if err != nil {
		t.Fatal(err)
	}
	if string(r.Bytes()) != raw || string(r.Data()) != "<a></a><b />\t##10.0.0.1##" || string(r.Inner()) != "\n <nc:data><a></a><b />\t##10.0.0.1##</nc:data> " || r.MessageID() != "1" || r.OK() {
		t.Errorf("%q %q %q", r.Bytes(), r.Data(), r.Inner())
	}
}

func TestOK(t *testing.T) {
	for raw, want := range map[string]bool{
		"<rpc-reply><ok/></rpc-reply>":       true,
		"<rpc-reply> <nc:ok/>\n</rpc-reply>": true,
		"<rpc-reply/>":                       true,
		"<rpc-reply>\n</rpc-reply>":          true,
		"<rpc-reply><data/></rpc-reply>":     false,
	} {
		r, err := ParseReply([]byte(raw), element.Fail)
		if err != nil || r.OK() != want {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

const fail = `<rpc-error><error-type>protocol</error-type><error-tag> lock-denied
</error-tag><error-severity>error</error-severity><error-app-tag>x</error-app-tag><error-path xmlns:t="urn:t">
  /t:a </error-path><error-message xml:lang="en">
  Lock failed,
  held by another </error-message><error-info><session-id>454</session-id><bad-element>b</bad-element></error-info></rpc-error>`

const warn = `<rpc-error><error-severity>warning</error-severity><error-tag>operation-failed</error-tag><error-message>statement not found</error-message></rpc-error>`

func TestWorstErrorDecides(t *testing.T) {
	for _, tc := range []struct {
		inner    string
		errors   int
		warnings int
		failed   bool
	}{
		{"<ok/>", 0, 0, false},
		{warn + "<ok/>", 1, 1, false},
		{"<ok/>" + warn, 1, 1, false},
		{warn + warn + "<data/>", 2, 2, false},
		{warn + fail, 2, 1, true},
		{fail + warn, 2, 1, true},
		{"<commit-results><routing-engine><name>re0</name>" + warn + fail + "</routing-engine></commit-results>", 2, 1, true},
		{"<load-configuration-results>" + warn + "<ok/></load-configuration-results>", 1, 1, false},
		{"<data><log>" + fail + "</log></data>", 0, 0, false}, // data that looks like an error
		{"<rpc-error/>", 1, 0, true},
	} {
		r, err := ParseReply([]byte("<rpc-reply xmlns='urn:b'>"+tc.inner+"</rpc-reply>"), element.Fail)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Errors()) != tc.errors || len(r.Warnings()) != tc.warnings || (r.Err() != nil) != tc.failed {
			t.Errorf("%s: %d errors, %d warnings, %v", tc.inner, len(r.Errors()), len(r.Warnings()), r.Err())
		}
	}
}

func TestErrorKeepsAll(t *testing.T) {
	r, err := ParseReply([]byte("<rpc-reply>"+warn+fail+"</rpc-reply>"), element.Fail)
	if err != nil {
		t.Fatal(err)
	}
	e, ok := errors.AsType[*Error](r.Err())
	if !ok || e.Tag != LockDenied || e.Type != "protocol" || e.AppTag != "x" || string(e.XML) != fail || string(e.Info) != "<session-id>454</session-id><bad-element>b</bad-element>" {
		t.Fatalf("%+v", e)
	}
	if id, ok := e.Session(); id != 454 || !ok {
		t.Error(id)
	}
	if name, ok := e.BadElement(); name != "b" || !ok {
		t.Error(name)
	}
	if got := r.Err().Error(); got != "lock-denied: at /t:a: Lock failed, held by another (and 1 more)" {
		t.Error(got)
	}
	if got := r.Warnings().Error(); got != "warning: operation-failed: statement not found" {
		t.Error(got)
	}
}

func TestNotAReply(t *testing.T) {
	for _, raw := range []string{"", "<hello/>", "<rpc-reply>", "<rpc-reply", "text", "<rpc-reply><rpc-error></rpc-reply>"} {
		if _, err := ParseReply([]byte(raw), element.Fail); err == nil {
			t.Errorf("%q was taken", raw)
		}
	}
}

func TestReplyThatIsNoText(t *testing.T) {
	raw := "<rpc-reply><data><a>x\xcd\xcdy</a></data></rpc-reply>"
	if _, err := ParseReply([]byte(raw), element.Fail); err == nil || err.Error() != "xml: at byte 21: 0xCD is not text" {
		t.Error(err)
	}
	for p, want := range map[element.Policy]string{element.Replace: "x\ufffd\ufffdy", element.Drop: "xy"} {
		r, err := ParseReply([]byte(raw), p)
		if err != nil || string(r.Bytes()) != raw {
			t.Fatal(err)
		}
		var v struct {
			A string `xml:"a"`
		}
		if err := r.Decode(&v); err != nil || v.A != want {
			t.Errorf("%q, %v", v.A, err)
		}
	}
}

func TestLargeTextNode(t *testing.T) {
	text := strings.Repeat("0123456789", 2<<20)
	r, err := ParseReply([]byte("<rpc-reply><data><a>"+text+"</a></data></rpc-reply>"), element.Fail)
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		A string `xml:"a"`
	}
	if err := r.Decode(&v); err != nil || v.A != text {
		t.Errorf("%d bytes, %v", len(v.A), err)
	}
}

func TestEntitiesAreNotExpanded(t *testing.T) {
	bomb := `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rpc-reply><data>&b;</data></rpc-reply>`
	if _, err := ParseReply([]byte(bomb), element.Fail); err == nil || !strings.Contains(err.Error(), "document type") {
		t.Error(err)
	}
}

func FuzzParseReply(f *testing.F) {
	f.Add([]byte("<rpc-reply>"+warn+fail+"</rpc-reply>"), uint8(0))
	f.Add([]byte("<rpc-reply><data>\xcd</data></rpc-reply>"), uint8(1))
	f.Fuzz(func(t *testing.T, raw []byte, policy uint8) {
		r, err := ParseReply(raw, element.Policy(policy%3))
		if err != nil {
			return
		}
		if string(r.Bytes()) != string(raw) || !strings.Contains(string(raw), string(r.Inner())) || !strings.Contains(string(raw), string(r.Data())) {
			t.Error("the reply is not what came")
		}
		var v struct {
			X string `xml:"x"`
		}
		_ = r.Decode(&v)
		_ = r.OK()
		if err := r.Err(); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
		for _, err := range r.Elements("*", "*") {
			if err == io.EOF {
				t.Error("EOF is no error")
			}
		}
	})
}
