package inventory

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/inventory"
)

func checkCommand(s *streams.Streams, o *options) *cobra.Command {
	strict := false
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say what is wrong with an inventory, with file and line",
		Long: `Say what is wrong with an inventory, with file and line, as compilers do: what cannot be
read, platforms that vty does not know, modes that they do not have, secrets that cannot
be had, key files that are not there. Warnings are hosts that are one and the same
device, and what was passed over.

Each secret is asked for once, and not shown: programs that give secrets are run, and
keyrings and vaults asked.

Exit status: 0 all is well, 1 something will go wrong (or there are warnings, with
--strict), 2 the inventory cannot be read.`,
		Example: "  vty inventory check -i inventory.yaml --strict",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.check(cmd.Context(), s, strict) },
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "a warning is an error too")
	return cmd
}

// finding is a problem in JSON.
type finding struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Field   string `json:"field"`
	Problem string `json:"problem"`
	Warning bool   `json:"warning"`
}

func (o *options) check(ctx context.Context, s *streams.Streams, strict bool) error {
	if o.selector != "" {
		return exit.Misused(errors.New("--select: an inventory is checked as a whole"))
	}
	inv, err := o.open(ctx, s)
	status := exit.OK
	var problems []inventory.Problem
	if bad, ok := errors.AsType[*inventory.InvalidError](err); ok {
		problems, status = bad.Problems, exit.Usage
	} else if err != nil {
		return err
	} else {
		problems = inv.Check(ctx)
	}
	for _, p := range problems {
		if !p.Warning || strict {
			status = max(status, exit.Refused)
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := o.write(s, problems); err != nil {
		return err
	}
	if o.format.String() == string(output.Text) && status == exit.OK {
		_, _ = fmt.Fprintf(s.Out, "%s: %d hosts, %d warnings\n", o.source, len(inv.Hosts()), len(problems))
	}
	return exit.Silently(status)
}

func (o *options) write(s *streams.Streams, problems []inventory.Problem) error {
	if o.format.String() == string(output.Text) {
		for _, p := range problems {
			line := p.String()
			if p.Warning {
				line += " (warning)"
			}
			_, _ = fmt.Fprintln(s.Out, line)
		}
		return nil
	}
	list := output.NewList(s.Out, o.format.String() == string(output.JSONL))
	for _, p := range problems {
		if err := list.Add(finding{File: p.Origin.File, Line: p.Origin.Line, Field: p.Field, Problem: p.Text, Warning: p.Warning}); err != nil {
			return err
		}
	}
	return list.Close()
}
