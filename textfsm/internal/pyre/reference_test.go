package pyre

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"reflect"
	"strconv"
	"testing"
)

// python matches with the module this package follows.
const python = `
import json, re, signal, sys, warnings
class Slow(Exception): pass
def slow(*_): raise Slow()
signal.signal(signal.SIGALRM, slow)
warnings.simplefilter("ignore")
for line in sys.stdin:
    pattern, texts = json.loads(line)
    try:
        r = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as e:
        print(json.dumps({"Error": str(e)}), flush=True)
        continue
    out = []
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        for t in texts:
            m = r.match(t)
            out.append(None if m is None else {k: [len(t[:p].encode()) if p >= 0 else -1 for p in m.span(k)] for k in m.groupdict()})
    except (Slow, SystemError):
        pass
    signal.setitimer(signal.ITIMER_REAL, 0)
    print(json.dumps({"Spans": out}), flush=True)
`

type answer struct {
	Error string
	Spans []map[string][2]int
}

// reference is how many cases the comparison with Python runs.
func reference(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("VTY_TEXTFSM_REFERENCE"))
	if err != nil {
		t.Skip("VTY_TEXTFSM_REFERENCE is no number of cases to compare with Python's re")
	}
	return n
}

func TestReference(t *testing.T) {
	cases := reference(t)
	seed := rand.Uint64()
	if s := os.Getenv("VTY_TEXTFSM_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("seed %d", seed)
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), broken: true}
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
	type question struct {
		pattern string
		texts   []string
	}
	asked := make(chan question, 1000)
	go func() {
		defer close(asked)
		enc := json.NewEncoder(in)
		for range cases {
			q := question{pattern: g.pattern()}
			for range 6 {
				q.texts = append(q.texts, g.text())
			}
			_ = enc.Encode([]any{q.pattern, q.texts})
			asked <- q
		}
		_ = in.Close()
	}()
	answers := json.NewDecoder(bufio.NewReader(out))
	matched, remembered, failed := 0, 0, 0
	for q := range asked {
		var a answer
		if err := answers.Decode(&a); err != nil {
			t.Fatal(err)
		}
		re, err := Compile(q.pattern)
		if (err != nil) != (a.Error != "") {
			t.Errorf("%q: we say %v, Python %q", q.pattern, err, a.Error)
			failed++
			continue
		}
		for i, want := range a.Spans {
			var m Scratch
			got, err := spans(re, &m, q.texts[i])
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%q on %q: we say %v %v, Python %v", q.pattern, q.texts[i], got, err, want)
				failed++
				break
			}
			if want != nil {
				matched++
			}
			if re.quick == nil || !re.quick.rememberable {
				continue
			}
			remembered++
			got = nil
			if re.quick.matchSurely(&m, q.texts[i]) == yes {
				got = found(re, &m)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%q on %q, remembering: we say %v, Python %v", q.pattern, q.texts[i], got, want)
				failed++
				break
			}
		}
		if failed > 20 {
			t.Fatal("too many differences")
		}
	}
	t.Logf("%d cases, %d matches, %d texts with memory too", cases, matched, remembered)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// spans are the places of the named groups.
func spans(re *Regexp, m *Scratch, text string) (map[string][2]int, error) {
	ok, err := re.Match(m, text)
	if !ok || err != nil {
		return nil, err
	}
	return found(re, m), nil
}

func found(re *Regexp, m *Scratch) map[string][2]int {
	all := map[string][2]int{}
	for i, name := range re.Names() {
		if name == "" {
			continue
		}
		lo, hi, ok := m.Group(i)
		if !ok {
			lo, hi = -1, -1
		}
		all[name] = [2]int{lo, hi}
	}
	return all
}
