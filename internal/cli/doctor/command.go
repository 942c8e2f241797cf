// Package doctor is the verb that says why a device cannot be reached: it goes
// the way that every other verb goes, one step at a time, and reports each.
package doctor

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/internal/cli/target"
)

// Command is "vty doctor".
func Command(s *streams.Streams) *cobra.Command {
	var targets target.Flags
	format := suggest.NewChoice("text", "json", "jsonl")
	cmd := &cobra.Command{
		Use:   "doctor [flags]",
		Short: "Find out why a device cannot be reached",
		Long: `Go all the way to a device's prompt, one step at a time, and say how each went and
how long it took: the name lookup; every address; the SSH version, algorithms, host
key and login; the prompt that was learned; the way to the mode that commands run
in; whether paging could be switched off. Then say what is wrong, and what to do.

Each address is given 10 seconds, unless --timeout says otherwise.

Exit status: 0 all well, 2 usage, 3 the device could not be reached or logged in
to, 4 timed out.`,
		Example: `  vty doctor -H ops@r1.example.net -p cisco_iosxe
  vty doctor -H 192.0.2.1 -t telnet -p cisco_iosxe --timeout 5s
  vty doctor --sim juniper_junos`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			set, err := targets.Resolve(cmd.Context(), s)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, set.Close()) }()
			status := exit.OK
			p := newPrinter(s.Out, output.Format(format.String()))
			for _, t := range set.Targets {
				if err := p.begin(t); err != nil {
					return err
				}
				e := &examination{target: t, told: p.step}
				findings := e.run(cmd.Context())
				status = max(status, findings.status)
				if err := p.end(findings); err != nil {
					return err
				}
			}
			if err := p.close(); err != nil {
				return err
			}
			return exit.Silently(status)
		},
	}
	targets.Register(cmd.Flags())
	cmd.Flags().VarP(format, "output", "o", "form of the report")
	return cmd
}

// printer writes findings; text step by step, as they come.
type printer struct {
	w     io.Writer
	text  bool
	list  *output.List
	count int
}

func newPrinter(w io.Writer, format output.Format) *printer {
	return &printer{w: w, text: format == output.Text, list: output.NewList(w, format == output.JSONL)}
}

func (p *printer) begin(t *target.Target) error {
	if !p.text {
		return nil
	}
	if p.count++; p.count > 1 {
		_, _ = fmt.Fprintln(p.w)
	}
	as := ""
	if t.Config.User != "" {
		as = " as " + t.Config.User
	}
	_, err := fmt.Fprintf(p.w, "%s over %s%s, platform %s\n", t.Label, t.Config.Transport, as, t.Platform())
	return err
}

func (p *printer) step(s step) {
	if p.text {
		_, _ = fmt.Fprintf(p.w, "  %-6s  %-9s %9s  %s\n", s.Outcome, s.Phase, s.took(), s.Text)
	}
}

func (p *printer) end(f *findings) error {
	if !p.text {
		return p.list.Add(f)
	}
	_, err := fmt.Fprintf(p.w, "verdict: %s\n", f.Verdict)
	if err == nil && f.ToDo != "" {
		_, err = fmt.Fprintf(p.w, "to do:   %s\n", f.ToDo)
	}
	return err
}

func (p *printer) close() error {
	if p.text {
		return nil
	}
	return p.list.Close()
}
