package streams

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestFit(t *testing.T) {
	const text = "a line that fits\nexactly twenty cols.\none that is too long for it\nzwölf Boxkämpfer übers\nabc def ghi jkl mno  pqr stu\nblanks at its end            \n\n"
	const want = "a line that fits\nexactly twenty cols.\none that is too lon…\nzwölf Boxkämpfer üb…\nabc def ghi jkl mno…\nblanks at its end\n\n"
	for _, in := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
		var out bytes.Buffer
		if _, err := io.Copy(&fitted{w: &out, columns: 20}, in); err != nil || out.String() != want {
			t.Errorf("%v, %q", err, &out)
		}
	}
	// What is no terminal gets everything.
	var out bytes.Buffer
	if _, _ = io.WriteString(Fit(&out), text); out.String() != text {
		t.Errorf("into no terminal: %q", &out)
	}
}
