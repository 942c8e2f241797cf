package element

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestText(t *testing.T) {
	for _, tc := range []struct {
		doc, replaced, dropped string
		offset                 int64 // -1 for none
	}{
		{"<a>é𝔰\t\r\n</a>", "", "", -1},
		{"", "", "", -1},
		{"ab\xcd\xcd\xcdc", "ab\ufffd\ufffd\ufffdc", "abc", 2},
		{"\xf9t\xe9", "\ufffdt\ufffd", "t", 0},
		{"a\x00b\x1bc", "a\ufffdb\ufffdc", "abc", 1},
		{"a\uffffb", "a\ufffdb", "ab", 1},
		{"a\xed\xa0\x80b", "a\ufffd\ufffd\ufffdb", "ab", 1}, // a surrogate
		{"a\xe2\x82", "a\ufffd\ufffd", "a", 1},
		{"a\ufffdb", "", "", -1}, // the replacement itself is text
	} {
		for p, want := range map[Policy]string{Replace: tc.replaced, Drop: tc.dropped, Fail: tc.doc[:max(tc.offset, 0)]} {
			if tc.offset < 0 {
				want = tc.doc
			}
			got, err := Text([]byte(tc.doc), p)
			e, failed := errors.AsType[*TextError](err)
			if failed != (p == Fail && tc.offset >= 0) || !failed && string(got) != want || failed && (e.Offset != tc.offset || e.Byte != tc.doc[tc.offset]) {
				t.Errorf("%q, policy %d: %q, %v", tc.doc, p, got, err)
			}
			for _, r := range []io.Reader{strings.NewReader(tc.doc), iotest.OneByteReader(strings.NewReader(tc.doc)), iotest.DataErrReader(strings.NewReader(tc.doc))} {
				got, err := io.ReadAll(NewReader(r, p))
				e, failed := errors.AsType[*TextError](err)
				if string(got) != want || failed != (p == Fail && tc.offset >= 0) || failed && e.Offset != tc.offset {
					t.Errorf("%q, policy %d, streamed: %q, %v; want %q", tc.doc, p, got, err, want)
				}
			}
		}
	}
}

func TestTextOfAnyLength(t *testing.T) {
	for shift := range 4 {
		doc := strings.Repeat("x", shift) + strings.Repeat("𝔰", 40_000)
		got, err := io.ReadAll(NewReader(strings.NewReader(doc), Fail))
		if err != nil || string(got) != doc {
			t.Errorf("shift %d: %v", shift, err)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("ab\xcd\xe2\x82c"), uint8(1), uint8(2))
	f.Fuzz(func(t *testing.T, doc []byte, policy, step uint8) {
		p := Policy(policy % 3)
		want, wantErr := Text(doc, p)
		got, err := io.ReadAll(NewReader(&stepReader{bytes.NewReader(doc), int(step)%5 + 1}, p))
		if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got, want) {
			t.Fatalf("whole %q, %v; streamed %q, %v", want, wantErr, got, err)
		}
		if err == nil && goodText(got) != len(got) {
			t.Fatalf("%q is not text", got)
		}
	})
}
