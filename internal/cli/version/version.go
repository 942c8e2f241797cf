// Package version is the verb that says which vty this is.
package version

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
)

// build is what the binary knows of its making.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Time     string `json:"time"`
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

// Command is "vty version".
func Command(s *streams.Streams) *cobra.Command {
	format := suggest.NewChoice("text", "json")
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Say which vty this is",
		Example: "  vty version\n  vty version -o json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			info, _ := debug.ReadBuildInfo()
			b := of(info)
			if format.String() == "json" {
				text, err := output.Marshal(b)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(s.Out, "%s\n", text)
				return err
			}
			_, err := fmt.Fprintf(s.Out, "vty %s (%s, %s/%s)\n", b.Version, b.Go, b.OS, b.Arch)
			return err
		},
	}
	cmd.Flags().VarP(format, "output", "o", "form of the answer")
	return cmd
}

// of reads what the linker left; info may be nil.
func of(info *debug.BuildInfo) build {
	b := build{Version: "(devel)", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if info == nil {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}
