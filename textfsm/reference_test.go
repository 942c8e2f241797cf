package textfsm

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
)

// python runs templates with the engine this package follows.
const python = `
import io, json, signal, sys, warnings
import textfsm
warnings.simplefilter("ignore")
class Slow(Exception): pass
def slow(*_): raise Slow()
signal.signal(signal.SIGALRM, slow)
for line in sys.stdin:
    template, text = json.loads(line)
    answer = {}
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        try:
            fsm = textfsm.TextFSM(io.StringIO(template))
        except textfsm.TextFSMTemplateError as e:
            answer["Invalid"] = str(e)
        else:
            try:
                answer["Rows"] = fsm.ParseText(text)
                answer["Header"] = fsm.header
            except textfsm.TextFSMError as e:
                answer["Error"] = str(e)
    except Exception as e:
        answer = {"Crash": repr(e)}
    signal.setitimer(signal.ITIMER_REAL, 0)
    print(json.dumps(answer), flush=True)
`

type answer struct {
	Invalid, Error, Crash string
	Header                []string
	Rows                  json.RawMessage
}

// TestReference compares with google/textfsm on templates and texts that a
// generator makes up. VTY_TEXTFSM_REFERENCE is how many, and VTY_TEXTFSM_SEED
// repeats a run.
func TestReference(t *testing.T) {
	cases, err := strconv.Atoi(os.Getenv("VTY_TEXTFSM_REFERENCE"))
	if err != nil {
		t.Skip("VTY_TEXTFSM_REFERENCE is no number of cases to compare with python3-textfsm")
	}
	seed := rand.Uint64()
	if s := os.Getenv("VTY_TEXTFSM_SEED"); s != "" {
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("VTY_TEXTFSM_SEED=%d", seed)
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", python)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	type question struct{ template, text string }
	asked := make(chan question, 1000)
	go func() {
		defer close(asked)
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 1))}
		enc := json.NewEncoder(in)
		for range cases {
			q := question{g.template(), g.text()}
			if enc.Encode([]string{q.template, q.text}) != nil {
				return
			}
			asked <- q
		}
		_ = in.Close()
	}()
	var count struct{ rows, empty, errors, invalid, crash, wrong int }
	answers := json.NewDecoder(bufio.NewReader(out))
	for q := range asked {
		var a answer
		if err := answers.Decode(&a); err != nil {
			t.Fatal(err)
		}
		if a.Crash != "" {
			count.crash++ // a bug of the reference, or it took too long
			continue
		}
		got := ours(q.template, q.text)
		want := theirs(a)
		switch want {
		case "invalid":
			count.invalid++
		case "error":
			count.errors++
		case "[]":
			count.empty++
		default:
			count.rows++
		}
		if got != want {
			t.Errorf("template:\n%s\ntext: %q\ngot  %s\nwant %s (%s%s)", q.template, q.text, got, want, a.Invalid, a.Error)
			if count.wrong++; count.wrong > 5 {
				t.FailNow()
			}
		}
	}
	t.Logf("%+v", count)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if count.rows < cases/6 || count.crash > cases/10 {
		t.Error("the cases are no test: too few have rows")
	}
}

func theirs(a answer) string {
	switch {
	case a.Invalid != "":
		return "invalid"
	case a.Error != "":
		return "error"
	}
	var compact bytes.Buffer
	var rows any
	_ = json.Unmarshal(a.Rows, &rows)
	enc := json.NewEncoder(&compact)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(rows)
	return strings.TrimSpace(compact.String())
}

// ours runs the template on the text as a whole and as a stream, which must be the
// same.
func ours(template, text string) string {
	tmpl, err := ParseText("case", template)
	if err != nil {
		return "invalid"
	}
	whole, err := tmpl.RunText(text)
	var streamed []Record
	var streamErr error
	for r, err := range tmpl.Run(iotest.OneByteReader(strings.NewReader(text))) {
		if err != nil {
			streamErr = err
			continue
		}
		streamed = append(streamed, r)
	}
	if (err != nil) != (streamErr != nil) {
		return "error in one of text and stream only"
	}
	if err != nil {
		return "error"
	}
	a, b := rows(whole), rows(streamed)
	if a != b {
		return "text " + a + ", stream " + b
	}
	return a
}

// rows is the reference's table in JSON, groups in the order of their names.
func rows(records []Record) string {
	var b bytes.Buffer
	b.WriteByte('[')
	for i, r := range records {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('[')
		for j, v := range r.Values {
			if j > 0 {
				b.WriteByte(',')
			}
			raw, _ := v.MarshalJSON()
			var sorted any
			_ = json.Unmarshal(raw, &sorted)
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			_ = enc.Encode(sorted)
			b.Truncate(b.Len() - 1)
		}
		b.WriteByte(']')
	}
	b.WriteByte(']')
	return b.String()
}
