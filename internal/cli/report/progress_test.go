package report

import (
	"bytes"
	"testing"
	"time"

	"github.com/vtynet/vty/fleet"
)

func TestLine(t *testing.T) {
	for _, c := range []struct {
		tally   tally
		columns int
		rate    float64
		want    string
	}{
		{tally{total: 5}, 79, 0, "0 of 5 done, 0 running"},
		{tally{total: 10000, done: 1234, failed: 56, running: 50}, 79, 48.26, "1234 of 10000 done, 56 failed, 50 running, 48.3/s, 3m00s left"},
		{tally{total: 100000, done: 12345, failed: 12345, skipped: 12345, running: 200}, 79, 0.0123, "12345 of 100000 done, 12345 failed, 12345 not begun, 200 running, 0.0123/s"},
		{tally{total: 100, done: 40, running: 3, skipped: 20, stopping: true}, 79, 5, "40 of 100 done, 20 not begun, 3 running, stopping"},
		{tally{total: 100, done: 40, running: 3}, 30, 5, "40 of 100 done, 3 running, 5/s"},
		{tally{total: 100, done: 40, running: 3}, 10, 5, ""},
	} {
		if got := c.tally.line(c.columns, c.rate); got != c.want || len(got) > c.columns {
			t.Errorf("%+v in %d columns: %q, want %q", c.tally, c.columns, got, c.want)
		}
	}
}

func TestAbout(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 900 * time.Millisecond: "1s", 9 * time.Second: "9s", 12 * time.Second: "15s", 61 * time.Second: "1m00s", 199 * time.Second: "3m20s",
		25*time.Minute + 20*time.Second: "25m", 100 * time.Minute: "1h40m", 25 * time.Hour: "25h00m",
	} {
		if got := about(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

func TestPaceIsOfLate(t *testing.T) {
	var p pace
	now := time.Now()
	if p.at(now, 0); p.rate() != 0 {
		t.Error("a pace of one moment")
	}
	for i := 1; i <= 100; i++ { // 10 a second for 10 s, then 2
		count := min(i, 50)*4 + max(i-50, 0)
		p.at(now.Add(time.Duration(i)*400*time.Millisecond), count)
	}
	if r := p.rate(); r < 2.4 || r > 2.6 {
		t.Errorf("%v a second, want 2.5", r)
	}
	if len(p.samples) > 12 {
		t.Errorf("%d samples are kept", len(p.samples))
	}
}

func TestProgressCounts(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b, 4)
	if w := p.Guard(&b); w != &b {
		t.Error("a writer that is no terminal is guarded")
	}
	r1, r2, r3 := &fleet.Host{}, &fleet.Host{}, &fleet.Host{}
	for _, e := range []fleet.Event{
		{Kind: fleet.Started, Host: r1}, {Kind: fleet.Started, Host: r2}, {Kind: fleet.Connected, Host: r1},
		{Kind: fleet.Retrying, Host: r2}, {Kind: fleet.Ended, Host: r1}, {Kind: fleet.Skipped, Host: r3}, {Kind: fleet.Started, Host: r2},
	} {
		p.Hear(e)
	}
	if want := (tally{total: 4, done: 1, skipped: 1, running: 1}); p.tally != want {
		t.Errorf("%+v, want %+v", p.tally, want)
	}
	p.Hear(fleet.Event{Kind: fleet.Ended, Host: r2, Err: fleet.ErrStopped})
	p.Stopping()
	if want := (tally{total: 4, done: 2, failed: 1, skipped: 1, stopping: true}); p.tally != want || p.Running() != 0 {
		t.Errorf("%+v, want %+v", p.tally, want)
	}
	p.Close()
	if b.Len() != 0 {
		t.Errorf("%q is shown where no terminal is", b.String())
	}
}

// shows is a Progress as on a terminal of 80 columns.
func shows(w *bytes.Buffer) *Progress {
	return &Progress{w: w, width: func() int { return 80 }, tally: tally{total: 9}, running: map[*fleet.Host]bool{}, stop: make(chan struct{})}
}

func TestWritesAndLineStayApart(t *testing.T) {
	var b bytes.Buffer
	p := shows(&b)
	g := &guarded{w: &b, p: p}
	const line, gone = "\r0 of 9 done, 0 running\x1b[K", "\r\x1b[K"
	_, _ = g.Write([]byte("before\n"))
	p.draw()
	p.draw() // the same again is not drawn
	_, _ = g.Write([]byte("answer\n"))
	_, _ = g.Write([]byte("half"))
	p.draw() // not in the middle of somebody's line
	_, _ = g.Write([]byte(" done\n"))
	p.draw()
	p.Close()
	if want := "before\n" + line + gone + "answer\n" + line + gone + "half" + " done\n" + line + gone; b.String() != want {
		t.Errorf("%q\nwant %q", b.String(), want)
	}
}
