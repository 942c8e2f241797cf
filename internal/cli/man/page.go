package man

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/vtynet/vty/internal/cli/help"
)

// page is the manual page of a verb, in roff's man macros. The texts of help go into
// it as they are: libraries that read them as Markdown take the underscores of
// ssh_config for emphasis.
func page(cmd *cobra.Command) string {
	p := &roff{}
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
	p.macro("TH", strings.ToUpper(name), "1", "", "vty", "vty")
	p.macro("SH", "NAME")
	p.text(name + " - " + cmd.Short)
	p.macro("SH", "SYNOPSIS")
	p.literal(cmd.UseLine())
	if cmd.Long != "" {
		p.macro("SH", "DESCRIPTION")
		p.paragraphs(cmd.Long)
	}
	p.flags("OPTIONS", cmd.NonInheritedFlags())
	p.flags("OPTIONS OF "+strings.ToUpper(cmd.Root().Name()), cmd.InheritedFlags())
	if cmd.Example != "" {
		p.macro("SH", "EXAMPLES")
		p.literal(cmd.Example)
	}
	p.also(cmd)
	return p.b.String()
}

// roff is a text for troff.
type roff struct{ b strings.Builder }

// macro calls a macro with quoted arguments.
func (p *roff) macro(name string, args ...string) {
	p.b.WriteString("." + name)
	for _, a := range args {
		p.b.WriteString(` "` + strings.ReplaceAll(escaped(a), `"`, `\(dq`) + `"`)
	}
	p.b.WriteByte('\n')
}

// text writes lines that are filled.
func (p *roff) text(s string) {
	for line := range strings.Lines(s) {
		line = escaped(strings.TrimRight(line, "\n"))
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			line = `\&` + line
		}
		p.b.WriteString(line + "\n")
	}
}

// literal writes lines that stay as they are.
func (p *roff) literal(s string) {
	p.macro("nf")
	p.text(s)
	p.macro("fi")
}

// paragraphs writes paragraphs, of which those that are indented stay as they are.
func (p *roff) paragraphs(s string) {
	for i, part := range strings.Split(s, "\n\n") {
		if i > 0 {
			p.macro("PP")
		}
		if strings.HasPrefix(part, "  ") {
			p.literal(part)
		} else {
			p.text(part)
		}
	}
}

func (p *roff) flags(title string, set *pflag.FlagSet) {
	if !set.HasAvailableFlags() {
		return
	}
	p.macro("SH", title)
	set.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden {
			return
		}
		p.macro("TP")
		p.macro("B", strings.TrimLeft(help.Syntax(flag), " "))
		p.text(help.Usage(flag))
	})
}

func (p *roff) also(cmd *cobra.Command) {
	var names []string
	if cmd.HasParent() {
		names = append(names, strings.ReplaceAll(cmd.Parent().CommandPath(), " ", "-")+"(1)")
	}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, strings.ReplaceAll(c.CommandPath(), " ", "-")+"(1)")
		}
	}
	if names != nil {
		p.macro("SH", "SEE ALSO")
		p.text(strings.Join(names, ", "))
	}
}

// escaped is a text that troff prints as it is.
func escaped(s string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(s)
}
