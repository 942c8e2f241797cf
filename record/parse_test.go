package record

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/vtynet/vty/transport"
)

const example = `vty recording 1
platform cisco_iosxe
transport ssh
host r1.example.net
size 511x1000
started 2026-05-04T03:02:01Z

+0.002
< \r\n
< r1>
+0.0001
> enable\r
+0.005312
< enable\r\n
< Password:\x20
+0
> \[secret 1]\r
+0.25
< \r\n
< \e[1mr1#\e[0m \\o/ é \xff
+1
= resized 80x24
+1.5
= half-closed
+61
= failed read: connection reset
+0
= ended
+0
= closed
`

func parse(t testing.TB, text string) *Recording {
	t.Helper()
	rec, err := Parse("test.vtyrec", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func text(s string) []Part { return []Part{{Text: []byte(s)}} }

func TestParse(t *testing.T) {
	rec := parse(t, example)
	want := &Recording{
		File: "test.vtyrec",
		Header: Header{
			Platform: "cisco_iosxe", Transport: "ssh", Host: "r1.example.net",
			Size:    transport.Size{Columns: 511, Rows: 1000},
			Started: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC),
		},
		Events: []Event{
			{After: 2 * time.Millisecond, Kind: Output, Parts: text("\r\nr1>"), Line: 8},
			{After: 100 * time.Microsecond, Kind: Input, Parts: text("enable\r"), Line: 11},
			{After: 5312 * time.Microsecond, Kind: Output, Parts: text("enable\r\nPassword: "), Line: 13},
			{Kind: Input, Parts: []Part{{Secret: 1}, {Text: []byte("\r")}}, Line: 16},
			{After: 250 * time.Millisecond, Kind: Output, Parts: text("\r\n\x1b[1mr1#\x1b[0m \\o/ é \xff"), Line: 18},
			{After: time.Second, Kind: Resized, Size: transport.Size{Columns: 80, Rows: 24}, Line: 21},
			{After: 1500 * time.Millisecond, Kind: HalfClosed, Line: 23},
			{After: 61 * time.Second, Kind: Failed, Note: "read: connection reset", Line: 25},
			{Kind: Ended, Line: 27},
			{Kind: Closed, Line: 29},
		},
	}
	if !reflect.DeepEqual(rec, want) {
		t.Errorf("got  %+v\nwant %+v", rec, want)
	}
	if got := written(t, rec); got != example {
		t.Errorf("written back:\n%s", got)
	}
	if got, want := rec.Elapsed(), 63757412*time.Microsecond; got != want {
		t.Errorf("Elapsed = %v, want %v", got, want)
	}
}

func written(t testing.TB, rec *Recording) string {
	t.Helper()
	var b bytes.Buffer
	n, err := rec.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("WriteTo = %d, %v for %d bytes", n, err, b.Len())
	}
	return b.String()
}

// What people and tools do to text files changes nothing.
func TestParseIsLenient(t *testing.T) {
	want := parse(t, example).Events
	for name, change := range map[string]func(string) string{
		"line ends of Windows": func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"no last line end":     func(s string) string { return strings.TrimSuffix(s, "\n") },
		"empty lines":          func(s string) string { return strings.ReplaceAll(s, "\n+", "\n\n\n+") },
		"remarks":              func(s string) string { return strings.ReplaceAll(s, "\n<", "\n# what follows is the device's\n<") },
		"blank unescaped":      func(s string) string { return strings.ReplaceAll(s, `\x20`, " ") },
	} {
		got := parse(t, change(example)).Events
		for i := range got {
			got[i].Line = want[i].Line
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestParseErrors(t *testing.T) {
	const head = "vty recording 1\n\n"
	for in, want := range map[string]string{
		"":                                     "f:1: the file is empty",
		"hello\n":                              `f:1: no recording: the first line is not "vty recording 1"`,
		"vty recording 2\n\n":                  `f:1: a recording of version "2": only version 1 is known`,
		"vty recording 1\n":                    "f:1: the file ends within its header: an empty line ends a header",
		"vty recording 1\ncolour red\n\n":      `f:2: unknown key "colour": the header knows platform, transport, host, size and started`,
		"vty recording 1\nhost\n\n":            "f:2: host without a value",
		"vty recording 1\nhost a\nhost b\n\n":  "f:3: host is stated twice",
		"vty recording 1\nhost \\[secret 1]\n": "f:2: a secret cannot stand here",
		"vty recording 1\nsize 80*24\n\n":      `f:2: "80*24" is no size of a terminal, as in 80x24`,
		"vty recording 1\nsize 80x70000\n\n":   `f:2: "80x70000" is no size of a terminal, as in 80x24`,
		"vty recording 1\nstarted today\n\n":   `f:2: parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"`,
		head + "< x\n":                         `f:3: "<" before the first event: an event begins with its time, as in +0.5`,
		head + "+0\n":                          "f:3: the file ends within an event",
		head + "+0\n+1\n":                      "f:4: the event before this line says only its time",
		head + "+0\n< x\n> y\n":                "f:5: an event goes in one direction: the next one begins with its time, as in +0.5",
		head + "+0\n= ended\n= closed\n":       "f:5: an event goes in one direction: the next one begins with its time, as in +0.5",
		head + "hello\n":                       `f:3: the line begins with "h", and not with one of + < > = #`,
		head + "+-1\n":                         `f:3: "-1" is no time in seconds with up to six decimals`,
		head + "+1e3\n":                        `f:3: "1e3" is no time in seconds with up to six decimals`,
		head + "+1.\n":                         `f:3: "1." is no time in seconds with up to six decimals`,
		head + "+1.0000001\n":                  `f:3: "1.0000001" is no time in seconds with up to six decimals`,
		head + "+1.-1\n":                       `f:3: "1.-1" is no time in seconds with up to six decimals`,
		head + "+99999999999\n":                `f:3: "99999999999" is no time in seconds with up to six decimals`,
		head + "+0\n<\n":                       "f:4: < wants a blank and something behind it",
		head + "+0\n<x\n":                      "f:4: < wants a blank and something behind it",
		head + "+0\n< \n":                      "f:4: < wants a blank and something behind it",
		head + "+0\n< a\tb\n":                  "f:4: control character 0x09: write it as an escape",
		head + "+0\n< a\\\n":                   `f:4: a backslash at the end of the line: write \\`,
		head + "+0\n< a\\q\n":                  `f:4: unknown escape \q`,
		head + "+0\n< a\\x1\n":                 `f:4: \x wants two hexadecimal digits`,
		head + "+0\n< a\\x1g\n":                `f:4: \x1g: \x wants two hexadecimal digits`,
		head + "+0\n< \\[secret 0]\n":          `f:4: \[ wants the number of a secret, as in \[secret 1]`,
		head + "+0\n< \\[secret 1\n":           `f:4: \[ wants the number of a secret, as in \[secret 1]`,
		head + "+0\n< \\[secret 9999999999]\n": `f:4: \[ wants the number of a secret, as in \[secret 1]`,
		head + "+0\n= exploded\n":              `f:4: "exploded": only ended, failed, half-closed, closed and resized can happen`,
		head + "+0\n= closed twice\n":          `f:4: nothing can stand behind "closed"`,
		head + "+0\n= resized big\n":           `f:4: "big" is no size of a terminal, as in 80x24`,
		head + "+0\n< " + strings.Repeat("x", maxFileLine) + "\n": "f:4: the line is longer than 65536 bytes",
	} {
		_, err := Parse("f", strings.NewReader(in))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || err.Error() != want {
			t.Errorf("%.60q\n got  %v\n want %s", in, err, want)
		}
	}
}

func TestParseReaderFails(t *testing.T) {
	broken := errors.New("disk on fire")
	_, err := Parse("", io.MultiReader(strings.NewReader("vty recording 1\n\n+0\n"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || err.Error() != "recording: disk on fire" {
		t.Errorf("err = %v", err)
	}
}

// Every byte, and every byte at the ends of lines and events, survives.
func TestBytesSurvive(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	texts := []string{string(all), " ", "  \r\n  \n \n", "\n", "\n\n", "\\", `\x20`, `\[secret 1]`, "\u00a0\u202e\u2028é", "\xc3", "\ufffd",
		strings.Repeat("é", maxLine), strings.Repeat("x", maxLine), strings.Repeat("x", maxLine) + "\n", strings.Repeat("\n", 100)}
	for range 300 {
		b := make([]byte, rnd.IntN(3000))
		for i := range b {
			b[i] = all[rnd.IntN(256)]
			if rnd.IntN(4) > 0 {
				b[i] = " \r\n\\ab"[rnd.IntN(6)]
			}
		}
		texts = append(texts, "x"+string(b))
	}
	for _, s := range texts {
		rec := &Recording{File: "f", Events: []Event{
			{Kind: Output, Parts: text(s)},
			{Kind: Input, Parts: []Part{{Text: []byte(s)}, {Secret: 3}, {Secret: 1}, {Text: []byte(s)}}},
			{Kind: Failed, Note: s},
		}}
		back, err := Parse("f", strings.NewReader(written(t, rec)))
		if err != nil {
			t.Fatalf("%q: %v\n%s", s, err, written(t, rec))
		}
		for i := range back.Events {
			back.Events[i].Line = 0
		}
		if !reflect.DeepEqual(back.Events, rec.Events) {
			t.Fatalf("%q came back as %+v", s, back.Events)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	f.Add([]byte("vty recording 1\n\n+0.1\n> \\[secret 2]x\\[secret 3]\\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rec, err := Parse("f", bytes.NewReader(b))
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Line < 1 {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		first := written(t, rec)
		again, err := Parse("f", strings.NewReader(first))
		if err != nil {
			t.Fatalf("cannot read what was written: %v\n%s", err, first)
		}
		if second := written(t, again); second != first {
			t.Fatalf("writing it again gives\n%s\nand not\n%s", second, first)
		}
		// Nothing in a foreign file makes a replay panic.
		p := Replay(rec, &ReplayOptions{Cut: OneByte})
		for _, e := range rec.Events {
			for _, part := range e.Parts {
				if e.Kind == Input {
					_, _ = p.Write(append(part.Text, '\r'))
				}
			}
		}
		_ = p.Finished()
		_ = p.Close()
	})
}
