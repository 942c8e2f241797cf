package vty_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
)

// titled is a line in memory of which the SSH server's name is known.
type titled struct {
	*sim.Pipe
	name string
}

func (c *titled) ServerVersion() string { return c.name }

// The manual says of each platform how it is found out; "go test . -run
// ManualOfDetection -update" writes that anew.
func TestManualOfDetection(t *testing.T) {
	const file = "docs/platform-detection.md"
	var told, untold strings.Builder
	var sets []string
	rows := map[string][]string{} // by set of those that nothing tells apart
	for def := range platform.All() {
		if unnamed(def) {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			dev := newSim(t, def.Name, nil)
			typed := func(server string) (*finding, string) {
				f := find(t, dev, vty.Auto, func() (transport.Conn, error) {
					return &titled{dev.Pipe(sim.Terminal{Size: small}), server}, nil
				})
				return f, strconv.Itoa(f.typed)
			}
			f, commands := typed("")
			if server := platform.Example(def.Detect.SSH); server != "" {
				named, n := typed(server)
				if commands += ", " + n + " over SSH"; named.found.Platform == def.Name {
					f = named // that is where it can be told
				}
			}
			if f.found.Platform == def.Name {
				fmt.Fprintf(&told, "| `%s` | %s | %s | %s |\n", def.Name, ways(def, f.found), f.found.Confidence, commands)
				return
			}
			var set []string
			why := ""
			for _, o := range f.found.Others {
				if other, err := platform.Load(o.Name); err == nil && other.Detect.Says == nil {
					set = append(set, "`"+o.Name+"`")
				}
				if o.Name == def.Name {
					why = o.Why
				}
			}
			all := strings.Join(set, ", ")
			if rows[all] == nil {
				sets = append(sets, all)
			}
			rows[all] = append(rows[all], fmt.Sprintf("| `%s` | %s | %s |\n", def.Name, strings.ReplaceAll(why, "|", `\|`), commands))
		})
	}
	made := "# How each platform is found out\n\n" +
		"[platforms.md](platforms.md#detect) says how detection goes about it. The commands are how many it types on a simulated device, over a\n" +
		"line that says nothing of a server and, where the definition knows the SSH server's name, over SSH.\n\n" +
		"| platform | by | verdict | commands |\n|---|---|---|---|\n" + told.String()
	for _, all := range sets {
		fmt.Fprintf(&untold, "\nNot told from one another, at prompts that they have in common: %s.\n\n"+
			"| platform | why it is not told | commands |\n|---|---|---|\n%s", all, strings.Join(rows[all], ""))
	}
	if untold.Len() > 0 {
		made += "\n## Those that must be named\n\nThe verdict on these is `unsure`. It names those below, and those that a command would tell that\n" +
			"was not typed: eight are enough.\n" + untold.String()
	}
	if *update {
		if err := os.WriteFile(file, []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != made {
		t.Error("the page is not true any more: go test . -run ManualOfDetection -update")
	}
}

// ways are what a definition is told by.
func ways(def *platform.Definition, found *platform.Detection) string {
	var by []string
	if def.Detect.SSH != nil {
		by = append(by, "SSH server")
	}
	if def.Detect.Banner != nil {
		by = append(by, "greeting")
	}
	if def.Detect.Says != nil {
		by = append(by, "`"+def.Detect.Show+"`")
	}
	for _, e := range found.Evidence {
		if strings.HasPrefix(e, "it refuses ") && def.Detect.Says == nil {
			by = append(by, "the words of a refusal")
		}
	}
	if len(by) == 0 {
		by = append(by, "prompt")
	}
	return strings.Join(by, ", ")
}
