package netconf

import "testing"

func TestIndent(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"<a><b>1 </b><c/><d></d></a>", "<a>\n  <b>1 </b>\n  <c/>\n  <d></d>\n</a>"},
		{"<n:a  xmlns:n='urn:n'>\n\n <n:b>&lt;x</n:b></n:a><e/>", "<n:a  xmlns:n='urn:n'>\n  <n:b>&lt;x</n:b>\n</n:a>\n<e/>"},
		{"<a><!-- c --><b><![CDATA[<]]></b></a>", "<a>\n  <!-- c -->\n  <b><![CDATA[<]]></b>\n</a>"},
	} {
		if got, err := indent(tc.text); got != tc.want || err != nil {
			t.Errorf("%s:\n%s\nwant\n%s (%v)", tc.text, got, tc.want, err)
		}
	}
	o := options{pretty: true}
	if got := o.form("no <xml"); got != "no <xml" {
		t.Error(got)
	}
}

func TestToJSON(t *testing.T) {
	for text, want := range map[string]string{
		"<a><b>1</b><b>2</b><b x='y'>3</b><c/></a>": `{"a":{"b":["1","2",{"#text":"3","@x":"y"}],"c":""}}`,
		"<a xmlns='urn:a' xmlns:b='urn:b'/>":        `{"a":""}`,
		"plain":                                     "",
		"<a>":                                       "",
	} {
		if got := string(toJSON(text)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
