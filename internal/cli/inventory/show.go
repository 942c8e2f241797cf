package inventory

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/inventory"
)

func showCommand(s *streams.Streams, o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "show HOST...",
		Short: "Show what a host resolves to, and where each value was written",
		Long: `Show what a host resolves to: each value with the file and line where it was written,
and whose it is: the host's own, a group's, or the defaults'.

Secrets are not shown, nor is data whose name sounds like one (password, secret, token,
community, key); where they come from is.`,
		Example: `  vty inventory show -i inventory.yaml r1
  vty inventory show -i inventory.yaml -o json r1`,
		Args: func(cmd *cobra.Command, names []string) error { return exit.Misused(cobra.MinimumNArgs(1)(cmd, names)) },
		RunE: func(cmd *cobra.Command, names []string) error { return o.show(cmd.Context(), s, names) },
	}
}

func (o *options) show(ctx context.Context, s *streams.Streams, names []string) error {
	inv, err := o.open(ctx, s)
	if err != nil {
		return err
	}
	var hosts []*inventory.Host
	for _, name := range names {
		h := inv.Host(name)
		if h == nil {
			var all []string
			for _, h := range inv.Hosts() {
				all = append(all, h.Name())
			}
			return exit.Misused(fmt.Errorf("%s has no host %q%s", o.source, name, suggest.DidYouMean(name, all)))
		}
		hosts = append(hosts, h)
	}
	if o.format.String() != string(output.Text) {
		list := output.NewList(s.Out, o.format.String() == string(output.JSONL))
		for _, h := range hosts {
			shown := description{Host: h.Name(), File: h.Origin().File, Line: h.Origin().Line, Groups: append([]string{}, h.Groups()...), Values: values(h)}
			if err := list.Add(shown); err != nil {
				return err
			}
		}
		return list.Close()
	}
	for _, h := range hosts {
		_, _ = fmt.Fprintf(s.Out, "%s (%s)\n", h.Name(), h.Origin())
		t := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
		if len(h.Groups()) > 0 {
			_, _ = fmt.Fprintf(t, "  groups\t%s\n", strings.Join(h.Groups(), ", "))
		}
		for _, v := range values(h) {
			_, _ = fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", v.Path, text(v.Value), inventory.Origin{File: v.File, Line: v.Line}, v.Layer)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// description is what a host resolves to, in JSON.
type description struct {
	Host   string   `json:"host"`
	File   string   `json:"file"`
	Line   int      `json:"line"`
	Groups []string `json:"groups"`
	Values []value  `json:"values"`
}

// value is one value of a host.
type value struct {
	Path  string `json:"path"`
	Value any    `json:"value"`
	File  string `json:"file"`
	Line  int    `json:"line"`
	Layer string `json:"layer"`
}

// values are the fields of a host in their order, then its data by name.
func values(h *inventory.Host) []value {
	all := []value{}
	for _, name := range inventory.Fields() {
		if v := h.Field(name); v != nil {
			all = append(all, flat(name, v)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(h.Data())) {
		all = append(all, flat("data."+name, h.Data()[name])...)
	}
	return all
}

// flat unfolds maps, down to values that stand on a line of their own.
func flat(path string, v *inventory.Value) []value {
	m, ok := v.Any.(map[string]*inventory.Value)
	if !ok || len(m) == 0 || private().MatchString(path) {
		return []value{{Path: path, Value: masked(path, v), File: v.Origin.File, Line: v.Origin.Line, Layer: v.Layer}}
	}
	var all []value
	for _, name := range slices.Sorted(maps.Keys(m)) {
		all = append(all, flat(path+"."+name, m[name])...)
	}
	return all
}

// private are names of data that should not be shown to whoever looks over a
// shoulder. vty knows of its own fields which are secrets; data it does not know.
var private = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)passw|pass$|secret|token|communit|passphrase|private_?key|api_?key|auth_?key`)
})

// masked is a value without its secrets.
func masked(path string, v *inventory.Value) any {
	hidden := fmt.Sprint(auth.Secret{})
	switch x := v.Any.(type) {
	case auth.Source:
		return hidden
	case map[string]*inventory.Value:
		out := map[string]any{}
		for k, e := range x {
			out[k] = masked(path+"."+k, e)
		}
		return out
	case []*inventory.Value:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = masked(path, e)
		}
		return out
	case nil, bool:
		return x
	}
	if private().MatchString(path) {
		return hidden
	}
	return v.Any
}

// text is a value on one line.
func text(x any) string {
	switch x := x.(type) {
	case nil:
		return "-"
	case string:
		if x == "" || strings.ContainsFunc(x, func(r rune) bool { return !strconv.IsPrint(r) }) {
			return strconv.Quote(x)
		}
		return x
	}
	line, err := output.Marshal(x)
	if err != nil {
		return fmt.Sprint(x)
	}
	return string(line)
}
