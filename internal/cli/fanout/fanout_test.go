package fanout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/pflag"
	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/socket"
)

// flags are those of a command line.
func flags(t *testing.T, args ...string) *Flags {
	t.Helper()
	f, set := &Flags{}, pflag.NewFlagSet("", pflag.ContinueOnError)
	f.Register(set, 4)
	f.RegisterTyping(set)
	if err := set.Parse(args); err != nil {
		t.Fatal(err)
	}
	return f
}

func targets(n int) []*target.Target {
	out := make([]*target.Target, n)
	for i := range out {
		name := fmt.Sprintf("r%d", i+1)
		out[i] = &target.Target{Label: name, Host: target.Host{Name: name}}
	}
	return out
}

// number is the n of "rn".
func number(s *fleet.Session) (n int) {
	_, _ = fmt.Sscanf(s.Host().Name, "r%d", &n)
	return n
}

// start prepares a run whose standard error is a buffer.
func start(t *testing.T, f *Flags, hosts int) (*Run, *bytes.Buffer) {
	t.Helper()
	var errs bytes.Buffer
	r, err := f.Start(&streams.Streams{Out: &bytes.Buffer{}, Err: &errs, LookupEnv: func(string) (string, bool) { return "", false }}, targets(hosts))
	if err != nil {
		t.Fatal(err)
	}
	return r, &errs
}

// gather makes a sink that writes down what comes: "r1 a" for an outcome, "r1." for
// an end.
func gather(r *Run, got *[]string) Sink[string] {
	return Sink[string]{
		Outcome: func(i int, v string) error { *got = append(*got, r.targets[i].Label+" "+v); return nil },
		End:     func(h *Host) error { *got = append(*got, h.Label+"."); return nil },
	}
}

// The first hosts take longest; what comes of them comes first all the same.
func slowFirst(_ context.Context, _ *target.Target, s *fleet.Session, emit func(string)) error {
	emit("a")
	time.Sleep(time.Duration(10-number(s)) * time.Second)
	emit("b")
	return nil
}

func TestOrdered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := start(t, flags(t), 4)
		defer r.Close()
		var got []string
		err := Do(t.Context(), r, true, slowFirst, gather(r, &got))
		want := []string{"r1 a", "r1 b", "r1.", "r2 a", "r2 b", "r2.", "r3 a", "r3 b", "r3.", "r4 a", "r4 b", "r4."}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestAsTheyCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := start(t, flags(t), 4)
		defer r.Close()
		var got []string
		_ = Do(t.Context(), r, false, slowFirst, gather(r, &got))
		if want := []string{"r4 b", "r4.", "r3 b", "r3.", "r2 b", "r2.", "r1 b", "r1."}; !slices.Equal(got[4:], want) {
			t.Errorf("got %v", got)
		}
	})
}

func TestTurnIsDeliveredAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := start(t, flags(t), 1)
		defer r.Close()
		begun := time.Now()
		var at []time.Duration
		_ = Do(t.Context(), r, true, slowFirst, Sink[string]{
			Outcome: func(int, string) error { at = append(at, time.Since(begun)); return nil },
			End:     func(*Host) error { return nil },
		})
		if !slices.Equal(at, []time.Duration{0, 9 * time.Second}) {
			t.Errorf("delivered at %v", at)
		}
	})
}

func TestSinkFails(t *testing.T) {
	full := errors.New("disk full")
	r, _ := start(t, flags(t), 2)
	defer r.Close()
	calls := 0
	err := Do(t.Context(), r, false, func(ctx context.Context, _ *target.Target, _ *fleet.Session, emit func(int)) error {
		emit(1)
		<-ctx.Done() // ended by the failure, or else the test hangs
		return ctx.Err()
	}, Sink[int]{Outcome: func(int, int) error { calls++; return full }, End: func(*Host) error { calls++; return nil }})
	if !errors.Is(err, full) || calls != 1 {
		t.Errorf("error %v after %d calls, want %v after 1", err, calls, full)
	}
}

func TestAWorkThatIsLeftBehindSaysNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := start(t, flags(t, "--host-timeout", "1s"), 1)
		defer r.Close()
		ended := make(chan struct{})
		var got []string
		err := Do(t.Context(), r, true, func(_ context.Context, _ *target.Target, _ *fleet.Session, emit func(string)) error {
			defer close(ended)
			time.Sleep(time.Hour)
			emit("late")
			return nil
		}, gather(r, &got))
		<-ended
		if err != nil || !slices.Equal(got, []string{"r1."}) {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestFlagsAreTheRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := &vty.DialError{Host: "r1", Phase: vty.PhaseConnect, Err: socket.ErrRefused}
		for _, c := range []struct {
			args []string
			took time.Duration // of 10 hosts that take a second each, of which the last fails
			text string        // of the last
		}{
			{nil, 3 * time.Second, "connection refused"},
			{[]string{"-w", "1"}, 10 * time.Second, "connection refused"},
			{[]string{"--rate", "2"}, 5500 * time.Millisecond, "connection refused"},
			{[]string{"--batch", "2"}, 5 * time.Second, "connection refused"},
			{[]string{"--canary", "1"}, 4 * time.Second, "connection refused"},
			{[]string{"--host-timeout", "500ms"}, 1500 * time.Millisecond, "the limit on the host has passed"},
			{[]string{"--limit-failures", "100%"}, 3 * time.Second, "connection refused"},
		} {
			r, errs := start(t, flags(t, c.args...), 10)
			var last *Host
			begun := time.Now()
			err := Do(t.Context(), r, false, func(ctx context.Context, _ *target.Target, s *fleet.Session, _ func(int)) error {
				select {
				case <-time.After(time.Second):
				case <-ctx.Done():
					return context.Cause(ctx)
				}
				if number(s) == 10 {
					return refused
				}
				return nil
			}, Sink[int]{End: func(h *Host) error {
				if h.Label == "r10" {
					last = h
				}
				return nil
			}})
			if took := time.Since(begun); err != nil || took != c.took || !strings.Contains(last.Text, c.text) || last.Attempts != 1 {
				t.Errorf("%v: %v, %+v, %v", c.args, took, last, err)
			}
			r.Close()
			if !strings.HasPrefix(errs.String(), "vty: 10 hosts in ") {
				t.Errorf("%v: no summary: %s", c.args, errs)
			}
		}
	})
}

func TestRetriesAreSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := start(t, flags(t, "--retries", "2"), 1)
		defer r.Close()
		var tried atomic.Int32
		var last *Host
		_ = Do(t.Context(), r, false, func(context.Context, *target.Target, *fleet.Session, func(int)) error {
			tried.Add(1)
			return &vty.DialError{Host: "r1", Phase: vty.PhaseConnect, Err: socket.ErrRefused}
		}, Sink[int]{End: func(h *Host) error { last = h; return nil }})
		if tried.Load() != 3 || last.Text != "connection refused (tried 3 times)" {
			t.Errorf("%d: %+v", tried.Load(), last)
		}
	})
}

func TestFailuresStopTheRun(t *testing.T) {
	for _, c := range []struct {
		args  []string
		begun int
	}{
		{[]string{"-w", "1", "--limit-failures", "2"}, 3},
		{[]string{"-w", "1", "--limit-failures", "20%"}, 3},
		{[]string{"-w", "1", "--limit-failures", "0"}, 1},
		{[]string{"--canary", "2"}, 2},
	} {
		r, errs := start(t, flags(t, c.args...), 10)
		begun := 0
		_ = Do(t.Context(), r, false, func(context.Context, *target.Target, *fleet.Session, func(int)) error { return errors.New("no") },
			Sink[int]{End: func(h *Host) error {
				if h.Attempts > 0 {
					begun++
				} else if !errors.Is(h.Err, fleet.ErrStopped) {
					t.Errorf("%v: %+v", c.args, h)
				}
				return nil
			}})
		r.Close()
		if begun != c.begun || !strings.Contains(errs.String(), fmt.Sprintf("%d failed, %d not begun", begun, 10-begun)) {
			t.Errorf("%v: %d begun: %s", c.args, begun, errs)
		}
	}
}

func TestBadFlags(t *testing.T) {
	for _, args := range [][]string{
		{"-w", "0"}, {"--rate", "-1"}, {"--rate", "NaN"}, {"--limit-failures", "x"}, {"--limit-failures", "101%"}, {"--limit-failures", "-1"},
		{"--group-limit", "core"}, {"--group-limit", "core=0"}, {"--group-limit", "=2"}, {"--host-timeout", "-1s"},
	} {
		if _, err := flags(t, args...).Start(&streams.Streams{}, targets(1)); exit.Of(err) != exit.Usage || !strings.Contains(err.Error(), strings.TrimPrefix(args[0], "-w")) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestPlan(t *testing.T) {
	all := targets(3)
	all[1].Host.Port, all[1].Config.Transport, all[1].Jump, all[1].Config.User = 2323, vty.Telnet, "gate", "ops"
	var text, lines bytes.Buffer
	f := flags(t, "--canary", "1", "--batch", "1")
	send := func(t *target.Target) []string { return []string{t.Label} }
	if err := f.Plan(&text, output.Text, all, send); err != nil {
		t.Fatal(err)
	}
	want := "host  address  transport  platform  user  jump  wave\n" +
		"r1    r1:22    ssh        auto      -     -     canary\n" +
		"r2    r2:2323  telnet     auto      ops   gate  batch 1\n" +
		"r3    r3:22    ssh        auto      -     -     batch 2\n"
	if text.String() != want {
		t.Errorf("%s", &text)
	}
	if err := f.Plan(&lines, output.JSONL, all[1:2], send); err != nil {
		t.Fatal(err)
	}
	if want := `{"host":"r2","address":"r2:2323","transport":"telnet","platform":"auto","user":"ops","jump":"gate","wave":"canary","send":["r2"]}` + "\n"; lines.String() != want {
		t.Errorf("%s", &lines)
	}
}
