package record

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const dialogue = `vty recording 1
platform cisco_iosxe
size 80x24

+0.002
< \r\n
< r1>
+10
> enable\r
+0.005
< enable\r\n
+0.005
< Password:\x20
+3
> \[secret 1]\r
+0.25
< \r\n
< r1#
+1
> username x password \[secret 1] role y\r
+0.1
< username x password \[secret 1] role y\r\n
< r1#
+0
> exit\r
+0.01
< exit\r\n
+0
= ended
`

// The other side of dialogue: what is typed, and what must have come before.
var typing = []struct{ shown, typed string }{
	{"\r\nr1>", "enable\r"},
	{"enable\r\nPassword: ", "hunter2\r"},
	{"\r\nr1#", "username x password hunter2 role y\r"},
	{"username x password hunter2 role y\r\nr1#", "exit\r"},
	{"exit\r\n", ""},
}

// talk goes through dialogue and returns the sizes of the reads.
func talk(t *testing.T, p *Player) (reads []int) {
	t.Helper()
	buf := make([]byte, 1000)
	for _, step := range typing {
		got := ""
		for len(got) < len(step.shown) {
			n, err := p.Read(buf)
			if err != nil {
				t.Fatalf("after %q: %v", got, err)
			}
			got += string(buf[:n])
			reads = append(reads, n)
		}
		if got != step.shown {
			t.Fatalf("read %q, want %q", got, step.shown)
		}
		if _, err := io.WriteString(p, step.typed); err != nil {
			t.Fatal(err)
		}
	}
	if !p.Alive() {
		t.Error("not alive before the end")
	}
	if n, err := p.Read(buf); n != 0 || err != io.EOF {
		t.Errorf("at the end: %d, %v", n, err)
	}
	if p.Alive() {
		t.Error("alive after the end")
	}
	if err := p.Finished(); err != nil {
		t.Error(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	return reads
}

func total(list []int) (sum int) {
	for _, n := range list {
		sum += n
	}
	return sum
}

func TestReplay(t *testing.T) {
	rec := parse(t, dialogue)
	if got := talk(t, Replay(rec, nil)); len(got) != 6 {
		t.Errorf("recorded chunks: %v", got)
	}
	whole := talk(t, Replay(rec, &ReplayOptions{Cut: Whole}))
	if len(whole) != 5 {
		t.Errorf("whole: %v", whole)
	}
	size := total(whole)
	if got := talk(t, Replay(rec, &ReplayOptions{Cut: OneByte})); len(got) != size {
		t.Errorf("one byte: %v", got)
	}
	same := 0
	for k := range size {
		switch got := talk(t, Replay(rec, &ReplayOptions{Cut: SplitAt(k)})); len(got) {
		case 5:
			same++
		case 6:
		default:
			t.Errorf("split at %d: %v", k, got)
		}
	}
	if same != 5 { // the places where something is typed, and 0
		t.Errorf("%d of %d splits cut nothing", same, size)
	}
	first := talk(t, Replay(rec, &ReplayOptions{Cut: Random(7)}))
	second := talk(t, Replay(rec, &ReplayOptions{Cut: Random(7)}))
	if len(first) == 5 || total(first) != size || !equal(first, second) {
		t.Errorf("random: %v and %v", first, second)
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// A cut that asks for nonsense gets everything.
func TestCutOutOfRange(t *testing.T) {
	for _, n := range []int{-1, 0, 1 << 30} {
		talk(t, Replay(parse(t, dialogue), &ReplayOptions{Cut: func(int, int) int { return n }}))
	}
}

func TestReplayTakesTheDevicesTime(t *testing.T) {
	for speed, want := range map[float64]time.Duration{0: 0, 1: 372 * time.Millisecond, 2: 186 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			talk(t, Replay(parse(t, dialogue), &ReplayOptions{Speed: speed, Cut: Whole}))
			if took := time.Since(began); took != want {
				t.Errorf("at speed %v it took %v, want %v", speed, took, want)
			}
		})
	}
}

// A reader gets each piece by itself, and the pauses do not add up with the time
// that passes anyway.
func TestReplayPauses(t *testing.T) {
	for _, c := range []struct {
		opts ReplayOptions
		want time.Duration
	}{
		{ReplayOptions{Pause: time.Second, Cut: Whole}, 5 * time.Second}, // before each read but the first, the end's too
		{ReplayOptions{Pause: time.Second}, 6 * time.Second},
		{ReplayOptions{Pause: time.Millisecond, Speed: 1, Cut: Whole}, 373 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			talk(t, Replay(parse(t, dialogue), &c.opts))
			if took := time.Since(began); took != c.want {
				t.Errorf("%+v took %v, want %v", c.opts, took, c.want)
			}
		})
	}
}

// The device says nothing until it was typed what it answers to.
func TestReplayWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Replay(parse(t, dialogue), nil)
		got := make(chan string)
		go func() {
			defer close(got)
			buf := make([]byte, 100)
			for {
				n, err := p.Read(buf)
				if err != nil {
					if !errors.Is(err, net.ErrClosed) {
						t.Errorf("Read: %v", err)
					}
					return
				}
				got <- string(buf[:n])
			}
		}()
		if s := <-got; s != "\r\nr1>" {
			t.Errorf("first %q", s)
		}
		for _, c := range "enable" {
			_, _ = io.WriteString(p, string(c))
			synctest.Wait()
			select {
			case s := <-got:
				t.Errorf("%q came after %q", s, c)
			default:
			}
		}
		_, _ = io.WriteString(p, "\r")
		if s := <-got; s != "enable\r\n" {
			t.Errorf("second %q", s)
		}
		<-got
		_ = p.Close()
		<-got
		if err := p.Finished(); err == nil || err.Error() != `test.vtyrec:14: wanted "\[secret 1]\r" typed, got nothing` {
			t.Errorf("Finished: %v", err)
		}
	})
}

func TestDivergence(t *testing.T) {
	for _, c := range []struct {
		typed []string
		want  string
	}{
		{[]string{"enter\r"}, `test.vtyrec:8: wanted "enable\r" typed, got "enter\r"`},
		{[]string{"enable\n"}, `test.vtyrec:8: wanted "enable\r" typed, got "enable\n"`},
		{[]string{"en", "able\r", "hunter2\r", "username x\r"}, `test.vtyrec:19: wanted "username x password \[secret 1] role y\r" typed, got "username x\r"`},
		{[]string{"enable\r", "hunter2\r", "username x password hunter2 role z\r"},
			`test.vtyrec:19: wanted "username x password \[secret 1] role y\r" typed, got "username x password [secret 2] role z\r"`},
		{[]string{"enable\r", "hunter2\r", "username x password a b role y\r", "exit\r", "quit\r"},
			`test.vtyrec:28: got "quit\r" typed, but nothing more was typed in the recording`},
		{[]string{"enable\r", strings.Repeat("x", maxLineTyped+1)}, `test.vtyrec:14: wanted "\[secret 1]\r" typed, got "` + strings.Repeat("x", maxShown-1) + `..."`},
		{[]string{"letmein\r"}, `test.vtyrec:8: wanted "enable\r" typed, got "[secret 1]\r"`},
	} {
		p := Replay(parse(t, dialogue), &ReplayOptions{Secrets: NewSecrets("letmein")})
		var err error
		for i, s := range c.typed {
			if err != nil {
				t.Errorf("%q: diverged before %d: %v", c.typed, i, err)
			}
			_, err = io.WriteString(p, s)
		}
		var e *DivergenceError
		if !errors.As(err, &e) || err.Error() != c.want {
			t.Errorf("%.60q\n got  %v\n want %s", c.typed, err, c.want)
			continue
		}
		if _, again := p.Write([]byte("x")); again != err {
			t.Errorf("a Write after it: %v", again)
		}
		if _, again := p.Read(make([]byte, 1)); again != err {
			t.Errorf("a Read after it: %v", again)
		}
		if again := p.Finished(); again != err {
			t.Errorf("Finished after it: %v", again)
		}
	}
}

// A divergence wakes a Read that waits for what was to be typed.
func TestDivergenceWakes(t *testing.T) {
	p := Replay(parse(t, "vty recording 1\n\n+0\n> a\n+0\n< b\n"), nil)
	var wg sync.WaitGroup
	var err error
	wg.Go(func() { _, err = p.Read(make([]byte, 1)) })
	_, want := p.Write([]byte("x"))
	wg.Wait()
	if want == nil || err != want {
		t.Errorf("Read: %v, want %v", err, want)
	}
}

func TestReplayEnds(t *testing.T) {
	const head = "vty recording 1\n\n+0\n> a\n+0\n< b\n"
	buf := make([]byte, 10)
	for in, want := range map[string]string{
		"+0\n= ended\n":        "EOF",
		"+0\n= failed reset\n": "the recorded transport failed: reset",
	} {
		p := Replay(parse(t, head+in), nil)
		_, _ = p.Write([]byte("a"))
		if n, err := p.Read(buf); n != 1 || err != nil {
			t.Errorf("%q: first Read = %d, %v", in, n, err)
		}
		for range 2 {
			if _, err := p.Read(buf); err == nil || err.Error() != want {
				t.Errorf("%q: Read: %v", in, err)
			}
		}
		_ = p.Close()
		if _, err := p.Read(buf); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%q: Read after Close: %v", in, err)
		}
	}
	// A session that we closed, or whose recording stops, waits for our Close.
	for _, in := range []string{"", "+0\n= closed\n"} {
		synctest.Test(t, func(t *testing.T) {
			p := Replay(parse(t, head+in), nil)
			_, _ = p.Write([]byte("a"))
			_, _ = p.Read(buf)
			var err error
			returned := make(chan bool)
			go func() {
				_, err = p.Read(buf)
				close(returned)
			}()
			synctest.Wait()
			select {
			case <-returned:
				t.Errorf("%q: Read returned %v", in, err)
			default:
			}
			_ = p.Close()
			<-returned
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("%q: Read: %v", in, err)
			}
		})
	}
}

func TestReplayHalfClose(t *testing.T) {
	const in = "vty recording 1\n\n+0\n> a\\[secret 1]\n+0\n= half-closed\n+0\n< b\n+0\n= ended\n"
	p := Replay(parse(t, in), nil)
	_, _ = p.Write([]byte("axyz"))
	if err := p.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(p); string(got) != "b" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	p = Replay(parse(t, in), nil)
	if err := p.CloseWrite(); err == nil || err.Error() != `test.vtyrec:3: wanted "a\[secret 1](end of input)" typed, got "(end of input)"` {
		t.Errorf("CloseWrite: %v", err)
	}
	if _, err := p.Write([]byte("a")); err == nil {
		t.Error("a Write after a divergence gave no error")
	}
}

// What stands for a secret that was not typed yet.
func TestReplayUnknownSecret(t *testing.T) {
	const in = "vty recording 1\n\n+0\n< \\[secret 2]@r1>\n+0\n> \\[secret 2]\n+0\n< *\n"
	buf := make([]byte, 100)
	for want, known := range map[string]*Secrets{"secret@r1>": nil, "ops@r1>": NewSecrets("x", "ops")} {
		p := Replay(parse(t, in), &ReplayOptions{Secrets: known})
		if n, err := p.Read(buf); string(buf[:n]) != want || err != nil {
			t.Errorf("%q, %v; want %q", buf[:n], err, want)
		}
		// The recording ends within the secret: it may be anything.
		if _, err := p.Write([]byte("anything")); err != nil {
			t.Error(err)
		}
		if n, err := p.Read(buf); string(buf[:n]) != "*" || err != nil {
			t.Errorf("%q, %v; want the echo", buf[:n], err)
		}
		if err := p.Finished(); err != nil {
			t.Error(err)
		}
	}
}

// A recording of a replay is the recording.
func TestRecordReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var again bytes.Buffer
		rec := parse(t, dialogue)
		p := Replay(rec, &ReplayOptions{Speed: 1})
		r := Record(p, &again, &Options{Header: rec.Header})
		buf := make([]byte, 1000)
		for i, step := range typing {
			for got := ""; len(got) < len(step.shown); {
				n, err := r.Read(buf)
				if err != nil {
					t.Fatal(err)
				}
				got += string(buf[:n])
			}
			time.Sleep([]time.Duration{10 * time.Second, 3 * time.Second, time.Second, 0, 0}[i])
			if step.typed != "" {
				_, _ = io.WriteString(r, step.typed)
			}
		}
		_, _ = r.Read(buf)
		if again.String() != dialogue {
			t.Errorf("recorded again:\n%s", again.String())
		}
	})
}
