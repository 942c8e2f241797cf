package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/settings"
	"github.com/vtynet/vty/internal/cli/streams"

	"github.com/spf13/pflag"
)

// printed is what the command prints for some arguments, with one verb built or all.
func printed(t *testing.T, alone bool, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	s := &streams.Streams{In: strings.NewReader(""), Out: &out, Err: &out, LookupEnv: func(string) (string, bool) { return "", false }}
	build := args
	if !alone {
		build = nil
	}
	cmd := root(s, build)
	cmd.SetArgs(args)
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return out.String()
}

// A verb that is built alone is the verb that is built among all.
func TestVerbsAlone(t *testing.T) {
	for _, v := range verbs() {
		alone, among := printed(t, true, v.name, "--help"), printed(t, false, v.name, "--help")
		if alone != among || !strings.Contains(alone, "vty "+v.name) {
			t.Errorf("%s: alone\n%s\namong all\n%s", v.name, alone, among)
		}
	}
}

// --help of every verb fits a terminal of 24 lines, below which the shell's prompt
// stands, and ends in an example of that verb.
func TestHelpFitsAScreen(t *testing.T) {
	all := root(&streams.Streams{}, nil)
	check := func(cmd *cobra.Command) {
		path := cmd.CommandPath()
		page := printed(t, false, append(settings.Path(cmd), "--help")...)
		lines := strings.Split(strings.TrimSuffix(page, "\n"), "\n")
		if len(lines) > 23 {
			t.Errorf("%s --help has %d lines", path, len(lines))
		}
		example := false
		for _, line := range lines {
			example = strings.Contains(line, path+" ") && strings.HasPrefix(line, "  ")
			if !example && len(line) > 80 {
				t.Errorf("%s --help has a line of %d columns: %s", path, len(line), line)
			}
		}
		if !example {
			t.Errorf("%s --help ends in no example:\n%s", path, page)
		}
	}
	check(all)
	settings.Verbs(all, check)
}

// The verb help tells of every flag.
func TestHelpTellsEverything(t *testing.T) {
	all := root(&streams.Streams{}, nil)
	count := 0
	settings.Verbs(all, func(cmd *cobra.Command) {
		page := printed(t, false, append([]string{"help"}, settings.Path(cmd)...)...)
		settings.Flags(cmd, func(flag *pflag.Flag) {
			count++
			if !strings.Contains(page, "--"+flag.Name) {
				t.Errorf("help %s lacks --%s", cmd.CommandPath(), flag.Name)
			}
		})
		for line := range strings.Lines(cmd.Example) {
			if !strings.Contains(page, line) {
				t.Errorf("help %s lacks the example %s", cmd.CommandPath(), line)
			}
		}
	})
	if count < 300 {
		t.Errorf("only %d flags were looked at", count)
	}
}
