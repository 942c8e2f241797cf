package settings

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/vtynet/vty/internal/cli/suggest"
)

// Check says what is wrong in the files: their shape, and names that no verb below
// root and no flag has. The error joins a *Problem for each.
func (set *Settings) Check(root *cobra.Command) error {
	problems := slices.Clone(set.problems)
	for _, f := range set.files {
		found := check(f.root, root, "")
		if f.own { // in which alone it means something
			found = slices.DeleteFunc(found, func(p *Problem) bool { return p.Key == Projects && f.root.values[Projects] != nil })
		}
		problems = append(problems, sorted(found)...)
	}
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// secrets are the names under which somebody may want to write a secret.
var secrets = []string{"password", "enable", "passphrase", "secret", "token", "totp", "jump-password"}

func check(s *section, cmd *cobra.Command, above string) []*Problem {
	var problems []*Problem
	flags := flagsBelow(cmd)
	for name, v := range s.values {
		of := flags[name]
		if of != nil && (above != "" || slices.ContainsFunc(of, shared)) {
			continue
		}
		p := &Problem{Place: v.place, Key: above + name}
		like := suggest.DidYouMean(name, slices.Sorted(maps.Keys(flags)))
		switch {
		case of != nil:
			p.Text = "means something else in every verb: write it below the verb, as in " + strings.Join(Path(of[0].verb), ".") + "." + name
		case slices.Contains(secrets, name):
			p.Text = "settings hold no secrets: name a file with password-file or enable-file, or a reference in an inventory"
		case above+name == Projects:
			p.Text = "stands in your own file only, which names the folders that are trusted"
		case verbBelow(cmd, name) != nil:
			p.Text = "is a verb: its flags belong below it"
		case above == "":
			p.Text = "is no flag of any verb" + like
		default:
			p.Text = "is no flag of " + cmd.CommandPath() + like
		}
		problems = append(problems, p)
	}
	for name, below := range s.sections {
		verb := verbBelow(cmd, name)
		if verb == nil {
			var verbs []string
			for _, c := range cmd.Commands() {
				verbs = append(verbs, c.Name())
			}
			p := &Problem{Place: below.place, Key: above + name, Text: "is no verb of " + cmd.CommandPath() + suggest.DidYouMean(name, verbs)}
			if flags[name] != nil {
				p.Text = fmt.Sprintf("takes a value, and has a mapping: --%s", name)
			}
			problems = append(problems, p)
			continue
		}
		problems = append(problems, check(below, verb, above+name+".")...)
	}
	return problems
}

func verbBelow(cmd *cobra.Command, name string) *cobra.Command {
	for _, c := range cmd.Commands() {
		if c.Name() == name {
			return c
		}
	}
	return nil
}

// verbFlag is a flag of one verb.
type verbFlag struct {
	verb *cobra.Command
	flag *pflag.Flag
}

// shared tells that a flag can be set for all verbs at once.
func shared(f verbFlag) bool { return !own(f.flag) }

// flagsBelow are the flags of a verb and of all below it, by their names.
func flagsBelow(cmd *cobra.Command) map[string][]verbFlag {
	byName := map[string][]verbFlag{}
	Verbs(cmd, func(c *cobra.Command) {
		Flags(c, func(flag *pflag.Flag) { byName[flag.Name] = append(byName[flag.Name], verbFlag{c, flag}) })
	})
	return byName
}

// Verbs goes through cmd and all verbs below it that do something.
func Verbs(cmd *cobra.Command, do func(*cobra.Command)) {
	if cmd.Runnable() && !cmd.Hidden && cmd.Name() != "help" {
		do(cmd)
	}
	for _, c := range cmd.Commands() {
		Verbs(c, do)
	}
}
