package help

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Syntax is how a flag is written: its names, and what stands for its value.
func Syntax(flag *pflag.Flag) string {
	name := "    --" + flag.Name
	if flag.Shorthand != "" {
		name = "-" + flag.Shorthand + ", --" + flag.Name
	}
	if value, _ := value(flag); value != "" {
		return name + " " + value
	}
	return name
}

// Usage is all that a flag's text says, with its words where it takes one of several,
// and its default.
func Usage(flag *pflag.Flag) string {
	_, usage := pflag.UnquoteUsage(flag)
	usage = gist(flag) + usage[len(clause(usage)):]
	none := []string{"", "false", "[]", "0", "0s"}
	if def := flag.DefValue; !strings.Contains(usage, "(default") && !slices.Contains(none, def) {
		usage += " (default " + def + ")"
	}
	return usage
}

// gist is the first thing that a flag's text says, and its words.
func gist(flag *pflag.Flag) string {
	_, words := value(flag)
	_, usage := pflag.UnquoteUsage(flag)
	if words != "" {
		return clause(usage) + ": " + words
	}
	return clause(usage)
}

// clause is the beginning of a text that can stand by itself.
func clause(text string) string {
	end := len(text)
	for _, mark := range []string{": ", "; ", " (", ", "} {
		if i := strings.Index(text[:end], mark); i > 0 {
			end = i
		}
	}
	return text[:end]
}

// value is what stands for the value of a flag, "" where it takes none, and the words
// that it may be where it takes one of several.
func value(flag *pflag.Flag) (name, words string) {
	last := strings.ToUpper(flag.Name[strings.LastIndexByte(flag.Name, '-')+1:])
	kind, _ := pflag.UnquoteUsage(flag)
	_, isFile := flag.Annotations[cobra.BashCompFilenameExt]
	_, isFolder := flag.Annotations[cobra.BashCompSubdirsInDir]
	switch {
	case strings.Contains(kind, "|"):
		return last, strings.Join(strings.Split(kind, "|"), ", ")
	case isFile:
		return "FILE", ""
	case isFolder:
		return "DIR", ""
	case kind == "int", kind == "uint", kind == "float", kind == "uint16":
		return "N", ""
	case kind == "duration":
		return "TIME", ""
	case kind == "string", kind == "stringArray", kind == "strings", kind == "stringSlice":
		return last, ""
	case kind == "count":
		return "", ""
	}
	return kind, ""
}
