package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/transporttest"
)

// said is something that one side says.
type said struct {
	kind Kind
	text string
}

// wire is a Conn whose reads give what a test wants read.
type wire struct {
	transport.Conn
	next string
	err  error
}

func (w *wire) Read(p []byte) (int, error)  { return copy(p, w.next), w.err }
func (w *wire) Write(p []byte) (int, error) { return len(p), nil }
func (w *wire) Close() error                { return nil }

// recorded returns the recording of a session, without its header.
func recorded(t testing.TB, opts *Options, session []said) *Recording {
	t.Helper()
	var file bytes.Buffer
	w := &wire{}
	r := Record(w, &file, opts)
	for _, s := range session {
		if s.kind == Input {
			_, _ = io.WriteString(r, s.text)
			continue
		}
		w.next = s.text
		buf := make([]byte, len(s.text))
		if n, err := r.Read(buf); n != len(buf) || err != nil {
			t.Fatal(n, err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	rec, err := Parse("recorded", &file)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(rec.Events) - 1; n < 0 || rec.Events[n].Kind != Closed {
		t.Fatalf("the recording ends with %+v", rec.Events)
	}
	rec.Events = rec.Events[:len(rec.Events)-1]
	return rec
}

// brief is the events on one line: "<text >text", secrets in braces.
func brief(rec *Recording) string {
	var b strings.Builder
	for i, e := range rec.Events {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteByte("<>"[e.Kind])
		b.WriteString(plainOf(e.Parts))
	}
	return b.String()
}

func plainOf(parts []Part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.Secret > 0 {
			fmt.Fprintf(&b, "{%d}", p.Secret)
		}
		b.Write(p.Text)
	}
	return b.String()
}

func session(brief string) (all []said) {
	for s := range strings.SplitSeq(brief, " ") {
		kind := Output
		if s[0] == '>' {
			kind = Input
		}
		all = append(all, said{kind, strings.ReplaceAll(s[1:], "_", " ")})
	}
	return all
}

func TestSecretsAreTakenOut(t *testing.T) {
	for _, c := range []struct{ secrets, session, want string }{
		{"", "<a >b <c", "<a >b <c"},
		{"s3cret", ">s3cret\r <ok", ">{1}\r <ok"},
		{"s3cret", ">xs3cretx <s3crets3cret", ">x{1}x <{1}{1}"},
		{"s3cret,hunter2", ">hunter2\r <s3cret", ">{2}\r <{1}"},
		// Over several reads and writes it stands where it began, and the order
		// of both directions is kept.
		{"s3cret", ">s3 >cr >et\r <ok", ">{1} >\r <ok"},
		{"s3cret", "<..s3 <c >x <r <et. >y", "<..{1} >x <. >y"},
		{"s3cret", ">s <s >3 <3 >c <c >r <r >e <e >t <t >\r <\r\n", ">{1} <{1} >\r <\r\n"},
		// What only began like it is as it was.
		{"s3cret", ">s3 >crux <ok", ">s3 >crux <ok"},
		{"s3cret", "<s3 <s3cre <s3cret", "<s3 <s3cre <{1}"},
		{"aab", "<aaab", "<a{1}"},
		// The longest, and what overlaps, go together.
		{"abc,abcde", "<abcdx <abcde", "<{1}dx <{2}"},
		{"abc,abcde", "<ab <c <d <x", "<{1} <d <x"},
		{"abc,cde", "<xabcdex", "<x{1}x"},
		{"anna", "<annannaX", "<{1}X"},
		// The session ends within it: less than half says nothing.
		{"s3cret", ">s3", ">s3"},
		{"s3cret", ">s3c", ">{1}"},
		{"s3cret", ">s3 >cre <ok", ">{1} <ok"},
	} {
		opts := &Options{Secrets: NewSecrets(strings.Split(c.secrets, ",")...)}
		if got := brief(recorded(t, opts, session(c.session))); got != c.want {
			t.Errorf("%q: %q\n got  %q\n want %q", c.secrets, c.session, got, c.want)
		}
	}
}

func TestHiddenLines(t *testing.T) {
	for _, c := range []struct{ secrets, session, want string }{
		{"", "<Password:_ >hunter2\r <\r\nr1#hunter2", "<Password:  >{1}\r <\r\nr1#{1}"},
		{"", "<Password:_ >hun >ter2 >\r <hunter2", "<Password:  >{1} >\r <{1}"},
		{"", "<Pass <word:_ >h <* >unter2\r\n >hunter2", "<Pass <word:  >{1} <* >\r\n >{1}"},
		{"", "<x\r\n[sudo]_password_for_admin:_ >hunter2\n", "<x\r\n[sudo] password for admin:  >{1}\n"},
		{"", "<Enter_PASSCODE:\x1b[0m_ >123456\r", "<Enter PASSCODE:\x1b[0m  >{1}\r"},
		{"x,hunter2", "<Password: >hunter2\r", "<Password: >{2}\r"},
		// Short ones are not looked for elsewhere, nor are edited ones.
		{"", "<Password: >abc\r <abc", "<Password: >{1}\r <abc"},
		{"", "<Password: >huntex\x7fr2\r <hunter2", "<Password: >{1}\r <hunter2"},
		{"", "<Password: >" + strings.Repeat("x", 2000) + "\r <" + strings.Repeat("x", 2000), "<Password: >{1}\r <" + strings.Repeat("x", 2000)},
		// Nothing typed, or interrupted: what comes next is no secret.
		{"", "<Password: >\r <\r\n% >show", "<Password: >\r <\r\n% >show"},
		{"", "<Password: >\x03 <\r\nr1# >show", "<Password: >\x03 <\r\nr1# >show"},
		{"", "<Password: >hunt\x03 <\r\nr1# >show", "<Password: >{1}\x03 <\r\nr1# >show"},
		// It asks again.
		{"", "<Password: >hunter2\r <\r\nPassword: >hunter3\r", "<Password: >{1}\r <\r\nPassword: >{2}\r"},
		// The session ends within it.
		{"", "<Password: >hunter2", "<Password: >{1}"},
		// No questions.
		{"", "<Password:\r\nr1# >show\r", "<Password:\r\nr1# >show\r"},
		{"", "<secret-router> >show\r", "<secret-router> >show\r"},
		{"", "<r1(config)#username_x_password_y\r\nr1(config)# >end\r", "<r1(config)#username x password y\r\nr1(config)# >end\r"},
	} {
		opts := &Options{Secrets: NewSecrets(strings.Split(c.secrets, ",")...)}
		if got := brief(recorded(t, opts, session(c.session))); got != c.want {
			t.Errorf("%q\n got  %q\n want %q", c.session, got, c.want)
		}
	}
}

// A hidden line is decided in any case once too much waits behind it, and its
// end is hidden all the same.
func TestHiddenLineThatTakesLong(t *testing.T) {
	var s []said
	s = append(s, said{Output, "Password: "}, said{Input, "hun"})
	for range 40 {
		s = append(s, said{Output, strings.Repeat("log\n", 1000)})
	}
	s = append(s, said{Input, "ter2"}, said{Input, "\r"}, said{Output, "hunter2"})
	rec := recorded(t, nil, s)
	if got := plainOf(rec.Events[1].Parts); got != "{1}" {
		t.Errorf("the hidden line: %q", got)
	}
	n := len(rec.Events)
	if n != 44 {
		t.Fatalf("%d events", n)
	}
	if got := brief(&Recording{Events: rec.Events[n-2:]}); got != ">\r <{2}" {
		t.Errorf("the end: %q", got)
	}
}

// A secret that becomes known during the session is taken out from then on.
func TestSecretsGrow(t *testing.T) {
	var file bytes.Buffer
	secrets := &Secrets{}
	r := Record(&wire{}, &file, &Options{Secrets: secrets})
	_, _ = io.WriteString(r, "one two")
	secrets.Add("two", "", "two")
	_, _ = io.WriteString(r, "one two")
	secrets.Add("one")
	_, _ = io.WriteString(r, "one two")
	_ = r.Close()
	rec, err := Parse("", &file)
	if err != nil {
		t.Fatal(err)
	}
	if got := brief(&Recording{Events: rec.Events[:3]}); got != ">one two >one {1} >{2} {1}" {
		t.Errorf("got %q", got)
	}
}

// However the bytes of both directions are cut, a secret never gets into the
// file and everything else does, in order.
func TestNoSecretIsEverWritten(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 15))
	for range 2000 {
		secrets := []string{"abab", "abc" + strings.Repeat("a", rnd.IntN(4)), "bacab"}
		var say [2]string
		for i := range say {
			b := make([]byte, rnd.IntN(60))
			for j := range b {
				b[j] = "aaabbbcc\r"[rnd.IntN(9)]
			}
			say[i] = string(b)
		}
		var s []said
		for rest := say; rest[0]+rest[1] != ""; {
			i := rnd.IntN(2)
			n := min(len(rest[i]), 1+rnd.IntN(5))
			if n > 0 {
				s = append(s, said{Kind(i), rest[i][:n]})
				rest[i] = rest[i][n:]
			}
		}
		s = append(s, said{Output, "!"}, said{Input, "!"})
		rec := recorded(t, &Options{Secrets: NewSecrets(secrets...)}, s)
		for i, want := range say {
			whole := brief(recorded(t, &Options{Secrets: NewSecrets(secrets...)}, []said{{Kind(i), want + "!"}}))[1:]
			var parts []Part
			for _, e := range rec.Events {
				if e.Kind == Kind(i) {
					parts = append(parts, e.Parts...)
				}
			}
			got := plainOf(parts)
			for _, secret := range secrets {
				if strings.Contains(got, secret) {
					t.Fatalf("%q holds %q\nsession %+v", got, secret, s)
				}
			}
			if got != whole {
				t.Fatalf("in pieces %q, whole %q\nsession %+v", got, whole, s)
			}
		}
	}
}

// Nothing waits without a bound.
func TestHeldIsBounded(t *testing.T) {
	r := Record(&wire{next: strings.Repeat("x", 1000)}, io.Discard, &Options{Secrets: NewSecrets("zz", "aa")})
	_, _ = io.WriteString(r, "z")
	buf := make([]byte, 1000)
	most := 0
	for range 1000 {
		_, _ = r.Read(buf)
		most = max(most, r.redact.held)
	}
	if most < maxHeld/2 || most > maxHeld+2000 {
		t.Errorf("held up to %d bytes", most)
	}
	for range 4 * maxHeld / entryCost { // one long run of secrets that overlap
		_, _ = io.WriteString(r, "a")
		if most = max(most, r.redact.held); most > maxHeld+2000 {
			t.Fatalf("held %d bytes", most)
		}
	}
}

func TestRecordTimesAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var file bytes.Buffer
		client, device := memnet.Pipe()
		r := Record(client, &file, &Options{
			Header:  Header{Platform: "frr_vty", Host: "r1\n+0", Size: transport.Size{Columns: 80, Rows: 24}},
			Secrets: NewSecrets("pipe-b"),
		})
		buf := make([]byte, 100)
		time.Sleep(1500 * time.Millisecond)
		_, _ = io.WriteString(device, "hello\r\n")
		_, _ = r.Read(buf)
		time.Sleep(time.Microsecond + 400*time.Nanosecond)
		_, _ = io.WriteString(r, "x")
		time.Sleep(time.Microsecond + 400*time.Nanosecond) // 2.8 in all: rounded, not cut
		_, _ = r.Write(nil)
		if err := r.CloseWrite(); err != nil {
			t.Error(err)
		}
		device.Abort()
		for range 2 {
			if _, err := r.Read(buf); err == nil {
				t.Error("no error")
			}
		}
		for range 2 {
			_ = r.Close()
		}
		_, _ = r.Write([]byte("too late"))
		_, _ = r.Read(buf)
		_ = r.CloseWrite()
		want := "vty recording 1\nplatform frr_vty\nhost r1\\n+0\nsize 80x24\n\n+1.5\n< hello\\r\\n\n+0.000001\n> x\n+0.000002\n= half-closed\n+0\n= failed "
		got := file.String()
		if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "\n+0\n= closed\n") || strings.Count(got, "=") != 3 {
			t.Errorf("got\n%s\nwant\n%s...", got, want)
		}
		if strings.Contains(got, "pipe-b") {
			t.Errorf("a secret within an error was written:\n%s", got)
		}
	})
}

func TestRecordOrderlyEnd(t *testing.T) {
	var file bytes.Buffer
	client, device := memnet.Pipe()
	r := Record(client, &file, nil)
	if !r.Alive() {
		t.Error("not alive at first")
	}
	_ = device.Close()
	if got, err := io.ReadAll(r); len(got) > 0 || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	if r.Alive() {
		t.Error("alive after the end")
	}
	_ = r.Close()
	rec, err := Parse("", &file)
	if err != nil || len(rec.Events) != 2 || rec.Events[0].Kind != Ended || rec.Events[1].Kind != Closed {
		t.Errorf("%+v, %v", rec, err)
	}
}

// full is a disk that takes only so much.
type full struct{ room int }

var errFull = errors.New("no space left")

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// A disk that is full ends the recording and not the session.
func TestRecordingFails(t *testing.T) {
	client, device := memnet.Pipe()
	r := Record(client, &full{room: 60}, nil)
	for range 10 {
		if _, err := io.WriteString(r, "0123456789"); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Err(); !errors.Is(err, errFull) {
		t.Errorf("Err = %v", err)
	}
	if err := r.Close(); !errors.Is(err, errFull) {
		t.Errorf("Close = %v", err)
	}
	if got, err := io.ReadAll(device); len(got) != 100 || err != nil {
		t.Errorf("the device got %q, %v", got, err)
	}
}

// sized is a Conn that can do everything.
type sized struct {
	*wire
	size transport.Size
}

func (s *sized) Size() transport.Size { return s.size }
func (s *sized) Resize(_ context.Context, size transport.Size) error {
	s.size = size
	return nil
}
func (s *sized) Alive() bool { return s.size.Rows > 0 }

func TestOptionalInterfaces(t *testing.T) {
	var file bytes.Buffer
	inner := &sized{wire: &wire{}, size: transport.Size{Columns: 511}}
	r := Record(inner, &file, nil)
	if r.Unwrap() != transport.Conn(inner) || r.Size() != inner.size || r.Alive() {
		t.Errorf("Unwrap %v, Size %v, Alive %v", r.Unwrap(), r.Size(), r.Alive())
	}
	if err := r.Resize(t.Context(), transport.Size{Columns: 80, Rows: 24}); err != nil || r.Size().Rows != 24 || !r.Alive() {
		t.Errorf("Resize: %v, Size %v, Alive %v", err, r.Size(), r.Alive())
	}
	if err := r.CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("CloseWrite: %v", err)
	}
	rec, err := Parse("", &file)
	if err != nil || rec.Header.Size.Columns != 511 || len(rec.Events) != 1 || rec.Events[0].Size.Rows != 24 {
		t.Errorf("%+v, %v", rec, err)
	}
	plain := Record(inner.wire, io.Discard, nil)
	if plain.Size() != (transport.Size{}) || !errors.Is(plain.Resize(t.Context(), inner.size), errors.ErrUnsupported) {
		t.Error("a Conn that can do nothing can be resized")
	}
}

// A recorder does all that a transport promises. Its file is one that soon takes
// no more: the bulk cases are there to see bytes pass.
func TestConformance(t *testing.T) {
	transporttest.Run(t, transporttest.Harness{
		Open: func(t *testing.T) (transport.Conn, io.ReadWriteCloser) {
			client, device := memnet.Pipe()
			return Record(client, &full{room: 1 << 20}, &Options{Secrets: NewSecrets("hunter2")}), device
		},
	})
}

func TestSecretsDoNotPrint(t *testing.T) {
	s := NewSecrets("hunter2")
	json, _ := s.MarshalText()
	for _, got := range []string{fmt.Sprint(s), fmt.Sprintf("%+v %#v %q %x", s, s, s, s), s.LogValue().String(), string(json)} {
		if strings.Contains(got, "hunter2") || !strings.Contains(got, "secrets") {
			t.Errorf("printed as %q", got)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	w := &wire{next: strings.Repeat("GigabitEthernet1 is up, line protocol is up\r\n", 100)}
	for _, secrets := range []*Secrets{nil, NewSecrets("hunter2", "s3cret")} {
		b.Run(fmt.Sprint(len(secrets.known())), func(b *testing.B) {
			r := Record(w, io.Discard, &Options{Secrets: secrets})
			buf := make([]byte, len(w.next))
			b.SetBytes(int64(len(buf)))
			for b.Loop() {
				_, _ = r.Read(buf)
			}
		})
	}
}

func (s *Secrets) known() []string {
	if s == nil {
		return nil
	}
	return s.texts()
}
