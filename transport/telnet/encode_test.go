package telnet

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func encodeAll(e *encoder, p []byte, binary bool, cut func(int) int) []byte {
	var out []byte
	for len(p) > 0 {
		n := cut(len(p))
		for part := p[:n]; len(part) > 0; {
			wire, took := e.encode(part, binary)
			out = append(out, wire...)
			part = part[took:]
		}
		p = p[n:]
	}
	return out
}

func TestEncode(t *testing.T) {
	cases := []struct {
		name     string
		newline  Newline
		binary   bool
		in, want string
	}{
		{"plain", CRNUL, false, "show version\n", "show version\n"},
		{"nothing", CRNUL, false, "", ""},
		{"IAC", CRNUL, false, "a\xffb\xff", "a\xff\xffb\xff\xff"},
		{"CR NUL", CRNUL, false, "a\rb\r\n\r\x00", "a\r\x00b\r\x00\n\r\x00\x00"},
		{"CR LF", CRLF, false, "a\rb\r", "a\r\nb\r\n"},
		{"CR", CR, false, "a\r\xffb\r", "a\r\xff\xffb\r"},
		{"LF", LF, false, "a\rb\n", "a\nb\n"},
		{"server", lazyCR, false, "a\r\nb\rc\r\r\n\r\x00\r\xff", "a\r\nb\r\x00c\r\x00\r\n\r\x00\x00\r\x00\xff\xff"},
		{"binary", CRNUL, true, "a\r\xff\r\n", "a\r\xff\xff\r\n"},
		{"binary with CR LF", CRLF, true, "a\r", "a\r"},
		{"binary with LF", LF, true, "a\r", "a\r"},
		{"binary server", lazyCR, true, "a\rb\xff", "a\rb\xff\xff"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for name, cut := range map[string]func(int) int{"whole": whole, "by bytes": single} {
				got := encodeAll(&encoder{newline: c.newline}, []byte(c.in), c.binary, cut)
				if string(got) != c.want {
					t.Errorf("%s: %q, want %q", name, got, c.want)
				}
			}
		})
	}
}

// Whatever is written arrives as it was, by any splits on both ends, whether
// what must be encoded is rare or frequent; and the wire never depends on how
// the data was split into writes.
func TestWhatIsWrittenArrives(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 54))
	for i := range 60 {
		p := make([]byte, rnd.IntN(3*wireSize))
		rare := 1 << (i % 14)
		for i := range p {
			p[i] = "abc\x00\n "[rnd.IntN(6)]
			if rnd.IntN(rare) == 0 {
				p[i] = "\r\xff"[rnd.IntN(2)]
			}
		}
		for _, newline := range []Newline{CRNUL, lazyCR} {
			for _, binary := range []bool{false, true} {
				random := func(left int) int { return 1 + rnd.IntN(left) }
				one := encodeAll(&encoder{newline: newline}, p, binary, whole)
				two := encodeAll(&encoder{newline: newline}, p, binary, random)
				if !bytes.Equal(one, two) {
					t.Fatalf("newline %d, binary %v: the wire depends on the writes", newline, binary)
				}
				m := newClient("", defaultSize)
				if binary {
					m.him.of(optBinary).state = qYes
				}
				if got, _ := feed(m, one, random); !bytes.Equal(got, p) {
					t.Fatalf("newline %d, binary %v: what arrives is not what was written", newline, binary)
				}
			}
		}
	}
}

// A Write at the edges of the buffer, every special byte at every place.
func TestEncodeAtTheEdges(t *testing.T) {
	for _, b := range []byte{'\r', 0xff} {
		for at := wireSize - 8; at < wireSize+8; at++ {
			p := bytes.Repeat([]byte{'x'}, wireSize+20)
			p[0], p[at] = b, b // the first keeps it from being passed on uncopied
			for _, newline := range []Newline{CRNUL, lazyCR} {
				wire := encodeAll(&encoder{newline: newline}, p, false, whole)
				if got, _ := feed(newClient("", defaultSize), wire, whole); !bytes.Equal(got, p) {
					t.Fatalf("byte %#x at %d, newline %d: lost", b, at, newline)
				}
			}
		}
	}
}

func TestPlainDataIsNotCopied(t *testing.T) {
	p := bytes.Repeat([]byte("plain text\n"), 10000)
	e := &encoder{}
	wire, n := e.encode(p, false)
	if n != len(p) || &wire[0] != &p[0] || e.buf != nil {
		t.Error("data without CR and IAC was copied")
	}
}
