package help

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A screen has this many lines, of which one is for the shell's next prompt.
const screen = 24

// The columns of a page: those of a terminal, within what is good to read.
const (
	narrowest = 60
	usual     = 80
	widest    = 100
)

// brief is the help that fits a screen: what the verb does, the flags used most, and
// some examples.
func brief(cmd *cobra.Command, columns int) string {
	lines := append(wrap(cmd.Short+".", columns), "", "  "+cmd.UseLine())
	if !strings.Contains(cmd.Use, "[") && cmd.HasAvailableSubCommands() {
		lines[len(lines)-1] = "  " + cmd.CommandPath() + " VERB [flags]"
	}
	lines = append(lines, verbs(cmd, columns)...)
	end := []string{"", whole(cmd) + " tells everything. For example:"}
	end = append(end, examples(cmd, screen-1-len(lines)-len(end))...)
	lines = append(lines, most(cmd, columns, screen-1-len(lines)-len(end))...)
	return strings.Join(append(lines, end...), "\n") + "\n"
}

// examples are a few of a verb, as there is room, or those of the verb above that are
// of this one.
func examples(cmd *cobra.Command, room int) []string {
	few := max(1, min(3, room))
	var lines []string
	for c := cmd; c != nil && len(lines) == 0; c = c.Parent() {
		for line := range strings.Lines(c.Example) {
			if strings.Contains(line, cmd.CommandPath()+" ") && len(lines) < few {
				lines = append(lines, strings.TrimRight(line, "\n"))
			}
		}
	}
	return lines
}

// whole is the command that prints everything about a verb.
func whole(cmd *cobra.Command) string {
	root := cmd.Root().Name()
	return strings.TrimSpace(root + " " + Name + strings.TrimPrefix(cmd.CommandPath(), root))
}

// full is everything about a verb.
func full(cmd *cobra.Command, columns int) string {
	long := cmd.Long
	if long == "" {
		long = cmd.Short + "."
	}
	lines := append(paragraphs(long, columns), "", "Usage:", "  "+cmd.UseLine())
	if v := verbs(cmd, columns); v != nil {
		lines = append(append(lines, "", "Verbs:"), v[1:]...)
	}
	if all := flags(cmd); all != nil {
		lines = append(lines, "", "Flags:")
		for _, flag := range all {
			lines = append(lines, "  "+strings.TrimLeft(Syntax(flag), " "))
			for _, line := range wrap(Usage(flag), columns-8) {
				lines = append(lines, "        "+line)
			}
		}
	}
	if cmd.Example != "" {
		lines = append(append(lines, "", "Examples:"), strings.Split(cmd.Example, "\n")...)
	}
	return strings.Join(lines, "\n") + "\n"
}

// verbs lists the verbs below a verb, with a blank line above.
func verbs(cmd *cobra.Command, columns int) []string {
	below := slices.DeleteFunc(slices.Clone(cmd.Commands()), func(c *cobra.Command) bool { return !c.IsAvailableCommand() })
	if len(below) == 0 {
		return nil
	}
	width := 0
	for _, c := range below {
		width = max(width, len(c.Name())+2)
	}
	lines := []string{""}
	for _, c := range below {
		lines = append(lines, beside("  "+c.Name(), width, c.Short, columns)...)
	}
	return lines
}

// most lists as many flags as there are lines for, those used every day before
// others, with a blank line above.
func most(cmd *cobra.Command, columns, room int) []string {
	all := flags(cmd)
	used := slices.Clone(all)
	slices.SortStableFunc(used, func(a, b *pflag.Flag) int { return rank(a) - rank(b) })
	for n := len(used); n > 0; n-- {
		if lines := table(all, used[:n], columns); len(lines) <= room {
			return lines
		}
	}
	return nil
}

// table lists those flags of all that are chosen.
func table(all, chosen []*pflag.Flag, columns int) []string {
	width := 0
	for _, flag := range chosen {
		width = max(width, min(len(Syntax(flag))+2, 30))
	}
	lines := []string{""}
	for _, flag := range all {
		if slices.Contains(chosen, flag) {
			lines = append(lines, beside("  "+Syntax(flag), width, gist(flag), columns)...)
		}
	}
	if n := len(all) - len(chosen); n > 0 {
		lines = append(lines, fmt.Sprintf("  and %d flags more", n))
	}
	return lines
}

// flags are those of a verb that help tells of.
func flags(cmd *cobra.Command) []*pflag.Flag {
	_ = cmd.InheritedFlags() // merges them
	var all []*pflag.Flag
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden && flag.Name != "help" {
			all = append(all, flag)
		}
	})
	return all
}

// everyday are the names of flags that are used most, in any verb.
var everyday = []string{
	"host", "inventory", "select", "platform", "user", "ask-pass", "jump", "output", "file", "commands-file",
	"group-by-output", "save", "dry-run", "diff-only", "confirm", "subtree", "xpath", "target", "parse", "timeout",
}

// rank is a flag's place among those used most, and after them all where it is none.
func rank(flag *pflag.Flag) int {
	if i := slices.Index(everyday, flag.Name); i >= 0 {
		return i
	}
	return len(everyday)
}
