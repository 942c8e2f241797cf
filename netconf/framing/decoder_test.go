package framing

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// decode reads all messages of a stream whose first is in base:1.0 if hello is
// set.
func decode(r io.Reader, v Version, hello, strict bool) ([]string, error) {
	d := NewDecoder(r)
	d.Strict = strict
	if !hello {
		d.SetVersion(v)
	}
	var messages []string
	for {
		if err := d.Next(); err == io.EOF {
			return messages, nil
		} else if err != nil {
			return messages, err
		}
		text, err := io.ReadAll(d)
		if err != nil {
			return messages, err
		}
		messages = append(messages, string(text))
		d.SetVersion(v)
	}
}

// rfc is the example of RFC 6242, section 4.2.
const rfc = "\n#4\n<rpc\n#18\n message-id=\"102\"\n\n#79\n     xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\">\n  <close-session/>\n</rpc>\n##\n"

const rfcText = "<rpc message-id=\"102\"\n     xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\">\n  <close-session/>\n</rpc>"

// nasty is content that looks like framing.
var nasty = []string{"##", "\n##\n", "]]>]]>", "\n#5\n", "#", "\n", "\n#", "]]>]]", "<a>##10.0.0.1##</a>", "\n#4294967295\n", strings.Repeat("]]>]]>\n##\n", 1000), "é\xcd\xcd\x00"}

func TestVector(t *testing.T) {
	for _, strict := range []bool{false, true} {
		got, err := decode(strings.NewReader(rfc), V11, false, strict)
		if err != nil || len(got) != 1 || got[0] != rfcText {
			t.Errorf("strict %t: %q, %v", strict, got, err)
		}
	}
}

// session is a stream with a hello and every kind of content after it.
func session(t *testing.T) (stream []byte, messages []string) {
	t.Helper()
	stream, messages = []byte("<hello/>]]>]]>"), []string{"<hello/>"}
	for _, n := range nasty {
		var err error
		if stream, err = Append(stream, V11, []byte(n)); err != nil {
			t.Fatal(err)
		}
		messages = append(messages, n)
	}
	for _, n := range nasty { // one byte a chunk
		for i := range len(n) {
			stream = append(stream, '\n', '#', '1', '\n', n[i])
		}
		stream = append(stream, "\n##\n"...)
		messages = append(messages, n)
	}
	return stream, messages
}

func TestContentIsNeverSearched(t *testing.T) {
	stream, want := session(t)
	for _, strict := range []bool{false, true} {
		got, err := decode(bytes.NewReader(stream), V11, true, strict)
		if err != nil || strings.Join(got, "|") != strings.Join(want, "|") || len(got) != len(want) {
			t.Errorf("strict %t: %d messages of %d, %v", strict, len(got), len(want), err)
		}
	}
}

func TestEverySplit(t *testing.T) {
	short := "<hello/>]]>]]>" + rfc + "\n#1\n]\n#7\n]>]]>\n#\n#2\n#1\n##\n"
	want := "<hello/>|" + rfcText + "|]]>]]>\n##1"
	check := func(name string, r io.Reader) {
		t.Helper()
		got, err := decode(r, V11, true, true)
		if err != nil || strings.Join(got, "|") != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	check("one byte a read", iotest.OneByteReader(strings.NewReader(short)))
	check("halves", iotest.HalfReader(strings.NewReader(short)))
	check("data with the end", iotest.DataErrReader(strings.NewReader(short)))
	for i := range short {
		check("one cut", io.MultiReader(strings.NewReader(short[:i]), strings.NewReader(short[i:])))
		for j := i; j < len(short); j += 7 {
			check("two cuts", io.MultiReader(strings.NewReader(short[:i]), strings.NewReader(short[i:j]), strings.NewReader(short[j:])))
		}
	}
}

func TestDelimiterEverySplit(t *testing.T) {
	// The delimiter of every message lies across another read of the decoder's.
	for pad := bufferSize - 8; pad < bufferSize+2; pad++ {
		for _, tail := range []string{"", "]", "]]", "]]>", "]]>]", "]]>]]"} {
			text := strings.Repeat("x", pad) + tail
			for _, r := range []io.Reader{strings.NewReader(text + "]]>]]>b]]>]]>"), iotest.HalfReader(strings.NewReader(text + "]]>]]>b]]>]]>"))} {
				got, err := decode(r, V10, true, false)
				if err != nil || len(got) != 2 || len(got[0]) != strings.Index(text+"]]>]]>", "]]>]]>") {
					t.Fatalf("%d and %q: %d messages, %v", pad, tail, len(got), err)
				}
			}
		}
	}
}

// TestTolerance is the table of what servers get wrong.
func TestTolerance(t *testing.T) {
	for _, tc := range []struct {
		name, stream string
		version      Version
		want         string // "" for an error of a tolerant decoder too
		strict       bool   // whether a strict one takes it
	}{
		{"as it should be", "\n#3\nabc\n##\n\n#1\nd\n##\n", V11, "abc|d", true},
		{"no line feed before a header", "#3\nabc#1\nd##\n#1\ne##\n", V11, "abcd|e", false},
		{"a line feed too many", "\n\n#3\nabc\n\n#1\nd\n\n##\n\n\n#1\ne\n##\n\n", V11, "abcd|e", false},
		{"carriage returns", "\r\n#3\r\nabc\r\n##\r\n", V11, "abc", false},
		{"no line feed at the end", "\n#3\nabc\n##", V11, "abc", false},
		{"zeros", "\n#003\nabc\n##\n", V11, "abc", false},
		{"no chunk", "\n##\n", V11, "", false},
		{"size 0", "\n#0\n\n##\n", V11, "", false},
		{"size missing", "\n#\nabc\n##\n", V11, "", false},
		{"size too large", "\n#4294967296\nabc", V11, "", false},
		{"size negative", "\n#-1\nabc", V11, "", false},
		{"size without end", "\n#" + strings.Repeat("0", 100) + "1\na\n##\n", V11, "", false},
		{"size too small", "\n#2\nabc\n##\n", V11, "", false},
		{"broken off in a chunk", "\n#9\nabc", V11, "", false},
		{"broken off in a header", "\n#9", V11, "", false},
		{"broken off at the end", "\n#3\nabc\n", V11, "", false},
		{"base:1.0 in base:1.1", "<a/>]]>]]>", V11, "", false},
		{"delimiters", "a]]>]]>b]]>]]>", V10, "a|b", true},
		{"delimiters with line feeds", "a]]>]]>\nb]]>]]>\r\n", V10, "a|b", false},
		{"broken off", "a]]>]]", V10, "", false},
	} {
		got, err := decode(strings.NewReader(tc.stream), tc.version, false, false)
		switch {
		case tc.want == "" && err == nil, tc.want != "" && (err != nil || strings.Join(got, "|") != tc.want):
			t.Errorf("%s: %q, %v; want %q", tc.name, got, err, tc.want)
		case err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, new(*SyntaxError)):
			t.Errorf("%s: %T %v", tc.name, err, err)
		}
		if _, err := decode(strings.NewReader(tc.stream), tc.version, false, true); (err == nil) != tc.strict {
			t.Errorf("%s, strict: %v", tc.name, err)
		}
	}
}

func TestSyntaxErrorSaysWhere(t *testing.T) {
	_, err := decode(strings.NewReader("\n#2\nabc\n##\n"), V11, false, false)
	e, ok := errors.AsType[*SyntaxError](err)
	if !ok || e.Offset != 6 || e.Got != "c\n##\n" || err.Error() != `framing: at byte 6: "c\n##\n", want # of a chunk's header` {
		t.Errorf("%v", err)
	}
}

func TestSizeBeyondTwoGiB(t *testing.T) {
	const size = 1<<31 + 5
	body := io.LimitReader(zeros{}, size)
	d := NewDecoder(io.MultiReader(strings.NewReader("\n#2147483653\n"), body, strings.NewReader("\n##\n\n#1\nx\n##\n")))
	d.SetVersion(V11)
	if err := d.Next(); err != nil {
		t.Fatal(err)
	}
	// The rest of the message is left out by Next.
	if n, err := io.CopyN(io.Discard, d, 1<<20); n != 1<<20 || err != nil {
		t.Fatal(n, err)
	}
	if err := d.Next(); err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(d); string(text) != "x" || err != nil || d.Offset() != size+int64(len("\n#2147483653\n\n##\n\n#1\nx\n##")) {
		t.Errorf("%q, %v at %d", text, err, d.Offset())
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestErrorStays(t *testing.T) {
	broken := errors.New("broken")
	d := NewDecoder(io.MultiReader(strings.NewReader("\n#9\nabc"), iotest.ErrReader(broken)))
	d.SetVersion(V11)
	if err := d.Next(); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(d)
	if string(text) != "abc" || err != broken {
		t.Errorf("%q, %v", text, err)
	}
	if err := d.Next(); err != broken {
		t.Errorf("Next after an error: %v", err)
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add([]byte(rfc), true, false, uint8(3))
	f.Add([]byte("a]]>]]>b]]>]]>"), false, true, uint8(1))
	f.Add([]byte("#3\nabc#1\nd##\n"), true, false, uint8(0))
	f.Fuzz(func(t *testing.T, stream []byte, chunked, strict bool, step uint8) {
		v := V10
		if chunked {
			v = V11
		}
		whole, wholeErr := decode(bytes.NewReader(stream), v, false, strict)
		split, splitErr := decode(&stepReader{bytes.NewReader(stream), int(step)%7 + 1}, v, false, strict)
		if strings.Join(whole, "|") != strings.Join(split, "|") || (wholeErr == nil) != (splitErr == nil) {
			t.Fatalf("in one read %q, %v; in several %q, %v", whole, wholeErr, split, splitErr)
		}
		// What was understood can be written again and is understood by a strict decoder.
		var again []byte
		for _, m := range whole {
			if m == "" {
				return
			}
			var err error
			if again, err = Append(again, v, []byte(m)); err != nil {
				t.Fatal(err)
			}
		}
		back, err := decode(bytes.NewReader(again), v, false, true)
		if err != nil || strings.Join(back, "|") != strings.Join(whole, "|") {
			t.Fatalf("%q became %q, %v", whole, back, err)
		}
	})
}

type stepReader struct {
	r    io.Reader
	step int
}

func (s *stepReader) Read(p []byte) (int, error) { return s.r.Read(p[:min(len(p), s.step)]) }

func BenchmarkDecoder(b *testing.B) {
	stream, err := Append(nil, V11, bytes.Repeat([]byte("<name>##10.0.0.1##</name>\n"), 1<<16))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		d := NewDecoder(bytes.NewReader(stream))
		d.SetVersion(V11)
		if err := d.Next(); err != nil {
			b.Fatal(err)
		}
		if _, err := io.CopyBuffer(io.Discard, struct{ io.Reader }{d}, make([]byte, 32<<10)); err != nil {
			b.Fatal(err)
		}
	}
}
