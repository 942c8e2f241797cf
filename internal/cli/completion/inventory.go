package completion

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/inventory"
)

// inventory reads the inventory that is named or set; nil where there is none.
func (c *completer) inventory(cmd *cobra.Command) *inventory.Inventory {
	c.set(cmd)
	file := text(cmd, "inventory")
	if file == "" {
		return nil
	}
	ctx, cancel := limited(cmd)
	defer cancel()
	opts := &inventory.Options{Platforms: target.Library(c.s)}
	if format := text(cmd, "format"); format != "auto" {
		opts.Format = inventory.Format(format)
	}
	inv, err := inventory.Open(ctx, file, opts)
	if err != nil {
		cobra.CompDebugln(err.Error(), false)
		return nil
	}
	return inv
}

func (c *completer) hosts(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	if inv := c.inventory(cmd); inv != nil {
		for _, h := range inv.Hosts() {
			if strings.HasPrefix(h.Name(), typed) && !slices.Contains(args, h.Name()) {
				names = append(names, h.Name())
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (c *completer) groups(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	if inv := c.inventory(cmd); inv != nil {
		for _, g := range inv.Groups() {
			if strings.HasPrefix(g, typed) {
				names = append(names, g+"=")
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// selectors complete the last term of a selector: to a host, a group, a path into the
// data, or behind "=" to a value that hosts have there.
func (c *completer) selectors(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	inv := c.inventory(cmd)
	if inv == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	term := strings.TrimLeft(typed[strings.LastIndexByte(typed, ',')+1:], " !")
	before := strings.TrimSuffix(typed, term)
	found := map[string]bool{}
	if path, _, isValue := strings.Cut(term, "="); isValue {
		for _, h := range inv.Hosts() {
			for _, value := range values(h.Lookup(strings.TrimSuffix(path, "!"))) {
				found[path+"="+value] = true
			}
		}
	} else {
		for _, h := range inv.Hosts() {
			found[h.Name()] = true
			for path := range h.Data() {
				found[path+"="] = true
			}
		}
		for _, g := range inv.Groups() {
			found[g] = true
		}
	}
	var all []cobra.Completion
	for _, f := range slices.Sorted(maps.Keys(found)) {
		if strings.HasPrefix(f, term) {
			all = append(all, before+f)
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// values are what a selector may compare with: texts that need no quotes.
func values(v *inventory.Value) []string {
	var all []string
	take := func(text string) {
		if text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(` ,()'"`, r) }) {
			all = append(all, text)
		}
	}
	if v == nil {
		return nil
	}
	take(v.Text())
	for i := 0; ; i++ {
		e := v.At(strconv.Itoa(i))
		if e == nil {
			return all
		}
		take(e.Text())
	}
}
