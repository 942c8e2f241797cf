package netconf

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/fanout"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/report"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/rpc"
)

// answer is what an action has to show.
type answer struct {
	text     string // for people
	raw      []byte
	warnings rpc.Errors
}

// action is what is done on a host. What it shows before its end it gives to show.
type action func(ctx context.Context, h *host) (answer, error)

// host is a host that an action is done on.
type host struct {
	*netconf.Session
	again func(context.Context) (*netconf.Session, error) // begins another session
	show  func(answer)
	tell  func(string) // a remark for people
}

// call is an action that is one operation.
func call(op rpc.Operation) action {
	return func(ctx context.Context, h *host) (answer, error) {
		var all answer
		for reply, err := range rpc.Parts(ctx, h, op) {
			part := shown(reply)
			all.text, all.raw, all.warnings = all.text+part.text, append(all.raw, part.raw...), append(all.warnings, part.warnings...)
			if err != nil {
				return all, err
			}
		}
		return all, nil
	}
}

// shown is what is to be seen of a reply. Of one that says that all is well or
// what is wrong there is nothing to see: the latter is in the error.
func shown(reply *rpc.Reply) answer {
	if reply == nil {
		return answer{}
	}
	a := answer{raw: reply.Bytes(), warnings: reply.Warnings()}
	if reply.Err() == nil && !reply.OK() {
		a.text = strings.Trim(string(reply.Data()), "\r\n")
	}
	return a
}

func showCapabilities(_ context.Context, h *host) (answer, error) {
	text := strings.Join(h.Capabilities(), "\n")
	return answer{text: text, raw: []byte(text + "\n")}, nil
}

// edit changes a datastore, and with commit makes the change hold.
type edit struct {
	rpc.EditConfig
	commit bool
}

func (e *edit) do(ctx context.Context, h *host) (a answer, err error) {
	if !e.commit {
		return call(e.EditConfig)(ctx, h)
	}
	steps := []rpc.Operation{e.EditConfig, rpc.Commit{}} // a commit validates
	err = netconf.WithLock(ctx, h.Session, func(ctx context.Context) error {
		for _, op := range steps {
			done, err := call(op)(ctx, h)
			a.text, a.raw, a.warnings = done.text, done.raw, append(a.warnings, done.warnings...)
			if err != nil {
				return err
			}
		}
		return nil
	}, rpc.Candidate)
	return a, err
}

// run does an action on all hosts.
func (o *options) run(ctx context.Context, s *streams.Streams, name string, do action) (err error) {
	set, err := o.targets.Resolve(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	for _, t := range set.Targets {
		if t.Hop != "" {
			return exit.Misused(errors.New("NETCONF does not go past a hop (--hop): it needs an SSH connection of its own, as through a jump host (-J)"))
		}
	}
	run, err := o.fleet.Start(s, set.Targets)
	if err != nil {
		return err
	}
	defer run.Close()
	stop, err := o.way.listen(ctx, set.Targets, func(text string) { _, _ = fmt.Fprintf(run.Err, "vty: %s\n", text) })
	if err != nil {
		return err
	}
	defer stop()
	format := output.Format(o.format.String())
	c := &collector{
		run: run, printer: output.NewPrinter(run.Out, format, len(set.Targets) > 1, s.Style(s.Out)), name: name, told: make([]bool, len(set.Targets)),
	}
	work := func(ctx context.Context, t *target.Target, s *fleet.Session, emit func(outcome)) error {
		started := time.Now()
		tell := func(a answer, err error) {
			v := &output.Answer{Host: t.Label, Platform: t.Platform(), Command: name, Output: o.form(a.text), Raw: a.raw, Elapsed: time.Since(started)}
			if format == output.JSON || format == output.JSONL {
				v.Parsed = toJSON(a.text)
			}
			if err != nil {
				v.Failed, v.Err, v.Error, v.Cause = true, err, report.Text(t.Host.Name, err), report.Cause(err)
			}
			emit(outcome{v, a.warnings, ""})
		}
		h := &host{
			again: func(ctx context.Context) (*netconf.Session, error) { return o.way.dial(ctx, t) },
			show:  func(a answer) { tell(a, nil) },
			tell:  func(text string) { emit(outcome{&output.Answer{Host: t.Label}, nil, text}) },
		}
		a, err := o.host(ctx, t, s, h, do)
		if h.Session == nil || o.lasting && err == nil {
			return err // all was shown as it came, or there was nothing
		}
		tell(a, err)
		return err
	}
	err = fanout.Do(ctx, run, format != output.JSONL, work, fanout.Sink[outcome]{Outcome: c.outcome, End: c.end})
	if err == nil {
		err = c.printer.Close()
	}
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return exit.Silently(c.status)
}

// outcome is what a host has to show.
type outcome struct {
	*output.Answer
	warnings rpc.Errors
	remark   string // where not "", it is all
}

// collector takes what comes of the hosts.
type collector struct {
	run     *fanout.Run
	printer *output.Printer
	name    string // of what is done
	told    []bool // of each host, whether its error was
	status  exit.Status
}

func (c *collector) outcome(i int, v outcome) error {
	if v.remark != "" {
		_, _ = fmt.Fprintf(c.run.Err, "vty: %s: %s\n", v.Host, v.remark)
		return nil
	}
	c.status = max(c.status, statusOf(v.Err))
	if err := c.printer.Answer(v.Answer); err != nil {
		return err
	}
	for _, w := range v.warnings {
		_, _ = fmt.Fprintf(c.run.Err, "vty: %s: %s\n", v.Host, w.Error())
	}
	if v.Err != nil {
		c.told[i] = true
		c.run.Errors.Host(v.Host, v.Error, v.Err)
	}
	return nil
}

// end tells of a host with which there was no session.
func (c *collector) end(h *fanout.Host) error {
	if h.Err == nil || c.told[h.Index] {
		return nil
	}
	return c.outcome(h.Index, outcome{Answer: &output.Answer{
		Host: h.Label, Platform: h.Platform(), Command: c.name, Failed: true, Err: h.Err, Error: h.Text, Cause: report.Cause(h.Err),
	}})
}

// host does an action on one host.
func (o *options) host(ctx context.Context, t *target.Target, s *fleet.Session, h *host, do action) (_ answer, err error) {
	h.Session, err = o.way.dial(ctx, t)
	s.LoggedIn(err)
	if err != nil {
		return answer{}, &vty.DialError{Host: t.Host.Name, Port: t.Host.Port, Phase: vty.PhaseConnect, Err: err}
	}
	defer func() { _ = h.Close() }()
	if !o.lasting {
		var cancel context.CancelFunc
		ctx, cancel = t.Limit(ctx)
		defer cancel()
	}
	return do(ctx, h)
}

// statusOf is exit.Of, which knows no errors of NETCONF.
func statusOf(err error) exit.Status {
	if errors.As(err, new(*netconf.RPCError)) || errors.As(err, new(*rpc.UnsupportedError)) {
		return exit.Refused
	}
	return exit.Of(err)
}
