package platforms

import (
	"fmt"
	"strings"

	"github.com/vtynet/vty/platform"
)

// explain describes a definition in words.
func explain(d *platform.Definition) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", d.Name, d.Description)
	if len(d.Aliases) > 0 {
		fmt.Fprintf(&b, "also called: %s\n", strings.Join(d.Aliases, ", "))
	}
	if d.Extends != "" {
		fmt.Fprintf(&b, "extends: %s\n", d.Extends)
	}
	fmt.Fprintf(&b, "proof: %s\n", proofs[d.Proof])
	home := d.Default
	if home == "" {
		home = "wherever the login ends"
	}
	fmt.Fprintf(&b, "commands run in mode: %s\n", home)

	b.WriteString("\nmodes:\n")
	width := 0
	for i := range d.Modes {
		width = max(width, len(d.Modes[i].Name))
	}
	for i := range d.Modes {
		m := &d.Modes[i]
		sample := "the device's own, learned at login"
		if len(m.Samples) > 0 {
			sample = m.Samples[0]
		}
		fmt.Fprintf(&b, "  %-*s  %s\n", width, m.Name, strings.ReplaceAll(sample, "\n", " / "))
	}
	if len(d.Transitions) > 0 {
		b.WriteString("\nways between them:\n")
	}
	for _, t := range d.Transitions {
		fmt.Fprintf(&b, "  %-*s  to %-*s  %s\n", width, t.From, width, t.To, steps(t.Steps))
	}
	section := func(title string, list []platform.Step) {
		if len(list) > 0 {
			fmt.Fprintf(&b, "%s: %s\n", title, steps(list))
		}
	}
	b.WriteString("\n")
	if prepared := preparation(d); prepared != "" {
		fmt.Fprintf(&b, "after the login: %s\n", prepared)
	}
	section("before leaving", d.Close)
	switch c := d.Configure; {
	case c.Mode == "":
		b.WriteString("configuration: none\n")
	case len(c.Commit) > 0:
		fmt.Fprintf(&b, "configuration: in mode %s, lines collect in a candidate\n", c.Mode)
	default:
		fmt.Fprintf(&b, "configuration: in mode %s, each line acts at once\n", c.Mode)
	}
	section("  commit", d.Configure.Commit)
	section("  abort", d.Configure.Abort)
	section("  save", d.Configure.Save)
	b.WriteString(found(&d.Detect))
	return b.String()
}

// found tells how a device of the platform is found out to be one.
func found(d *platform.Detect) string {
	var by []string
	if d.SSH != nil {
		by = append(by, "its SSH server's name")
	}
	if d.Banner != nil {
		by = append(by, "its greeting")
	}
	if d.Says != nil {
		by = append(by, fmt.Sprintf("its answer to %q", d.Show))
	}
	switch {
	case d.Unknown != "" && len(by) > 0:
		return fmt.Sprintf("detected by: %s; else it must be named: %s\n", strings.Join(by, ", "), d.Unknown)
	case d.Unknown != "":
		return fmt.Sprintf("detected by: nothing, it must be named: %s\n", d.Unknown)
	case len(by) == 0:
		return "detected by: its prompt, where nothing else has such a prompt\n"
	}
	return fmt.Sprintf("detected by: %s\n", strings.Join(by, ", "))
}

var proofs = map[platform.Proof]string{
	platform.ProofLab:        "lab (driven on the real thing)",
	platform.ProofRecorded:   "recorded (replayed from recorded sessions)",
	platform.ProofDocumented: "documented (written from documentation)",
}

// steps are what is typed, and which secret it may lead to.
func steps(list []platform.Step) string {
	var all []string
	for _, s := range list {
		text := s.Send
		if text == "" {
			text = "(return)"
		}
		for _, a := range s.Asks {
			if a.Secret != "" && a.Secret != "user" {
				text += " (may ask for the " + a.Secret + " secret)"
			}
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// preparation tells what is typed after the login; of several ways the first that
// the device takes.
func preparation(d *platform.Definition) string {
	var parts []string
	for _, ways := range [][]platform.Way{d.Paging, d.Width} {
		var or []string
		for _, way := range ways {
			or = append(or, steps(way))
		}
		if len(or) > 0 {
			parts = append(parts, strings.Join(or, " or "))
		}
	}
	if len(d.Open) > 0 {
		parts = append(parts, steps(d.Open))
	}
	return strings.Join(parts, ", ")
}
