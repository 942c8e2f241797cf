package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestAnnounced(t *testing.T) {
	for sent, want := range map[string]int64{
		"C0644 1024 image.bin\n":                    1024,
		"T1700000000 0 1700000000 0\nC0600 0 a b\n": 0,
		"C0644 5 x\r\n":                             5,
	} {
		var said bytes.Buffer
		s := &scp{out: &said, in: bufio.NewReader(strings.NewReader(sent))}
		if size, err := s.announced(); err != nil || size != want {
			t.Errorf("%q: %d, %v", sent, size, err)
		}
		if times := strings.Count(sent, "T17"); said.String() != strings.Repeat("\x00", times) {
			t.Errorf("%q: answered %q", sent, said.String())
		}
	}
	for sent, want := range map[string]string{
		"\x01scp: /x: No such file or directory\n": "refused by the device: /x: No such file or directory",
		"\x02fatal\n":                   "refused by the device: fatal",
		"D0755 0 folder\n":              "it is a folder",
		"C0644 -1 x\n":                  "announces a file by",
		"C0644 9999999999999999999 x\n": "announces a file by",
		"C0644 10\n":                    "announces a file by",
		"C 10 x\n":                      "announces a file by",
		"% Invalid input\n":             `it says "% Invalid input"`,
		"C0644":                         "unexpected EOF",
		"":                              "unexpected EOF",
	} {
		s := &scp{out: io.Discard, in: bufio.NewReader(strings.NewReader(sent))}
		if size, err := s.announced(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %d, %v; want %q", sent, size, err, want)
		}
	}
}

func FuzzAnnounced(f *testing.F) {
	for _, seed := range []string{"C0644 1024 image.bin\n", "T1 0 1 0\nC0600 0 a\n", "\x01no\n", "D0755 0 x\n", "\x00\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		s := &scp{out: io.Discard, in: bufio.NewReader(bytes.NewReader(sent))}
		if size, err := s.announced(); err == nil && size < 0 {
			t.Errorf("%q: %d bytes", sent, size)
		} else if err != nil && !errors.Is(err, ErrRefused) && !errors.Is(err, io.ErrUnexpectedEOF) && !strings.Contains(err.Error(), "no end") {
			t.Errorf("%q: %v", sent, err)
		}
	})
}

func TestQuote(t *testing.T) {
	for name, want := range map[string]string{
		"flash:/image.bin": "flash:/image.bin",
		"a b":              "'a b'",
		"it's":             `'it'\''s'`,
		"-rf":              "./-rf",
		"$(reboot)":        "'$(reboot)'",
		"":                 "''",
	} {
		if got := quote(name); got != want {
			t.Errorf("%q: %s", name, got)
		}
	}
}
