package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/fanout"
	"github.com/vtynet/vty/internal/cli/filename"
	"github.com/vtynet/vty/internal/cli/output"
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

// outcome is how far a copy is, or what became of it as far as it got.
type outcome struct {
	progress *transfer.Progress
	report   *transfer.Report
}

func (o *options) run(ctx context.Context, s *streams.Streams, c copying) (err error) {
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
		if t.Hop != "" {
			return exit.Misused(errors.New("files are not copied past a hop (--hop): they need an SSH connection of their own, as through a jump host (-J)"))
		}
		if t.Config.Transport != vty.SSH {
			return exit.Misused(fmt.Errorf("files are copied over SSH only: leave out -t %s", t.Config.Transport))
		}
	}
	run, err := o.fleet.Start(s, set.Targets)
	if err != nil {
		return err
	}
	defer run.Close()
	status := exit.OK
	several := len(set.Targets) > 1
	folders := map[*target.Target]string{}
	if several {
		labels := make([]string, len(set.Targets))
		for i, t := range set.Targets {
			labels[i] = t.Label
		}
		for i, name := range filename.Distinct(labels) { // a host may be named twice
			folders[set.Targets[i]] = name
		}
	}
	m := newMeter(s.Err, set.Targets[0].Label)
	if several {
		m = &meter{} // the progress of the run stands there
	}
	reports := make([]*transfer.Report, len(set.Targets))
	take := func(i int, v outcome) error {
		if v.progress != nil {
			m.show(*v.progress)
		}
		reports[i] = v.report
		return nil
	}
	end := func(h *fanout.Host) error {
		m.clear()
		status = max(status, exit.Of(h.Err))
		if h.Err != nil {
			run.Errors.Host(h.Label, h.Text, h.Err)
		}
		return o.print(run.Out, c, h, reports[h.Index])
	}
	work := func(ctx context.Context, t *target.Target, s *fleet.Session, emit func(outcome)) error {
		how := o.transfer()
		if m.w != nil {
			how.Progress = func(p transfer.Progress) {
				if m.due() {
					emit(outcome{progress: &p})
				}
			}
		}
		r, err := c.copy(ctx, t, s, how, folders[t])
		emit(outcome{report: r})
		return err
	}
	err = fanout.Do(ctx, run, false, work, fanout.Sink[outcome]{Outcome: take, End: end})
	m.clear()
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return exit.Silently(status)
}

// copy copies to or from one device. Of several, each has a folder of its own here,
// below what is given.
func (c copying) copy(ctx context.Context, t *target.Target, s *fleet.Session, how *transfer.Options, folder string) (*transfer.Report, error) {
	ctx, cancel := t.Limit(ctx)
	defer cancel()
	client, err := ssh.Connect(ctx, t.Host.Name, t.Port(), t.Config.ForSSH())
	s.LoggedIn(err)
	if err != nil {
		return nil, &vty.DialError{Host: t.Host.Name, Port: t.Port(), Phase: vty.PhaseConnect, Err: err}
	}
	defer func() { _ = client.Close() }()
	if !c.get {
		return transfer.Put(ctx, client, c.local, c.remote, how)
	}
	local := c.local
	if folder != "" {
		local = filepath.Join(local, folder)
		if err := os.MkdirAll(local, 0o755); err != nil {
			return nil, err
		}
	}
	return transfer.Get(ctx, client, c.remote, local, how)
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

func (o *options) print(w io.Writer, c copying, h *fanout.Host, r *transfer.Report) error {
	if r == nil {
		r = &transfer.Report{Local: c.local, Remote: c.remote}
	}
	if o.format.String() == string(output.JSONL) {
		return json.NewEncoder(w).Encode(object{
			Host: h.Label, Local: r.Local, Remote: r.Remote, Method: string(r.Method), Size: r.Size, Resumed: r.Resumed, Same: r.Same,
			SHA256: r.SHA256, Checked: r.Checked, Failed: h.Err != nil, Error: h.Text, Elapsed: float64(r.Elapsed.Microseconds()) / 1000,
		})
	}
	if h.Err != nil {
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
	_, err := fmt.Fprintf(w, "%s: %s -> %s: %s; by %s, %s\n", h.Label, from, to, what, r.Method, check)
	return err
}
