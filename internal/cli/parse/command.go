// Package parse is the verb that makes records of saved output by TextFSM
// templates. It reaches no device; vty run --parse does.
package parse

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/textfsm"
)

// options are the verb's flags.
type options struct {
	platform string
	command  string
	template string
	dir      string
	explain  string
	debug    bool
	format   *suggest.Choice
}

// Command is "vty parse".
func Command(s *streams.Streams) *cobra.Command {
	o := &options{format: suggest.NewChoice("json", "jsonl", "csv", "table")}
	cmd := &cobra.Command{
		Use:   "parse [flags] [FILE]",
		Short: "Make records of saved output by TextFSM templates",
		Long: `Make records of saved output, from a file or standard input, by TextFSM templates.

The template is a file (--template), or is found by platform and command in the
index of a collection such as ntc-templates: the folder of --templates, or the
first of $NTC_TEMPLATES_DIR, $NET_TEXTFSM, the ntc-templates package of Python and
~/ntc-templates. A collection of your own in vty/templates of the configuration
folder (~/.config) comes before it. Platforms may be named as in vty, netmiko,
scrapli or ntc-templates.

--debug shows line by line which rule matched, in which state and with what.
--explain says of each rule of a template whether it runs in linear time.

Exit status: 0 there are records, 1 there is no template for the command, it made
no record, or it took a line for an error, 2 usage, or the template is wrong.`,
		Example: `  vty parse -p cisco_ios -c 'show ip interface brief' saved.txt
  ssh r1 'show version' | vty parse -p cisco_iosxe -c 'show version' -o table
  vty parse --template mine.textfsm --debug saved.txt
  vty parse --explain mine.textfsm`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return o.run(s, args) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&o.platform, "platform", "p", "", "what the device is")
	flags.StringVarP(&o.command, "command", "c", "", "the command whose output it is")
	flags.StringVar(&o.template, "template", "", "file of a template to use instead")
	flags.StringVar(&o.dir, "templates", "", "folder of templates with an index")
	flags.VarP(o.format, "output", "o", "form of the records")
	flags.BoolVar(&o.debug, "debug", false, "show what each line came to")
	flags.StringVar(&o.explain, "explain", "", "file of a template whose rules to explain")
	return cmd
}

func (o *options) run(s *streams.Streams, args []string) error {
	if o.explain != "" {
		t, err := parseFile(o.explain)
		if err != nil {
			return exit.Misused(err)
		}
		return explain(s.Out, t)
	}
	templates, err := o.templates(s)
	if err != nil {
		return err
	}
	in := s.In
	if len(args) == 1 && args[0] != "-" {
		f, err := os.Open(args[0])
		if err != nil {
			return exit.Misused(err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	if o.debug {
		return debug(s.Out, templates, in)
	}
	w := newWriter(s.Out, o.format.String())
	if o.template != "" {
		return o.stream(w, templates[0], in)
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	records, err := textfsm.Join(templates, string(text))
	if err != nil {
		return err
	}
	for _, r := range records {
		if err := w.add(r); err != nil {
			return err
		}
	}
	return finish(w, templates[0], len(records))
}

// templates are those to use.
func (o *options) templates(s *streams.Streams) ([]*textfsm.Template, error) {
	if o.template != "" {
		t, err := parseFile(o.template)
		return []*textfsm.Template{t}, exit.Misused(err)
	}
	if o.platform == "" || o.command == "" {
		return nil, exit.Misused(errors.New("no template: name a platform and a command (-p and -c), or a file (--template)"))
	}
	lib, err := textfsm.Discover(o.dir, s.LookupEnv)
	if err != nil {
		return nil, exit.Misused(err)
	}
	return lib.Templates(o.platform, o.command)
}

func parseFile(name string) (*textfsm.Template, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return textfsm.Parse(name, f)
}

// stream writes records as they are made, so that endless input is no trouble.
func (o *options) stream(w writer, t *textfsm.Template, in io.Reader) error {
	n := 0
	for r, err := range t.Run(in) {
		if err != nil {
			return err
		}
		n++
		if err := w.add(r); err != nil {
			return err
		}
	}
	return finish(w, t, n)
}

func finish(w writer, t *textfsm.Template, records int) error {
	if err := w.close(); err != nil {
		return err
	}
	if records == 0 {
		return fmt.Errorf("%w: template %s made no record; --debug shows what it did with each line", textfsm.ErrNoMatch, t.Name())
	}
	return nil
}

func explain(w io.Writer, t *textfsm.Template) error {
	var b strings.Builder
	state, backtracking := "", 0
	rules := t.Explain()
	for _, r := range rules {
		if r.State != state {
			state = r.State
			fmt.Fprintln(&b, state)
		}
		how := "linear"
		if r.Backtracks != "" {
			how = "backtracking: " + r.Backtracks
			backtracking++
		}
		fmt.Fprintf(&b, "  line %d: %s\n    %s\n", r.Line, how, r.Text)
	}
	fmt.Fprintf(&b, "%d rules, %d of them need backtracking\n", len(rules), backtracking)
	_, err := io.WriteString(w, b.String())
	return err
}
