package inventory

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/inventory"
)

func listCommand(s *streams.Streams, o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the hosts of an inventory",
		Long: `List the hosts of an inventory, all or those that -s selects, with their addresses,
platforms and groups. JSON has all that the inventory says of each; secrets are left out.`,
		Example: `  vty inventory list -i hosts.csv
  vty inventory list -i inventory.yaml -s 'leaf,site in (ams, fra)' -o jsonl`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.list(cmd.Context(), s) },
	}
}

func (o *options) list(ctx context.Context, s *streams.Streams) error {
	inv, err := o.open(ctx, s)
	if err != nil {
		return err
	}
	hosts, err := o.hosts(inv)
	if err != nil {
		return err
	}
	if o.format.String() == string(output.Text) {
		t := tabwriter.NewWriter(streams.Fit(s.Out), 0, 0, 2, ' ', 0)
		for _, h := range hosts {
			platform := cmp.Or(h.Field(inventory.FieldPlatform).Text(), "auto")
			_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", h.Name(), h.Address(), platform, cmp.Or(strings.Join(h.Groups(), ","), "-"))
		}
		return t.Flush()
	}
	all := output.NewList(s.Out, o.format.String() == string(output.JSONL))
	for _, h := range hosts {
		if err := all.Add(newEntry(h)); err != nil {
			return err
		}
	}
	return all.Close()
}

// entry is a host in a JSON list.
type entry struct {
	Host   string         `json:"host"`
	Groups []string       `json:"groups"`
	Fields map[string]any `json:"fields"`
	Data   map[string]any `json:"data"`
}

func newEntry(h *inventory.Host) entry {
	e := entry{Host: h.Name(), Groups: append([]string{}, h.Groups()...), Fields: map[string]any{}, Data: map[string]any{}}
	for _, name := range inventory.Fields() {
		if v := h.Field(name); v != nil {
			e.Fields[name] = masked(name, v)
		}
	}
	for name, v := range h.Data() {
		e.Data[name] = masked(name, v)
	}
	return e
}
