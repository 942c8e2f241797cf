// Package inventory is the verb that shows what an inventory says: its hosts, what
// one of them resolves to and from where, and what will go wrong.
package inventory

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/inventory"
)

// options are the flags that all of the verb's parts share.
type options struct {
	source   string
	kind     *suggest.Choice
	selector string
	format   *suggest.Choice
}

// Command is "vty inventory".
func Command(s *streams.Streams) *cobra.Command {
	kinds := []string{"auto"}
	for _, f := range inventory.Formats() {
		kinds = append(kinds, string(f))
	}
	o := &options{kind: suggest.NewChoice(kinds...), format: suggest.NewChoice("text", "json", "jsonl")}
	cmd := &cobra.Command{
		Use:   "inventory",
		Short: "List an inventory, show what a host resolves to, check it",
		Long: `Show what an inventory says, and connect to nothing: its hosts, what one of them
resolves to and from which file and line each value comes, and what will go wrong.

An inventory is vty's own YAML, or as it is: nornir's SimpleInventory, Ansible's YAML,
INI or dynamic inventory, a containerlab topology, an ssh_config, CSV, a plain list, or
the URL of a NetBox (its token is taken from $NETBOX_TOKEN).`,
		Example: `  vty inventory list -i inventory.yaml -s 'role=leaf,site=ams'
  vty inventory show -i inventory.yaml r1
  vty inventory check -i inventory.yaml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	flags := cmd.PersistentFlags()
	flags.StringVarP(&o.source, "inventory", "i", "", "the inventory: a file, a folder, a program, or a NetBox's URL")
	flags.Var(o.kind, "format", "what the inventory is written in; auto: found out from its content")
	flags.StringVarP(&o.selector, "select", "s", "", "which hosts: 'site=ams,role=leaf', '!spine', 'host~^r[0-9]', a group, a glob")
	flags.VarP(o.format, "output", "o", "form of the answer")
	cmd.AddCommand(listCommand(s, o), showCommand(s, o), checkCommand(s, o))
	return cmd
}

// open reads the inventory that the flags name.
func (o *options) open(ctx context.Context, s *streams.Streams) (*inventory.Inventory, error) {
	if o.source == "" {
		return nil, exit.Misused(errors.New("no inventory: name one with -i FILE"))
	}
	opts := &inventory.Options{Platforms: target.Library(s)}
	if k := o.kind.String(); k != "auto" {
		opts.Format = inventory.Format(k)
	}
	inv, err := inventory.Open(ctx, o.source, opts)
	return inv, exit.Misused(err)
}

// hosts are those that the flags select.
func (o *options) hosts(inv *inventory.Inventory) ([]*inventory.Host, error) {
	selector, err := inventory.ParseSelector(o.selector)
	if err != nil {
		return nil, exit.Misused(err)
	}
	hosts := inv.Select(selector)
	if len(hosts) == 0 && o.selector != "" {
		return nil, exit.Misused(fmt.Errorf("%s: %w", o.source, &inventory.NoHostError{Inventory: inv, Selector: selector}))
	}
	return hosts, nil
}
