package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/fanout"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/report"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/transfer"
	"github.com/vtynet/vty/transport/ssh"
)

// copying is what to copy.
type copying struct {
	get           bool
	local, remote string
}

// outcome is how far a copy is, or what became of it.
type outcome struct {
	host     string
	progress *transfer.Progress
	report   *transfer.Report
	err      error
	text     string // of err
}

func (o *options) run(ctx context.Context, s *streams.Streams, c copying) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	if !c.get {
		if info, err := os.Stat(c.local); err != nil {
			return exit.Misused(err)
		} else if !info.Mode().IsRegular() {
			return exit.Misused(fmt.Errorf("%s is not a file", c.local))
		}
	}
	set, err := o.targets.Resolve(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	for _, t := range set.Targets {
		if t.Config.Transport == vty.Telnet {
			return exit.Misused(errors.New("files are copied over SSH only: leave out -t telnet"))
		}
	}
	status := exit.OK
	meter := newMeter(s.Err, len(set.Targets))
	sink := func(v outcome) error {
		if v.progress != nil {
			meter.show(v.host, *v.progress)
			return nil
		}
		meter.clear()
		status = max(status, exit.Of(v.err))
		if err := o.print(s.Out, c, v); err != nil {
			return err
		}
		if v.err != nil {
			report.Error(s.Err, v.host, v.text, v.err)
		}
		return nil
	}
	work := func(ctx context.Context, i int, emit func(outcome)) {
		t := set.Targets[i]
		how := o.transfer()
		if meter.w != nil {
			how.Progress = func(p transfer.Progress) {
				if meter.due() {
					emit(outcome{host: t.Label, progress: &p})
				}
			}
		}
		r, err := c.copy(ctx, t, how, len(set.Targets) > 1)
		v := outcome{host: t.Label, report: r, err: err}
		if err != nil {
			v.text = report.Text(t.Host.Name, err)
		}
		emit(v)
	}
	err = fanout.Run(ctx, len(set.Targets), o.workers, false, work, sink, nil)
	meter.clear()
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return exit.Silently(status)
}

// copy copies to or from one device. Of several, each has a folder of its own
// here.
func (c copying) copy(ctx context.Context, t *target.Target, how *transfer.Options, several bool) (*transfer.Report, error) {
	ctx, cancel := t.Limit(ctx)
	defer cancel()
	client, err := ssh.Connect(ctx, t.Host.Name, t.Port(), t.Config.ForSSH())
	if err != nil {
		return nil, &vty.DialError{Host: t.Host.Name, Port: t.Port(), Phase: vty.PhaseConnect, Err: err}
	}
	defer func() { _ = client.Close() }()
	if !c.get {
		return transfer.Put(ctx, client, c.local, c.remote, how)
	}
	local := c.local
	if several {
		local = filepath.Join(local, fileName(t.Label))
		if err := os.MkdirAll(local, 0o755); err != nil {
			return nil, err
		}
	}
	return transfer.Get(ctx, client, c.remote, local, how)
}

// fileName makes a host's label the name of a folder, on every system.
func fileName(label string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:[]*?"<>|%`, r) {
			return '_'
		}
		return r
	}, label)
}

// object is a line of -o jsonl.
type object struct {
	Host    string  `json:"host"`
	Local   string  `json:"local"`
	Remote  string  `json:"remote"`
	Method  string  `json:"method,omitempty"`
	Size    int64   `json:"size"`
	Resumed int64   `json:"resumed,omitempty"`
	Same    bool    `json:"same,omitempty"`
	SHA256  string  `json:"sha256,omitempty"`
	Checked string  `json:"checked,omitempty"`
	Failed  bool    `json:"failed"`
	Error   string  `json:"error,omitempty"`
	Elapsed float64 `json:"elapsed_ms"`
}

func (o *options) print(w io.Writer, c copying, v outcome) error {
	r := v.report
	if r == nil {
		r = &transfer.Report{Local: c.local, Remote: c.remote}
	}
	if o.format.String() == string(output.JSONL) {
		return json.NewEncoder(w).Encode(object{
			Host: v.host, Local: r.Local, Remote: r.Remote, Method: string(r.Method), Size: r.Size, Resumed: r.Resumed, Same: r.Same,
			SHA256: r.SHA256, Checked: r.Checked, Failed: v.err != nil, Error: v.text, Elapsed: float64(r.Elapsed.Microseconds()) / 1000,
		})
	}
	if v.err != nil {
		return nil
	}
	what := fmt.Sprintf("%s copied in %v (%s)", size(r.Size-r.Resumed), r.Elapsed.Round(time.Millisecond), rate(r.Size-r.Resumed, r.Elapsed))
	switch {
	case r.Same:
		what = "the same file is there already"
	case r.Resumed > 0:
		what += fmt.Sprintf(" after %s that were there", size(r.Resumed))
	}
	from, to := r.Local, r.Remote
	if c.get {
		from, to = to, from
	}
	check := "checked by " + r.Checked
	if r.SHA256 != "" {
		check += ", SHA-256 " + r.SHA256
	}
	_, err := fmt.Fprintf(w, "%s: %s -> %s: %s; by %s, %s\n", v.host, from, to, what, r.Method, check)
	return err
}
