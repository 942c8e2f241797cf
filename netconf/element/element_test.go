package element

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

const doc = `<?xml version="1.0"?>
<!-- <data><if>no</if></data> -->
<nc:rpc-reply xmlns:nc="urn:nc" a='>' xmlns="urn:outer"><nc:data xmlns:x="urn:x">
<ifs xmlns="urn:if"><if><name>a&lt;b</name><if>inner</if></if><![CDATA[<if>no</if>]]><if/><other><if>no</if></other><x:if q="/x:if>" >two</x:if
></ifs><ifs><if>three</if></ifs></nc:data><data>text</data></nc:rpc-reply>
`

func collect(r io.Reader, path ...string) (found []string, err error) {
	for e, err := range In(r, path...) {
		if err != nil {
			return found, err
		}
		found = append(found, string(e.Bytes()))
	}
	return found, nil
}

func TestIn(t *testing.T) {
	ifs := []string{"<if><name>a&lt;b</name><if>inner</if></if>", "<if/>", "<x:if q=\"/x:if>\" >two</x:if\n>", "<if>three</if>"}
	for _, tc := range []struct {
		path []string
		want []string
	}{
		{[]string{"data", "ifs", "if"}, ifs},
		{[]string{"*", "*", "if"}, ifs},
		{[]string{"data", "ifs", "*", "if"}, []string{"<if>inner</if>", "<if>no</if>"}},
		{[]string{"nosuch"}, nil},
		{nil, []string{strings.TrimSpace(doc[strings.Index(doc, "<nc:rpc"):])}},
	} {
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(doc), "bytes": iotest.OneByteReader(strings.NewReader(doc))} {
			got, err := collect(r, tc.path...)
			if err != nil || !slices.Equal(got, tc.want) {
				t.Errorf("%v, %s: %q, %v", tc.path, name, got, err)
			}
		}
	}
}

func TestScopeAndDecode(t *testing.T) {
	var got []string
	for e, err := range In(strings.NewReader(doc), "data", "ifs", "if") {
		if err != nil {
			t.Fatal(err)
		}
		var v struct {
			XMLName xml.Name
			Text    string `xml:",chardata"`
			Name    string `xml:"urn:if name"`
		}
		if err := e.Decode(&v); err != nil {
			t.Fatal(err)
		}
		got = append(got, v.XMLName.Space+" "+e.Local()+" "+v.Name+v.Text)
	}
	if want := []string{"urn:if if a<b", "urn:if if ", "urn:x if two", "urn:outer if three"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestNotADocument(t *testing.T) {
	for _, tc := range []struct{ doc, want string }{
		{"", "unexpected EOF"},
		{"<a>", "unexpected EOF"},
		{"<a", "unexpected EOF"},
		{"<a><!-- ", "unexpected EOF"},
		{"<a></b>", "matches no start tag"},
		{"</a>", "matches no start tag"},
		{"<a/><b/>", "second root"},
		{"text<a/>", "at byte 0: text outside"},
		{"<a/>text", "at byte 4: text outside"},
		{"<![CDATA[x]]><a/>", "CDATA outside"},
		{"<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", "a document type"},
		{"<a><!ELEMENT></a>", "a document type"},
		{"<a>< b/></a>", "without a name"},
		{"<a xmlns=x/>", "malformed tag"},
		{strings.Repeat("<a>", 1001), "beyond the limit"},
	} {
		if _, err := collect(strings.NewReader(tc.doc), "x"); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%.40q: %v, want %q", tc.doc, err, tc.want)
		}
	}
	broken := errors.New("broken")
	if _, err := collect(io.MultiReader(strings.NewReader("<a><b/>"), iotest.ErrReader(broken)), "b"); err != broken {
		t.Errorf("a reader's error: %v", err)
	}
	s := NewScanner(strings.NewReader("<a><b>"+strings.Repeat("x", 1000)+"</b></a>"), []string{"b"})
	s.MaxElement = 100
	if _, err := s.Next(); err != ErrTooLarge {
		t.Errorf("a large element: %v", err)
	}
}

func TestStart(t *testing.T) {
	head := "\ufeff<?xml version='1.0'?><!-- <x> --> "
	tag := `<nc:rpc-reply  message-id = "1>2" x='"'/>`
	for i := range head + tag {
		if _, _, _, err := Start([]byte((head + tag)[:i])); err != ErrShort {
			t.Fatalf("%d bytes: %v", i, err)
		}
	}
	got, from, to, err := Start([]byte(head + tag + "more"))
	if id, ok := got.Attr("message-id"); err != nil || got.Local() != "rpc-reply" || !got.Empty || id != "1>2" || !ok || from != len(head) || to != len(head+tag) {
		t.Errorf("%+v %d %d %v", got, from, to, err)
	}
	for _, bad := range []string{"x<a>", "x", "</a>", "<a b>", "<a b=c>", `<a b="c"d="e">`, "<>", "<!DOCTYPE x>"} {
		if _, _, _, err := Start([]byte(bad)); !errors.As(err, new(*SyntaxError)) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// endless is a document of many elements, comments and long CDATA.
func endless(n int) io.Reader {
	part := "<if><name>##10.0.0.1##</name>" + strings.Repeat("<leaf a='1'>value</leaf>", 40) + "</if>"
	rs := []io.Reader{strings.NewReader("<r><data>")}
	for range n {
		rs = append(rs, strings.NewReader(part))
	}
	rs = append(rs, strings.NewReader("<!--"), io.LimitReader(xs{}, 8<<20), strings.NewReader("--><![CDATA["), io.LimitReader(xs{}, 8<<20), strings.NewReader("]]>"))
	return io.MultiReader(append(rs, strings.NewReader("</data></r>"))...)
}

type xs struct{}

func (xs) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ']'
	}
	return len(p), nil
}

func TestConstantMemory(t *testing.T) {
	const n = 20_000
	count := 0
	r := endless(n)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for e, err := range In(r, "data", "if") {
		if err != nil || len(e.Bytes()) < 900 {
			t.Fatal(err)
		}
		count++
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; count != n || took > 8<<20 {
		t.Errorf("%d elements, %d bytes allocated", count, took)
	}
}

func BenchmarkScanner(b *testing.B) {
	part := []byte("<interface><name>GigabitEthernet0/0/0</name><description>##10.0.0.1##</description><mtu>1500</mtu><counters xmlns=\"urn:x\"><in>123456</in><out>123456</out></counters></interface>\n")
	doc := slices.Concat([]byte("<r><data>"), bytes.Repeat(part, 1<<13), []byte("</data></r>"))
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		for _, err := range In(bytes.NewReader(doc), "data", "interface") {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// unblanked finds an attribute without the blank that must stand before it, which
// encoding/xml lets pass.
var unblanked = regexp.MustCompile(`=\s*(?:"[^"]*"|'[^']*')[^\s/>]`)

// naive finds what In finds, the slow way.
func naive(doc []byte, path []string) (n int, err error) {
	d := xml.NewDecoder(bytes.NewReader(doc))
	var stack []string
	roots := 0
	for {
		from := d.InputOffset()
		tok, err := d.Token()
		if err == io.EOF {
			if roots != 1 || len(stack) > 0 {
				return n, io.ErrUnexpectedEOF
			}
			return n, nil
		}
		if err != nil {
			return n, err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if unblanked.Match(doc[from:d.InputOffset()]) {
				return n, errors.New("no blank before an attribute")
			}
			if len(stack) == 0 {
				roots++
			}
			stack = append(stack, tok.Name.Local)
			if len(stack) == len(path)+1 && slices.Equal(stack[1:], path) {
				n++
			}
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) == 0 && (len(bytes.TrimSpace(tok)) > 0 || bytes.HasPrefix(doc[from:], []byte("<![CDATA["))) {
				return n, errors.New("text")
			}
		case xml.Directive:
			return n, errors.New("directive")
		}
	}
}

func FuzzScanner(f *testing.F) {
	f.Add([]byte(doc), uint8(1))
	f.Add([]byte("<a><data><if>]]></if></data></a>"), uint8(2))
	f.Add([]byte("<name></name><![CDATA[]]>"), uint8(3))
	f.Add([]byte("<a><data b='>'><!-- - --><if/></data></a>"), uint8(3))
	f.Fuzz(func(t *testing.T, doc []byte, step uint8) {
		path := []string{"data", "if"}
		whole, wholeErr := collect(bytes.NewReader(doc), path...)
		split, splitErr := collect(&stepReader{bytes.NewReader(doc), int(step)%7 + 1}, path...)
		if !slices.Equal(whole, split) || fmt.Sprint(wholeErr) != fmt.Sprint(splitErr) {
			t.Fatalf("whole %q, %v; split %q, %v", whole, wholeErr, split, splitErr)
		}
		n, err := naive(doc, path)
		if err == nil && bytes.ContainsAny(doc, "\u0085\u00a0\u2028\u3000\v\f") {
			return // blank for Go, text for XML
		}
		if err == nil && (wholeErr != nil || len(whole) != n) && !errors.Is(wholeErr, ErrTooLarge) {
			t.Fatalf("encoding/xml finds %d, we %q, %v", n, whole, wholeErr)
		}
		_, _, _, _ = Start(doc)
	})
}

type stepReader struct {
	r    io.Reader
	step int
}

func (s *stepReader) Read(p []byte) (int, error) { return s.r.Read(p[:min(len(p), s.step)]) }
