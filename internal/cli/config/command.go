// Package config is the verb that configures devices, line by line.
package config

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/fanout"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/report"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/platform"
)

// options are the verb's own flags.
type options struct {
	targets   target.Flags
	format    *suggest.Choice
	file      string
	keepGoing bool
	ahead     bool
	save      bool
	workers   int
}

// Command is "vty config".
func Command(s *streams.Streams) *cobra.Command {
	o := &options{format: suggest.NewChoice("text", "json", "jsonl")}
	cmd := &cobra.Command{
		Use:   "config [flags] [-f FILE | LINE...]",
		Short: "Configure devices, and say what became of each line",
		Long: `Send configuration lines to one or several devices, and say what became of each:
accepted, refused with the device's own words, or not sent.

It stops at the first line that the device refuses. On platforms with a candidate
configuration nothing is then changed; elsewhere the lines before it are in effect.
In every case the device is brought back out of configuration mode.

Lines come from the arguments, or from a file with -f (- is standard input). Blank
lines are left out; numbers are those of the lines of the file. A banner or a
certificate over several lines is one statement, with the number of its first.

Exit status: as of vty run; 1 where a line was refused.`,
		Example: `  vty config --sim cisco_iosxe 'interface GigabitEthernet1' 'description uplink'
  vty config -H r1 -p cisco_iosxe --save -f changes.txt
  generate | vty config -H r1 -H r2 -p arista_eos -o jsonl -f -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			lines, err := o.lines(s, args)
			if err != nil {
				return err
			}
			return o.run(cmd.Context(), s, lines)
		},
	}
	flags := cmd.Flags()
	o.targets.Register(flags)
	flags.VarP(o.format, "output", "o", "form of the report")
	flags.StringVarP(&o.file, "file", "f", "", "read the lines from a file (- for standard input)")
	flags.BoolVar(&o.ahead, "ahead", false, "send lines before those in front of them are answered, where the platform takes that")
	flags.BoolVar(&o.keepGoing, "keep-going", false, "send the lines after a refused one as well")
	flags.BoolVar(&o.save, "save", false, "make the running configuration survive a restart, where every line was accepted")
	flags.IntVarP(&o.workers, "workers", "w", 20, "how many hosts at once")
	return cmd
}

// numbered is a line and its number in the file it came from.
type numbered struct {
	text   string
	number int
}

func (o *options) lines(s *streams.Streams, args []string) ([]numbered, error) {
	var lines []numbered
	switch {
	case o.file != "" && len(args) > 0:
		return nil, exit.Misused(errors.New("lines come from the arguments or from -f FILE, not from both"))
	case o.workers < 1:
		return nil, exit.Misused(fmt.Errorf("--workers %d: want 1 or more", o.workers))
	case o.file == "":
		for i, text := range args {
			lines = append(lines, numbered{text, i + 1})
		}
	default:
		var err error
		if lines, err = o.read(s); err != nil {
			return nil, exit.Misused(fmt.Errorf("--file: %w", err))
		}
	}
	if !slices.ContainsFunc(lines, func(l numbered) bool { return strings.TrimSpace(l.text) != "" }) {
		return nil, exit.Misused(errors.New("no lines: give them as arguments, in a file with -f FILE, or on standard input with -f -"))
	}
	return lines, nil
}

// statements puts the lines together that belong together on a platform; the
// number of a statement is that of its first line.
func statements(def *platform.Definition, lines []numbered) []numbered {
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.text
	}
	var out []numbered
	for _, s := range def.Configure.Statements(texts) {
		out = append(out, numbered{s.Text, lines[s.Line].number})
	}
	return out
}

func (o *options) read(s *streams.Streams) ([]numbered, error) {
	if o.file == "-" {
		return read(s.In)
	}
	f, err := os.Open(o.file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return read(f)
}

func read(in io.Reader) ([]numbered, error) {
	var lines []numbered
	scanner := bufio.NewScanner(in)
	scanner.Buffer(nil, 1<<20)
	for n := 1; scanner.Scan(); n++ {
		lines = append(lines, numbered{strings.TrimRight(scanner.Text(), "\r"), n})
	}
	return lines, scanner.Err()
}

// run configures all hosts.
func (o *options) run(ctx context.Context, s *streams.Streams, lines []numbered) (err error) {
	set, err := o.targets.Resolve(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	for _, t := range set.Targets {
		if def := t.Config.Definition; def != nil && def.Configure.Mode == "" {
			return exit.Misused(fmt.Errorf("%s: platform %s has no configuration mode; name the device's own with -p", t.Label, def.Name))
		}
	}
	format := output.Format(o.format.String())
	printer := newPrinter(s.Out, format, len(set.Targets) > 1)
	progress := report.NewProgress(s.Err, len(set.Targets))
	status := exit.OK
	sink := func(r *result) error {
		progress.Clear()
		status = max(status, exit.Of(r.err))
		if err := printer.print(r); err != nil {
			return err
		}
		if r.err != nil {
			report.Error(s.Err, r.Host, r.Error, r.err)
		}
		return nil
	}
	work := func(ctx context.Context, i int, emit func(*result)) {
		emit(o.configure(ctx, set.Targets[i], lines))
	}
	err = fanout.Run(ctx, len(set.Targets), o.workers, format != output.JSONL, work, sink, progress.Done)
	progress.Clear()
	if err == nil {
		err = printer.close()
	}
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return exit.Silently(status)
}

// configure configures one host.
func (o *options) configure(ctx context.Context, t *target.Target, lines []numbered) *result {
	dev, err := t.Dial(ctx)
	if err != nil {
		return newResult(t, nil, statements(t.Config.Definition, lines), err)
	}
	defer func() { _ = dev.Close() }()
	lines = statements(dev.Platform(), lines)
	conf := vty.Configuration{KeepGoing: o.keepGoing, Ahead: o.ahead, Save: o.save}
	for _, l := range lines {
		conf.Lines = append(conf.Lines, l.text)
	}
	ctx, cancel := t.Limit(ctx)
	defer cancel()
	rep, err := dev.Apply(ctx, conf)
	return newResult(t, rep, lines, err)
}
