package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/vtynet/vty/internal/cli/settings"
	"github.com/vtynet/vty/internal/cli/streams"
)

// Every verb and every flag is used in a script of cmd/vty's. Flags that are the same
// in several verbs, down to their help, are one.
func TestScriptsUseEveryVerbAndFlag(t *testing.T) {
	used := map[string]bool{}
	for _, args := range scripted(t) {
		verb, given := root(&streams.Streams{}, nil), args
		verb, given, err := verb.Find(given)
		if err != nil {
			continue // a script of mistakes
		}
		used[verb.CommandPath()] = true
		if verb.Name() == "sim" {
			given = append(given, "-o", "jsonl") // as the scripts' own command sim does
		}
		_ = verb.ParseFlags(given) // what stands before a mistake is used
		verb.Flags().Visit(func(flag *pflag.Flag) {
			if flag.Changed {
				used[identity(flag)] = true
			}
		})
	}
	settings.Verbs(root(&streams.Streams{}, nil), func(verb *cobra.Command) {
		if !used[verb.CommandPath()] {
			t.Errorf("no script runs %s", verb.CommandPath())
		}
		settings.Flags(verb, func(flag *pflag.Flag) {
			if !used[identity(flag)] {
				t.Errorf("no script gives %s --%s", verb.CommandPath(), flag.Name)
			}
		})
	})
}

func identity(flag *pflag.Flag) string { return fmt.Sprintf("--%s %s", flag.Name, flag.Usage) }

var variable = regexp.MustCompile(`\$\w+`)

// scripted are the command lines of vty in the scripts, less the name of the program.
func scripted(t *testing.T) (lines [][]string) {
	t.Helper()
	files, err := filepath.Glob("../../cmd/vty/testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		script, _, _ := strings.Cut("\n"+string(text), "\n-- ")
		script = variable.ReplaceAllString(script, "1") // a number, an address, a file
		for line := range strings.Lines(script) {
			words := words(line)
			if len(words) > 0 && strings.HasPrefix(words[0], "[") { // a condition
				words = words[1:]
			}
			if len(words) < 2 || !slices.Contains([]string{"exits", "outlasts", "exec", "vty", "!", "sim"}, words[0]) {
				continue
			}
			if words[0] == "sim" {
				lines = append(lines, append([]string{"sim"}, words[2:]...))
			} else if i := slices.Index(words, "vty"); i >= 0 {
				lines = append(lines, words[i+1:])
			}
		}
	}
	return lines
}

// words splits a line of a script as testscript does.
func words(line string) (words []string) {
	word, quoted, begun := "", false, false
	for line := strings.TrimSpace(line); line != ""; line = line[1:] {
		switch c := line[0]; {
		case c == '\'' && quoted && strings.HasPrefix(line, "''"):
			word, line = word+"'", line[1:]
		case c == '\'':
			quoted, begun = !quoted, true
		case quoted:
			word += string(c)
		case c == '#' && !begun:
			return words
		case c == ' ' || c == '\t':
			if begun {
				words = append(words, word)
			}
			word, begun = "", false
		default:
			word, begun = word+string(c), true
		}
	}
	if begun {
		words = append(words, word)
	}
	return words
}
