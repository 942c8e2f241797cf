package vty_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
)

// soakSessions is how many sessions a soak holds at once.
const soakSessions = 200

// TestSoak runs commands drawn at random on 200 sessions with simulated devices of
// every platform, whose output is cut at random and disturbed by log messages and
// further prompts before the echo, within the answer and behind the prompt. Every
// answer must be that of its command. VTY_SOAK_COMMANDS is the number of commands
// of all sessions together.
func TestSoak(t *testing.T) {
	size := soakSize(t, "VTY_SOAK_COMMANDS", 4000)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	models := map[string]*sim.Model{}
	for _, name := range sim.Names() {
		m, err := sim.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		models[name] = m
	}
	var total soakCount
	started := time.Now()
	var wg sync.WaitGroup
	for i := range soakSessions {
		s := &soakSession{
			t: t, id: i, platform: sim.Names()[i%len(sim.Names())], total: &total,
			random: rand.New(rand.NewPCG(seed, uint64(i))),
		}
		wg.Go(func() { s.run(models[s.platform], size/soakSessions) })
	}
	wg.Wait()
	took := time.Since(started)
	t.Logf("%d commands on %d sessions in %v (%.0f a second): %d of them streamed, %d refused as they should be; %d pieces, %d disturbances; %d wrong answers, %d errors",
		total.commands.Load(), soakSessions, took.Round(time.Millisecond), float64(total.commands.Load())/took.Seconds(),
		total.streamed.Load(), total.refused.Load(), total.pieces.Load(), total.noises.Load(), total.wrong.Load(), total.failed.Load())
	if got := total.commands.Load(); got != int64(size/soakSessions*soakSessions) {
		t.Errorf("%d commands were run, want %d", got, size/soakSessions*soakSessions)
	}
}

type soakCount struct {
	commands, streamed, refused, pieces, noises, wrong, failed atomic.Int64
}

type soakSession struct {
	t        *testing.T
	id       int
	platform string
	random   *rand.Rand
	total    *soakCount
}

func (s *soakSession) run(model *sim.Model, commands int) {
	name := fmt.Sprintf("soak-%03d", s.id)
	noise := &noisy{random: rand.New(rand.NewPCG(s.random.Uint64(), 3)), total: s.total}
	dev, err := model.Device(&sim.Config{Hostname: name, Wrap: func(w io.Writer) io.Writer {
		noise.to = w
		return noise
	}})
	if err != nil {
		s.t.Error(err)
		return
	}
	cfg := credentials(dev, vty.Config{})
	terminal := sim.Terminal{Size: transport.Size{Columns: 511, Rows: 1000}}
	if s.id%2 == 0 && s.platform != "cisco_iosxr" { // whose on-open steps switch the time of day off
		terminal.Size, cfg.KeepTerminal = small, true
	}
	d, err := vty.Open(s.t.Context(), dev.Pipe(terminal), name, &cfg)
	if err != nil {
		s.t.Errorf("%s: %v", s.platform, err)
		return
	}
	defer func() { _ = d.Close() }()
	noise.on.Store(true)
	for range commands {
		if !s.command(d) {
			return
		}
		s.total.commands.Add(1)
	}
}

// command runs one command, and reports whether the session goes on.
func (s *soakSession) command(d *vty.Device) bool {
	if platforms[s.platform].refused != "" && s.random.IntN(16) == 0 {
		_, err := d.Run(s.t.Context(), platforms[s.platform].refused)
		if !errors.Is(err, vty.ErrRefused) {
			s.total.failed.Add(1)
			s.t.Errorf("%s: a command to be refused: %v", s.platform, err)
			return d.Alive()
		}
		s.total.refused.Add(1)
		return true
	}
	n := 1 + s.random.IntN(40)
	command := strings.Replace(platforms[s.platform].long, "5000", fmt.Sprint(n), 1)
	if platforms[s.platform].long == "show tech-support" {
		command = fmt.Sprintf("show lines %d", n)
	}
	var want strings.Builder
	for i := range n {
		if s.platform == "linux" {
			fmt.Fprintf(&want, "%d\n", i+1)
		} else {
			fmt.Fprintf(&want, "line %d of %d on soak-%03d\n", i+1, n, s.id)
		}
	}
	if s.platform == "juniper_junos" {
		want.WriteString("\n") // which stands before every prompt
	}
	var got strings.Builder
	var err error
	if s.random.IntN(8) == 0 {
		s.total.streamed.Add(1)
		var line string
		for line, err = range d.Stream(s.t.Context(), command) {
			if err != nil {
				break
			}
			withoutNoise(&got, line)
		}
	} else {
		var res *vty.Result
		if res, err = d.Run(s.t.Context(), command); err == nil {
			for _, line := range res.Lines() {
				withoutNoise(&got, line)
			}
		}
	}
	if err != nil {
		s.total.failed.Add(1)
		s.t.Errorf("%s: %s: %v", s.platform, command, err)
		return d.Alive()
	}
	if got.String() != want.String() {
		s.total.wrong.Add(1)
		s.t.Errorf("%s: %s: %s", s.platform, command, firstDifference(got.String(), want.String()))
	}
	return true
}

// A message stands on a line of its own wherever it comes.
const message = "*Nov 24 10:00:00.001: %SOAK-5-NOISE: something else happened"

// withoutNoise adds a line of an answer that is no message.
func withoutNoise(b *strings.Builder, line string) {
	if line != message {
		b.WriteString(line + "\n")
	}
}

// noisy cuts what a device writes at random, and disturbs it.
type noisy struct {
	to     io.Writer
	on     atomic.Bool
	random *rand.Rand
	total  *soakCount
	prompt []byte // that was written last
}

func (n *noisy) Write(p []byte) (int, error) {
	text := bytes.Clone(p)
	if n.on.Load() {
		text = n.disturb(text)
	}
	n.prompt = bytes.Clone(p[bytes.LastIndexByte(p, '\n')+1:])
	for len(text) > 0 {
		k := len(text)
		switch n.random.IntN(6) {
		case 0:
			k = 1
		case 1, 2:
			k = 1 + n.random.IntN(k)
		}
		if _, err := n.to.Write(text[:k]); err != nil {
			return 0, err
		}
		text = text[k:]
		n.total.pieces.Add(1)
	}
	return len(p), nil
}

// disturb adds to what is written for one command or key.
func (n *noisy) disturb(text []byte) []byte {
	if n.random.IntN(8) != 0 || len(n.prompt) < 3 || pager.Match(n.prompt) {
		return text
	}
	n.total.noises.Add(1)
	echo := bytes.IndexByte(text, '\n') + 1
	last := bytes.LastIndexByte(text, '\n') + 1
	again := "\r\n" + string(n.prompt)
	switch at := n.random.IntN(5); {
	case at == 0: // before the echo, and the prompt once more
		return append([]byte("\r\n"+message+again), text...)
	case at == 1:
		return append([]byte(again), text...)
	case at == 2 && last > echo && echo > 0: // in front of a line of the answer
		lines := bytes.Count(text[echo:last], []byte("\n"))
		place := echo
		for range n.random.IntN(lines + 1) {
			place += bytes.IndexByte(text[place:], '\n') + 1
		}
		return bytes.Join([][]byte{text[:place], []byte(message + "\r\n"), text[place:]}, nil)
	case at == 3 && bytes.HasSuffix(text, n.prompt): // behind the prompt
		return append(text, "\r\n"+message+again...)
	case at == 4 && bytes.HasSuffix(text, n.prompt):
		return append(text, again...)
	}
	return text
}
