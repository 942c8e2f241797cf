package framing

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAppend(t *testing.T) {
	for _, tc := range []struct {
		version       Version
		message, want string
	}{
		{V10, "<a/>", "<a/>]]>]]>"},
		{V11, "<a/>", "\n#4\n<a/>\n##\n"},
		{V11, "é]]>]]>", "\n#8\né]]>]]>\n##\n"},
	} {
		got, err := Append([]byte("before"), tc.version, []byte(tc.message))
		if err != nil || string(got) != "before"+tc.want {
			t.Errorf("%v %q: %q, %v", tc.version, tc.message, got, err)
		}
	}
	if got, err := Append([]byte("x"), V10, []byte("<!--]]>]]>-->")); err != ErrDelimiter || string(got) != "x" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := Append(nil, V11, nil); err != ErrEmpty {
		t.Errorf("of nothing: %v", err)
	}
}

func TestChunksDoNotCutCharacters(t *testing.T) {
	for shift := range 4 {
		text := strings.Repeat("x", shift) + strings.Repeat("𝔰", 50_000)
		framed, err := Append(nil, V11, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for part := range bytes.SplitSeq(framed, []byte("\n#")) {
			if !utf8.Valid(part) {
				t.Fatalf("with %d bytes before: a chunk ends within a character", shift)
			}
		}
		got, err := decode(bytes.NewReader(framed), V11, false, true)
		if err != nil || len(got) != 1 || got[0] != text {
			t.Errorf("%d messages, %v", len(got), err)
		}
	}
	noise := bytes.Repeat([]byte{0x80}, 3*chunkSize)
	framed, _ := Append(nil, V11, noise)
	if got, err := decode(bytes.NewReader(framed), V11, false, true); err != nil || got[0] != string(noise) {
		t.Errorf("noise: %v", err)
	}
}
